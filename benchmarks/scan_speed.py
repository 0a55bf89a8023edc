"""How fast is ``bugcapture scan`` on the tests of other projects, beside linters that look at the same files?

Run: ``python benchmarks/scan_speed.py CHECKOUT… [--runs 3] [--peers VENV] [--markdown FILE]``; the tests of each
checkout lie in ``tests``. The Python files are copied, and all tools look at the copy in turn: with nothing known,
again, and at 20 files; ours also at 20 files that have changed since. The linters come from PyPI into an
environment of its own that is thrown away, unless one is named that has them. The best of some runs counts.
Processor seconds are those of all processes; the peak of memory is what all of them hold together, in a run that
is not timed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass, field
from pathlib import Path

PEERS = ("ruff", "flake8", "flake8-bugbear", "flake8-pytest-style", "semgrep", "ast-grep-cli")
RULE = "rules:\n- {id: m, languages: [python], severity: INFO, message: m, pattern: AsyncMock(...)}\n"
OURS = "bugcapture scan"
COLD, WARM, FEW, CHANGED = "nothing known", "again", "20 files", "20 changed files"
KEPT = (".py", "pyproject.toml", "setup.cfg", "pytest.ini", "tox.ini")


@dataclass
class Tool:
    """One program, and how it is called in each of the ways."""

    name: str
    version: tuple[str, ...]
    ways: dict[str, tuple[str, ...]]
    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    peak: float = 0.0


def tools(peers: Path, work: Path, few: list[str]) -> list[Tool]:
    """What is run."""
    ours = (sys.executable, "-m", "bugcapture", "scan", "--quiet")
    rule = work / "rule.yml"
    rule.write_text(RULE, "utf-8")
    ruff = (str(peers / "ruff"), "check", "--isolated", "--quiet", "--exit-zero", "--select=ALL")
    kept = f"--cache-dir={work / 'ruff'}"
    flake8 = (str(peers / "flake8"), "--isolated", "--exit-zero", "-q", f"-j{os.cpu_count()}")
    semgrep = (
        str(peers / "semgrep"), "scan", "--metrics=off", "--disable-version-check", "--no-git-ignore", "-q",
        f"-j{os.cpu_count()}", f"--config={rule}",
    )  # fmt: skip
    pattern = (str(peers / "ast-grep"), "run", "-lpython", "-pAsyncMock($$$)", "--json=stream")
    every = ("tests",)
    return [
        Tool(OURS, (*ours[:3], "--version"), {COLD: ours, WARM: ours, FEW: (*ours, *few), CHANGED: (*ours, *few)}),
        Tool(
            "ruff, all rules",
            (ruff[0], "--version"),
            {COLD: (*ruff, "--no-cache", *every), WARM: (*ruff, kept, *every), FEW: (*ruff, kept, *few)},
        ),
        Tool("flake8", (flake8[0], "--version"), {COLD: (*flake8, *every), FEW: (*flake8, *few)}),
        Tool("semgrep, one rule", (semgrep[0], "--version"), {COLD: (*semgrep, *every), FEW: (*semgrep, *few)}),
        Tool("ast-grep, a pattern", (pattern[0], "--version"), {COLD: (*pattern, *every), FEW: (*pattern, *few)}),
    ]


def run(command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Wall and processor seconds of a command that may find something."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, 1}:
            output.seek(0)
            sys.exit(f"{' '.join(command)} exited {process.returncode}:\n{output.read()[-2000:].decode()}")
    return taken, usage.ru_utime + usage.ru_stime


def peak(command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> float:
    """The most megabytes that a command and its processes held together; shared ones count once. Linux only."""
    null = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=null, stderr=null)
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(held, family(process.pid))))
        time.sleep(0.02)
    return most / 1024


def family(pid: int) -> list[int]:
    """A process and those that it has started."""
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(child))]


def held(pid: int) -> int:
    """Kilobytes that a process holds, its part of what it shares."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def measure(copy: Path, some: list[Tool], few: list[str], work: Path, runs: int) -> None:
    """Run all tools in all ways, in turn."""
    for number in range(runs):
        cache = work / f"cache-{number}"
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPYCACHEPREFIX": str(work / "compiled")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for tool in some:
            for way, command in tool.ways.items():
                if way == WARM and number == 0:
                    run(command, copy, environment)  # It fills the cache.
                if way == CHANGED:
                    for name in few:
                        with (copy / name).open("a", encoding="utf-8") as file:
                            file.write(f"# {number}\n")
                wall, cpu = run(command, copy, environment)
                tool.wall[way] = min(wall, tool.wall.get(way, wall))
                tool.cpu[way] = min(cpu, tool.cpu.get(way, cpu))
    for tool in some:
        environment["XDG_CACHE_HOME"] = str(work / f"cache-{tool.name}")
        tool.peak = peak(tool.ways[COLD], copy, environment)


def table(some: list[Tool], lines: int) -> str:
    """What was measured, as Markdown."""
    ours = some[0]
    rows = [
        "| | files | wall | kLOC/s | processor | wall, of ours | processor, of ours | peak |",
        "|" + "---|" * 8,
    ]
    for way in (COLD, WARM, FEW, CHANGED):
        for tool in some:
            if way in tool.wall:
                wall, cpu = tool.wall[way], tool.cpu[way]
                speed = f"{lines / wall / 1000:.0f}" if way in {COLD, WARM} else ""
                ratios = f"{wall / ours.wall[way]:.2f} | {cpu / ours.cpu[way]:.2f}"
                most = f"{tool.peak:.0f} MB" if way == COLD else ""
                rows.append(f"| {tool.name} | {way} | {wall:.2f} s | {speed} | {cpu:.2f} s | {ratios} | {most} |")
    return "\n".join(rows)


def install(folder: Path) -> None:
    """Make an environment with the linters."""
    venv.create(folder, with_pip=True)
    command = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS]
    subprocess.run(command, check=True)


def copy_sources(checkout: Path, copy: Path) -> None:
    """Copy what the tools look at."""
    for path in sorted(checkout.rglob("*")):
        if path.is_file() and path.name.endswith(KEPT) and ".git" not in path.relative_to(checkout).parts:
            target = copy / path.relative_to(checkout)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def look_at(checkout: Path, peers: Path, work: Path, runs: int) -> str:
    """The table of one checkout."""
    copy = work / checkout.name
    copy_sources(checkout, copy)
    files = sorted(path for path in (copy / "tests").rglob("*.py") if path.is_file())
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    few = [str(path.relative_to(copy)) for path in files if path.name.startswith("test_")][:20]
    some = [tool for tool in tools(peers, work, few) if shutil.which(tool.version[0])]
    measure(copy, some, few, work / f"of-{checkout.name}", runs)
    return f"## {checkout.name}: {len(files)} files, {lines / 1000:.0f} kLOC\n\n{table(some, lines)}\n"


def versions(peers: Path, work: Path) -> str:
    """What was run, and what is missing."""
    told = []
    for tool in tools(peers, work, []):
        version = "not installed"
        if shutil.which(tool.version[0]):
            version = subprocess.run(tool.version, capture_output=True, text=True, check=True).stdout
        told.append(f"- {tool.name}: {' '.join(version.split())}")
    return "\n".join(told)


def main() -> int:
    """Print a table for each checkout."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkouts", nargs="+", type=Path, metavar="CHECKOUT")
    parser.add_argument("--runs", type=int, default=3, help="how often each tool is run in each way")
    parser.add_argument("--peers", type=Path, metavar="VENV", help="an environment that has the linters")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables to this file as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scan-speed-") as name:
        work = Path(name)
        if options.peers is None:
            install(work / "peers")
        peers = (options.peers or work / "peers").absolute() / "bin"
        text = [versions(peers, work)]
        print(text[0], flush=True)
        for checkout in options.checkouts:
            text.append(look_at(checkout, peers, work, options.runs))
            print(f"\n{text[-1]}", flush=True)
    if options.markdown is not None:
        options.markdown.write_text("\n".join([*text[1:], text[0], ""]), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
