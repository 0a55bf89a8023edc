"""How often `bugcapture scan` is right: its findings in public suites, against labels that people gave them.

    python benchmarks/scan_precision.py mcp=CHECKOUT forge=CHECKOUT … [--level medium] [--show]
    python benchmarks/scan_precision.py --under FOLDER [--show]  # with a checkout of each, called like the corpus

What the corpora are, and at which commits, is in scan_corpora.toml; other commits work as well, with more
findings that have no label. Corpora that the rules were tuned on are counted apart. The level ``gone`` in the
labels is that of findings that are not made any more: a false one that comes back is known. ``was`` is the level
that it had when it was found.

Critical and high, right of all that have a label, when a corpus was first scanned: 168 of 246 (68.3 %) in the 26
that are not ``fresh``, 67 of 100 (67.0 %) in the 15 after a first round of mends, 27 of 27 in four after most of a
second one. With both rounds, in all of them: 262 of 286 (91.6 %), which is partly what the mends were made for.

In 64 more that were chosen before any finding was seen (``fresh = 3``), before anything was mended for them: 154
of 200 (77.0 %): ENV401 132 of 167, MK104 20 of 29, MK302 2 of 2, MK204 0 of 2. In 31 of the 64 nothing was found.
17 of the 46 false ones are autouse fixtures of the conftest above a whole suite that set a constant; earlier
rounds called such findings true.
With the mends that these led to, in 20 more (``fresh = 4``): 46 of 65 (70.8 %); 17 of the 19 false ones are of one
project, whose tests ask for a fixture of a plugin that puts the environment back. With what was mended for that,
too, which says less: 154 of 166 (92.8 %) in the 64, 46 of 47 in the 20, 234 of 254 in the earlier ones at hand.

With all mends up to there, in all that are at hand: 461 of 494 (93.3 %), partly what the mends were made for.

Then what cannot be followed became medium: a mocked exit that no block is seen to enter, an environment that a
base class or something from elsewhere may put back, a module outside of ``testpaths``. In 117 more projects,
chosen blind (``fresh = 6``; 31 had findings): 89 of 111 (80.2 %): ENV401 83 of 91, MK104 5 of 6, MK302 1 of 1,
MK204 0 of 13. MK204 was right once in 51 findings of all corpora, and is medium since: without it 89 of 98, which
is 90.8 %.

In the 114 projects whose causes of false findings led to what was lowered (``fresh = 5``; 30 had findings), with
that: 107 of 202 (53.0 %). 25 of the false ones are of one project, whose fixture removes before each test what
begins with its name, 20 of one with a mark for a process of its own, 10 run with ``--forked``. With what was
mended for the first two: 107 of 160 (66.9 %). It hangs on the project: how it puts things back cannot be read.

Then only a variable that is set by its name, by what surely runs with the other tests, stayed high in ENV401. With
that, in all of the above together: 454 of 478 (95.0 %), which were mended for; 147 true ones are medium now, and
61 false ones. In 165 more projects, chosen blind by names and by what their tests say, not by findings
(``fresh = 7``; 56 had findings, 622 in all), before anything was mended for them: of 260 drawn from all 181
(69.6 %): ENV401 163 of 240, MK104 16 of 16, MK302 2 of 4; 53 of the false ones are of one project, whose hook in
the conftest calls a function that resets the environment between files. Of at most 12 a project, as in the earlier
rounds: 204 of 251 (81.3 %): ENV401 170 of 213, MK104 29 of 29, MK302 5 of 9.
With what was mended for these, which says less: 173 of 183 (94.5 %) and 202 of 221 (91.4 %); in all that are at
hand 741 of 787 (94.2 %). So a project that nobody has looked at may have a way to put things back that is not
known yet, and then most of what is found there is false: the bar of 90 % is not reached blind.

In 127 more projects, chosen by what their tests say of mocked exits, ``AsyncMock`` and started patches
(``fresh = 8``; 12 had findings, 343 in all, 305 of them in one), of mocks only, before anything was mended:
of at most 12 a project, 36 of 49 (73.5 %), all of MK104; no other rule found anything critical or high.
The 13 false ones are mocks that nobody enters after all: a task is cancelled before its first step (4), the
block is over what an ``AsyncMock`` returns, a coroutine (2), ``__enter__`` raises (2), the test never comes to
the block (2), its module cannot be imported (2), or nobody asks for the fixture (1).

Then what a test leaves to others (ENV401, MK302) became medium, as its scale says, and the figures from here on
are those of mocks alone. In 244 more projects, chosen by the same kind of texts in their tests (``fresh = 9``; 149
had findings, 1,419 in all), before anything was mended for them: of 240 drawn from at most 12 a project: 183
(76.2 %):
MK104 178 of 231, MK101 3 of 3, MK102 2 of 4, MK201 0 of 2. Most false ones were mocks that the block is not over
in this test: another one of that name is. Since then it is high only where names lead from the tests that have the
mock to the block. With a first round of that, 182 others, half of them in projects of which nothing was labelled:
154 (84.6 %; 79 of 92 in those projects). With a second one, 120 others in 67 of the same projects: 117 (97.5 %),
for which nothing was mended. Then more ways were followed, which made 4 right ones and 2 false ones high again.
With all of it, everything labelled in the 149: 437 of 473 (92.4 %): MK104 426 of 459, MK101 7 of 7, MK102 4 of 6,
MK201 0 of 1. Of the MK104 that are right, 7 % are medium now; what a test reaches over HTTP or a command line is
not followed. In 41 of the earlier corpora, of mocks alone: 120 of 126, and 3 of 3 where the rules were tuned.
Mocks in the place of names and of attributes of objects are followed since: that found 9 more in two of these 184
projects, which have no label.

MK101 has found nothing critical in any of them but in one project of ``fresh = 9``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

LABELS = Path(__file__).with_name("scan_labels.jsonl")
CORPORA = Path(__file__).with_name("scan_corpora.toml")
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


def write(title: str, counts: dict[str, Counter[str]]) -> None:
    """Write how often each rule is right, and all of them."""
    print(title)
    every = {**dict(sorted(counts.items())), "all": sum(counts.values(), Counter())}
    for rule, count in every.items():
        known = count["true"] + count["false"]
        precision = f"{count['true'] / known:.1%}" if known else "-"
        print(f"{rule:8} true {count['true']:4} false {count['false']:4} {precision:>6}", end="")
        print(f"  unlabelled {count['unlabelled']}")


def main() -> None:
    """Scan the checkouts that are given, and write how often each rule is right."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkouts", nargs="*", metavar="CORPUS=CHECKOUT")
    parser.add_argument("--under", type=Path, help="take every corpus that has a folder of its name here")
    parser.add_argument("--level", default="high")
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--show", action="store_true", help="name the findings that are false or have no label")
    given = parser.parse_args()
    corpora = tomllib.loads(CORPORA.read_text("utf-8"))
    folders = {name: given.under / name for name in corpora} if given.under else {}
    checkouts = {name: folder for name, folder in folders.items() if folder.is_dir()}
    checkouts |= {name: Path(folder) for name, _, folder in (pair.partition("=") for pair in given.checkouts)}
    if not checkouts:
        parser.error("name a checkout, or a folder that holds some")
    labels = read_labels(given.labels)
    counts: dict[bool, dict[str, Counter[str]]] = {}
    for corpus, folder in checkouts.items():
        tuned = corpora.get(corpus, {}).get("tuned", False)
        for one in scan(corpus, folder, given.level):
            label = labels.get(tuple(one[name] for name in SUBJECT), "unlabelled")
            counts.setdefault(tuned, {}).setdefault(one["rule"], Counter())[label] += 1
            if given.show and label != "true":
                print(f"{corpus} {one['path']}:{one['line']}: {one['rule']} {label} {one['subject']}")
    for tuned, rules in sorted(counts.items()):
        write("corpora that the rules were tuned on" if tuned else "other corpora", rules)


if __name__ == "__main__":
    main()
