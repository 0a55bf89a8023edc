"""Run ``behave --dry-run`` in many folders: one process loads Behave, and a fork of it runs each folder.

Arguments: the folders. Standard output: a JSON list of exit code and output, in the same order.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from tempfile import TemporaryFile

from behave.__main__ import main

ARGUMENTS = ("--dry-run", "--no-summary", "--no-snippets")


def run(folder: Path) -> tuple[int, str]:
    """One dry run in a child process: exit code and output."""
    with TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            os.chdir(folder)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            try:
                code = int(main(list(ARGUMENTS)) or 0)
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else 1
            except BaseException:  # noqa: BLE001 - what the interpreter does at the end of a process
                traceback.print_exc()
                code = 1
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        output.seek(0)
        return os.waitstatus_to_exitcode(status), output.read().decode("utf-8")


if __name__ == "__main__":
    print(json.dumps([run(Path(folder)) for folder in sys.argv[1:]]))
