"""A real browser without a window for the test session: its own profile, no network of its own, gone at the end.

Debian's packages `chromium` and `chromium-driver` bring both programs. Selenium is told where they are, so it
looks for nothing and downloads nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_BROWSERS = ("chromium", "google-chrome", "chromium-browser")
_DRIVER = "chromedriver"
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--force-prefers-reduced-motion",
    "--lang=en",
    "--window-size=1280,900",
)


class NoBrowserError(Exception):
    """There is no browser to start here."""


@contextmanager
def running_browser() -> Iterator[Any]:
    """Start the browser; end it at the end.

    Raises:
        NoBrowserError: If a program or a package is missing.
    """
    if find_spec("selenium") is None:
        raise NoBrowserError("selenium is not installed: pip install selenium")
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which(_DRIVER)
    if browser is None or driver is None:
        raise NoBrowserError("chromium and chromedriver are not on PATH: apt-get install chromium chromium-driver")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = browser
        for option in (*_OPTIONS, f"--user-data-dir={profile}"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        chrome = Chrome(options=options, service=Service(driver, log_output=os.devnull))
        try:
            yield chrome
        finally:
            chrome.quit()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser for the tests of a module.

    Skips when there is none; with REQUIRE_BROWSER=1 in the environment that is an error.
    """
    with ExitStack() as stack:
        try:
            chrome = stack.enter_context(running_browser())
        except NoBrowserError as error:
            if os.environ.get("REQUIRE_BROWSER") == "1":
                pytest.fail(f"REQUIRE_BROWSER=1, but {error}", pytrace=False)
            pytest.skip(f"NOT TESTED IN A BROWSER: {error}")
        yield chrome


def console(chrome: Any) -> list[str]:
    """What the browser has complained about since the last question."""
    return [entry["message"] for entry in chrome.get_log("browser")]


def requests(chrome: Any) -> list[str]:
    """The addresses that pages have asked for since the last question."""
    messages = (json.loads(entry["message"])["message"] for entry in chrome.get_log("performance"))
    sent = (one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent")
    return [url for url in sent if not url.startswith("data:")]


def resize(chrome: Any, width: int, height: int = 900, *, mobile: bool = False) -> None:
    """Give the page a size, as if the screen had it."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def prefer(chrome: Any, scheme: str) -> None:
    """Have the reader prefer ``light`` or ``dark``."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def axe(chrome: Any) -> list[str]:
    """The serious and critical findings of axe-core on the page."""
    # Of the package only the file is used; its module would load Playwright.
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.submodule_search_locations
    source = Path(spec.submodule_search_locations[0], "axe.min.js").read_text("utf-8")
    # Through the driver: the page's own policy would refuse another script.
    chrome.execute_script(source)
    chrome.set_script_timeout(60)
    answer = chrome.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {resultTypes: ['violations']}).then(r => done({violations: r.violations, "
        "passes: r.passes.length}), e => done({error: String(e)}));"
    )
    assert "error" not in answer, answer
    assert answer["passes"] > 10, "axe has looked at nothing"
    return [
        f"{one['impact']} {one['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for one in answer["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"][:5]
    ]
