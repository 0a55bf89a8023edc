"""How large is the page of ``bugcapture report ledger``, and how soon can somebody work with it?

Run: ``python benchmarks/ledger_html.py [--bugs 1000] [--runs 5] [--markdown FILE] [--picture FILE]``. A project of
that many bugs is made, with tests in three frameworks, a year of history, evidence, a history of runs and proofs
(`ledger_sample.py`). The page is written by the command in a process of its own and opened in Chromium without a
window, which draws with the processor. The page can be worked with when its script is done and something is drawn,
the later one of `domContentLoadedEventEnd` and `first-contentful-paint`. What the browser's main thread works
until all is drawn is told as well; other work on the machine lengthens it less. The answer to a filter and to a
sort is the time until the next frame is drawn.

``--picture`` instead makes the picture of the documentation, of a smaller project.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from ledger_sample import NOW, make_bugs, make_project  # noqa: E402

from browser import prefer, resize, running_browser  # noqa: E402 - the tests know how to start one
from bugcapture.cli.ledger_fields import ledger_fields  # noqa: E402
from bugcapture.project.config import find_project  # noqa: E402
from bugcapture.report.html import load_page  # noqa: E402
from bugcapture.workflow.ledger_report import LedgerOptions, gather_ledger  # noqa: E402

PICTURE_BUGS, PICTURE_DAYS = 26, 270
BYTES_BOUND, SECONDS_BOUND = 2_000_000, 1.0

_TIMES = """
const done = arguments[0];
const look = () => {
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  if (!paint) return void setTimeout(look, 20);
  const ready = performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd;
  done(Math.max(paint.startTime, ready) / 1000);
};
look();
"""
_ANSWER = """
const [action, done] = arguments;
const began = performance.now();
if (action === "filter") {
  const field = document.querySelector("[name=q]");
  field.value = "refund";
  field.dispatchEvent(new Event("input", {bubbles: true}));
} else document.querySelector("[data-key=age] button").click();
requestAnimationFrame(() => setTimeout(() => done((performance.now() - began) / 1000)));
"""


def main() -> int:
    """Measure, or make the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bugs", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
        if options.picture:
            draw(Path(folder), options.picture)
            return 0
        table, good = measure(Path(folder), options.bugs, options.runs)
    print(table)
    if options.markdown:
        options.markdown.write_text(
            f"# How large the page of the ledger is, and how soon it answers\n\n{table}", "utf-8"
        )
    return 0 if good else 1


def measure(folder: Path, bugs: int, runs: int) -> tuple[str, bool]:
    """A table with what was measured, and whether it is within the bounds."""
    project, page = folder / "shop", folder / "ledger.html"
    project.mkdir()
    days = 400
    made = make_bugs(bugs, days)
    make_project(project, made, days, every=7)
    wall, processor = write_page(project, page)
    content = page.read_bytes()
    ready, worked, filtered, ordered = [], [], [], []
    with running_browser() as chrome:
        version = chrome.capabilities["browserVersion"]
        chrome.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        for _ in range(runs + 1):
            chrome.get("about:blank")
            chrome.get(page.as_uri())
            ready.append(chrome.execute_async_script(_TIMES))
            metrics = chrome.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
            worked.append(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))
            filtered.append(chrome.execute_async_script(_ANSWER, "filter"))
            chrome.get("about:blank")
            chrome.get(page.as_uri())
            ordered.append(chrome.execute_async_script(_ANSWER, "sort"))
    tests = sum(len(bug.frameworks) for bug in made)
    python = ".".join(map(str, sys.version_info[:2]))
    good = len(content) < BYTES_BOUND and statistics.median(ready[1:]) < SECONDS_BOUND
    rows = [
        ("size of the page", f"{len(content) / 1e6:.2f} MB", f"< {BYTES_BOUND / 1e6:.0f} MB"),
        ("the same through gzip", f"{len(gzip.compress(content)) / 1e6:.2f} MB", ""),
        ("until it can be worked with", span(ready[1:]), f"< {SECONDS_BOUND:.0f} s"),
        ("the browser's main thread until all is drawn", span(worked[1:]), ""),
        ("answer to a search", span(filtered[1:]), ""),
        ("answer to a sort", span(ordered[1:]), ""),
        ("writing it: wall", f"{wall:.1f} s", ""),
        ("writing it: processor", f"{processor:.1f} s", ""),
    ]
    head = (
        f"{bugs} bugs with {tests} tests in Behave, Robot Framework and pytest, {days} days of history in git, "
        f"evidence, a history of runs, and proofs. Python {python}, Chromium {version} without a window, "
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; median of {runs} runs, and the range.\n\n"
    )
    lines = ["| | measured | bound |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    return head + "\n".join(lines) + "\n", good


def write_page(project: Path, page: Path) -> tuple[float, float]:
    """Seconds of the clock and of the processor that the command takes."""
    command = [sys.executable, "-m", "bugcapture", "report", "ledger", "--quiet", "--output", str(page)]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=project)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} exited {process.returncode}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime


def draw(folder: Path, picture: Path) -> None:
    """The picture of the documentation."""
    project, page = folder / "checkout", folder / "ledger.html"
    project.mkdir()
    make_project(project, make_bugs(PICTURE_BUGS, PICTURE_DAYS), PICTURE_DAYS)
    before = Path.cwd()
    os.chdir(project)
    try:
        report = gather_ledger(find_project(project), LedgerOptions(), now=NOW)
    finally:
        os.chdir(before)
    page.write_text(load_page().write(ledger_fields(report)), "utf-8")
    with running_browser() as chrome:
        prefer(chrome, "light")
        resize(chrome, 1300, 1180)
        chrome.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        chrome.get(page.as_uri())
        shot: dict[str, Any] = chrome.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    picture.write_bytes(base64.b64decode(shot["data"]))


def span(seconds: list[float]) -> str:
    """The median, and the range."""
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


if __name__ == "__main__":
    sys.exit(main())
