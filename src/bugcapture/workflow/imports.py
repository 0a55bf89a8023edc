"""From where a program under test is imported: out of the checkout that is tried, and out of no other place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Folders from which projects import without saying so anywhere.
_USUAL: Final = ("", "src")
_PROBE: Final = """
import importlib.util, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        spec = importlib.util.find_spec(name)
    except Exception:
        continue
    if spec is not None:
        found[name] = spec.origin or next(iter(spec.submodule_search_locations or ()), "")
print(json.dumps(found))
"""
_TIMEOUT: Final = 60.0


def find_modules(files: Iterable[str]) -> dict[str, str]:
    """The packages and modules of a project, by name, with the folder that they are imported from.

    Args:
        files: Files of the project, with forward slashes; those of tests left out.
    """
    python = [file for file in files if file.endswith(".py")]
    packages = {os.path.dirname(file) for file in python if file.endswith("/__init__.py")}  # noqa: PTH120
    found: dict[str, str] = {}
    for file in python:
        folder, _, name = file.rpartition("/")
        top = ""
        while folder in packages:
            folder, _, top = folder.rpartition("/")
        if top:
            found.setdefault(top, folder)
        elif folder in _USUAL:
            found.setdefault(name.removesuffix(".py"), folder)
    return found


def python_path(checkout: Path, original: Path, modules: Mapping[str, str], python: str | None) -> str:
    """``PYTHONPATH`` by which a program is imported from a checkout, wherever it is installed from.

    Args:
        checkout: The checkout that is tried.
        original: The user's own checkout; where something is installed from there, the same folder of the other
            one takes its place.
        modules: The project's packages, see `find_modules`.
        python: The interpreter; None for the one of this process.
    """
    roots = [root for root in _USUAL[::-1] if (checkout / root).is_dir()]
    unusual = [name for name, root in modules.items() if root not in _USUAL and name.isidentifier()]
    if unusual:
        for name, origin in _ask_origins(unusual, python).items():
            place = Path(origin)
            if place.is_relative_to(original) and modules[name]:
                roots.append(modules[name])
    places = [str(checkout / root) for root in dict.fromkeys(roots)]
    for entry in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        path = Path(os.path.abspath(entry))  # noqa: PTH100 - links stay as they are
        inside = path.is_relative_to(original)
        places.append(str(checkout / path.relative_to(original)) if inside else str(path))
    return os.pathsep.join(dict.fromkeys(places))


def foreign_files(
    imported: Iterable[str], checkout: Path, original: Path, modules: Mapping[str, str]
) -> list[str]:
    """The files of a program under test that were imported from elsewhere than the checkout.

    Args:
        imported: The files that were imported under the names of the project's packages.
        checkout: The checkout that was tried.
        original: The user's own checkout.
        modules: The project's packages, see `find_modules`.
    """
    here = Path(os.path.realpath(checkout))
    installed = {name for name, root in modules.items() if root in _USUAL}
    foreign = []
    for file in imported:
        path = Path(os.path.realpath(file))
        if path.is_relative_to(here):
            continue
        # A package of the same name may be an example or a test's double; one of the user's checkout never is.
        if path.is_relative_to(os.path.realpath(original)) or installed.intersection((*path.parts, path.stem)):
            foreign.append(file)
    return sorted(set(foreign))


def _ask_origins(names: Iterable[str], python: str | None) -> dict[str, str]:
    """Where an interpreter finds packages; nothing of them is executed."""
    try:
        done = subprocess.run(
            [python or sys.executable, "-P", "-c", _PROBE, *names],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=True,
        )
        found: dict[str, str] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return {}
    return found
