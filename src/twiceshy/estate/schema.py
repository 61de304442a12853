"""The JSON Schema of `twiceshy.yaml`, for editors: what is allowed where, and what it means.

It says of each value what can be said without the rest of the file; references, cycles and dates
are the loader's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twiceshy import kinds as built_in
from twiceshy.estate import forms, guards, hosts, load, people, report_sources, services
from twiceshy.estate.descriptions import field_descriptions
from twiceshy.estate.promise_schema import promise_schemas
from twiceshy.kinds.planned import PLANNED_KINDS
from twiceshy.model.endpoint_url import DEFAULT_PORTS
from twiceshy.model.estate import Channel, Endpoint, Estate, Host, Person, ReportSource, Service
from twiceshy.model.guard import Guard
from twiceshy.model.kind import Kind

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def estate_schema(kinds: Iterable[Kind] | None = None) -> Schema:
    """The schema as a JSON value; of all built kinds when `kinds` is not given."""
    known = tuple(built_in.KINDS.values() if kinds is None else kinds)
    return {
        "$schema": DIALECT,
        "title": "twiceshy.yaml",
        "description": "What is looked after, and the promises that are checked.",
        **_closed(
            Estate,
            {
                "version": {
                    "const": load.VERSION,
                    "description": "The version of this format.",
                },
                "reports": _report_list(),
                "hosts": _by_name("host", forms.HOST_NAME),
                "services": _by_name("service", forms.NAME),
                "people": _by_name("person", forms.NAME),
                "channels": _by_name("channel", forms.NAME),
                "guards": _or_nothing({"type": "array", "items": {"$ref": "#/$defs/guard"}}),
            },
            keys=load.KEYS,
            required=["version"],
        ),
        "$defs": {
            "text": {"type": "string", "pattern": r"\S"},
            "names": _one_or_more({"$ref": "#/$defs/text"}),
            "addresses": _one_or_more(
                {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}
            ),
            "url": _endpoint_url(),
            "report": _report(),
            "host": _or_nothing(_host()),
            "service": _or_nothing(_service()),
            "endpoint": _endpoint(),
            "person": _or_nothing(_person()),
            "channel": _or_nothing(_channel()),
            "guard": _guard(known),
            "promise": {
                "type": ["object", "null"],
                "description": "Kept as it stands until its kind is built.",
            },
            **promise_schemas(known),
        },
    }


def _closed(
    owner: type, properties: dict[str, Schema], *, keys: Iterable[str], required: list[str]
) -> Schema:
    """An object with exactly the loader's `keys`, described by the docstrings of `owner`."""
    described = field_descriptions(owner)
    return {
        "type": "object",
        "properties": {
            key: {"description": described[key], **properties[key]}
            if key in described
            else properties[key]
            for key in keys
        },
        "required": required,
        "additionalProperties": False,
    }


def _or_nothing(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _by_name(noun: str, form: str) -> Schema:
    return {
        "type": ["object", "null"],
        "propertyNames": {"pattern": f"^{form}$"},
        "additionalProperties": {"$ref": f"#/$defs/{noun}"},
    }


def _whole(form: str) -> Schema:
    return {"type": "string", "pattern": f"^{form}$"}


_TEXT: Schema = {"$ref": "#/$defs/text"}
_NAMES: Schema = {"$ref": "#/$defs/names"}
_ADDRESSES: Schema = {"$ref": "#/$defs/addresses"}


def _report_list() -> Schema:
    report = {"$ref": "#/$defs/report"}
    return {
        "anyOf": [{"type": "array", "items": report}, _TEXT, {"type": "null"}],
        "examples": [["reports/"]],
    }


def _report() -> Schema:
    listed = _closed(
        ReportSource,
        {"path": _TEXT, "id": _whole(forms.REPORT_NAME)},
        keys=report_sources.KEYS,
        required=["path"],
    )
    listed["properties"]["path"] = {"description": "A file, relative to this one.", **_TEXT}
    return {"anyOf": [_TEXT, listed], "examples": ["reports/", {"path": "a.md", "id": "mail-2024"}]}


def _host() -> Schema:
    return _closed(
        Host,
        {
            "reach": {**_whole(forms.REACH), "examples": ["local", "ssh://ops@mail-1.example.org"]},
            "addresses": _ADDRESSES,
        },
        keys=hosts.KEYS,
        required=[],
    )


def _service() -> Schema:
    return _closed(
        Service,
        {
            "summary": _TEXT,
            "owner": _TEXT,
            "endpoints": _by_name("endpoint", forms.NAME),
            "hosts": _NAMES,
            "depends_on": _NAMES,
        },
        keys=services.KEYS,
        required=[],
    )


def _endpoint() -> Schema:
    long_form = _closed(
        Endpoint,
        {"url": {"$ref": "#/$defs/url"}, "addresses": _ADDRESSES},
        keys=services.ENDPOINT_KEYS,
        required=["url"],
    )
    return {"anyOf": [{"$ref": "#/$defs/url"}, long_form]}


def _endpoint_url() -> Schema:
    return {
        "type": "string",
        "pattern": rf"^(?:{'|'.join(DEFAULT_PORTS)})://[^/@\s]+(?:/\S*)?$",
        "examples": ["https://www.example.org/", "smtp://mail.example.org:25"],
    }


def _person() -> Schema:
    return _closed(
        Person,
        {"name": _TEXT, "channels": _NAMES, "zone": {**_TEXT, "examples": ["Europe/Zagreb"]}},
        keys=people.PERSON_KEYS,
        required=[],
    )


def _channel() -> Schema:
    return _closed(
        Channel,
        {
            "url": {
                **_whole(forms.SECRET_PLACE),
                "examples": ["env:OPS_CHAT_URL", "file:/run/secrets/ops-chat"],
            },
            "depends_on": _NAMES,
        },
        keys=people.CHANNEL_KEYS,
        required=[],
    )


def _guard(kinds: tuple[Kind, ...]) -> Schema:
    built = {kind.id: kind.summary for kind in kinds}
    planned = {
        name: f"{summary} Not built yet: judged Unknown."
        for name, summary in PLANNED_KINDS.items()
        if name not in built
    }
    free = [kind.id for kind in kinds if not kind.targets_estate]
    guard = _closed(
        Guard,
        {
            "id": _whole(forms.GUARD_NAME),
            "kind": {
                "oneOf": [
                    {"const": name, "description": summary}
                    for name, summary in {**built, **planned}.items()
                ]
            },
            "target": {**_TEXT, "examples": ["mail", "mail.smtp", "https://www.example.org/"]},
            "promise": {"description": "What is promised: the settings of the kind."},
            "every": {**_whole(forms.DURATION), "examples": ["30s", "5m", "6h", "7d", "2w"]},
            "because": _one_or_more({"type": "string", "pattern": r"^[^#\s]+#a[1-9][0-9]*$"}),
            "why": _TEXT,
        },
        keys=guards.KEYS,
        required=["id", "kind"],
    )
    return {
        **guard,
        "allOf": [
            {
                "if": {"properties": {"kind": {"enum": free}}},
                "else": {"required": ["target"]},
            },
            *(_when(kind) for kind in kinds),
            {
                "if": {"properties": {"kind": {"enum": list(planned)}}},
                "then": {"properties": {"promise": {"$ref": "#/$defs/promise"}}},
            },
        ],
    }


def _when(kind: Kind) -> Schema:
    """What a guard of this kind must look like."""
    promise = {"$ref": f"#/$defs/promise.{kind.id}"}
    needs_promise = bool(promise_schemas((kind,))[f"promise.{kind.id}"].get("required"))
    return {
        "if": {"properties": {"kind": {"const": kind.id}}, "required": ["kind"]},
        "then": {
            "properties": {
                "promise": promise if needs_promise else {"anyOf": [promise, {"type": "null"}]}
            },
            "required": ["promise"] if needs_promise else [],
        },
    }
