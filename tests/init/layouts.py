"""Files of users in any layout: pieces in and out of place."""

from __future__ import annotations

from hypothesis import strategies as st

HEADS = st.sampled_from(
    [
        "#!/usr/bin/env python3",
        "# -*- coding: utf-8 -*-",
        "# A comment.",
        '"""Doc."""',
        '"""\nDoc.\n"""',
        "'doc'",
        "",
    ]
)
IMPORTS = st.sampled_from(
    [
        "import os",
        "import os, sys",
        "from a import b",
        "from a import (\n    b,\n)",
        "from . import steps",
        "import a; x = 1",
        "if True:\n    import c",
        "try:\n    import d\nexcept ImportError:\n    d = None",
        "from shop import install",
        "from bugcapture.behave import install",
        "import bugcapture.behave as bb",
        "",
        "# noqa",
        "import a \\\n    as b",
    ]
)
BODIES = st.sampled_from(
    [
        "x = 1",
        "def before_all(context):\n    pass",
        "@decorate\ndef after_all(context): ...",
        "async def f(): ...",
        "class A:\n    install = 1",
        "if x:\n    install()",
        "x = '''\nimport os\n'''",
        "install = 2",
        "del x",
        "# comment",
        "",
        "\x0c",
        "with a: pass",
        "while False: pass",
        "sys.path.insert(0, '.')",
        "import late",
        "bugcapture = 1",
        "def g():\n    from bugcapture.behave import install\n    install()",
        "for install in (): pass",
        "x = (1,\n2)",
    ]
)


@st.composite
def environments(draw: st.DrawFn) -> bytes:
    """An environment file of pieces in and out of place."""
    pieces = [
        *draw(st.lists(HEADS, max_size=3)),
        *(["from __future__ import annotations"] if draw(st.booleans()) else []),
        *draw(st.lists(IMPORTS, max_size=4)),
        *draw(st.lists(BODIES, max_size=5)),
    ]
    text = "\n".join(pieces) + draw(st.sampled_from(["", "\n", "\n\n"]))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


LINES = st.sampled_from(
    [
        "[project]",
        'name = "x"',
        "",
        "# comment [tool.bugcapture]",
        "[tool.black]",
        "line-length = 100",
        "[tool]",
        "x = '''\n[listeners]\n'''",
        "[[tool.mypy.overrides]]",
        "y = { a = 1 }",
        "[a.b]",
        "a.b.c = 1",
        "[listeners]",
        " [ listeners ] # c",
        "z = [\n  1,\n  2,\n]",
        "t = nan",
        "tool = { x = 1 }",
        "é = 1",
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A TOML document, or nearly one."""
    text = "\n".join(draw(st.lists(LINES, max_size=8))) + draw(st.sampled_from(["", "\n", "\n\n"]))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return (draw(st.sampled_from(["", "\ufeff"])) + text).encode()


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """A configuration in one of the layouts that people use, with noise."""
    dash = draw(st.sampled_from([0, 0, 2, 4]))
    inner = dash + draw(st.sampled_from([2, 2, 4]))
    hook = inner + draw(st.sampled_from([0, 2, 4]))
    key = hook + draw(st.sampled_from([2, 4]))
    noise = st.sampled_from(
        ["", "", "\n", "# c\n", f"{' ' * dash}# d\n", f"{' ' * inner}# e\n", f"{' ' * key}# f\n", "  \n"]
    )
    value = st.sampled_from(
        [
            "x",
            "'a: b'",
            '"#"',
            "&a x",
            "*b",
            "[a, b]",
            "{c: d}",
            f"|\n{' ' * (key + 2)}t\n{' ' * (key + 2)}# u",
            f">-\n{' ' * (key + 2)}t\n",
            f"'a\n{' ' * (key + 2)}b'",
            "!!str 3",
            "  # c",
            "é\u2028",
            "|+\n\n",
        ]
    )
    lines = [draw(noise), draw(st.sampled_from(["", "b: &b y\n", "default: {a: 1}\n", "---\n"])), "repos:\n"]
    for _ in range(draw(st.integers(1, 3))):
        lines += [draw(noise), f"{' ' * dash}-{' ' * (inner - dash - 1)}repo: r\n", f"{' ' * inner}hooks:\n"]
        for _ in range(draw(st.integers(1, 2))):
            lines += [draw(noise), f"{' ' * hook}-{' ' * (key - hook - 1)}id: h\n"]
            if draw(st.booleans()):
                lines += [f"{' ' * key}entry: {draw(value)}\n"]
    lines += [draw(noise), draw(st.sampled_from(["", "ci: {}\n", "exclude: x\n", "...\n", "[broken\n"]))]
    text = "".join(lines)
    text = text[:-1] if draw(st.booleans()) else text
    return draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"])))
