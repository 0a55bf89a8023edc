"""Sphinx configuration of the documentation."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "bugcapture"
copyright = "2026, the bugcapture maintainers"
release = version = installed_version("bugcapture")

extensions = [
    "myst_parser",
    "program_reference",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build", "_ext", "reports"]
html_theme = "furo"
html_title = f"bugcapture {release}"
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4
autodoc_typehints = "description"
# Names that modules import for their annotations alone.
autodoc_type_aliases = {
    "Period": "bugcapture.core.history.Period",
    "Project": "bugcapture.project.config.Project",
    "State": "bugcapture.core.capture.State",
    "Verdict": "bugcapture.core.verdict.Verdict",
}

nitpicky = True
# Names that other projects document, and aliases that have no page.
nitpick_ignore = [("py:class", "bugcapture.project.config.Settings")]  # It has a page of its own.
nitpick_ignore_regex = [
    ("py:.*", r"(collections\.abc|os|typing|types|pathlib|datetime|enum|unittest\.mock|behave|ast)(\..*)?"),
]

# The doctest builder runs docstrings, and blocks that are marked for it; the tests run the guide on mocks.
doctest_test_doctest_blocks = "default"

# Checked by `nox -s docs -- --external`, where there is a network; a site gets three chances.
linkcheck_ignore = [r"https://git\.example\.org/.*"]
linkcheck_timeout = 20
linkcheck_retries = 3
linkcheck_rate_limit_timeout = 60
