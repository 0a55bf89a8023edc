"""The two lines in an environment file: where they go, and that no other byte changes."""

from __future__ import annotations

import ast

import pytest
from byte_checks import is_one_insertion
from hypothesis import given, settings
from layouts import environments

from bugcapture.behave.add_install import NEW_FILE, add_install
from bugcapture.behave.environment import why_not_in
from bugcapture.core.errors import RefusedError

I = "from bugcapture.behave import install\n"  # noqa: E741
C = "install()\n"
HOOK = "def before_all(context):\n    pass\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"{I}\n{C}"),
        ("import os\n", f"import os\n{I}\n{C}"),
        (f"import os\nimport sys\n\n\n{HOOK}", f"import os\nimport sys\n{I}\n{C}\n\n{HOOK}"),
        (f"import os\n{HOOK}", f"import os\n{I}\n{C}\n\n{HOOK}"),
        ("import os\nx = 1\n", f"import os\n{I}\n{C}\nx = 1\n"),
        (HOOK, f"{I}\n{C}\n\n{HOOK}"),
        ("x = 1\n", f"{I}\n{C}\nx = 1\n"),
        (f'"""Doc."""\n{HOOK}', f'"""Doc."""\n\n{I}\n{C}\n\n{HOOK}'),
        (f'"""Doc."""\n\n{HOOK}', f'"""Doc."""\n\n{I}\n{C}\n{HOOK}'),
        (
            f"from __future__ import annotations\n\n\n{HOOK}",
            f"from __future__ import annotations\n\n{I}\n{C}\n\n{HOOK}",
        ),
        (f'"""Doc.\n\nMore.\n"""\nimport a\n\n{HOOK}', f'"""Doc.\n\nMore.\n"""\nimport a\n{I}\n{C}\n{HOOK}'),
        (
            "import os\n\nif os:\n    import a\nelse:\n    import b\n\nx = 1\n",
            f"import os\n\nif os:\n    import a\nelse:\n    import b\n\n{I}\n{C}\nx = 1\n",
        ),
        (
            "try:\n    import a\nexcept ImportError:\n    pass\nx = 1\n",
            f"try:\n    import a\nexcept ImportError:\n    pass\n\n{I}\n{C}\nx = 1\n",
        ),
        ("import a  # noqa\n\nx = 1\n", f"import a  # noqa\n{I}\n{C}\nx = 1\n"),
        ("import a; import b; x = 1\ny = 2\n", f"import a; import b; x = 1\n{I}\n{C}\ny = 2\n"),
        ('import a; x = """\n\n"""\ny = 2\n', f'import a; x = """\n\n"""\n{I}\n{C}\ny = 2\n'),
        (
            "from a import (\n    b,\n    c,\n)\n\nx = 1\n",
            f"from a import (\n    b,\n    c,\n)\n{I}\n{C}\nx = 1\n",
        ),
        ("#!/usr/bin/env python\nx = 1\n", f"#!/usr/bin/env python\n\n{I}\n{C}\nx = 1\n"),
        (
            "# -*- coding: utf-8 -*-\n# About x.\nx = 1\n",
            f"# -*- coding: utf-8 -*-\n\n{I}\n{C}\n# About x.\nx = 1\n",
        ),
        ("# Licence.\n# More.\n\nx = 1\n", f"# Licence.\n# More.\n\n{I}\n{C}\nx = 1\n"),
        ("# About x.\nx = 1\n", f"{I}\n{C}\n# About x.\nx = 1\n"),
        ("# Nothing else.\n", f"# Nothing else.\n\n{I}\n{C}"),
        ("\n\n", f"{I}\n{C}\n\n"),
        ("try:\n    import a\nfinally:\n    x = 1\n", f"{I}\n{C}\ntry:\n    import a\nfinally:\n    x = 1\n"),
        ("try:\n    import a\nexcept E:\n    x = 1\n", f"{I}\n{C}\ntry:\n    import a\nexcept E:\n    x = 1\n"),
        ("if x:\n    import a\nelse:\n    y()\n", f"{I}\n{C}\nif x:\n    import a\nelse:\n    y()\n"),
        ("import a\n'text'\nimport b\n", f"import a\n{I}\n{C}\n'text'\nimport b\n"),
        ("import os; \\\nx = 1\n", f"import os; \\\n{I}\n{C}\nx = 1\n"),
        (r"x = '\d'" + "\n", f"{I}\n{C}\n" + r"x = '\d'" + "\n"),
        # An import that does not happen brings no name.
        (f"if TYPE_CHECKING:\n    {I}", f"if TYPE_CHECKING:\n    {I}\n{I}\n{C}"),
        # What is imported already is only called.
        (f"import os\n{I}\n{HOOK}", f"import os\n{I}\n{C}\n{HOOK}"),
        (I, f"{I}\n{C}"),
        (
            "from bugcapture.behave import install as wire\n",
            "from bugcapture.behave import install as wire\n\nwire()\n",
        ),
        ("import bugcapture.behave\n", "import bugcapture.behave\n\nbugcapture.behave.install()\n"),
        ("from bugcapture import behave as b\n", "from bugcapture import behave as b\n\nb.install()\n"),
        # A call inside a function comes too late.
        (
            f"def before_all(context):\n    {I}    {C}",
            f"{I}\n{C}\n\ndef before_all(context):\n    {I}    {C}",
        ),
        # The name is somebody else's: the adapter is called by its full name.
        (
            "def install():\n    pass\n",
            "import bugcapture.behave\n\nbugcapture.behave.install()\n\n\ndef install():\n    pass\n",
        ),
        (
            "from shop import install\n",
            "from shop import install\nimport bugcapture.behave\n\nbugcapture.behave.install()\n",
        ),
        # A line that goes on behind the import, and one that only seems to end.
        ("import os \\\n\nx = 1\n", f"import os \\\n\nx = 1\n\n{I}\n{C}"),
        ("import os; f(\n)\nx = 1\n", f"import os; f(\n)\n{I}\n{C}\nx = 1\n"),
    ],
)
def test_where_the_lines_go(before: str, after: str) -> None:
    assert add_install(before.encode(), "environment.py").decode() == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"import os\r\n\r\nx = 1\r\n", b"import os\r\n@\r\n\r\ninstall()\r\n\r\nx = 1\r\n"),
        (b"import os\rx = 1\r", b"import os\r@\r\rinstall()\r\rx = 1\r"),
        (b"import os\n\nx = 1", b"import os\n@\n\ninstall()\n\nx = 1"),
        (b"import os", b"import os\n@\n\ninstall()"),
        (b"# coding: latin-1\nx = '\xe9'\n", b"# coding: latin-1\n\n@\n\ninstall()\n\nx = '\xe9'\n"),
        (b"\xef\xbb\xbfx = 1\n", b"\xef\xbb\xbf@\n\ninstall()\n\nx = 1\n"),
        (b"\xef\xbb\xbfimport os\n", b"\xef\xbb\xbfimport os\n@\n\ninstall()\n"),
        (
            b"import os\n\x0c\nx = '\x0b\xc2\x85\xe2\x80\xa8'\n",
            b"import os\n@\n\ninstall()\n\x0c\nx = '\x0b\xc2\x85\xe2\x80\xa8'\n",
        ),
        (b"import os  \t\n\tif_ = 1\n".replace(b"\tif_", b"if_"), b"import os  \t\n@\n\ninstall()\n\nif_ = 1\n"),
    ],
)
def test_line_ends_encodings_and_marks_stay(before: bytes, after: bytes) -> None:
    wanted = after.replace(b"@", b"from bugcapture.behave import install")
    assert add_install(before, "environment.py") == wanted


@pytest.mark.parametrize(
    ("content", "where", "told"),
    [
        (
            b"def broken(:\n",
            "environment.py:1",
            "cannot be parsed, so nobody knows where lines can be added: invalid",
        ),
        (b"import os\nx = \n", "environment.py:2", "cannot be parsed"),
        (b"x = '\xe9'\n", "environment.py:1", "cannot be parsed"),
        (b"\x00", "environment.py:1", "cannot be parsed"),
        (b"# coding: no-such\n", "environment.py:1", "cannot be parsed"),
        (b"from bugcapture.behave import uninstall\n\nuninstall()\n", "environment.py:3", "it calls uninstall()"),
        (
            b"from bugcapture.behave import install, uninstall\ninstall()\nuninstall()\n",
            "environment.py:3",
            "it calls uninstall()",
        ),
        (
            b"import os\n\ndef install():\n    pass\n\n\nbugcapture = None\n",
            "environment.py:3",
            "install is not always bugcapture's: it is bound again, or deleted",
        ),
    ],
)
def test_what_is_refused(content: bytes, where: str, told: str) -> None:
    """A file that is no Python, or in which no added line would install anything."""
    with pytest.raises(RefusedError) as caught:
        add_install(content, "environment.py")
    assert caught.value.where == where
    assert told in caught.value.message
    assert caught.value.hint


@settings(max_examples=300, deadline=None)
@given(content=environments())
def test_any_layout(content: bytes) -> None:
    """The file installs the adapter, says what it said before, and every old byte stands in its old order."""
    try:
        before = ast.parse(content)
    except SyntaxError:
        with pytest.raises(RefusedError):
            add_install(content, "environment.py")
        return
    try:
        new = add_install(content, "environment.py")
    except RefusedError:
        # Both names that the adapter could be called by are bound to something else.
        assert b"bugcapture = 1" in content
        return
    assert why_not_in(ast.parse(new)) is None
    assert is_one_insertion(content, new)
    old = [ast.dump(node) for node in before.body]
    left = [ast.dump(node) for node in ast.parse(new).body]
    for node in old:
        left.remove(node)
    assert len(left) in {1, 2}
    assert ast.get_docstring(ast.parse(new)) == ast.get_docstring(before)
    assert not content.endswith((b"\n", b"\r")) or new.endswith((b"\n", b"\r"))


def test_a_new_file_installs_the_adapter() -> None:
    assert why_not_in(ast.parse(NEW_FILE)) is None
    assert f"{I}\n{C}" == NEW_FILE
