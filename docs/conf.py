"""Sphinx configuration of the user guide."""

from __future__ import annotations

from importlib.metadata import version as installed_version

project = "bugcapture"
copyright = "2026, the bugcapture maintainers"
release = version = installed_version("bugcapture")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"bugcapture {release}"
myst_heading_anchors = 3
nitpicky = False
autodoc_typehints = "description"
