"""libpq's service file: the connection that `service=login` stands for.

Source: PostgreSQL documentation 34.17. What the connection says itself goes before what its
service says; the service goes before variables such as PGHOST.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from twiceshy.languages.settings.build import connection_of
from twiceshy.languages.settings.connection import Connection, Driver, Engine, Flaw
from twiceshy.languages.settings.parameters import canonical
from twiceshy.languages.settings.spelled import Spelled

Services = Mapping[str, Mapping[str, Spelled]]
"""Name of a service to its parameters, by canonical names."""


def with_service(connection: Connection, services: Services) -> Connection:
    """The connection with what its service says filled in; unchanged when it names none."""
    named = connection.parameters.get("service")
    if named is None or connection.driver is not Driver.LIBPQ or not named.is_known:
        return connection
    service = services.get(named.text)
    if service is None:
        flaw = Flaw(named.place, f"the service {named.text[:40]!r} is in no service file seen here")
        return replace(connection, flaws=(*connection.flaws, flaw))
    filled = connection_of(
        connection.name, Engine.POSTGRESQL, Driver.LIBPQ, connection.place, service
    )
    return replace(
        connection,
        servers=connection.servers or filled.servers,
        database=connection.database or filled.database,
        role=connection.role or filled.role,
        password=connection.password or filled.password,
        parameters={**filled.parameters, **connection.parameters},
        flaws=(*connection.flaws, *filled.flaws),
    )


def services_of(entries: Mapping[tuple[str, ...], Spelled]) -> Services:
    """The services of one file."""
    services: dict[str, dict[str, Spelled]] = {}
    for path, value in entries.items():
        if len(path) == 2:  # noqa: PLR2004 - section and key
            services.setdefault(path[0], {})[canonical(path[1])] = value
    return services
