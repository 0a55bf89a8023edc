"""Lay out the throw-away project from the sample application."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Final

from bugcapture.core.errors import ConfigurationError

PATCH: Final = Path(__file__).with_name("fix-991.patch")
CAPTURE: Final = Path("features/audit/audit_session_race.feature")

_ENVIRONMENT = '''\
"""Behave's environment: two lines wire bugcapture in."""

import sys

from bugcapture.behave import install

install()

sys.path.insert(0, "src")
'''
_BEHAVE_INI = """\
[behave]
paths = features
default_format = plain
show_timings = false
"""
_NEEDED = {"behave": "behave", "sqlalchemy": "sample"}


def require_libraries() -> None:
    """Make sure that the demo can run.

    Raises:
        ConfigurationError: If Behave or SQLAlchemy is not installed.
    """
    missing = [extra for module, extra in _NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise ConfigurationError(
            f"the demo needs the {'extras' if len(missing) > 1 else 'extra'} {' and '.join(missing)}",
            hint=f"install bugcapture again with its extras: [{','.join(_NEEDED.values())}]",
        )


def lay_out(project: Path) -> None:
    """Write the sample application and its step definitions, without the captured bug.

    Args:
        project: An empty folder.
    """
    sample = _sample_root()
    ignored = shutil.ignore_patterns("__pycache__", "*.py[co]")
    shutil.copytree(sample / "src" / "audit_service", project / "src" / "audit_service", ignore=ignored)
    (project / CAPTURE).parent.mkdir(parents=True)
    steps = project / "features" / "steps"
    steps.mkdir()
    for name in ("audit_steps.py", "race_steps.py"):
        shutil.copyfile(sample / "features" / "steps" / name, steps / name)
    (project / "features" / "environment.py").write_text(_ENVIRONMENT, encoding="utf-8")
    (project / "behave.ini").write_text(_BEHAVE_INI, encoding="utf-8")
    (project / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")


def add_capture(project: Path) -> None:
    """Add the feature that captures bug 991."""
    shutil.copyfile(_sample_root() / CAPTURE, project / CAPTURE)


def _sample_root() -> Path:
    """The sample: inside the installed package, or the checkout that the package is imported from."""
    packaged = Path(__file__).with_name("sample")
    return packaged if packaged.is_dir() else Path(__file__).parents[3]
