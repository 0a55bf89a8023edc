"""The page in a real browser: filter, sort, deep link, keyboard, phone, dark, and nothing that runs or loads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import page_sample as sample
import pytest

from browser import axe, console, prefer, requests, resize
from bugcapture.report.html.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_SHOWN = """
const rows = [...document.querySelectorAll("#bugs tbody tr")].filter(row => !row.hidden);
return rows.map(row => row.cells[0].textContent);
"""
_SECTIONS = "return [...document.querySelectorAll('details.bug')].filter(d => !d.hidden).length"
_FILL = """
const field = document.querySelector(`#filter [name=${arguments[0]}]`);
field.value = arguments[1];
field.dispatchEvent(new Event("input", {bubbles: true}));
"""
_AXES = (
    "return [...document.querySelectorAll('th[aria-sort]')].map(h => [h.dataset.key, h.getAttribute('aria-sort')])"
)


class Reader:
    """Somebody who looks at a page.

    Args:
        chrome: The browser.
        addresses: The addresses of the pages, by their names.
    """

    def __init__(self, chrome: Any, addresses: dict[str, str]) -> None:
        self.chrome = chrome
        self._addresses = addresses

    def open(self, name: str = "full", fragment: str = "") -> None:
        """Open a page anew; of a page that is open, a new fragment alone would load nothing."""
        self.chrome.get("about:blank")
        self.chrome.get(f"{self._addresses[name]}{fragment}")

    def ask(self, script: str, *arguments: Any) -> Any:
        """What a script of the test's returns."""
        return self.chrome.execute_script(script, *arguments)

    def fill(self, name: str, value: str) -> None:
        """Fill in a field of the filter."""
        self.ask(_FILL, name, value)

    def shown(self) -> list[str]:
        """The bugs of the table that are shown, in their order."""
        found: list[str] = self.ask(_SHOWN)
        return found

    def said(self) -> str:
        """What the live region says."""
        return str(self.ask("return document.getElementById('shown').textContent"))

    def sort(self, key: str) -> None:
        """Press the button of a column."""
        self.ask("document.querySelector(`th[data-key=${arguments[0]}] button`).click()", key)

    def hash(self) -> str:
        """The fragment of the address."""
        return str(self.ask("return location.hash"))

    def focus(self) -> str:
        """What has the focus, by its name or its text."""
        return str(
            self.ask("const e = document.activeElement; return e.name || e.ariaLabel || e.textContent.trim()")
        )

    def press(self, key: str) -> None:
        """Press a key."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        pressed = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": codes[key]}
        text = {"Enter": "\r", " ": " "}.get(key)
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, **pressed, **({"text": text} if text and kind == "keyDown" else {})}
            self.chrome.execute_cdp_cmd("Input.dispatchKeyEvent", event)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The addresses of the pages."""
    folder: Path = tmp_path_factory.mktemp("pages")
    page = Page()
    fields: dict[str, Callable[[], dict[str, Any]]] = {
        "full": sample.full_page, "hostile": sample.hostile_page, "empty": sample.page,
    }  # fmt: skip
    for name, make in fields.items():
        (folder / f"{name}.html").write_text(page.write(make()), "utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in fields}


@pytest.fixture
def reader(browser: Any, pages: dict[str, str]) -> Iterator[Reader]:
    """A reader at a desk, who prefers light; whatever the page does, the browser has nothing to complain about."""
    resize(browser, 1280)
    prefer(browser, "light")
    browser.get("about:blank")
    console(browser)
    requests(browser)
    yield Reader(browser, pages)
    assert console(browser) == []
    asked = requests(browser)
    assert asked
    assert not [url for url in asked if not url.startswith(("about:", *pages.values()))]


def test_the_page_shows_all_bugs(reader: Reader) -> None:
    """All bugs are there, in the order of their numbers, and the page says so."""
    reader.open()
    assert reader.shown() == ["#9", "#10", "#100", "#991"]
    assert reader.said() == "4 bugs"
    assert reader.ask(_AXES) == [["bug", "ascending"]]


def test_filters_are_combined(reader: Reader) -> None:
    """A bug is shown when it fits all fields; a search also finds what stands in its section alone."""
    cases: list[tuple[dict[str, str], list[str]]] = [
        ({"state": "guarded"}, ["#10"]),
        ({"framework": "behave"}, ["#9", "#10", "#991"]),
        ({"verdict": "-"}, ["#100"]),
        ({"verdict": "wrong_failure"}, ["#991"]),
        ({"proof": "PROVEN"}, ["#10"]),
        ({"proof": "-"}, ["#9", "#100"]),
        ({"q": "TEN  items"}, ["#9"]),
        ({"q": "engine is not"}, ["#10"]),
        ({"q": "engine", "state": "captured"}, ["#991"]),
        ({"q": "nowhere"}, []),
    ]
    reader.open()
    for fields, shown in cases:
        for name in ("q", "state", "framework", "verdict", "proof"):
            reader.fill(name, fields.get(name, ""))
        assert (fields, reader.shown()) == (fields, shown)
        assert reader.said() == f"{len(shown)} of 4 bugs shown"
        assert reader.ask(_SECTIONS) == len(shown)


def test_reset_shows_all_again(reader: Reader) -> None:
    """The button takes all filters away, and their traces in the address."""
    reader.open()
    reader.fill("state", "guarded")
    assert reader.hash() == "#?state=guarded"
    reader.ask("document.querySelector('[type=reset]').click()")
    reader.chrome.execute_async_script("setTimeout(arguments[0], 50)")
    assert reader.said() == "4 bugs"
    assert reader.hash() == ""


@pytest.mark.parametrize(
    ("key", "up", "down"),
    [
        ("bug", ["#991", "#100", "#10", "#9"], ["#9", "#10", "#100", "#991"]),  # They stand upwards already.
        ("age", ["#10", "#991", "#9", "#100"], ["#9", "#991", "#10", "#100"]),
        ("reproduced", ["#10", "#991", "#9", "#100"], ["#9", "#10", "#991", "#100"]),
        ("pytest", ["#10", "#9", "#100", "#991"], ["#10", "#9", "#100", "#991"]),
        ("test", ["#10", "#100", "#9", "#991"], ["#991", "#9", "#100", "#10"]),
        ("state", ["#9", "#100", "#991", "#10"], ["#10", "#9", "#100", "#991"]),
    ],
)
def test_columns_are_sorted(reader: Reader, key: str, up: list[str], down: list[str]) -> None:
    """Numbers as numbers, equals in the order of the bugs, and what nobody knows at the end in both directions."""
    reader.open()
    reader.sort(key)
    assert reader.shown() == up
    first = "descending" if key == "bug" else "ascending"
    assert reader.ask(_AXES) == [[key, first]]
    reader.sort(key)
    assert reader.shown() == down


def test_the_address_keeps_what_was_asked_for(reader: Reader) -> None:
    """Who gets the address sees the same; what the page does not know is passed over."""
    reader.open()
    reader.fill("q", "a & b=c")
    reader.fill("q", "e")
    reader.fill("framework", "behave")
    reader.sort("age")
    reader.sort("age")
    fragment = reader.hash()
    assert fragment == "#?q=e&framework=behave&sort=-age"
    reader.open(fragment=fragment)
    assert reader.shown() == ["#9", "#991", "#10"]
    assert reader.ask("return document.querySelector('[name=framework]').value") == "behave"
    reader.open(fragment="#?state=nothing&sort=-constructor&q=")
    assert reader.said() == "4 bugs"


def test_a_deep_link_opens_the_section_of_the_bug(reader: Reader) -> None:
    """The section is open, in sight, and has the focus, also where the filter had hidden it."""
    opened = (
        "return [...document.querySelectorAll('details.bug[open]')].map(d => d.querySelector('h3').textContent)"
    )
    reader.open(fragment="#bug-991")
    reader.chrome.execute_async_script("setTimeout(arguments[0], 50)")
    assert reader.ask(opened) == ["#991 Two engines"]
    assert reader.focus().startswith("#991 Two engines")
    top = reader.ask("return document.getElementById('bug-991').getBoundingClientRect().top")
    assert 0 <= top < 900
    reader.fill("state", "guarded")
    reader.ask("location.hash = '#bug-9'")
    reader.chrome.execute_async_script("setTimeout(arguments[0], 50)")
    assert reader.focus().startswith("#9 Ten items")
    assert reader.ask("return document.getElementById('bug-9').checkVisibility()")
    reader.open(fragment="#bug-5")
    assert reader.ask(opened) == []


def test_all_sections_open_and_close(reader: Reader) -> None:
    """One button opens what is shown, and then closes it."""
    opened = "return document.querySelectorAll('details.bug[open]').length"
    reader.open()
    reader.fill("framework", "behave")
    reader.ask("document.getElementById('unfold').click()")
    assert reader.ask(opened) == 3
    reader.ask("document.getElementById('unfold').click()")
    assert reader.ask(opened) == 0


def test_the_keyboard_is_enough(reader: Reader) -> None:
    """The first stop skips to the table; the filter and the columns follow, and a section opens."""
    reader.open()
    reader.press("Tab")
    assert reader.focus() == "To the table of bugs"
    assert reader.ask("return document.activeElement.getBoundingClientRect().left") >= 0
    outline = reader.ask("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    reader.ask("document.querySelector('[name=q]').focus()")
    stops = []
    for _ in range(9):
        reader.press("Tab")
        stops.append(reader.focus())
    assert stops[:5] == ["state", "framework", "verdict", "proof", "Reset"]
    assert stops[6:] == ["Bug", "Test", "State"]
    reader.press("Enter")
    assert reader.ask(_AXES) == [["state", "ascending"]]
    assert reader.focus() == "State"
    reader.ask("document.querySelector('details.bug summary').focus()")
    reader.press(" ")
    assert reader.ask("return document.querySelector('details.bug').open")


def test_hostile_texts_do_nothing(reader: Reader) -> None:
    """Nothing runs and nothing loads, whatever tests are called, and all can be found."""
    reader.open("hostile")
    reader.ask("document.getElementById('unfold').click()")
    assert reader.ask("return window.pwned") is None
    assert reader.ask("return document.querySelectorAll('img, iframe, svg[onload], main script').length") == 0
    assert reader.ask("return [...document.links].filter(a => !a.hash.startsWith('#bug')).length") == 0
    assert len(reader.shown()) == len(sample.HOSTILE)
    reader.fill("q", "<IMG src=x")
    assert reader.shown() == ["#2"]


def test_without_scripts_everything_can_be_read(reader: Reader) -> None:
    """There are no controls that do nothing, and the browser itself opens the section of a deep link."""
    reader.chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        reader.open(fragment="#bug-10")
    finally:
        reader.chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert reader.shown() == ["#9", "#10", "#100", "#991"]
    assert not reader.ask("return document.getElementById('filter').checkVisibility()")
    assert not reader.ask("return document.getElementById('unfold').checkVisibility()")
    assert reader.ask("return document.querySelectorAll('th button').length") == 0
    assert reader.ask("return document.getElementById('bug-10').checkVisibility()")


@pytest.mark.parametrize("name", ["full", "hostile", "empty"])
def test_a_phone_is_wide_enough(reader: Reader, name: str) -> None:
    """At 360 pixels only the tables scroll sideways, and each in its own box."""
    resize(reader.chrome, 360, 740, mobile=True)
    reader.open(name)
    reader.ask("document.getElementById('unfold')?.click()")
    assert reader.ask("return document.documentElement.scrollWidth") <= 360
    wide = reader.ask(
        "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll') && "
        "!e.closest('svg') && e.getBoundingClientRect().right > 361).map(e => e.outerHTML.slice(0, 99))"
    )
    assert wide == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_serious(reader: Reader, scheme: str, width: int) -> None:
    """Contrast, names, roles, focus: with all sections open."""
    resize(reader.chrome, width, mobile=width == 360)
    prefer(reader.chrome, scheme)
    reader.open()
    reader.ask("document.getElementById('unfold').click()")
    reader.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
    dark = reader.ask("return getComputedStyle(document.body).backgroundColor") != "rgb(246, 247, 249)"
    assert dark is (scheme == "dark")
    assert axe(reader.chrome) == []


def test_what_is_missing_is_no_fault(reader: Reader) -> None:
    """A page that has nothing yet is sound too."""
    reader.open("empty")
    assert axe(reader.chrome) == []


def test_the_address_says_what_is_shown(reader: Reader) -> None:
    """Going back to the bare address shows all again, and neither the skip link nor a reload forgets a filter."""
    reader.open()
    reader.ask("location.hash = '#?state=guarded'")
    wait(reader)
    assert reader.shown() == ["#10"]
    reader.ask("document.querySelector('.skip').click()")
    assert reader.hash() == "#?state=guarded"
    assert reader.ask("return document.activeElement.contains(document.getElementById('bugs'))")
    reader.chrome.refresh()
    assert reader.shown() == ["#10"]
    reader.chrome.back()
    wait(reader)
    assert (reader.hash(), reader.said()) == ("", "4 bugs")
    assert reader.ask("return document.querySelector('[name=state]').value") == ""


def test_paper_is_white(reader: Reader) -> None:
    """Who prefers dark screens prints dark letters all the same."""
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    reader.chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": dark})
    try:
        reader.open()
        style = "const style = getComputedStyle(document.body); return [style.backgroundColor, style.color]"
        assert reader.ask(style) == ["rgb(255, 255, 255)", "rgb(27, 31, 36)"]
    finally:
        reader.chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def wait(reader: Reader) -> None:
    """Let the page hear of its new address."""
    reader.chrome.execute_async_script("setTimeout(arguments[0], 50)")
