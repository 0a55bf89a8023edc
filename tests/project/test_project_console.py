"""Talk on standard error, on any stream."""

from __future__ import annotations

import io
import sys

import pytest

from bugcapture.project.console import say


def stream(encoding):
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", b"Gr\xc3\xbc\xc3\x9fe \xe2\x80\xa6\nzwei\n"),
        ("ascii", b"Gr\\xfc\\xdfe \\u2026\nzwei\n"),
        ("latin-1", b"Gr\xfc\xdfe \\u2026\nzwei\n"),
        ("cp437", b"Gr\x81\xe1e \\u2026\nzwei\n"),
    ],
)
def test_any_encoding_can_be_written(monkeypatch, encoding, expected):
    """What the stream cannot show becomes an escape, and the lines arrive at once."""
    monkeypatch.setattr(sys, "stderr", stream(encoding))
    say("Gr\u00fc\u00dfe \u2026\nzwei")

    assert sys.stderr.buffer.getvalue() == expected


def test_nothing_steers_the_terminal(monkeypatch):
    """Escapes, overrides and lone surrogates are shown, line feeds stay."""
    monkeypatch.setattr(sys, "stderr", stream("utf-8"))
    say("a\x1b[31m\nb\u202e\rc\ud800")

    assert sys.stderr.buffer.getvalue() == rb"a\x1b[31m" + b"\n" + rb"b\u202e\rc\ud800" + b"\n"


def test_a_stream_without_an_encoding(monkeypatch):
    """A stream that does not name its encoding gets ASCII."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    say("\u00fc")

    assert sys.stderr.getvalue() == "\\xfc\n"


def test_the_process_stream_stands_in(monkeypatch):
    """Where a host took ``sys.stderr`` away, the process's own is used."""
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(sys, "__stderr__", stream("utf-8"))
    say("x")

    assert sys.__stderr__.buffer.getvalue() == b"x\n"


def test_without_any_stream_nothing_happens(monkeypatch, capsys):
    """A process without a console is no error, and standard output is no way out."""
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(sys, "__stderr__", None)

    say("x")

    assert capsys.readouterr().out == ""


def test_standard_output_is_left_alone(capsys):
    """Standard output belongs to the host."""
    say("x")

    assert capsys.readouterr() == ("", "x\n")


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("I/O operation on closed file")])
def test_a_broken_stream_loses_no_result(monkeypatch, error):
    """Nobody listening on standard error never turns into a traceback."""
    tried = []

    class Broken(io.StringIO):
        def write(self, text):
            tried.append(text)
            raise error

    monkeypatch.setattr(sys, "stderr", Broken())

    say("x")

    assert tried == ["x\n"]
