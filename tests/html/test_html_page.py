"""The page from what it is made of, without a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from unittest import mock

import page_sample as sample
import pytest

from bugcapture.core.errors import ConfigurationError
from bugcapture.report.html import load_page
from bugcapture.report.html.chart import HEIGHT, WIDTH, draw_chart
from bugcapture.report.html.page import Page, Room

PAGE = Page()
DAY = datetime(2026, 11, 1, tzinfo=UTC)


class Elements(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return "".join(self.said)


def write(fields: dict[str, Any]) -> Elements:
    return Elements(PAGE.write(fields))


def test_nothing_is_loaded_and_only_the_own_style_and_script_may_be_used() -> None:
    """The policy of the page names the digests of what stands in it, and nothing else."""
    text = PAGE.write(sample.full_page())
    policy = next(
        a["content"] for t, a in Elements(text).found if a.get("http-equiv") == "Content-Security-Policy"
    )
    (style,), (script,) = (re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL) for name in ("style", "script"))

    def digest(part: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'"

    assert policy is not None
    assert policy.split("; ")[:3] == [
        "default-src 'none'", f"style-src {digest(style)}", f"script-src {digest(script)}"
    ]  # fmt: skip
    assert not re.findall(
        r"(?:src|href)=[\"']?(?!#|data:,|https://git\.example\.org/shop/issues/9)[^\"' >]+", text
    )
    assert "url(" not in style
    assert "@import" not in style


def test_texts_of_others_are_texts() -> None:
    """Whatever a test is called and fails with, the page has the elements that it has for any other text."""
    names = {tag for tag, _ in write(sample.hostile_page()).found}
    assert not names & {"img", "iframe", "object", "embed"}
    page = write(sample.hostile_page())
    assert [tag for tag, _ in page.found].count("script") == 1
    assert not [name for _, attributes in page.found for name in attributes if name.startswith("on")]
    assert not [a for _, a in page.found if (a.get("href") or "").startswith("javascript")]
    for text in sample.HOSTILE[:5]:
        assert text in page.text
    assert "\\u202egnp.exe\\u202c \\x1b[31mred\\x07 \\u200b \\udc80" in page.text
    assert not set("\u202e\x1b\u200b\x07\udc80") & set(PAGE.write(sample.hostile_page()))


def test_words_from_right_to_left_stay_where_they_are() -> None:
    """A name in Hebrew does not turn round what stands beside it, and plain names cost nothing."""
    text = PAGE.write(
        sample.page(sample.bug(1, title="\u05e9\u05dc\u05d5\u05dd <b>"), sample.bug(2, title="caf\xe9"))
    )
    assert "<bdi>\u05e9\u05dc\u05d5\u05dd &lt;b&gt;</bdi>" in text
    assert "<bdi>caf\xe9" not in text


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://git.example.org/i/1", True),
        ("http://127.0.0.1:3000/i/1", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//git.example.org/i/1", False),
        ("https:", False),
        ("https://[", False),
        (None, False),
    ],
)
def test_only_web_addresses_are_links(url: str | None, linked: bool) -> None:
    """A link to the tracker is one of http or https."""
    links = [a["href"] for tag, a in write(sample.page(sample.bug(1, url=url))).found if tag == "a"]
    assert (url in links) is linked


def test_each_part_tells_what_is_missing_and_what_to_run() -> None:
    """A part without content says why, and how to get it."""
    missing = {
        name: {"why": f"No {name} here.", "run": f"get-{name}"}
        for name in ("evidence", "history", "proofs", "burndown", "hazards", "hooks")
    }
    missing["burndown"]["run"] = None  # type: ignore[assignment]
    page = write(sample.page(sample.bug(1), missing=missing))
    for name in missing:
        assert f"No {name} here." in page.text
        assert (f"get-{name}" in page.text) is (name != "burndown")
    assert not [tag for tag, _ in page.found if tag == "path"]


def test_without_a_bug_the_page_says_how_to_begin() -> None:
    """There is no empty table."""
    page = write(sample.page())
    assert "No test here belongs to a bug." in page.text
    assert "bugcapture capture N" in page.text
    assert not [tag for tag, _ in page.found if tag in {"table", "form"}]


def test_all_that_is_known_of_a_bug_is_in_its_section() -> None:
    """Declared and first failure, changes and proof stand below the anchor of the bug."""
    text = PAGE.write(sample.full_page())
    section = text[text.index("id=bug-9>") : text.index("id=bug-10>")]
    for wanted in (
        "AssertionError: 9", "AssertionError: 1 item, expected 2", "reproduced in 19 of 20 runs",
        "50 to 100 %", "https://git.example.org/shop/issues/9", "expected_failure → unexpected_pass",
        "first expected_failure", "as declared", "None is kept.",
    ):  # fmt: skip
        assert wanted in section, wanted
    section = text[text.index("id=bug-10>") : text.index("id=bug-100>")]
    for wanted in (
        "FAIL_TO_PASS",
        "without fail as above, with pass",
        "as above, 2026-11-02",
        "2 earlier:",
        "in When it",
    ):
        assert wanted in section, wanted
    section = text[text.index("id=bug-991>") :]
    assert "the branch as a whole" in section
    assert "does not count" in section


def test_values_of_charts_are_tables_too() -> None:
    """The newest first; what did not change is left out, and the last point is always there."""
    text = PAGE.write(sample.full_page())
    table = text[text.index("<tbody>") : text.index("</tbody>")]
    rows = re.findall(r"<td>(\S+) \S+<td><i>(\w*)</i><td class=\"number\">(\d)<td class=\"number\">(\d)", table)
    assert rows == [
        ("2026-11-30", "", "1", "2"), ("2026-10-01", "2" * 10, "3", "0"), ("2026-09-01", "1" * 10, "1", "0")
    ]  # fmt: skip
    points = [*sample.BURNDOWN["points"], {**sample.BURNDOWN["points"][-1], "at": "2026-12-01T00:00:00+00:00"}]  # type: ignore[misc, index]
    later = PAGE.write(sample.page(burndown={**sample.BURNDOWN, "points": points}))
    assert "<td>2026-12-01 00:00" in later


def test_hooks_tell_how_they_ended() -> None:
    """A bar is as long as its hook takes, of the slowest one."""
    text = PAGE.write(sample.full_page())
    assert re.findall(r'<rect width="([\d.]+)" height="10"/>', text) == ["100.0", "1.11", "10.0", "0.0"]
    for wanted in ("4.5 s", "50 ms", "failed (1)", "timed out", "no files", "4.0 s to 5.0 s"):
        assert wanted in text


def test_many_bugs_leave_each_other_less_room() -> None:
    """The more tests there are, the less of each text is shown, down to a limit."""
    assert Room.share(0, 0) == Room.share(1, 1) == Room(2000, 400, 12, 5)
    assert Room.share(500, 1000) == Room(200, 120, 6, 4)
    assert Room.share(10**6, 10**6) == Room(120, 80, 3, 1)
    tests = [sample.test(failure=sample.failure(message="x" * 5000))]
    assert f"{'x' * 1999}…</pre>" in PAGE.write(sample.page(sample.bug(1, tests=tests)))


def test_a_chart_stands_in_steps_on_the_one_below() -> None:
    """A value holds until the next one; the last one reaches the edge."""
    chart = draw_chart([DAY, DAY + timedelta(1), DAY + timedelta(4)], [("a", [1, 2, 2]), ("b", [1, 0, 2])])
    assert (chart.ticks, chart.lines) == ((4, 3, 2, 1, 0), (0, 50, 100, 150, 200))
    assert chart.days == ("2026-11-01", "2026-11-02", "2026-11-03", "2026-11-05")
    low, high = chart.bands
    assert (low.name, low.last, low.path) == ("a", 2, f"M0 150H250.0V100H{WIDTH}V{HEIGHT}H0Z")
    assert high.path == f"M0 100H1000.0V0H{WIDTH}V100H250.0V150H0Z"


@pytest.mark.parametrize(
    ("values", "ticks"),
    [([0], (1, 0)), ([7], (8, 6, 4, 2, 0)), ([26], (30, 20, 10, 0)), ([1000], (1000, 800, 600, 400, 200, 0))],
)
def test_labels_are_round_numbers(values: list[int], ticks: tuple[int, ...]) -> None:
    """Of 1, 2 or 5 times a power of ten, at most five above zero."""
    chart = draw_chart([DAY], [("a", values)])
    assert chart.ticks == ticks
    assert chart.days == ("2026-11-01",)
    assert chart.bands[0].path.endswith("H0Z")


def test_the_extra_is_named_where_it_is_missing() -> None:
    """Without Jinja the error says what to install."""
    with (
        mock.patch.dict("sys.modules", {"bugcapture.report.html.page": None, "jinja2": None}),
        pytest.raises(ModuleNotFoundError),
    ):
        load_page()
    gone = ModuleNotFoundError("no jinja2", name="jinja2")
    with (
        mock.patch("bugcapture.report.html.page.Page", side_effect=gone),
        pytest.raises(ConfigurationError) as told,
    ):
        load_page()
    assert told.value.message == "the page needs jinja2, which is not installed"
    assert "bugcapture[report]" in (told.value.hint or "")


def test_many_proofs_of_a_bug_are_counted() -> None:
    """The newest ones are shown, and how many there are besides."""
    proofs = [sample.proof(head={"commit": "b" * 40, "subject": f"fix {number}."}) for number in range(8)]
    text = write(sample.page(sample.bug(1, proofs=proofs))).text
    assert re.findall(r"fix (\d)\.", text) == ["7", "6", "5", "4", "3"]
    assert "3 older proofs not shown." in text


def test_the_age_of_a_guarded_bug_is_that_of_its_test() -> None:
    """A bug that was fixed today is not said to be guarded for as long as its test exists."""
    text = write(sample.page(sample.bug(1, state="guarded"))).text
    assert "Guarded, with a test since 2026-11-01 (29 days)." in text
    assert "Captured since 2026-11-01 (29 days)." in write(sample.page(sample.bug(1))).text
