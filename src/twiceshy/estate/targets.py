"""What guards are about: a service, one of its endpoints, a host, or a URL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from twiceshy.estate import forms
from twiceshy.estate.fields import Said
from twiceshy.estate.mistakes import Mistakes, shown
from twiceshy.model.estate import Host, Service
from twiceshy.model.ids import HostId, ServiceId


@dataclass(frozen=True, slots=True)
class TargetSaid:
    """A guard's target as written, and the guard as messages call it."""

    said: Said
    by: str


def check_targets(
    targets: Iterable[TargetSaid],
    services: Mapping[ServiceId, Service],
    hosts: Mapping[HostId, Host],
    mistakes: Mistakes,
) -> None:
    """Note every target that is in no estate and is no URL."""
    endpoints = (
        f"{service.id}.{endpoint.name}"
        for service in services.values()
        for endpoint in service.endpoints
    )
    names = dict.fromkeys((*services, *hosts, *endpoints))
    for target in targets:
        text = target.said.text
        if text in names:
            continue
        if "://" in text:
            try:
                forms.endpoint_url(text)
            except ValueError as error:
                mistakes.add(target.said, f"'target' of {target.by}: {error}")
            continue
        mistakes.add(
            target.said,
            f"'target' of {target.by}: there is no service, endpoint or host {shown(text)}",
            mistakes.suggest(text, names),
        )
