"""A forge on this machine: repositories over HTTP as git itself serves them, and its call for pull requests."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "s3cret-t0ken"  # noqa: S105 - of a forge that lives for one test


class Forge:
    """The forge.

    Attributes:
        url: Its address.
        requests: The pull requests that were asked for.
        answer: What it answers to that: a status and a message.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.answer = (201, "created")


@contextmanager
def run_forge(folder: Path) -> Iterator[Forge]:
    """Serve the bare repositories in a folder, to whoever has the token."""
    forge = Forge(folder)

    class Handler(_Handler):
        pass

    Handler.forge = forge
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    forge.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    forge: Forge

    def do_GET(self) -> None:
        self._serve_git(b"")

    def do_POST(self) -> None:
        content = self._read()
        if self.path.startswith("/api/"):
            self._open_request(content)
        else:
            self._serve_git(content)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _read(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(parts)

    def _open_request(self, content: bytes) -> None:
        status, message = self.forge.answer
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status, message = 401, "no token"
        self.forge.requests.append({"path": self.path, **json.loads(content)})
        self._answer(status, [("Content-Type", "application/json")], json.dumps({"message": message}).encode())

    def _serve_git(self, content: bytes) -> None:
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(given).decode().partition(":")
        if scheme != "Basic" or not user or password != TOKEN:
            self._answer(401, [("WWW-Authenticate", 'Basic realm="forge"')], b"")
            return
        path, _, query = self.path.partition("?")
        done = subprocess.run(
            ["git", "http-backend"],
            input=content,
            capture_output=True,
            check=True,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(self.forge.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": user,
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(content)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = [tuple(line.decode().split(": ", 1)) for line in head.split(b"\r\n")]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        self._answer(status, [(name, value) for name, value in headers if name != "Status"], body)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
