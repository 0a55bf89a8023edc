"""Apply a verdict to a pytest report, so that exit code, terminal and JUnit agree with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bugcapture.core.text import bug_list

if TYPE_CHECKING:
    from bugcapture.core.tags import TestTags


def make_green(report: Any, tags: TestTags, reason: str) -> None:
    """Report an expected failure as pytest reports its own: XFAIL, with the failure kept.

    Args:
        report: A ``TestReport``.
        tags: The bugs of the test.
        reason: What failed.
    """
    report.outcome = "skipped"
    report.wasxfail = f"bug{'s' if len(tags.ids) > 1 else ''} {bug_list(tags.ids)}: {reason}"


def make_red(report: Any, headline: str, text: str) -> None:
    """Report a capture that passed, or failed in the wrong way, as failed.

    Args:
        report: A ``TestReport``.
        headline: What stands for the failure when pytest itself saw none.
        text: What a person shall read below pytest's own account.
    """
    if hasattr(report, "wasxfail"):
        del report.wasxfail
    report.outcome = "failed"
    if report.longrepr is None or isinstance(report.longrepr, tuple):
        report.longrepr = headline
    else:
        add_section(report, text)


def add_section(report: Any, text: str) -> None:
    """Put a text below pytest's account of a failure."""
    if hasattr(report.longrepr, "addsection"):
        report.longrepr.addsection("bugcapture", text)
    else:
        report.longrepr = f"{report.longrepr}\n{text}"
