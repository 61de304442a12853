"""From named values to a connection: what URLs, keyword strings and groups of variables share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from twiceshy.languages.settings.connection import (
    Connection,
    Driver,
    Engine,
    Flaw,
    Kept,
    Password,
    Server,
    port_number,
)
from twiceshy.languages.settings.parameters import KEPT
from twiceshy.languages.settings.secret import Masked
from twiceshy.languages.settings.spelled import Hole, Spelled, joined
from twiceshy.languages.settings.tls import SSL_WORDS, words_for
from twiceshy.model.place import Place

MOST_SERVERS = 64

_REFERENCE = re.compile(
    r"\s*(?:env:[A-Za-z_]\w*$|file:\.?/|vault:|op://|arn:|sm://|secret:|ssm:|\{\{.*\}\}|<%.*%>|"
    r"!(?:vault|ENV|env)\b|ENC\(|\$ANSIBLE_VAULT|<[A-Z_ -]+>|\*{3,}).*",
    re.DOTALL,
)
"""Words that say where a password is, or stand where a template will put it."""
_NAMED = frozenset({"host", "hostaddr", "port", "dbname", "user", "password"})
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")
_HOST_AND_PORT = re.compile(r"([^:\[\]/@]+):(\d{1,5})")
_BELOW_FULL = frozenset({"disable", "allow", "prefer", "require", "verify-ca"})
_TEMPLATE = re.compile(r"\{\{.*\}\}|<%.*%>", re.DOTALL)


def connection_of(  # noqa: PLR0917 - in the order in which a connection is described
    name: str,
    engine: Engine,
    driver: Driver,
    place: Place,
    values: Mapping[str, Spelled],
    flaws: Sequence[Flaw] = (),
) -> Connection:
    """Put the values together; `values` goes by canonical names."""
    values = dict(values)
    found = [
        *flaws,
        *(
            Flaw(value.place, f"the {key} holds a character that nobody can send")
            for key, value in values.items()
            if key in KEPT | _NAMED and _UNSENDABLE.search(value.text)
        ),
    ]
    servers = _servers(values, found)
    role, database = values.pop("user", None), values.pop("dbname", None)
    password = password_of(values.pop("password", None), values.pop("passwordfile", None))
    _check_tls(values, engine, driver, found)
    return Connection(
        name,
        engine,
        driver,
        place,
        servers,
        templated(database),
        templated(role),
        password,
        MappingProxyType(
            {key: templated(value) or value for key, value in values.items() if key in KEPT}
        ),
        tuple(found),
    )


def templated(value: Spelled | None) -> Spelled | None:
    """The value; when a template is to fill it in, it is not known."""
    if value is not None and value.is_known and _TEMPLATE.search(value.text):
        return replace(value, holes=(Hole(0, len(value.text), value.text.strip()[:40]),))
    return value


def password_of(value: Spelled | None, file: Spelled | None = None) -> Password | None:
    """How a password is kept: in the file itself, or somewhere that the file names."""
    if value is None or value.text == "":
        if file is None or file.text == "":
            return None
        return Password(Kept.REFERENCE, file.place, source=file.text)
    if not value.is_known:
        return Password(Kept.REFERENCE, value.place, source=value.missing)
    if _REFERENCE.fullmatch(value.text):
        source = value.text if value.text.startswith(("env:", "file:")) else "a template"
        return Password(Kept.REFERENCE, value.place, source=source)
    return Password(Kept.LITERAL, value.at(0), Masked(value.text))


def _servers(values: dict[str, Spelled], flaws: list[Flaw]) -> tuple[Server, ...]:
    """As libpq takes them: lists of the same length; one port serves all hosts."""
    hosts = _listed(values.pop("host", None))
    if "port" not in values:
        hosts, values = _with_ports(hosts, values)
    addresses = _listed(values.pop("hostaddr", None))
    ports = _listed(values.pop("port", None))
    count = max(len(hosts), len(addresses), 1 if ports else 0)
    if count > MOST_SERVERS:
        flaws.append(Flaw((hosts or addresses)[0].place, f"{count} hosts are more than are read"))
        count = MOST_SERVERS
    if hosts and addresses and len(hosts) != len(addresses):
        what = f"{len(hosts)} hosts do not go with {len(addresses)} addresses (hostaddr)"
        flaws.append(Flaw(addresses[0].place, what))
    if len(ports) not in (0, 1, count):
        flaws.append(Flaw(ports[0].place, f"{len(ports)} ports do not go with {count} hosts"))
    flaws += (
        Flaw(port.place, f"{_port_shown(port.text)} is no port (1 to 65535)")
        for port in ports
        if port.text and port.is_known and port_number(port.text) is None
    )
    return tuple(
        Server(
            templated(hosts[index]) if index < len(hosts) else None,
            (ports[index] if len(ports) == count else ports[0]) if ports else None,
            addresses[index] if index < len(addresses) else None,
        )
        for index in range(count)
    )


def _with_ports(
    hosts: list[Spelled], values: dict[str, Spelled]
) -> tuple[list[Spelled], dict[str, Spelled]]:
    """`db-1:5433` where a host is written: the drivers that allow it take it apart."""
    found = [_HOST_AND_PORT.fullmatch(host.text) if host.is_known else None for host in hosts]
    if not hosts or not all(found):
        return hosts, values
    ports = [
        host.part(one.start(2), one.end(2)) for host, one in zip(hosts, found, strict=True) if one
    ]
    values["port"] = joined_list(ports)
    return [host.part(0, one.end(1)) for host, one in zip(hosts, found, strict=True) if one], values


def joined_list(values: Sequence[Spelled]) -> Spelled:
    """Several values as one, with commas between them."""
    first = values[0]
    parts = [first]
    for value in values[1:]:
        parts += [Spelled(",", value.place), value]
    return joined(parts, first.place)


def _listed(value: Spelled | None) -> list[Spelled]:
    if value is None or value.text == "":
        return []
    items: list[Spelled] = []
    start = 0
    for piece in value.text.split(","):
        items.append(value.part(start, start + len(piece)).stripped())
        start += len(piece) + 1
    return items


def _check_tls(
    values: Mapping[str, Spelled], engine: Engine, driver: Driver, flaws: list[Flaw]
) -> None:
    mode = values.get("sslmode")
    allowed = words_for(engine, driver)
    if mode is not None and mode.is_known and mode.text.lower() not in allowed:
        listed = ", ".join(sorted(allowed))
        flaws.append(Flaw(mode.place, f"sslmode {_short(mode.text)!r} is none of {listed}"))
    root = values.get("sslrootcert")
    weak = mode is not None and mode.text.lower() in _BELOW_FULL
    if driver is Driver.LIBPQ and root is not None and root.text == "system" and weak:
        what = "sslrootcert=system is refused together with anything below sslmode=verify-full"
        flaws.append(Flaw(root.place, what))
    switch = values.get("ssl")
    if (
        switch is not None
        and switch.is_known
        and switch.text.lower() not in {*SSL_WORDS, *allowed, "skip-verify", "preferred"}
    ):
        flaws.append(Flaw(switch.place, f"ssl {_short(switch.text)!r} is neither true nor false"))


def _port_shown(text: str) -> str:
    """A number; anything else may be half of a password that has a colon in it."""
    return _short(text) if text.isdecimal() else "what stands there"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."  # noqa: PLR2004 - fits in a line
