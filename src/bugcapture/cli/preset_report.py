"""What another checker reported, beside what becomes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from bugcapture.cli.options import style
from bugcapture.core.text import plural, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.scan.presets.report import Reported


def render_reported(preset: str, reported: Sequence[Reported], output_format: str) -> str:
    """The comparison as text, or in JSON.

    Args:
        preset: The name of the checker.
        reported: What it reported.
        output_format: ``json`` or ``text``.
    """
    if output_format == "json":
        from bugcapture.report.json import write_json  # noqa: PLC0415

        return write_json("scan-preset", {"preset": preset, "reported": [asdict(one) for one in reported]})
    lines = [
        f"{style(printable(f'{one.path}:{one.line}'), bold=True)}: {printable(one.message)}\n"
        f"    {_verdict(one)}: {one.why}\n"
        for one in reported
    ]
    reasons = Counter(one.why for one in reported)
    lines += [
        f"{count:>6}  {why}\n" for why, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    ]
    return "".join(lines)


def _verdict(one: Reported) -> str:
    return style(f"kept as {', '.join(one.kept)}", fg="red") if one.kept else style("dropped", fg="green")


def closing(preset: str, reported: Sequence[Reported]) -> str:
    """One line.

    Args:
        preset: The name of the checker.
        reported: What it reported.
    """
    kept = sum(bool(one.kept) for one in reported)
    places = len({(one.path, one.line, one.message) for one in reported})
    return (
        f"{preset} reported {plural(len(reported), 'finding')} at {plural(places, 'place')}: "
        f"{kept} kept, {len(reported) - kept} dropped"
    )
