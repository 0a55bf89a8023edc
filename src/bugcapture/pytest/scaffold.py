"""Write a new pytest test that captures a bug."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from typing import TYPE_CHECKING, Final

from bugcapture.core.naming import slug
from bugcapture.core.scaffold import UNWRITTEN, Skeleton
from bugcapture.core.tags import PREFIX, SWITCH
from bugcapture.core.text import printable
from bugcapture.core.wording import PYTEST
from bugcapture.pytest.settings import find_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bugcapture.core.scaffold import NewFile, NewTest, RaceCall

_TEST = re.compile(r"^\s*(?:async\s+)?def\s+test", re.MULTILINE)
_GLOB = re.compile(r"[*?\[].*")
_OBJECT: Final = "subject"
# Names that the module has already.
_TAKEN: Final = frozenset({"pytest", "race", "result", _OBJECT})


class PytestScaffold:
    """pytest's part; see `bugcapture.core.scaffold.Scaffold`."""

    name = "pytest"
    suffix = ".py"

    def is_used(self, tests: Sequence[Path], root: Path) -> bool:
        """Test modules, or a configuration of pytest's."""
        return bool(tests) or find_settings(root).file is not None

    def why_not(self, file: Path) -> str:
        """By its name and the patterns of pytest's configuration."""
        settings = find_settings(file.parent)
        patterns = " ".join(settings.words("python_files", ("test_*.py", "*_test.py")))
        found = file.suffix == self.suffix and settings.is_test_file(file)
        return "" if found else f"pytest collects files called {printable(patterns)}"

    def count_tests(self, text: str) -> int:
        """Functions and methods whose names begin like those of tests."""
        return len(_TEST.findall(text))

    def choose_folder(self, tests: Sequence[Path], root: Path) -> Path:
        """The first of ``testpaths``, else the folder of most test modules; ``tests`` where there is none."""
        settings = find_settings(root)
        base = settings.file.parent if settings.file else root
        words = [word for word in settings.words("testpaths") if not _GLOB.search(word)]
        named = next((base / word for word in words if (base / word).is_dir()), None)
        folders = Counter(file.parent for file in tests if file.name != "conftest.py")
        default = base / words[0] if words else root / "tests"
        return named or min(folders, key=lambda folder: (-folders[folder], str(folder)), default=default)

    def file_names(self, test: NewTest, folder: Path) -> Sequence[str]:
        """The title in the pattern by which pytest takes test modules, with the number where that is taken."""
        patterns = find_settings(folder).words("python_files", ("test_*.py", "*_test.py"))
        pattern = next((word for word in patterns if re.fullmatch(r"[\w-]*\*[\w-]*\.py", word)), "test_*.py")
        name = slug(test.title, "_", f"bug_{test.number}")
        return tuple(pattern.replace("*", stem) for stem in (name, f"{name}_{test.number}"))

    def write_test(self, test: NewTest, file: Path, root: Path) -> Skeleton:
        """A module with one test function."""
        del root
        name = _prefix(file.parent) + slug(test.title, "_", f"bug_{test.number}")
        imports = ["import pytest", *(["", _import_factory(test.race)] if test.race else [])]
        lines = [f'"""The regression test of bug {test.number}."""', "", *imports, "", ""]
        lines += [f"# {line}" for line in test.comment("test", SWITCH, "marker")]
        line = len(lines) + 1
        lines += [f"@pytest.mark.{PREFIX}{family}({test.number})" for family in test.families]
        lines.append(PYTEST.declare("AssertionError", test.message))
        lines += _write_race(name, test.race) if test.race else _write_todo(name, test.number)
        return Skeleton("\n".join(lines) + "\n", name, line)

    def write_support(self, test: NewTest, file: Path, root: Path) -> Sequence[NewFile]:
        """Nothing: the fixture comes with the plugin."""
        del test, file, root
        return ()

    def tell_next(self, test: NewTest, path: str) -> Sequence[str]:
        """What is left to do in the new file."""
        command = f"pytest {shlex.quote(path)}"
        red = f"see it red: `BUGCAPTURE_RAW=1 {command}`; see it green: the same without the variable"
        if test.race:
            return (red,)
        raised = "until then the run says wrong failure, because what is not written is never the expected failure"
        return (f"write the body of the test in {path} and the message in `match=`; {raised}", red)


def _prefix(folder: Path) -> str:
    """What the names of test functions begin with."""
    settings = find_settings(folder)
    if settings.is_test_function("test_bug"):
        return "test_"
    starts = (_GLOB.sub("", word) for word in settings.words("python_functions", ("test",)))
    start = next((start for start in starts if start.isidentifier()), "test")
    return start if start.endswith("_") else f"{start}_"


def _import_factory(race: RaceCall) -> str:
    module, first, _ = _split(race.factory)
    alias = f" as {_own_name(first)}" if _own_name(first) != first else ""
    return f"from {module} import {first}{alias}"


def _own_name(first: str) -> str:
    """What the factory is called in the module; pytest would take `test_client` for a test."""
    return f"make_{_OBJECT}" if first in _TAKEN or first.lower().startswith("test") else first


def _write_race(name: str, race: RaceCall) -> list[str]:
    _, first, inner = _split(race.factory)
    factory = ".".join((_own_name(first), *inner))
    threads = f", threads={race.threads}"
    return [
        f"def {name}(race):",
        f"    {_OBJECT} = {factory}()",
        "",
        f'    result = race({_OBJECT}.{race.method}, meet_at="{race.meet_at}"{threads})',
        "",
        "    result.expect(entries=1, errors=0, same_result=True)",
    ]


def _write_todo(name: str, number: int) -> list[str]:
    return [
        f"def {name}():",
        f'    raise NotImplementedError("{UNWRITTEN}{number}: assert what is right instead")',
    ]


def _split(factory: str) -> tuple[str, str, list[str]]:
    """The module, the name in it, and the attributes of that."""
    module, colon, path = factory.partition(":")
    if not colon:
        parts = factory.split(".")
        # Modules are written small, so a capital letter begins a class.
        end = next((n for n, part in enumerate(parts) if n and part[0].isupper()), len(parts) - 1)
        module, path = ".".join(parts[:end]), ".".join(parts[end:])
    first, *inner = path.split(".")
    return module, first, inner
