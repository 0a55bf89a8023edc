"""What the documents of a report folder were made from, input by input: ``.bugcapture-reports.json`` beside them.

A document's stamp holds one digest of all its inputs. This file says which inputs stand behind that digest, so
that a check can name those that moved. Documents with the same inputs share one entry.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from bugcapture.workflow.reports.document import digest_inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE: Final = ".bugcapture-reports.json"
_SCHEMA: Final = "bugcapture.reports/1"

Manifest = dict[str, dict[str, str]]


def read_manifest(content: bytes | None) -> Manifest:
    """The inputs behind each digest; what is no such thing, after a merge for example, is left out.

    Args:
        content: The file's content; None where there is no file.
    """
    try:
        document = json.loads(content or b"{}")
        inputs = document["inputs"] if document["schema"] == _SCHEMA else {}
        return {key: _require(known) for key, known in inputs.items() if digest_inputs(_require(known)) == key}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def write_manifest(inputs: Iterable[Mapping[str, str]]) -> bytes:
    """The file's content: a line for each input, so that a change of one is a change of one line.

    Args:
        inputs: The inputs of each document.
    """
    known = {digest_inputs(one): dict(sorted(one.items())) for one in inputs}
    return (json.dumps({"schema": _SCHEMA, "inputs": dict(sorted(known.items()))}, indent=1) + "\n").encode()


def _require(inputs: dict[str, str]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in inputs.values()):
        raise TypeError
    return inputs
