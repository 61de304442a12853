"""One certificate that certbot looks after: its renewal/<name>.conf and what it has issued."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PurePosixPath
from types import MappingProxyType

from twiceshy.languages.certbot.config_obj import Document, Section, read_config_obj
from twiceshy.languages.certbot.issued import Issued
from twiceshy.languages.certbot.setting import Fault, Setting

REQUIRED = ("cert", "privkey", "chain", "fullchain")
"""What certbot refuses to go on without (storage.RenewableCert)."""
PUBLIC_SERVER = "https://acme-v02.api.letsencrypt.org/directory"
"""Certbot's own default."""
_DAYS_BY_DEFAULT = 30
_SHORT_LIVED = timedelta(days=10)
_BY_LIFETIME_SINCE = (4, 0)
"""The version of certbot that began to renew by a share of the lifetime."""
_SPAN = re.compile(r"(\d{1,6})\s*([a-z]*)", re.IGNORECASE)
_UNITS = MappingProxyType(
    {"": 86400, "d": 86400, "w": 604800, "h": 3600, "mo": 2592000, "y": 31536000, "m": 60, "s": 1}
)


@dataclass(frozen=True, slots=True)
class Lineage:
    """What certbot knows of one certificate."""

    name: str
    path: str
    """Of its renewal configuration; where it would be when there is none."""
    has_conf: bool = True
    top: Mapping[str, Setting] = field(default_factory=dict)
    """Where its files are, and `renew_before_expiry`."""
    params: Mapping[str, Setting] = field(default_factory=dict)
    """`[renewalparams]`: how it was issued and will be again."""
    params_line: int | None = None
    """None when there is no such section: then certbot skips the file."""
    webroots: Mapping[str, Setting] = field(default_factory=dict)
    """`[[webroot_map]]`: host name to webroot."""
    faults: tuple[Fault, ...] = ()
    live: Issued | None = None
    """What servers are pointed at."""
    archive: tuple[Issued, ...] = ()
    """All that was issued, as far as it is there, oldest first."""

    def param(self, key: str) -> str | None:
        """A parameter's text; None when it is not set, or is `None` as certbot writes it."""
        setting = self.params.get(key)
        return None if setting is None or setting.text == "None" else setting.text

    def line_of(self, key: str) -> int:
        """The line to show for a parameter: its own, else that of its section, else the first."""
        for settings in (self.params, self.top):
            if key in settings:
                return settings[key].line
        return self.params_line or 1

    @property
    def authenticator(self) -> str | None:
        """The plugin that answers the challenge, without the prefix of old third-party ones."""
        text = self.param("authenticator")
        return text if text is None else text.rpartition(":")[2]

    @property
    def server(self) -> str:
        """The directory of the authority."""
        return self.param("server") or PUBLIC_SERVER

    @property
    def newest(self) -> Issued | None:
        """The last one that was issued."""
        return self.archive[-1] if self.archive else self.live

    @property
    def names(self) -> tuple[str, ...]:
        """The host names it is for: those of the certificate, else those of the webroot map."""
        if self.live is not None and self.live.names:
            return self.live.names
        return tuple(sorted(self.webroots))

    def webroot_of(self, name: str) -> Setting | None:
        """Where certbot puts the challenge of `name`: its entry in the map, else the last path."""
        if name in self.webroots:
            return self.webroots[name]
        path = self.params.get("webroot_path")
        if path is None or not path.items:
            return None
        return Setting(path.items[-1], path.line, path.column)

    @property
    def version(self) -> tuple[int, ...]:
        """The version of certbot that wrote the file last; empty when it does not say."""
        text = self.top["version"].text if "version" in self.top else ""
        return tuple(int(part) for part in re.findall(r"\d{1,6}", text)[:3])

    def renews_before(self, lifetime: timedelta) -> timedelta | None:
        """How long before its end certbot takes it to be due; None when that cannot be read.

        Before 4.0 it was 30 days for any lifetime; since then a third of the lifetime, and half of
        it when that is under ten days. A file that says nothing is taken to be of the first kind
        when the version in it is.
        """
        setting = self.top.get("renew_before_expiry")
        if setting is not None:
            return read_span(setting.text)
        if self.version and self.version < _BY_LIFETIME_SINCE:
            return timedelta(days=_DAYS_BY_DEFAULT)
        return lifetime / 2 if lifetime < _SHORT_LIVED else lifetime / 3


def read_lineage(path: str, data: bytes) -> Lineage:
    """Read renewal/<name>.conf; what is wrong with it is in `faults`."""
    document = read_config_obj(data)
    params = document.top.sections.get("renewalparams")
    webroots = params.sections.get("webroot_map") if params is not None else None
    return Lineage(
        name=PurePosixPath(path).name.removesuffix(".conf"),
        path=path,
        top=document.top.settings,
        params={} if params is None else params.settings,
        params_line=None if params is None else params.line,
        webroots={} if webroots is None else webroots.settings,
        faults=(*document.faults, *_missing(document, params)),
    )


def _missing(document: Document, params: Section | None) -> tuple[Fault, ...]:
    """What certbot will not go on without."""
    if document.faults:
        return ()
    absent = [key for key in REQUIRED if key not in document.top.settings]
    faults = [Fault(1, f"it does not say where {', '.join(absent)} is")] if absent else []
    if params is None:
        faults.append(Fault(1, "the section [renewalparams] is missing"))
    elif "authenticator" not in params.settings:
        faults.append(Fault(params.line, "[renewalparams] names no authenticator"))
    for settings in (document.top.settings, {} if params is None else params.settings):
        faults.extend(
            Fault(one.line, f"{key} refers to another setting with %(...)s")
            for key, one in settings.items()
            if "%(" in one.text
        )
    if params is not None:
        faults.extend(_wrong_types(params))
    return tuple(faults)


def _wrong_types(params: Section) -> list[Fault]:
    """Values that certbot cannot convert, over which it skips the whole file."""
    faults = []
    for key in ("must_staple", "allow_subset_of_names", "reuse_key", "autorenew"):
        one = params.settings.get(key)
        if one is not None and one.text.lower() not in {"true", "false"}:
            faults.append(Fault(one.line, f"{key} is neither True nor False"))
    for key in ("rsa_key_size", "http01_port"):
        one = params.settings.get(key)
        if one is not None and not re.fullmatch(r"\s*[+-]?\d{1,9}\s*|None", one.text):
            faults.append(Fault(one.line, f"{key} is no number"))
    return faults


def read_span(text: str) -> timedelta | None:
    """`30 days`, `2 weeks 12 hours`, or a bare number of days; None when it is none of these."""
    rest = text.strip()
    if not rest:
        return None
    seconds, at = 0, 0
    for found in _SPAN.finditer(rest):
        word = found[2].lower()
        unit = "mo" if word.startswith("mo") else word[:1]
        if rest[at : found.start()].strip(" ,") or unit not in _UNITS:
            return None
        seconds += int(found[1]) * _UNITS[unit]
        at = found.end()
    if at == 0 or rest[at:].strip() or seconds > 10**10:
        return None
    return timedelta(seconds=seconds)
