"""The JSON Schemas of the kinds' promises, from their annotations and field docstrings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from twiceshy.estate.descriptions import field_descriptions
from twiceshy.model.kind import Kind


class _Described(GenerateJsonSchema):
    """Closed objects whose fields carry their docstrings."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        written = super().dataclass_schema(schema)
        if "properties" in written:
            written["additionalProperties"] = False
            for name, text in field_descriptions(schema["cls"]).items():
                if name in written["properties"]:
                    written["properties"][name]["description"] = text
        return written


def promise_schemas(kinds: Iterable[Kind]) -> dict[str, Any]:
    """Schemas for `$defs`: `promise.<kind>` for each kind, and what these refer to."""
    definitions: dict[str, Any] = {}
    for kind in kinds:
        prefix = f"promise.{kind.id}"
        schema = TypeAdapter(kind.promise).json_schema(
            ref_template=f"#/$defs/{prefix}.{{model}}", schema_generator=_Described
        )
        for name, inner in schema.pop("$defs", {}).items():
            definitions[f"{prefix}.{name}"] = _untitled(inner)
        definitions[prefix] = _untitled(schema)
    return definitions


def _untitled(schema: Any) -> Any:
    """Without the titles that only repeat the names."""
    if isinstance(schema, dict):
        return {
            key: _untitled(value)
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_untitled(item) for item in schema] if isinstance(schema, list) else schema
