"""The evidence record: its fields, and the same as JSON Schema."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import Any, get_args, get_type_hints

import msgspec

from bugcapture.core.evidence import _OPTIONAL, SCHEMA, SEVERITY, Evidence
from program_reference.markdown import HEADER, attributes, escape, table

_WORDS = {"str": "text", "int": "whole number", "float": "number"}
_INTRODUCTION = f"""\
{HEADER}# Evidence record

One line of an evidence file is one JSON object of the schema `{SCHEMA}`. What writes and reads such files is
told in [](../evidence.md). Readers pass over keys that they do not know; a record of a newer schema is told and
left out.

The same as JSON Schema: {{download}}`evidence.schema.json`.
"""


def evidence_pages() -> dict[str, str]:
    """The page of the record, and its JSON Schema."""
    told = attributes(Evidence)
    hints = get_type_hints(Evidence)
    rows = [("`schema`", "text", "yes", f"`{SCHEMA}`.")]
    for one in fields(Evidence):
        needed = "no" if one.name in _OPTIONAL else "yes"
        rows.append((f"`{one.name}`", _type(one.name, hints[one.name]), needed, escape(told[one.name])))
    page = _INTRODUCTION + "\n" + table(("key", "type", "always there", "meaning"), rows)
    return {
        "evidence-record.md": page,
        "evidence.schema.json": json.dumps(evidence_schema(), indent=2) + "\n",
    }


def evidence_schema() -> dict[str, Any]:
    """The record as JSON Schema."""
    properties = dict(msgspec.json.schema(Evidence)["$defs"]["Evidence"]["properties"])
    for one in fields(Evidence):
        if one.default is not MISSING:
            properties[one.name] = {key: what for key, what in properties[one.name].items() if key != "default"}
    properties["verdict"] = {"enum": sorted(SEVERITY)}
    properties["ids"] = {"type": "array", "items": {"type": "integer", "minimum": 1}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "type": "object",
        "properties": {"schema": {"const": SCHEMA}, **properties},
        "required": ["schema", *(one.name for one in fields(Evidence) if one.name not in _OPTIONAL)],
    }


def _type(name: str, hint: Any) -> str:
    if name == "verdict":
        return "one of " + ", ".join(f"`{verdict}`" for verdict in SEVERITY)
    if name == "ids":
        return "list of whole numbers"
    if bool in get_args(hint):
        return "`true`, `false` or `null`"
    return _WORDS[hint.__name__]
