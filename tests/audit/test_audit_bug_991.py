from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import bugcapture
from audit_service import AuditService, ClosedError
from audit_service.engine import create_schema
from bugcapture.race import RAISED, RaceResult, race

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

ROOT = Path(__file__).resolve().parents[2]
PATCH = Path(bugcapture.__file__).parent / "demo" / "fix-991.patch"
SEAM = "audit_service.service.create_engine"

RACE_AGAIN = """
import sys
from audit_service import AuditService, ClosedError, service
from bugcapture.race import RAISED, race

print(service.__file__)
for number in range(5):
    audit = AuditService(f"sqlite:///{sys.argv[1]}/{number}.db")
    result = race(audit._ensure_session, meet_at="audit_service.service.create_engine", wait=0.1)
    same = len(set(result.results)) == 1
    print(result.entries, len(result.errors), same)
    for sessions in result.results:
        if sessions is not RAISED:
            sessions.kw["bind"].dispose()
    audit.record("ann", "update", "invoice", "7")
    audit.close()
    audit.close()
    try:
        audit.query()
    except ClosedError:
        print("closed")
"""


def race_first_use(service: AuditService, *, threads: int = 2, wait: float = 3) -> RaceResult:
    """Race the first use; every engine that came of it is given back."""
    result = race(service._ensure_session, meet_at=SEAM, threads=threads, wait=wait)
    for sessions in result.results:
        if sessions is not RAISED:
            sessions.kw["bind"].dispose()  # type: ignore[attr-defined]
    service.close()
    return result


@pytest.mark.parametrize("threads", [2, 4])
def test_the_race_is_met_every_time(url: str, threads: int) -> None:
    """Each racing thread creates an engine of its own, in 20 of 20 races."""
    results = [race_first_use(AuditService(url), threads=threads) for _ in range(20)]

    assert [result.entries for result in results] == [threads] * 20
    assert all(result.met for result in results)


class HalfFixed(AuditService):
    """A lock around the creation, without a second look inside it."""

    _lock = threading.Lock()

    def _ensure_session(self) -> sessionmaker[Session]:
        from audit_service import service

        if self._sessions is None:
            with self._lock:
                engine = service.create_engine(self._url)
                create_schema(engine)
                made = self._sessions = service.sessionmaker(engine)
            return made
        return self._sessions


def test_a_half_fix_is_caught(url: str) -> None:
    """A lock that only lines the threads up still creates two engines, one after the other."""
    result = race_first_use(HalfFixed(url), wait=0.1)

    assert (result.entries, result.together) == (2, 1)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the service and its features, with the bug in it."""
    project = tmp_path / "project"
    hidden = shutil.ignore_patterns("__pycache__")
    for folder in ("src/audit_service", "features/audit"):
        shutil.copytree(ROOT / folder, project / folder, ignore=hidden)
    (project / "features/steps").mkdir()
    for name in ("audit_steps.py", "race_steps.py"):
        shutil.copy(ROOT / "features/steps" / name, project / "features/steps" / name)
    return project


def apply_fix(project: Path) -> None:
    """Apply the patch as its reader would."""
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    done = subprocess.run(
        ["git", "apply", "--verbose", str(PATCH)], cwd=project, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def run_python(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project, on the project's own copy of the service."""
    path = os.pathsep.join([str(project / "src"), str(Path(bugcapture.__file__).parents[1])])
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BUGCAPTURE_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env={**environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def run_race_feature(project: Path) -> dict[str, Any]:
    """The race scenario as plain Behave reports it, with nothing inverted."""
    feature = "features/audit/audit_session_race.feature"
    done = run_python(project, "-m", "behave", "--format", "json", "--outfile", "report.json", feature)
    assert (project / "report.json").exists(), done.stdout + done.stderr
    (report,) = json.loads((project / "report.json").read_text())
    (scenario,) = report["elements"]
    return scenario


def test_the_scenario_fails_for_the_bug(project: Path) -> None:
    """Without the fix the scenario fails in its one Then step, with the message that it declares."""
    scenario = run_race_feature(project)

    given, when, then = (step["result"] for step in scenario["steps"])
    assert (given["status"], when["status"], then["status"]) == ("passed", "passed", "failed")
    assert "2 engines were created, expected 1" in "\n".join(then["error_message"])
    assert scenario["description"] == ["Fails with: AssertionError: 2 engines were created, expected 1"]


def test_the_scenario_passes_with_the_fix(project: Path) -> None:
    """With the patch applied the very same scenario passes: what it captures is bug 991."""
    apply_fix(project)

    assert run_race_feature(project)["status"] == "passed"


def test_the_fix_holds(project: Path, tmp_path: Path) -> None:
    """With the patch applied one engine is created, both threads share it, and a closed service stays closed."""
    apply_fix(project)

    done = run_python(project, "-c", RACE_AGAIN, str(tmp_path))

    first, *rest = done.stdout.splitlines()
    assert Path(first).is_relative_to(project), done.stderr
    assert rest == ["1 0 True", "closed"] * 5, done.stderr


def test_the_fix_is_small() -> None:
    """The patch touches one file and is short enough to read at a glance."""
    lines = PATCH.read_text().splitlines()

    assert [line for line in lines if line.startswith("+++ ")] == ["+++ b/src/audit_service/service.py"]
    assert sum(line.startswith("+") for line in lines) < 20


def test_a_service_that_was_closed_before_its_first_use_creates_nothing(url: str) -> None:
    """The race cannot reopen a closed service."""
    service = AuditService(url)
    service.close()

    with pytest.raises(ClosedError):
        service._ensure_session()
