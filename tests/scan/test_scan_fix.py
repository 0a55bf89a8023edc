"""``scan --fix`` changes the calls that it is about, and not a byte more."""

from __future__ import annotations

import ast
import io
import tokenize
from typing import TYPE_CHECKING

import pytest
from scan_project import DOOR

if TYPE_CHECKING:
    from scan_project import ScanProject

SESSION = """\
from unittest.mock import AsyncMock, MagicMock


async def test_session():
    session = MagicMock()
    session.__aexit__ = AsyncMock()  # leaves
    async with session:
        assert 1 == 2
"""
DENIED = '''\
"""Tests of the door."""

from __future__ import annotations

import pytest
from unittest.mock import AsyncMock
from shop.users import delete_user


async def test_denied():
    openfga = AsyncMock(
        return_value=False,  # nobody may
    )
    with pytest.raises(PermissionError):
        await delete_user("alice", openfga=openfga)
'''


def comments(content: bytes) -> list[str]:
    tokens = tokenize.tokenize(io.BytesIO(content).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_safe_fix_adds_the_answer(project: ScanProject, end: str, codec: str) -> None:
    """Line ends, byte order mark, encoding and comments stay; a second run changes nothing."""
    text = SESSION.replace("    session = MagicMock()", "    session, café = MagicMock(), 'é'")
    text = (f"# coding: {codec}\n" if codec == "latin-1" else "") + text
    file = project.write("tests/test_session.py", text.replace("\n", end).encode(codec))
    old = file.read_bytes()
    assert project.scan("--select", "MK104").code == 1
    done = project.scan("--select", "MK104", "--fix")
    assert (done.code, done.out) == (0, "")
    assert "MK104 repaired" in done.err
    new = file.read_bytes()
    assert new == old.replace(b"AsyncMock()", b"AsyncMock(return_value=False)")
    assert project.scan("--fix").code == 0
    assert file.read_bytes() == new


def test_an_unsafe_fix_has_to_be_asked_for(project: ScanProject) -> None:
    """It may change what the test says; the import comes below the others and once."""
    file = project.write("tests/test_users.py", DENIED)
    done = project.scan("--select", "MK103", "--fix")
    assert done.code == 1
    assert "tests/test_users.py:11: MK103 is not repaired: the fix may change what the test says" in done.err
    assert file.read_text("utf-8") == DENIED
    assert project.scan("--select", "MK103", "--fix", "--unsafe-fixes").code == 0
    new = file.read_text("utf-8")
    imported = "from bugcapture.mocks import configured_async_mock\n"
    expected = DENIED.replace("import delete_user\n", f"import delete_user\n{imported}")
    assert new == expected.replace("AsyncMock(\n", "configured_async_mock(\n")
    assert project.scan("--select", "MK103", "--fix", "--unsafe-fixes").code == 0
    assert file.read_text("utf-8") == new


def test_a_mock_of_another_file_is_not_repaired(project: ScanProject) -> None:
    """It stands where a test asks for the fixture, and is made elsewhere, for other tests as well."""
    conftest = project.write(
        "tests/conftest.py",
        "import pytest\nfrom unittest.mock import AsyncMock\n\n\n"
        "@pytest.fixture\ndef openfga():\n    return AsyncMock(return_value=False)\n",
    )
    test = project.write(
        "tests/test_users.py",
        "from shop.users import delete_user\n\n\n"
        "async def test_denied(openfga):\n    await delete_user('alice', openfga=openfga)\n",
    )
    before = conftest.read_bytes(), test.read_bytes()
    done = project.scan("--select", "MK103", "--fix", "--unsafe-fixes")
    assert done.code == 1
    assert "tests/test_users.py:4: MK103 is not repaired: the mock is made at tests/conftest.py:7" in done.err
    assert (conftest.read_bytes(), test.read_bytes()) == before


def test_a_diff_writes_nothing(project: ScanProject) -> None:
    """And can be applied."""
    file = project.write("tests/test_session.py", SESSION)
    done = project.scan("--fix", "--diff")
    assert done.code == 1
    assert (
        "-    session.__aexit__ = AsyncMock()  # leaves\n+    session.__aexit__ = AsyncMock(return_value=False)"
        in done.out
    )
    assert file.read_text("utf-8") == SESSION
    assert "not written" in done.err
    file.write_text("", "utf-8")
    assert project.scan("--diff").code == 0


def test_copies_are_not_collected(project: ScanProject) -> None:
    """They keep their folders, get another ending, and never take the place of an older copy."""
    file = project.write("tests/test_session.py", SESSION)
    assert project.scan("--fix", "--backup", "old").code == 0
    copy = project.root / "old/tests/test_session.py.orig"
    assert copy.read_text("utf-8") == SESSION
    file.write_text(SESSION, "utf-8")
    done = project.scan("--fix", "--backup", "old")
    assert (done.code, file.read_text("utf-8")) == (1, SESSION)
    assert "is there already" in done.err


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("AsyncMock( )", "AsyncMock(return_value=False )"),
        ("AsyncMock(name='x')", "AsyncMock(name='x', return_value=False)"),
        ("AsyncMock(object)", "AsyncMock(object, return_value=False)"),
        ("AsyncMock(\n        name='x',  # a name\n    )", None),
        ("AsyncMock(name=('x'))", None),
        ("(AsyncMock)()", "(AsyncMock)(return_value=False)"),
        ("AsyncMock(return_value=True)", None),
        ("AsyncMock(**{'name': 'x'})", None),
    ],
)
def test_what_cannot_be_known_or_written_is_refused(project: ScanProject, call: str, expected: str | None) -> None:
    """With the reason; the file is what it was, or the program that was meant."""
    text = SESSION.replace("AsyncMock()", call)
    file = project.write("tests/test_session.py", text)
    project.scan("--select", "MK104", "--fix")
    new = file.read_text("utf-8")
    if expected is None and new != text:
        wanted = ast.parse(text)
        made = next(node for node in ast.walk(wanted) if isinstance(node, ast.Call) and "x" in ast.unparse(node))
        made.keywords.append(ast.keyword("return_value", ast.Constant(value=False)))
        assert ast.dump(ast.parse(new)) == ast.dump(wanted)
        assert comments(new.encode()) == comments(text.encode())
    else:
        assert new == (text if expected is None else SESSION.replace("AsyncMock()", expected))


@pytest.mark.parametrize(
    "taken",
    [
        "def configured_async_mock(): ...",
        "try: ...\nexcept OSError as configured_async_mock: ...",
        "match 1:\n    case {'a': configured_async_mock}: ...",
        "match 1:\n    case [*configured_async_mock]: ...",
        "match 1:\n    case {**configured_async_mock}: ...",
    ],
)
def test_a_name_that_is_taken_is_not_used(project: ScanProject, taken: str) -> None:
    """A helper of the same name is somebody else's."""
    text = DENIED.replace("async def test_denied", f"{taken}\n\n\nasync def test_denied")
    file = project.write("tests/test_users.py", text)
    done = project.scan("--select", "MK103", "--fix", "--unsafe-fixes")
    assert "configured_async_mock is something else in this file" in done.err
    assert file.read_text("utf-8") == text


def test_a_file_that_cannot_be_written_changes_none(project: ScanProject) -> None:
    """All or nothing."""
    first = project.write("tests/test_a.py", SESSION)
    target = project.write("elsewhere/target.py", SESSION)
    target.chmod(0o444)
    (project.root / "tests/test_b.py").symlink_to(target)
    done = project.scan("--fix")
    assert done.code in {0, 1}
    if done.code and "read-only" in done.err:
        assert first.read_text("utf-8") == SESSION


@pytest.mark.parametrize(
    "arguments", [("--unsafe-fixes",), ("--backup", "old"), ("--fix", "--write-baseline", "known.json")]
)
def test_options_that_belong_to_fix(project: ScanProject, arguments: tuple[str, ...]) -> None:
    """Are refused without it, and where they make no sense."""
    assert project.scan(*arguments).code == 2


@pytest.mark.tdd_bug(997)
def test_bytes_in_comments_that_are_no_text(project: ScanProject) -> None:
    """#997: Python takes them, below a line that says UTF-8; nothing is changed there, and that is told."""
    source = b"# -*- coding: utf-8 -*-\n# \xe2\xfc\n" + DOOR.encode().replace(
        b"MagicMock()\n", b"MagicMock()  # \xe2\xfc\n"
    )
    project.write("tests/test_door.py", source)
    assert "MK104" in project.scan().out
    done = project.scan("--fix")
    assert done.code == 1
    assert "test_door.py:6: MK104 is not repaired" in done.err
    assert (project.root / "tests/test_door.py").read_bytes() == source


@pytest.mark.tdd_bug(999)
@pytest.mark.parametrize(
    "first",
    [
        'from shop.users import delete_user; DATA = """\nline one\n"""\n',
        '"""Tests."""; from shop.users import delete_user; DATA = """\nline one\n"""\n',
    ],
)
def test_the_line_of_the_last_import_goes_on(project: ScanProject, first: str) -> None:
    """#999: an import is not added inside of a string that begins there."""
    test = DENIED.partition("import delete_user\n")[2]
    file = project.write(
        "tests/test_door.py", f"{first}import pytest\nfrom unittest.mock import AsyncMock\n{test}"
    )
    moved = project.write(
        "tests/test_moved.py", f"import pytest\nfrom unittest.mock import AsyncMock\n{first}{test}"
    )
    project.scan("--fix", "--unsafe-fixes")
    for changed in (file, moved):
        namespace = [one for one in ast.parse(changed.read_bytes()).body if isinstance(one, ast.Assign)]
        assert ast.literal_eval(namespace[0].value) == "\nline one\n"


@pytest.mark.tdd_bug(1000)
@pytest.mark.parametrize(
    "made",
    [
        "AsyncMock()\n    openfga.return_value = False",
        "AsyncMock(return_value=True)\n    openfga.return_value = False",
        "AsyncMock(return_value=True)\n    openfga.configure_mock(return_value=False)",
        "AsyncMock(return_value=True)\n    openfga.side_effect = [False]",
    ],
)
def test_an_answer_that_is_told_later(project: ScanProject, made: str) -> None:
    """#1000: no fix takes another answer than the one that the test tells the mock."""
    start, _, rest = DENIED.partition("AsyncMock(\n")
    test = f"{start}{made}{rest.partition(')')[2]}"
    file = project.write("tests/test_door.py", test)
    assert "MK103" in project.json().rules
    done = project.scan("--fix", "--unsafe-fixes")
    assert file.read_text("utf-8") == test
    assert "told" in done.err


@pytest.mark.parametrize("there", ["configured_async_mock_deny", "configured_async_mock_deny as configured"])
def test_another_import_of_that_module_stays(project: ScanProject, there: str) -> None:
    """The new one is a line of its own."""
    text = DENIED.replace("import pytest\n", f"import pytest\nfrom bugcapture.mocks import {there}\n")
    file = project.write("tests/test_users.py", text)
    project.scan("--select", "MK103", "--fix", "--unsafe-fixes")
    lines = file.read_text("utf-8").splitlines()
    assert {f"from bugcapture.mocks import {there}", "from bugcapture.mocks import configured_async_mock"} <= {
        *lines
    }


def test_where_no_line_takes_an_import(project: ScanProject) -> None:
    """There is no fix, and the reason is told."""
    imports = "from shop.users import delete_user; import pytest; from unittest.mock import AsyncMock"
    test = DENIED.partition("import delete_user\n")[2]
    file = project.write("tests/test_users.py", f'"""Tests."""; {imports}; X = """\n"""\n{test}')
    old = file.read_bytes()
    done = project.scan("--select", "MK103", "--fix", "--unsafe-fixes")
    assert file.read_bytes() == old
    assert "the import cannot be added: there is no line for the import" in done.err
