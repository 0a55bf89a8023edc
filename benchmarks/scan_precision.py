"""How often `bugcapture scan` is right: its findings in three suites, against labels that people gave them.

    python benchmarks/scan_precision.py mcp=CHECKOUT forge=CHECKOUT hummingbot=CHECKOUT [--level medium] [--show]

The checkouts are vishnu2kmohan/mcp-server-langgraph at c60980ce, IBM/mcp-context-forge at ecba50e48 and
hummingbot/hummingbot at 2bfaccc48d; other commits work as well, with more findings that have no label. The level
``gone`` in the labels is that of findings that are not made any more: a false one that comes back is known.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

LABELS = Path(__file__).with_name("scan_labels.jsonl")
SUBJECT = ("corpus", "path", "line", "rule", "subject")


def read_labels(file: Path) -> dict[tuple[Any, ...], str]:
    """The label of each finding that has one."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return {tuple(row[name] for name in SUBJECT): row["label"] for row in rows}


def scan(corpus: str, folder: Path, level: str) -> list[dict[str, Any]]:
    """The findings in a checkout."""
    command = [sys.executable, "-m", "bugcapture", "scan", "--no-cache", "--level", level, "--format", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr.decode("utf-8", "replace"))
    return [{**one, "corpus": corpus} for one in json.loads(done.stdout)["findings"]]


def main() -> None:
    """Scan the checkouts that are given, and write how often each rule is right."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkouts", nargs="+", metavar="CORPUS=CHECKOUT")
    parser.add_argument("--level", default="high")
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--show", action="store_true", help="name the findings that are false or have no label")
    given = parser.parse_args()
    labels = read_labels(given.labels)
    counts: dict[str, Counter[str]] = {}
    for pair in given.checkouts:
        corpus, _, folder = pair.partition("=")
        for one in scan(corpus, Path(folder), given.level):
            label = labels.get(tuple(one[name] for name in SUBJECT), "unlabelled")
            counts.setdefault(one["rule"], Counter())[label] += 1
            if given.show and label != "true":
                print(f"{corpus} {one['path']}:{one['line']}: {one['rule']} {label} {one['subject']}")
    counts["all"] = sum(counts.values(), Counter())
    for rule, count in sorted(counts.items(), key=lambda item: (item[0] == "all", item[0])):
        known = count["true"] + count["false"]
        precision = f"{count['true'] / known:.0%}" if known else "-"
        print(f"{rule:8} true {count['true']:4} false {count['false']:4} {precision:>5}", end="")
        print(f"  unlabelled {count['unlabelled']}")


if __name__ == "__main__":
    main()
