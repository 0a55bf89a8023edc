"""From where a program under test is imported: out of the checkout that is tried, and out of no other place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Folders of a project from which it imports without saying so anywhere; the first one wins.
_USUAL: Final = ("src", "")
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})
# Where packages lie, and of installed ones what they were installed from; nothing of them is executed.
_PROBE: Final = """
import importlib.util, json, sys
from importlib import metadata
found, owners = {}, None
for name in json.load(sys.stdin):
    try:
        spec = importlib.util.find_spec(name)
    except Exception:
        continue
    if spec is None:
        continue
    origin = spec.origin or next(iter(spec.submodule_search_locations or ()), "")
    url = ""
    if "site-packages" in origin or "dist-packages" in origin:
        owners = metadata.packages_distributions() if owners is None else owners
        for owner in owners.get(name, ()):
            url = json.loads(metadata.distribution(owner).read_text("direct_url.json") or "{}").get("url", "")
    found[name] = [origin, url]
print(json.dumps(found))
"""
_TIMEOUT: Final = 60.0


def find_modules(files: Iterable[str]) -> dict[str, str]:
    """The packages and modules of a program, by name, with the folder that they are imported from.

    Args:
        files: Its files, seen from the top of the repository, with forward slashes; those of tests left out.
    """
    python = [file for file in files if file.endswith(".py")]
    packages = {file.rpartition("/")[0] for file in python if file.endswith("/__init__.py")}
    found: dict[str, str] = {}
    for file in python:
        folder, _, name = file.rpartition("/")
        top = ""
        while folder in packages:
            folder, _, top = folder.rpartition("/")
        found.setdefault(top or name.removesuffix(".py"), folder)
    return {name: folder for name, folder in found.items() if name.isidentifier()}


def usual_folders(project: str) -> tuple[str, ...]:
    """The folders that a project imports from in any case.

    Args:
        project: Its folder, seen from the top of the repository; empty for the top itself.
    """
    return tuple("/".join(filter(None, (project, name))) for name in _USUAL)


def find_folders(project: str, original: Path, modules: Mapping[str, str], python: str | None) -> tuple[str, ...]:
    """The folders of a repository that its programs are imported from, seen from its top.

    Args:
        project: The project's folder, seen from the top; empty for the top itself.
        original: The top of the user's own checkout, from which something may be installed.
        modules: The repository's packages, see `find_modules`.
        python: The interpreter; None for the one of this process.
    """
    usual = usual_folders(project)
    places = {name: folder for name, folder in modules.items() if folder not in usual}
    found = _ask_origins(sorted(places), python) if places else {}
    more = {
        places[name]
        for name, (origin, url) in found.items()
        if name in places and _is_of_repository(f"{places[name]}/{name}", origin, url, original)
    }
    return (*usual, *sorted(more))


def _is_of_repository(place: str, origin: str, url: str, original: Path) -> bool:
    """Whether an importable package is the one at a place of a repository, in whatever checkout of it."""
    path = Path(os.path.realpath(origin))
    if not _INSTALLED.isdisjoint(path.parts):
        return url.startswith("file://") and Path(unquote(urlsplit(url).path)).is_relative_to(original)
    return f"{path.with_suffix('').as_posix().removesuffix('/__init__')}".endswith(f"/{place}")


def python_path(checkout: Path, original: Path, folders: Sequence[str]) -> str:
    """``PYTHONPATH`` by which programs are imported from a checkout, wherever they are installed from.

    Args:
        checkout: The top of the checkout that is tried.
        original: The top of the user's own one: what stands in the variable now and lies there is looked for in
            the other one.
        folders: The folders to import from, see `find_folders`.
    """
    places = [str(checkout / folder) for folder in folders if (checkout / folder).is_dir()]
    for entry in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        path = Path(os.path.abspath(entry))  # noqa: PTH100 - links stay as they are
        inside = path.is_relative_to(original)
        places.append(str(checkout / path.relative_to(original)) if inside else str(path))
    return os.pathsep.join(dict.fromkeys(places))


def foreign_files(
    imported: Iterable[tuple[str, str]], good: Iterable[Path], original: Path, modules: Iterable[str]
) -> list[str]:
    """The files of a program under test that were imported from elsewhere than they should.

    Args:
        imported: The names and files of imported modules.
        good: Where they may lie: the checkout that was tried, and the environment that was made for it.
        original: The top of the user's own checkout.
        modules: The packages that have to be imported from the checkout, wherever else they lie.
    """
    expected = frozenset(modules)
    places = [os.path.realpath(place) for place in good]
    top = os.path.realpath(original)
    foreign = set()
    for name, file in imported:
        path = Path(os.path.realpath(file))
        if any(path.is_relative_to(place) for place in places):
            continue
        own = path.is_relative_to(top) and _INSTALLED.isdisjoint(path.relative_to(top).parts)
        if own or name.partition(".")[0] in expected:
            foreign.add(file)
    return sorted(foreign)


def _ask_origins(names: Sequence[str], python: str | None) -> dict[str, tuple[str, str]]:
    """Where an interpreter finds packages, and from which address they were installed."""
    try:
        done = subprocess.run(
            [python or sys.executable, "-P", "-c", _PROBE],
            input=json.dumps(names).encode(),
            capture_output=True,
            timeout=_TIMEOUT,
            check=True,
        )
        return {name: (origin, url) for name, (origin, url) in json.loads(done.stdout).items()}
    except (OSError, ValueError, TypeError, AttributeError, subprocess.SubprocessError):
        return {}
