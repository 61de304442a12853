"""Which servers use a certificate: configuration files that name a path in live/ or archive/."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType

from twiceshy.kinds.renewal.facts import Use
from twiceshy.languages.certbot.shell import service_named
from twiceshy.model.configuration import Configuration

_FOLDERS = MappingProxyType(
    {
        "nginx": "nginx",
        "openresty": "nginx",
        "apache2": "apache2",
        "httpd": "apache2",
        "postfix": "postfix",
        "dovecot": "dovecot",
        "haproxy": "haproxy",
        "exim4": "exim4",
        "exim": "exim4",
        "postgresql": "postgresql",
        "mysql": "mysql",
        "prosody": "prosody",
        "ejabberd": "ejabberd",
        "cyrus": "cyrus",
        "caddy": "caddy",
        "lighttpd": "lighttpd",
        "coturn": "coturn",
        "cockpit": "cockpit",
        "slapd": "slapd",
        "openldap": "slapd",
        "vsftpd": "vsftpd",
        "proftpd": "proftpd",
        "mosquitto": "mosquitto",
    }
)
_NOT_IN_FORCE = re.compile(
    r"/(?:sites|mods|conf|modules)-available/|~$|\.(?:bak|orig|old|save|dpkg-\w+)$"
)
_MOST_BYTES = 4 * 1024 * 1024
_MOST_USES = 500


# Several guards look at one configuration, which is equal to itself only.
@lru_cache(maxsize=8)
def uses_in(configuration: Configuration, folder: str) -> tuple[Use, ...]:
    """Each line outside of certbot's own folder that names one of its certificates."""
    folder = folder.rstrip("/")
    wanted = re.compile(re.escape(folder) + r"/(?:live|archive)/([^/\s;\"']+)/([A-Za-z]+\d*\.pem)")
    marker = f"{folder}/".encode()
    found: list[Use] = []
    for path in sorted(configuration.files):
        data = configuration.files[path]
        if path.startswith(f"{folder}/") or len(data) > _MOST_BYTES or marker not in data:
            continue
        service = _service_of(path)
        if service is None or _NOT_IN_FORCE.search(path):
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if line.lstrip().startswith(("#", ";", "//")):
                continue
            found.extend(
                Use(match[1], service, path, number, match[0]) for match in wanted.finditer(line)
            )
            if len(found) >= _MOST_USES:
                return tuple(found)
    return tuple(found)


def _service_of(path: str) -> str | None:
    """The service whose file this is; empty when it is not known, None for scripts and units."""
    parts = path.strip("/").split("/")
    if path.startswith(("/etc/cron", "/etc/systemd", "/lib/systemd", "/usr/lib/systemd", "/var/")):
        return None
    if path.endswith((".sh", ".py", ".pl")) or "/bin/" in path or "/sbin/" in path:
        return None
    for part in parts[:-1]:
        if part in _FOLDERS:
            return _FOLDERS[part]
    stem = parts[-1].partition(".")[0]
    return service_named(_FOLDERS.get(stem, "")) if stem in _FOLDERS else ""
