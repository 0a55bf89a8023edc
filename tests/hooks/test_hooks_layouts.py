"""Each layout is recognised, and what is wrong with it is told, at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hook_layouts import LAYOUTS
from hook_project import IS_SH_BASH

if TYPE_CHECKING:
    from hook_layouts import Layout
    from hook_project import HookProject


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_layout(project: HookProject, layout: Layout) -> None:
    """The kind of the hook, and the findings with place, rule and severity; the exit code follows from these."""
    if IS_SH_BASH and any("HK108 error" in one for one in layout.findings):
        pytest.skip("the sh of this system is bash")
    layout.make(project)
    files = project.files()

    done = project.run("hooks", "check", "--format=json", where=layout.where)

    found = [f"{one['path']}:{one['line']}: {one['rule']} {one['severity']}" for one in done.json["findings"]]
    shown = sorted(line.replace(":0: ", ": ").replace(f"{project.folder}/", "") for line in found)
    assert done.json["hook"]["kind"] == layout.kind
    assert sorted(layout.findings) == shown, "\n".join(one["message"] for one in done.json["findings"])
    assert done.code == any(" error" in one for one in layout.findings)
    assert done.json["failed"] == bool(done.code)
    assert project.files() == files


def test_there_are_enough_layouts() -> None:
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS) >= 25
