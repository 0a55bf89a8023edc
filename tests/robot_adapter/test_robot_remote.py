"""Failures of remote libraries, whose classes are known by name only."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from xmlrpc.server import SimpleXMLRPCServer

import pytest
from robot.errors import RemoteError
from robot_project import TAGS

from bugcapture.robot.remote import remote_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from robot_project import RobotProject

TRACEBACK = "Traceback (most recent call last):\n  File 'x.py', line 1, in f\n    assert 1 == 2\n"
FAILURES = {
    "Assert": {"error": "1 != 2", "traceback": f"{TRACEBACK}AssertionError: 1 != 2"},
    "Value": {"error": "ValueError: no", "traceback": f"{TRACEBACK}ValueError: no"},
    "Untold": {"error": "1 != 2"},
    "Fatal": {"error": "1 != 2", "traceback": f"{TRACEBACK}AssertionError: 1 != 2", "fatal": False},
    "Later": {"error": "1 != 2", "traceback": f"{TRACEBACK}AssertionError: 1 != 2", "continuable": True},
}


@pytest.fixture
def server() -> Iterator[str]:
    """A remote library of which every keyword fails in its own way."""
    rpc = SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False, allow_none=True)
    rpc.register_function(lambda: list(FAILURES), "get_keyword_names")

    def run_keyword(name: str, _args: Any, _kwargs: Any = None) -> Any:
        return {"status": "FAIL", **FAILURES[name]}

    rpc.register_function(run_keyword, "run_keyword")
    thread = threading.Thread(target=rpc.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{rpc.server_address[1]}"
    rpc.shutdown()
    rpc.server_close()
    thread.join()


def test_a_remote_assertion_is_told_by_its_traceback(project: RobotProject, server: str) -> None:
    """A remote failure counts as an assertion when its traceback says so, else only when it is declared."""
    cases = "".join(f"{name}\n    {TAGS}\n    {name}\n" for name in FAILURES)
    declared = "".join(
        f"{name} declared\n    [Documentation]    Fails with: {kind}\n    {TAGS}\n    {name}\n"
        for name, kind in (("Value", "ValueError: no"), ("Untold", "RemoteError: 1 != 2"))
    )
    project.write(
        "tests/a.robot", f"*** Settings ***\nLibrary    Remote    {server}\n*** Test Cases ***\n{cases}{declared}"
    )

    run = project.robot()

    assert run.verdicts == {
        "Assert": "expected_failure",
        "Value": "wrong_failure",
        "Untold": "wrong_failure",
        "Fatal": "expected_failure",
        "Later": "expected_failure",
        "Value declared": "expected_failure",
        "Untold declared": "expected_failure",
    }
    assert run.record("Untold")["exc_type"] == "RemoteError"
    assert run.record("Value")["exc_type"] == "ValueError"


@pytest.mark.parametrize(
    ("error", "details", "name"),
    [
        ("1 != 2", f"{TRACEBACK}AssertionError: 1 != 2", "AssertionError"),
        ("AssertionError", f"{TRACEBACK}AssertionError", "AssertionError"),
        ("OwnError: x", f"{TRACEBACK}shop.errors.OwnError: x", "OwnError"),
        ("one\ntwo", f"{TRACEBACK}AssertionError: one\ntwo", "AssertionError"),
        ("*HTML* <b>x</b>", f"{TRACEBACK}AssertionError: <b>x</b>", "AssertionError"),
        ("TimeoutError: slow", f"{TRACEBACK}TimeoutError: slow", "TimeoutError"),
        ("other", f"{TRACEBACK}AssertionError: 1 != 2", ""),
        ("1 != 2", "    AssertionError: 1 != 2", ""),
        ("1 != 2", "at Shop.check(Shop.java:7)", ""),
        ("1 != 2", "", ""),
    ],
)
def test_the_class_comes_from_the_last_line(error: str, details: str, name: str) -> None:
    """Only a line of the traceback that repeats the error's own text names its class."""
    names = remote_names(RemoteError(error, details))

    assert (names[0] if names else "") == name


def test_bases_are_known_for_classes_of_python() -> None:
    """A built-in class brings its bases; of any other only the names are known."""
    assert "builtins.LookupError" in remote_names(RemoteError("KeyError: 1", "KeyError: 1"))
    assert remote_names(RemoteError("Own: 1", "shop.Own: 1")) == ("Own", "shop.Own")
    for name in ("print", "int"):  # Built-in names that are no errors.
        assert remote_names(RemoteError(f"{name}: 1", f"{name}: 1")) == (name,)
