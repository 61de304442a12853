"""The section `services`: what users need, how it is entered and what it stands on."""

from __future__ import annotations

from dataclasses import dataclass

from twiceshy.estate import forms
from twiceshy.estate.document import Mapping
from twiceshy.estate.fields import Fields, Said, named
from twiceshy.estate.references import Reference
from twiceshy.model.estate import Endpoint, Service
from twiceshy.model.ids import HostId, PersonId, ServiceId

KEYS = ("summary", "owner", "endpoints", "hosts", "depends_on")
ENDPOINT_KEYS = ("url", "addresses")


@dataclass(frozen=True, slots=True)
class ServicesRead:
    """The services, and which depends on which with the places where it is said."""

    services: dict[ServiceId, Service]
    depends_on: dict[str, list[Said]]


def read_services(root: Fields, references: list[Reference]) -> ServicesRead:
    """Every service by its name; what it points at is appended to `references`."""
    services: dict[ServiceId, Service] = {}
    depends_on: dict[str, list[Said]] = {}
    for name, said, node in named(root, "services", "service", forms.NAME):
        service = Fields(node, f"service {name!r}", KEYS, root.mistakes)
        owner = service.said("owner")
        hosts = service.texts("hosts")
        depends_on[name] = service.texts("depends_on")
        if owner is not None:
            references.append(_reference("person", owner, "owner", service))
        references += [_reference("host", host, "hosts", service) for host in hosts]
        references += [
            _reference("service", other, "depends_on", service) for other in depends_on[name]
        ]
        services[ServiceId(name)] = Service(
            ServiceId(name),
            summary=service.text("summary"),
            owner=None if owner is None else PersonId(owner.text),
            endpoints=_endpoints(service),
            hosts=tuple(HostId(host.text) for host in hosts),
            depends_on=tuple(ServiceId(other.text) for other in depends_on[name]),
            place=root.mistakes.place(said),
        )
    return ServicesRead(services, depends_on)


def _endpoints(service: Fields) -> tuple[Endpoint, ...]:
    endpoints = []
    for name, said, node in named(service, "endpoints", "endpoint", forms.NAME):
        what = f"endpoint {name!r} of {service.what}"
        addresses: tuple[str, ...] = ()
        if isinstance(node, Mapping):
            endpoint = Fields(node, what, ENDPOINT_KEYS, service.mistakes)
            endpoint.need("url")
            url = endpoint.read("url", forms.endpoint_url)
            addresses = endpoint.read_all("addresses", forms.address)
        else:
            alone = service.said_at(f"endpoints.{name}", node)
            url = (
                None
                if alone is None
                else service.understood(f"endpoints.{name}", alone, forms.endpoint_url)
            )
        endpoints.append(Endpoint(name, url or "", addresses, service.mistakes.place(said)))
    return tuple(endpoints)


def _reference(to: str, said: Said, key: str, service: Fields) -> Reference:
    return Reference(to, said.text, said, f"{key!r} of {service.what}")
