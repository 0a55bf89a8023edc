"""The listener that Robot Framework calls: ``robot --listener bugcapture.robot.Listener``.

Robot logs an error of a listener and goes on as if there were none, so whatever goes wrong in here has to
turn into a red test: before the run into a refusal of all tests, later into a failure of the one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from bugcapture.core.errors import BugcaptureError
from bugcapture.core.text import printable, shorten
from bugcapture.robot.attempt import CallKind
from bugcapture.robot.refusal import Refusal, refuse
from bugcapture.robot.run import RobotRun
from bugcapture.robot.tags import is_ours


class Listener:
    """Judges the captured tests of a run.

    It runs after all other listeners (since Robot 7.1), so that nothing changes a test behind its back.
    """

    ROBOT_LISTENER_API_VERSION = 3
    ROBOT_LISTENER_PRIORITY = -1_000_000

    # The suites that are run at the moment: wired in twice, only one listener judges.
    _taken: ClassVar[list[Any]] = []

    def __init__(self) -> None:
        self._run: RobotRun | None = None
        self._root: Any = None
        self._refusal = ""

    def start_suite(self, data: Any, result: Any) -> None:
        if data.parent is None and not any(root is data for root in self._taken):
            self._begin(data)
        if self._run is not None:
            self._run.start_suite(result)

    def end_suite(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot's signature
        if self._run is not None:
            self._run.end_suite(result)

    def start_test(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot's signature
        if self._run is not None and (self._run.everything or any(map(is_ours, result.tags))):
            self._run.start_test(result)

    def end_test(self, data: Any, result: Any) -> None:
        if self._refusal:  # Neither `--skiponfailure` nor `--exitonfailure` may hide it.
            result.status = "FAIL"
            result.message = self._refusal
        run = self._run
        if run is None or (run.attempt is None and not any(map(is_ours, result.tags))):
            return
        try:
            run.end_test(data, result)
        except Exception as error:  # noqa: BLE001 - see the module's text
            result.status = "FAIL"
            result.message = f"bugcapture: this test could not be judged: {_tell(error)}"

    def end_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:  # noqa: ARG002
        if self._run is not None and self._run.attempt is not None:
            self._run.attempt.end_call(data, result, CallKind.LIBRARY)

    def end_user_keyword(self, data: Any, implementation: Any, result: Any) -> None:  # noqa: ARG002
        if self._run is not None and self._run.attempt is not None:
            self._run.attempt.end_call(data, result, CallKind.USER)

    def end_invalid_keyword(self, data: Any, implementation: Any, result: Any) -> None:  # noqa: ARG002
        if self._run is not None and self._run.attempt is not None:
            self._run.attempt.end_call(data, result, CallKind.INVALID)

    def end_body_item(self, data: Any, result: Any) -> None:
        if self._run is not None and self._run.attempt is not None:
            self._run.attempt.end_call(data, result, CallKind.CONTROL)

    def close(self) -> None:
        run, self._run = self._run, None
        self._taken[:] = [root for root in self._taken if root is not self._root]
        if run is not None:
            run.close()

    def _begin(self, root: Any) -> None:
        self.close()
        self._refusal = ""
        self._root = root
        self._taken.append(root)
        try:
            self._run = RobotRun(root)
        except Refusal as refusal:
            problem = str(refusal)
        except BugcaptureError as error:
            problem = f"{error}\n  nothing was run"
        except Exception as error:  # noqa: BLE001 - see the module's text
            problem = f"an error of bugcapture itself, so nothing was run: {_tell(error)}"
        else:
            return
        self._refusal = refuse(root, problem)


def _tell(error: Exception) -> str:
    return shorten(printable(f"{type(error).__name__}: {error}"), 300)
