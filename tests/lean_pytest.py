"""pytest without the plugins of this environment that the projects of these tests do not use.

Loading them takes more than half of the time of a short run.
"""

from __future__ import annotations

# Their entry points, pytest-bdd first; `-p no:` of one that is not installed does nothing.
_UNUSED = ("pytest-bdd", "hypothesispytest", "anyio", "pytest_mock")
WITHOUT_PLUGINS = tuple(word for name in _UNUSED for word in ("-p", f"no:{name}"))
VARIABLES = {"PYTEST_ADDOPTS": " ".join(WITHOUT_PLUGINS)}
