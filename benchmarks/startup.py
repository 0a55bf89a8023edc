"""What a user waits for: import, help, and a check of 367 feature files without captures.

The peers are ``import behave`` alone, a Python that does nothing, and Behave's own parser on the same files.
Run it with ``python benchmarks/startup.py [--runs N]``.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from timing import interleave

PARSE_ALL = (
    "import pathlib, behave.parser\n"
    "for file in pathlib.Path().rglob('*.feature'):\n"
    "    behave.parser.parse_file(str(file))\n"
)


def write_features(folder: Path, files: int = 367, lines: int = 139) -> Path:
    """Feature files as they stand in a real suite: tags, scenarios, steps, no tag of ours."""
    chance = random.Random(1)
    for number in range(files):
        text = [f"@area_{number % 60}", f"Feature: f{number}", ""]
        while len(text) < lines:
            tags = f"@area_{chance.randrange(60)} @req-{chance.randrange(3000)}"
            text += [f"  {tags}", f"  Scenario: s{len(text)}", '    Given a user "a@example.com"']
            text += ["    When something happens", "    Then all is well", ""]
        place = folder / f"d{number % 20}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"f{number}.feature").write_text("\n".join(text) + "\n", encoding="utf-8")
    return folder


def main() -> int:
    """Print the table; exit 1 when anything is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    runs = parser.parse_args().runs
    python = sys.executable
    rows = []
    with tempfile.TemporaryDirectory() as name:
        features = write_features(Path(name) / "features")
        bare = [python, "-c", "pass"]
        rows += [
            (
                "import bugcapture.behave over import behave",
                interleave(
                    [python, "-c", "import behave"], [python, "-c", "import behave, bugcapture.behave"], runs
                ),
                0.015,
            ),
            ("bugcapture --help", interleave(bare, [python, "-m", "bugcapture", "--help"], runs), 0.120),
            (
                "bugcapture check, 367 files, against Behave's parser",
                interleave([python, "-c", PARSE_ALL], [python, "-m", "bugcapture", "check"], runs, features),
                0.500,
            ),
        ]
    failed = False
    for number, (title, pairs, bound) in enumerate(rows):
        before, after = sorted(pairs.before)[runs // 2], sorted(pairs.after)[runs // 2]
        seconds = after - before if number == 0 else after
        failed = failed or seconds > bound
        mark = "ok" if seconds <= bound else "ABOVE"
        print(
            f"{title:52} {before:.3f} s {after:.3f} s  {1000 * seconds:6.1f} ms (bound {1000 * bound:.0f}) {mark}"
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
