"""What forges have answered, kept between runs: so that unchanged answers cost nothing, and for ``--offline``."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - msgspec reads the annotations
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from bugcapture.project import git
from bugcapture.tracker.issue import Issue  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bugcapture.project.config import Project
    from bugcapture.tracker.home import Home

_SCHEMA: Final = "bugcapture.tracker-page/1"
_SUFFIX: Final = ".json"
_KEPT_SECONDS: Final = 90 * 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer, as far as it concerns us.

    Attributes:
        url: The address that was asked.
        asked_at: When the forge last vouched for it.
        issues: The issues on it; empty for an issue that does not exist.
        exists: Whether there is anything under the address.
        etag: What names this version; empty when nothing does.
        next: The address of the next page; empty on the last one.
        schema: The version of this record.
    """

    url: str
    asked_at: datetime
    issues: tuple[Issue, ...] = ()
    exists: bool = True
    etag: str = ""
    next: str = ""
    schema: str = _SCHEMA


class Cache:
    """The answers of one repository, in a folder that any number of processes may use at the same time.

    Every answer is a file of its own that is replaced in one step, so nobody ever reads half of one. What
    cannot be read counts as not there, and what cannot be written is not kept.

    Args:
        folder: The folder, made when there is something to keep; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def read(self, url: str) -> Page | None:
        """The answer of an address; None when there is none."""
        page = _read(self.folder / _name(url)) if self.folder is not None else None
        return page if page is not None and page.url == url else None

    def pages(self) -> Iterator[Page]:
        """All answers."""
        with contextlib.suppress(OSError):
            for file in sorted(self.folder.iterdir()) if self.folder is not None else ():
                if file.suffix == _SUFFIX and (page := _read(file)) is not None:
                    yield page

    def write(self, page: Page) -> None:
        """Keep an answer in place of the last one of its address."""
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(self.folder / _name(page.url), msgspec.json.encode(page))

    def drop_old(self) -> None:
        """Forget what nobody has asked for in a long time."""
        with contextlib.suppress(OSError):
            for file in self.folder.iterdir() if self.folder is not None else ():
                if file.stat().st_mtime < time.time() - _KEPT_SECONDS:
                    file.unlink(missing_ok=True)


def open_cache(project: Project, home: Home, environment: Mapping[str, str]) -> Cache:
    """The cache of a repository, below the user's folder for caches, and never in the project.

    Args:
        project: The project that asks.
        home: Where its issues are.
        environment: The variables of the process.
    """
    above = _user_folder(environment)
    top = git.top_folder(project.root) or project.root.resolve()
    if above is None or above.resolve().is_relative_to(top):
        above = git.common_folder(project.root)
    if above is None:
        return Cache(None)
    place = f"{home.kind} {home.api} {home.repository}"
    return Cache(above / "bugcapture" / "tracker" / hashlib.sha256(place.encode()).hexdigest()[:32])


def _user_folder(environment: Mapping[str, str]) -> Path | None:
    named = environment.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named)
    if sys.platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local) if local else None
    home = environment.get("HOME", "")
    if not Path(home).is_absolute():
        return None
    return Path(home, "Library", "Caches") if sys.platform == "darwin" else Path(home, ".cache")


def _name(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:32] + _SUFFIX


def _read(file: Path) -> Page | None:
    try:
        page = msgspec.json.decode(file.read_bytes(), type=Page)
    except (OSError, ValueError, RecursionError):
        return None
    return page if page.schema == _SCHEMA and page.asked_at.tzinfo is not None else None


def _replace(file: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=file.stem, suffix=".part", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(name).replace(file)
    except BaseException:  # An interrupt too leaves nothing behind.
        Path(name).unlink(missing_ok=True)
        raise
