"""Where the installed bugcapture came from, for files that install it elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = "bugcapture"
# No password, nothing that a shell or YAML would take for more than a word.
_URL = re.compile(r"(?:https?|ssh|git)://(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9.-]+(?::[0-9]+)?/[A-Za-z0-9/._~-]+\Z")
_TAG = re.compile(r"v?[0-9]+(?:\.[0-9A-Za-z]+)*\Z")
_COMMIT = re.compile(r"[0-9a-f]{40,64}\Z")


@dataclass(frozen=True, slots=True)
class Origin:
    """A repository and a revision of it.

    Attributes:
        url: The repository.
        revision: A tag of a version, or a full hash.
    """

    url: str
    revision: str


def find_origin() -> Origin | None:
    """The repository that bugcapture was installed from; None for an index or a folder of this machine."""
    try:
        return read_origin(metadata.distribution(_NAME).read_text("direct_url.json"))
    except metadata.PackageNotFoundError:
        return None


def read_origin(text: str | None) -> Origin | None:
    """What pip has noted about the source of a package (PEP 610).

    Args:
        text: The content of ``direct_url.json``; None when there is none.
    """
    try:
        noted = json.loads(text or "{}")
        url, source = noted.get("url", ""), noted.get("vcs_info", {})
        wanted, commit = source.get("requested_revision") or "", source.get("commit_id") or ""
        revision = wanted if _TAG.match(wanted) else commit if _COMMIT.match(commit) else ""
        return Origin(url, revision) if revision and _URL.match(url) else None
    except (ValueError, AttributeError, TypeError):
        return None


def write_requirement(extras: Sequence[str], origin: Origin | None) -> str:
    """What ``pip install`` is given.

    Args:
        extras: Extras of the package.
        origin: The repository; None for an index.
    """
    name = f"{_NAME}[{','.join(extras)}]" if extras else _NAME
    return f"{name} @ git+{origin.url}@{origin.revision}" if origin else name
