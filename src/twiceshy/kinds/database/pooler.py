"""What pgbouncer opens on servers, and whether its clients fit."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.database.facts import HostSeen, Instance, Promise
from twiceshy.kinds.database.finding import Finding, broken, kept, unknown
from twiceshy.kinds.database.share import Share, Undecided, share_of
from twiceshy.languages.settings.pgbouncer import ANY, Pooled, Pooler
from twiceshy.languages.settings.scope import number
from twiceshy.model.place import Place
from twiceshy.model.verdict import Evidence, Severity


def pooled(promise: Promise, pooler: Pooler, host: HostSeen) -> Iterator[Share | Undecided]:
    """What each line of `[databases]` may open: a pool for every user that goes through it."""
    clients = [one for one in host.instances if one.pooler == pooler.file]
    for line in pooler.databases:
        yield _line(promise, pooler, line, clients)


def _line(
    promise: Promise, pooler: Pooler, line: Pooled, clients: list[Instance]
) -> Share | Undecided:
    connection = line.connection
    label = f"databases.{line.name} in {pooler.file}"
    own = connection.parameters.get("pool_size")
    size = number(own) if own is not None else pooler.number("default_pool_size")
    own_reserve = connection.parameters.get("reserve_pool") or connection.parameters.get(
        "reserve_pool_size"
    )
    reserve = number(own_reserve) if own_reserve else pooler.number("reserve_pool_size")
    cap_value = connection.parameters.get("max_db_connections")
    cap = number(cap_value) if cap_value else pooler.number("max_db_connections")
    if size is None or reserve is None or cap is None:
        return _undecided(label, "a pool size is no number", line)
    mine = [one for one in clients if _leads_to(pooler, one) is line]
    users = 1 if connection.role is not None else promise.pooler_users
    users = users or len({one.connection.role.text for one in mine if one.connection.role}) or None
    databases = 1
    if line.name == ANY:
        seen = {one.connection.database.text for one in mine if one.connection.database}
        databases = promise.pooler_databases or len(seen)
    if not databases or (users is None and not cap):
        what = "which databases go through it" if not databases else "how many users go through it"
        return _undecided(label, f"nothing says {what}", line)
    each = (size + reserve) * (users or 1)
    each = min(each, cap) if cap and users is not None else (cap or each)
    place = own.place if own is not None else _default_place(pooler, line)
    spelled = f"({size} + {reserve})" if reserve else f"{size}"
    spelled += f" x {users} users" if users not in (1, None) else ""
    spelled = f"max_db_connections {cap}" if cap and each == cap else spelled
    spelled += f" x {databases} databases" if databases != 1 else ""
    server = connection.servers[0] if connection.servers else None
    shown = connection.server_shown(server) if server is not None else "the default server"
    return Share(shown, label, each * databases, spelled, place)


def clients_fit(promise: Promise, host: HostSeen) -> Iterator[Finding]:
    """Whether all clients of a pgbouncer may connect to it at once."""
    for pooler in host.poolers:
        shares: list[Share] = []
        for one in host.instances:
            if one.pooler == pooler.file:
                share = share_of(promise, one)
                if isinstance(share, Undecided):
                    yield share.finding
                else:
                    shares.append(share)
        most = pooler.number("max_client_conn")
        said = pooler.settings.get("max_client_conn")
        if not shares or most is None:
            continue
        wanted = sum(one.count for one in shares)
        sums = " + ".join(one.sum for one in shares)
        place = said.place if said is not None else shares[0].place
        if wanted <= most:
            yield kept(pooler.file, f"{wanted} clients fit max_client_conn {most}", place)
            continue
        yield broken(
            Severity.SERIOUS,
            f"{wanted} clients ({sums}) go to {pooler.file}, which takes {most} (max_client_conn)",
            Evidence(shares[0].label, f"{sums} = {wanted}", shares[0].place),
            Evidence(pooler.file, f"max_client_conn {most}", place),
            next_step="Raise max_client_conn, or make the pools smaller.",
        )


def _leads_to(pooler: Pooler, instance: Instance) -> Pooled | None:
    name = instance.connection.database or instance.connection.role
    return pooler.leads(name.text) if name is not None and name.is_known else None


def _default_place(pooler: Pooler, line: Pooled) -> Place:
    said = pooler.settings.get("default_pool_size")
    return said.place if said is not None else line.connection.place


def _undecided(label: str, found: str, line: Pooled) -> Undecided:
    return Undecided(
        unknown(
            f"it is not known how many connections {label} opens: {found}",
            label,
            found,
            line.connection.place,
            "Set max_db_connections or user= on this line, or say `pooler_users` and"
            " `pooler_databases`.",
        )
    )
