"""A project of a stranger, for the suites: a shop that forgets the first item of every cart, and its tests."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

_FILES = {
    "shop.py": "def total(prices):\n    return sum(prices[1:])\n",
    "features/environment.py": (
        "import sys\n\nfrom bugcapture.behave import install\n\ninstall()\n\nsys.path.insert(0, '.')\n"
    ),
    "features/steps/cart.py": (
        "import shop\n"
        "from behave import given, then\n\n\n"
        "@given('a cart with the prices {prices}')\n"
        "def fill(context, prices):\n"
        "    context.cart = [int(price) for price in prices.split(',')]\n\n\n"
        "@then('the total is {total:d}')\n"
        "def check(context, total):\n"
        "    assert shop.total(context.cart) == total, 'an item is missing'\n"
    ),
    "features/cart.feature": (
        "Feature: The cart\n\n"
        "  # Seen on a Monday.\r\n"
        "  @tdd_bug @tdd_bug_7 @tdd_expected_fail @cart  # and on a Tuesday\n"
        "  Scenario: Every item counts\n"
        "    Given a cart with the prices 3, 4\n"
        "    Then the total is 7\n\n"
        "  @tdd_issue @tdd_issue_8\n"
        "  Scenario: An empty cart costs nothing\n"
        "    Given a cart with the prices 0\n"
        "    Then the total is 0\n"
    ),
    ".gitignore": "__pycache__/\n",
}
_BROKEN = "Feature: Broken\n\n  @tdd_bug_5\n  Scenario: One\n    Given a cart with the prices 3, 4\n"
_FOREIGN = re.compile(r"BUGCAPTURE_|BEHAVE|GIT_|GITHUB_|CI_|NO_COLOR|FORCE_COLOR|PYTHONOPTIMIZE|LC_|LANG")


def make_project() -> str:
    """Write the project into a new folder, with one captured and one guarded bug; return the folder."""
    folder = Path(tempfile.mkdtemp(prefix="bugcapture-robot-")).resolve()
    for name, text in _FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    return str(folder)


def break_project(folder: str) -> None:
    """Add a feature with a tag that breaks a rule."""
    (Path(folder) / "features" / "broken.feature").write_text(_BROKEN, encoding="utf-8")


def make_environment() -> dict[str, str]:
    """The variables of this process, without settings that would change what the commands do.

    The commands of the environment that runs this suite come first on PATH.
    """
    kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return kept | {
        "PATH": path,
        "PYTHONUTF8": "1",
        # Plugins of this environment that no project of the suites uses; loading them takes half of a short run.
        "PYTEST_ADDOPTS": "-p no:pytest-bdd -p no:hypothesispytest -p no:anyio -p no:pytest_mock",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_AUTHOR_NAME": "Ann",
        "GIT_AUTHOR_EMAIL": "ann@example.com",
        "GIT_COMMITTER_NAME": "Ann",
        "GIT_COMMITTER_EMAIL": "ann@example.com",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
