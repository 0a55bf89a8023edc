"""From where the program is imported: out of each checkout, or it is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prove_project import BUGGY, FIXED, Shop

from bugcapture.project.trial import Trial, read_modules
from bugcapture.workflow import imports
from bugcapture.workflow.imports import find_folders, find_modules, foreign_files, python_path

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        (["shop.py", "README.md"], {"shop": ""}),
        (["src/shop/__init__.py", "src/shop/cart.py"], {"shop": "src"}),
        (["shop/__init__.py", "shop/a/__init__.py", "shop/a/b.py"], {"shop": ""}),
        (["libs/x/src/x/__init__.py", "a/src/y.py"], {"x": "libs/x/src", "y": "a/src"}),
        (["src/ns/shop/__init__.py", "src/ns/loose.py"], {"shop": "src/ns", "loose": "src/ns"}),
        (["tool-box.py", "a b/c.py", "0.py"], {"c": "a b"}),
        (["src/shop/__init__.py", "old/shop/__init__.py"], {"shop": "old"}),
        ([], {}),
    ],
)
def test_packages_are_told_by_their_files(files: list[str], modules: dict[str, str]) -> None:
    """The outermost folder with an ``__init__.py`` is the package; what cannot be imported is none."""
    assert find_modules(sorted(files)) == modules


@pytest.mark.parametrize(
    ("name", "file", "foreign"),
    [
        ("shop.cart", "{here}/src/shop/cart.py", False),
        ("shop.cart", "{original}/src/shop/cart.py", True),
        ("shop", "{site}/shop/__init__.py", True),
        ("tools.a", "{original}/tools/a.py", True),
        ("click", "{original}/.venv/lib/python3.11/site-packages/click/core.py", False),
        ("click", "{site}/click/__init__.py", False),
        ("shop", "{env}/lib/python3.11/site-packages/shop/__init__.py", False),
        ("shopping", "{site}/shopping/__init__.py", False),
    ],
)
def test_what_was_imported_from_elsewhere_is_foreign(tmp_path: Path, name: str, file: str, foreign: bool) -> None:
    """An expected package from anywhere else; and whatever comes from the user's own checkout."""
    places = {place: tmp_path / place for place in ("here", "original", "site", "env")}
    path = file.format(**places)
    good = [places["here"], places["env"]]
    assert foreign_files([(name, path)], good, places["original"], ["shop"]) == ([path] if foreign else [])


def test_links_do_not_hide_where_a_file_lies(tmp_path: Path) -> None:
    """The folder for temporary files may be one."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    own = tmp_path / "original"
    assert not foreign_files([("shop", str(tmp_path / "real" / "shop.py"))], [tmp_path / "link"], own, ["shop"])
    assert not foreign_files([("shop", str(tmp_path / "link" / "shop.py"))], [tmp_path / "real"], own, ["shop"])


def test_the_path_leads_into_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before what the user has set, of which the parts in his checkout are looked for in the other one."""
    here, original = tmp_path / "here", tmp_path / "original"
    for folder in (here / "src", original, tmp_path / "lib"):
        folder.mkdir(parents=True)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(original / "tools"), "", str(tmp_path / "lib"))))
    expected = [here / "src", here, here / "tools", tmp_path / "lib"]
    assert python_path(here, original, ("src", "", "gone")).split(os.pathsep) == list(map(str, expected))
    monkeypatch.delenv("PYTHONPATH")
    assert python_path(here, original, ()) == ""


def test_an_interpreter_that_does_not_answer_knows_no_folders(tmp_path: Path) -> None:
    """The usual ones remain."""
    modules = {"shop": "lib"}
    assert find_folders("", tmp_path, modules, str(tmp_path / "nowhere")) == ("src", "")
    assert find_folders("sub", tmp_path, {}, None) == ("sub/src", "sub")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The interpreter of an environment of its own, which sees the packages of this one."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    python = folder / "venv" / "bin" / "python"
    site = next((folder / "venv").glob("lib/python*/site-packages"))
    paths = [path for path in sys.path if path and "tests" not in Path(path).parts]
    (site / "outer.pth").write_text("\n".join(paths) + "\n", "utf-8")
    return python


def install(python: Path, *arguments: str, cwd: Path) -> None:
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, *arguments], cwd=cwd, check=True)


PYPROJECT = """
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "shop"
    version = "1"

    [tool.hatch.build.targets.wheel]
    packages = ["{folder}/shop"]
"""


def make_package(shop: Shop, folder: str) -> None:
    """Turn the shop's module into a package in a folder, on ``main``, and fix it on a branch with its test."""
    shop.git("mv", "shop.py", "unused.py")
    (shop.folder / "unused.py").unlink()
    shop.write("pyproject.toml", PYPROJECT.format(folder=folder))
    shop.write(f"{folder}/shop/__init__.py", BUGGY)
    shop.commit("feat: a package")
    shop.branch()
    shop.write(f"{folder}/shop/__init__.py", FIXED)
    shop.write_test()
    shop.commit("fix: count every item")


@pytest.mark.parametrize("folder", ["src", "lib/python"])
@pytest.mark.parametrize("way", [("-e", "."), (".",)])
def test_an_installed_project_is_imported_from_each_checkout(
    plain_shop: Shop, environment: Path, folder: str, way: tuple[str, ...]
) -> None:
    """However it is installed, and wherever its package lies: the trap in which the bug seems to be gone."""
    make_package(plain_shop, folder)
    install(environment, "--force-reinstall", *way, cwd=plain_shop.folder)
    done = plain_shop.json("7", "--python", str(environment))
    assert (done.code, done.proof) == (0, "PROVEN"), done


def test_a_project_that_is_installed_from_another_worktree(
    plain_shop: Shop, environment: Path, tmp_path: Path
) -> None:
    """The editable installation points at the main checkout, and the work goes on in a linked one."""
    make_package(plain_shop, "lib")
    install(environment, "--force-reinstall", "-e", ".", cwd=plain_shop.folder)
    plain_shop.git("checkout", "--quiet", "main")
    plain_shop.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "fix/7")
    plain_shop.folder = tmp_path / "linked"
    done = plain_shop.json("7", "--python", str(environment))
    assert (done.code, done.proof) == (0, "PROVEN"), done


def test_an_import_hook_that_wins_over_the_path_is_refused(plain_shop: Shop, environment: Path) -> None:
    """Some build tools install an editable package by a finder that comes first: nothing is proven then."""
    make_package(plain_shop, "src")
    site = next(environment.parents[1].glob("lib/python*/site-packages"))
    file = plain_shop.folder / "src" / "shop" / "__init__.py"
    hook = f"""
        import sys
        from importlib.util import spec_from_file_location


        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                return spec_from_file_location(name, {str(file)!r}) if name == "shop" else None


        sys.meta_path.insert(0, Finder)
    """
    plain_shop.write("hook.py", hook)
    (site / "editable_hook.py").write_bytes((plain_shop.folder / "hook.py").read_bytes())
    (site / "editable_hook.pth").write_text("import editable_hook\n", "utf-8")
    (plain_shop.folder / "hook.py").unlink()
    done = plain_shop.prove("7", "--python", str(environment))
    (site / "editable_hook.pth").unlink()
    assert done.code == 1
    assert f"{file}: the program was not imported from the revision to be tried (1 file)" in done.err
    assert "give each revision an environment of its own: --venv" in done.err
    assert plain_shop.worktrees() == []


def test_helpers_of_the_users_checkout_are_refused_too(plain_shop: Shop) -> None:
    """Whatever they are called: they are those of the wrong revision."""
    tools = plain_shop.write("tools/prices.py", "SEVEN = 7\n").parent
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    text = (plain_shop.folder / plain_shop.test_file).read_text("utf-8")
    text = text.replace("import shop", f"import sys\nsys.path.append({str(tools)!r})\nimport prices\nimport shop")
    plain_shop.write(plain_shop.test_file, text.encode())
    plain_shop.fix()
    done = plain_shop.prove("7")
    assert done.code == 1
    assert f"{tools}/prices.py: the program was not imported from the revision" in done.err


@pytest.mark.parametrize("layout", ["flat", "src"])
def test_a_project_in_a_subfolder_imports_from_its_own_folders(
    tmp_path: Path, framework: str, layout: str
) -> None:
    """In a repository of several; another project's folders are none of its business."""
    shop = Shop(tmp_path / "top", framework, "services/shop")
    (shop.top / "src").mkdir()
    (shop.top / "src" / "shop.py").write_text("raise SystemExit('the wrong shop')\n", "utf-8")
    shop.write("pyproject.toml", "[tool.bugcapture]\n")
    program = "src/shop.py" if layout == "src" else "shop.py"
    if layout == "src":
        (shop.folder / "src").mkdir()
        (shop.folder / "shop.py").rename(shop.folder / "src" / "shop.py")
    shop.commit()
    shop.branch()
    shop.write(program, FIXED)
    shop.write_test()
    shop.commit()
    before = shop.state()
    for arguments in (("7",), ()):
        done = shop.json(*arguments)
        assert (done.code, done.proof) == (0, "PROVEN"), done
        assert done.json["source"] == [f"services/shop/{program}"]
    assert shop.state() == before


@pytest.fixture(params=["behave", "robot", "pytest"])
def framework(request: pytest.FixtureRequest) -> str:
    """Each framework in turn."""
    return str(request.param)


def test_a_trial_lists_what_was_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules under test and those of the user's checkout, but no library that happens to lie in it."""
    listed = tmp_path / "modules.jsonl"
    own = tmp_path / "own"
    files = {
        "shop": "/elsewhere/shop.py",
        "shop.cart": str(own / "a\nb.py"),
        "tools": str(own / "tools.py"),
        "other": "/elsewhere/other.py",
        "odd": 3,
        "__main__": str(own / "main.py"),
    }
    for name, file in files.items():
        monkeypatch.setitem(sys.modules, name, type("Module", (), {"__file__": file}))
    monkeypatch.setattr(
        "sysconfig.get_paths",
        lambda: dict.fromkeys(("stdlib", "platstdlib", "purelib", "platlib"), str(own / "lib")),
    )
    monkeypatch.setitem(sys.modules, "library", type("Module", (), {"__file__": str(own / "lib" / "library.py")}))
    trial = Trial(modules=("shop",), original=str(own), modules_file=str(listed))
    trial.list_modules()
    trial.list_modules()
    with listed.open("a", encoding="utf-8") as stream:
        stream.write('["cut short')
    found = dict(read_modules(listed))
    assert found == {name: files[name] for name in ("shop", "shop.cart", "tools")}
    assert read_modules(tmp_path / "nowhere") == ()
    Trial(modules=("shop",)).list_modules()


def test_the_probe_tells_what_an_installation_came_from(tmp_path: Path) -> None:
    """From a folder of the repository, an archive in it, or from elsewhere."""
    inside = (tmp_path / "dist" / "shop 1.whl").as_uri()
    site = "/x/site-packages/shop/__init__.py"
    assert imports._is_of_repository("lib/shop", site, inside, tmp_path)
    assert not imports._is_of_repository("lib/shop", site, "https://example.com/shop.whl", tmp_path)
    assert not imports._is_of_repository("lib/shop", site, "", tmp_path)
    assert imports._is_of_repository("lib/shop", "/y/lib/shop/__init__.py", "", tmp_path)
    assert imports._is_of_repository("lib/shop", "/y/lib/shop.py", "", tmp_path)
    assert not imports._is_of_repository("lib/shop", "/y/other/shop.py", "", tmp_path)
    assert json.loads(json.dumps(imports._ask_origins(["json", "nobody_has_this"], None))).keys() == {"json"}
