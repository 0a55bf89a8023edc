"""The parts of SARIF 2.1.0 that bugcapture writes, as a JSON schema.

Written after the text of the standard (sections 3.13, 3.14, 3.18, 3.19, 3.27, 3.28, 3.29, 3.30, 3.49,
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html). It is narrower than the official schema:
what is not listed here is not written.
"""

from __future__ import annotations

from typing import Any


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


_TEXT = {"type": "string", "minLength": 1}
_URI = {"type": "string", "format": "uri-reference", "pattern": r"^[A-Za-z0-9_.~!$&'()*+,;=:@%/-]+$"}
_MESSAGE = _object(("text",), text=_TEXT)
_RULE = _object(("id", "shortDescription"), id=_TEXT, shortDescription=_MESSAGE)
_DRIVER = _object(
    ("name", "rules"),
    name=_TEXT,
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+([-+].+)?$"},
    informationUri=_URI,
    rules={**_list(_RULE), "uniqueItems": True},
)
_POSITION = {"type": "integer", "minimum": 1}
_PLACE = _object(
    ("artifactLocation",),
    artifactLocation=_object(("uri",), uri=_URI),
    region={
        **_object(
            ("startLine",), startLine=_POSITION, startColumn=_POSITION, endLine=_POSITION, endColumn=_POSITION
        ),
        "dependentRequired": {"startColumn": ["endLine", "endColumn"], "endColumn": ["startColumn"]},
    },
)
_RESULT = _object(
    ("message", "level", "ruleId", "locations"),
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=_MESSAGE,
    locations=_list(_object(("physicalLocation",), physicalLocation=_PLACE)),
)
_RUN = _object(
    ("tool", "results"),
    tool=_object(("driver",), driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=_list(_RESULT),
)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(("version", "runs"), version={"const": "2.1.0"}, runs=_list(_RUN), **{"$schema": _URI}),
}
