"""The sections `people` and `channels`: who answers for services, and how they are reached."""

from __future__ import annotations

from twiceshy.estate import forms
from twiceshy.estate.fields import Fields, named
from twiceshy.estate.references import Reference
from twiceshy.model.estate import Channel, Person
from twiceshy.model.ids import ChannelId, PersonId, ServiceId

PERSON_KEYS = ("name", "channels", "zone")
CHANNEL_KEYS = ("url", "depends_on")


def read_people(root: Fields, references: list[Reference]) -> dict[PersonId, Person]:
    """Everybody by their key; their channels are appended to `references`."""
    people: dict[PersonId, Person] = {}
    for name, said, node in named(root, "people", "person", forms.NAME):
        person = Fields(node, f"person {name!r}", PERSON_KEYS, root.mistakes)
        channels = person.texts("channels")
        references += [
            Reference("channel", channel.text, channel, f"'channels' of {person.what}")
            for channel in channels
        ]
        people[PersonId(name)] = Person(
            PersonId(name),
            name=person.text("name"),
            channels=tuple(ChannelId(channel.text) for channel in channels),
            zone=_zone(person),
            place=root.mistakes.place(said),
        )
    return people


def read_channels(root: Fields, references: list[Reference]) -> dict[ChannelId, Channel]:
    """Every channel by its key; the services it needs are appended to `references`."""
    channels: dict[ChannelId, Channel] = {}
    for name, said, node in named(root, "channels", "channel", forms.NAME):
        channel = Fields(node, f"channel {name!r}", CHANNEL_KEYS, root.mistakes)
        depends_on = channel.texts("depends_on")
        references += [
            Reference("service", service.text, service, f"'depends_on' of {channel.what}")
            for service in depends_on
        ]
        channels[ChannelId(name)] = Channel(
            ChannelId(name),
            url=channel.read("url", forms.secret),
            depends_on=tuple(ServiceId(service.text) for service in depends_on),
            place=root.mistakes.place(said),
        )
    return channels


def _zone(person: Fields) -> str | None:
    said = person.said("zone")
    if said is None:
        return None
    try:
        return forms.zone(said.text)
    except ValueError as error:
        # All zones are too many to list: only a near one helps.
        hint = person.mistakes.suggest(said.text, forms.zones())
        near = hint if hint is not None and hint.startswith("did you mean") else None
        person.wrong("zone", said, str(error), near or "such as Europe/Zagreb or UTC")
        return None
