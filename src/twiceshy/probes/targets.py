"""What a guard's target stands for: the endpoints and the hosts it names in the estate."""

from __future__ import annotations

from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Endpoint, Estate, Host, Service
from twiceshy.model.ids import HostId, ServiceId


def endpoints_of(target: str, estate: Estate) -> tuple[Endpoint, ...]:
    """The endpoints behind `target`, in the order the estate lists them.

    A service stands for all of its endpoints, `service.endpoint` for one, a URL for itself; a host
    and anything else for none.
    """
    service = estate.services.get(ServiceId(target))
    if service is not None:
        return service.endpoints
    found = _named_endpoint(target, estate)
    if found is not None:
        return (found[1],)
    if "://" not in target:
        return ()
    try:
        parse_endpoint(target)
    except ValueError:
        return ()
    return (Endpoint(name=target, url=target),)


def hosts_of(target: str, estate: Estate) -> tuple[Host, ...]:
    """The hosts behind `target`: the host itself, or those the service runs on."""
    host = estate.hosts.get(HostId(target))
    if host is not None:
        return (host,)
    service = estate.services.get(ServiceId(target))
    if service is None:
        found = _named_endpoint(target, estate)
        service = found[0] if found else None
    if service is None:
        return ()
    return tuple(estate.hosts[id_] for id_ in service.hosts if id_ in estate.hosts)


def _named_endpoint(target: str, estate: Estate) -> tuple[Service, Endpoint] | None:
    for service in estate.services.values():
        for endpoint in service.endpoints:
            if target == f"{service.id}.{endpoint.name}":
                return service, endpoint
    return None
