"""The JSON Schema of a scenario file, for editors that complete and check while one writes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sim.scenario.crisis import Crisis
from sim.scenario.later import all_at_once
from sim.scenario.models import Scenario
from sim.scenario.response import Response

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: What the descriptions of measures have in common.
MEASURE_MARK = ", kept in "
_ONE_OR_MORE_TEXTS = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}],
    "description": "where it comes from: an address, a title, or 'assumption: ...' (one or a list)",
}
_FILE_KEYS: dict[str, Any] = {
    "extends": {
        "type": "string",
        "pattern": r"\.ya?ml$",
        "description": "a scenario file this one is put over; null takes one of its keys away",
    },
    "fitted": {
        "type": "string",
        "pattern": r"\.ya?ml$",
        "description": "a calibration's file, whose posteriors replace what 'uncertain' says",
    },
}


def scenario_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) of a scenario as its file may be written.

    Beyond the scenario itself a file may name its alliance, build on another with `extends:` (then
    nothing in it is required) and use a calibration's posteriors with `fitted:`.
    """
    from sim.scenario.campaign import Episode  # here, as few scenarios are campaigns

    with all_at_once():
        for model in (Crisis, Response, Episode):
            if model.__pydantic_complete__:  # used by itself before, and so built without its later parts
                model.model_rebuild(force=True)
        Scenario.model_rebuild(force=True)
    schema = Scenario.model_json_schema(mode="validation")
    definitions = schema.pop("$defs")
    _adapt([schema, definitions])
    alliance = {"anyOf": [schema["properties"]["alliance"], {"type": "string", "pattern": "^[A-Za-z0-9]"}]}
    schema["properties"] = {**_FILE_KEYS, **schema["properties"], "alliance": alliance}
    measures: dict[str, Any] = {}
    _hoist([schema, definitions], measures)
    definitions |= measures
    whole = {key: schema.pop(key) for key in ("properties", "required", "additionalProperties", "type")}
    return {
        "$schema": DIALECT,
        **schema,
        "type": "object",
        "if": {"required": ["extends"]},
        "then": _partial(whole),
        "else": whole,
        "$defs": definitions | {f"{name}.partial": _partial(model) for name, model in definitions.items()},
    }


def _adapt(schema: Any) -> None:
    """Let every model's source be one text, as the loader does."""
    for item in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(item, (dict, list)):
            _adapt(item)
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if isinstance(properties, dict) and properties.get("source", {}).get("type") == "array":
        properties["source"] = _ONE_OR_MORE_TEXTS


def _hoist(schema: Any, measures: dict[str, Any]) -> None:
    """Move the measures, repeated at every number, into *measures*."""
    for key, item in list(schema.items() if isinstance(schema, dict) else enumerate(schema)):
        if not isinstance(item, (dict, list)):
            continue
        _hoist(item, measures)
        if isinstance(item, dict) and MEASURE_MARK in str(item.get("description")) and "title" in item:
            name = f"measure.{item['title']}"
            measures[name] = item
            schema[key] = {"$ref": f"#/$defs/{name}"}


def _partial(schema: Any) -> Any:
    """Return *schema* with nothing required, here and in what it refers to, and null allowed for any key."""
    partial = deepcopy(schema)
    _loosen(partial)
    return partial


def _loosen(schema: Any) -> None:
    if isinstance(schema, list):
        for item in schema:
            _loosen(item)
    elif isinstance(schema, dict):
        if isinstance(schema.get("required"), list):
            del schema["required"]
        if isinstance(schema.get("$ref"), str):
            schema["$ref"] += ".partial"
        for item in schema.values():
            _loosen(item)
        properties = schema.get("properties")
        if isinstance(properties, dict):
            schema["properties"] = {k: {"anyOf": [item, {"type": "null"}]} for k, item in properties.items()}
