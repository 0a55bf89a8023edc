"""The checkouts: complete, quiet, apart from the user's own, and gone afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prove_project import FIXED, GitProject, Shop

from bugcapture.core.errors import ConfigurationError
from bugcapture.project import repository as module
from bugcapture.project.repository import Repository, own_name

if TYPE_CHECKING:
    from collections.abc import Callable

DEAD = 2**22 + 1  # No system gives such a number to a process.
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals, links and modes")


def wait_for(condition: Callable[[], object]) -> None:
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@pytest.fixture
def hanging(plain_shop: Shop) -> Shop:
    """A shop whose test tells that it has begun, and waits for ever."""
    plain_shop.branch()
    plain_shop.write_test("hangs")
    text = (plain_shop.folder / plain_shop.test_file).read_text("utf-8")
    begun = plain_shop.top.parent / "begun"
    text = text.replace(
        "import time;", f"import time; open({str(begun)!r}, 'w').write(str(__import__('os').getpid()));"
    )
    plain_shop.write(plain_shop.test_file, text.encode())
    plain_shop.fix()
    return plain_shop


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_leaves_nothing_behind(hanging: Shop, temporary: Path, number: signal.Signals) -> None:
    """No process, no checkout, no folder; the user's own is as it was."""
    before = hanging.state()
    begun = hanging.top.parent / "begun"
    process = hanging.start("7", TMPDIR=str(temporary))
    wait_for(lambda: begun.exists() and begun.read_text())
    assert len(hanging.worktrees()) == 2
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert (out, err.strip()) == ("", "bugcapture: interrupted")
    assert hanging.worktrees() == []
    assert hanging.state() == before
    assert not list(temporary.iterdir())
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)


@posix
def test_the_next_run_tidies_up_after_one_that_was_killed(hanging: Shop, temporary: Path) -> None:
    """Its checkouts and its scratch folders; those of others stay."""
    foreign = temporary / f"bugcapture-{DEAD}-00000000-11111111"
    hanging.git("worktree", "add", "--quiet", "--detach", str(foreign))
    mine = temporary / own_name()
    hanging.git("worktree", "add", "--quiet", "--detach", str(mine))
    (temporary / "bugcapture-notes").mkdir()
    begun = hanging.top.parent / "begun"
    process = hanging.start("7", TMPDIR=str(temporary))
    wait_for(lambda: begun.exists() and begun.read_text())
    process.kill()
    process.communicate(timeout=60)
    os.kill(int(begun.read_text()), signal.SIGKILL)
    assert len(hanging.worktrees()) == 4
    left = [path for path in temporary.iterdir() if f"-{process.pid}-" in path.name]
    assert len(left) == 3

    done = hanging.prove("8")

    assert "no test of this revision belongs to bug #8" in done.err
    assert sorted(hanging.worktrees()) == sorted(map(str, (foreign, mine)))
    assert not [path for path in left if path.exists()]
    assert (temporary / "bugcapture-notes").exists()
    for path in (foreign, mine):
        hanging.git("worktree", "remove", str(path))
    (temporary / "bugcapture-notes").rmdir()


def test_only_what_a_dead_process_of_this_machine_has_left_is_removed(
    project: GitProject, temporary: Path, tmp_path: Path
) -> None:
    """By its exact name: a living process, another machine, another name and a file are none of it."""
    project.commit()
    host = module._host()
    kept = [
        temporary / f"bugcapture-{os.getpid()}-{host}-00000000",
        temporary / f"bugcapture-{DEAD}-{int(host, 16) ^ 1:08x}-00000000",
        temporary / f"bugcapture-{DEAD}-{host}-0000000",
        temporary / f"bugcapture-{DEAD}-{host}-00000000-mine-2",
        temporary / f"my-bugcapture-{DEAD}-{host}-00000000",
        tmp_path / "elsewhere",
    ]
    gone = [temporary / f"bugcapture-{DEAD}-{host}-00000000", tmp_path / f"bugcapture-{DEAD}-{host}-00000001"]
    for path in (*kept, *gone):
        project.git("worktree", "add", "--quiet", "--detach", str(path))
    scratch = temporary / f"bugcapture-{DEAD}-{host}-00000000-trial"
    (scratch / "a").mkdir(parents=True)
    file = temporary / f"bugcapture-{DEAD}-{host}-00000002-trial"
    file.write_text("a file", "utf-8")

    with Repository.find(project.folder).checkout("HEAD"):
        pass

    assert sorted(project.worktrees()) == sorted(map(str, kept))
    assert [path for path in (*gone, scratch) if path.exists()] == []
    assert file.read_text("utf-8") == "a file"
    file.unlink()
    for path in kept:
        project.git("worktree", "remove", "--force", str(path))


@posix
def test_what_a_test_has_made_read_only_goes_too(project: GitProject, temporary: Path) -> None:
    """Folders without permissions as well."""
    project.write("a/b.txt", "b\n")
    project.commit()
    with Repository.find(project.folder).checkout("HEAD") as top:
        (top / "a" / "b.txt").chmod(0)
        (top / "a").chmod(0o500)
    assert not list(temporary.iterdir())
    assert project.worktrees() == []


def test_a_checkout_that_git_cannot_make_is_an_error(project: GitProject, temporary: Path) -> None:
    """And leaves nothing behind."""
    project.commit()
    with (
        pytest.raises(ConfigurationError, match="git worktree failed"),
        Repository.find(project.folder).checkout("0" * 40),
    ):
        raise AssertionError("unreachable")
    assert not list(temporary.iterdir())


@posix
def test_hooks_and_watchers_of_the_user_do_not_run(plain_shop: Shop, tmp_path: Path) -> None:
    """They are for his own checkout."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor"):
        hook = hooks / name
        hook.write_text(f"#!/bin/sh\necho {name} >> {tmp_path}/ran\n", "utf-8")
        hook.chmod(0o755)
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.fix()
    plain_shop.git("config", "core.hooksPath", str(hooks))
    plain_shop.git("config", "core.fsmonitor", str(hooks / "fsmonitor"))
    done = plain_shop.json("7", "--include-dirty")
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert not (tmp_path / "ran").exists()


@posix
def test_filters_make_of_a_file_what_they_do_in_the_users_checkout(plain_shop: Shop) -> None:
    """Attributes and filters are settings of the repository, such as for encrypted files."""
    plain_shop.git("config", "filter.turn.clean", "tr a-z n-za-m")
    plain_shop.git("config", "filter.turn.smudge", "tr a-z n-za-m")
    plain_shop.write(".gitattributes", "*.secret filter=turn\n")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.write("tests/key.secret", "hello\n")
    plain_shop.write(
        "tests/conftest.py",
        "import pathlib\n\nassert pathlib.Path(__file__).with_name('key.secret').read_text() == 'hello\\n'\n",
    )
    plain_shop.fix()
    assert plain_shop.git("cat-file", "blob", "HEAD:tests/key.secret") == "uryyb\n"
    done = plain_shop.json("7")
    assert (done.code, done.proof) == (0, "PROVEN"), done


def test_a_sparse_checkout_is_no_limit(plain_shop: Shop) -> None:
    """What the user has not in his own checkout is in ours."""
    plain_shop.write("data/numbers.txt", "7\n")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    text = (plain_shop.folder / plain_shop.test_file).read_text("utf-8")
    plain_shop.write(
        plain_shop.test_file, text.replace("== 7", "== int(open('data/numbers.txt').read())").encode()
    )
    plain_shop.fix()
    plain_shop.git("sparse-checkout", "set", "nothing")
    assert not (plain_shop.folder / "data").exists()
    before = plain_shop.state()
    done = plain_shop.json("7", "--base", "main")
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert plain_shop.state() == before


def test_a_submodule_is_filled_from_the_users_own(plain_shop: Shop, tmp_path: Path) -> None:
    """Not from where it was cloned from, which may be far away."""
    library = GitProject(tmp_path / "library")
    library.write("prices.py", "SEVEN = 7\n")
    library.commit()
    allow = ("-c", "protocol.file.allow=always")
    plain_shop.git(*allow, "submodule", "--quiet", "add", str(library.top), "vendor/library")
    plain_shop.commit()
    plain_shop.git("config", "submodule.vendor/library.url", "https://nowhere.invalid/library.git")
    plain_shop.branch()
    plain_shop.write_test()
    text = (plain_shop.folder / plain_shop.test_file).read_text("utf-8")
    text = text.replace("import shop", "import sys\nsys.path.append('vendor/library')\nimport prices\nimport shop")
    plain_shop.write(plain_shop.test_file, text.replace("== 7", "== prices.SEVEN").encode())
    plain_shop.fix()
    before = plain_shop.state()
    done = plain_shop.json("7")
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert plain_shop.state() == before


@pytest.mark.parametrize("path", [".", "..", "/", "vendor"])
def test_a_list_of_submodules_that_lies_is_passed_over(plain_shop: Shop, path: str) -> None:
    """What it names is no submodule."""
    plain_shop.branch()
    plain_shop.write(".gitmodules", f'[submodule "x"]\n\tpath = {path}\n\turl = https://nowhere.invalid/x\n')
    plain_shop.write("vendor/a.txt", "a\n")
    plain_shop.fix()
    with Repository.find(plain_shop.folder).checkout("HEAD") as top:
        assert (top / "vendor" / "a.txt").exists()


def test_what_a_partial_clone_lacks_is_not_fetched(plain_shop: Shop, tmp_path: Path) -> None:
    """Nothing goes to the network; the error says how to get it."""
    plain_shop.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    source = f"ssh://nowhere.invalid{plain_shop.top}"
    plain_shop.git(
        "clone", "--quiet", "--filter=blob:none", "--no-checkout", f"file://{plain_shop.top}", str(clone)
    )
    subprocess.run(["git", "remote", "set-url", "origin", source], cwd=clone, check=True)
    with pytest.raises(ConfigurationError) as caught, Repository.find(clone).checkout("HEAD"):
        raise AssertionError("unreachable")
    assert "transport 'ssh' not allowed" in str(caught.value)
    assert "git fetch --refetch" in str(caught.value.hint)


@posix
def test_links_in_the_way_lead_nowhere(plain_shop: Shop, tmp_path: Path) -> None:
    """A test folder, or the settings, that were a link to somewhere else before the change."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "pyproject.toml").write_text("# mine\n", "utf-8")
    (plain_shop.folder / "tests").symlink_to(outside)
    (plain_shop.folder / "pyproject.toml").symlink_to(outside / "pyproject.toml")
    (plain_shop.folder / "sub").symlink_to(outside)
    plain_shop.commit()
    plain_shop.branch()
    for name in ("tests", "pyproject.toml", "sub"):
        (plain_shop.folder / name).unlink()
    plain_shop.write("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-q'\n")
    plain_shop.write("sub/pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-q'\n")
    plain_shop.write_test()
    plain_shop.fix()
    done = plain_shop.json("7")
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert [path.name for path in outside.iterdir()] == ["pyproject.toml"]
    assert (outside / "pyproject.toml").read_text("utf-8") == "# mine\n"


def test_files_with_any_name_are_laid_over(plain_shop: Shop) -> None:
    """Quotes, line feeds, patterns, bytes that are no UTF-8, and a name that looks like an option."""
    names = [b"tests/a\nb.txt", b'tests/"q"\\.txt', b"tests/[a]*?.txt", b"tests/:(top)x.txt", b"tests/-x.txt",
             b"tests/ sp ace .txt", b"tests/\xff\xfe.txt", b"tests/caf\xc3\xa9/A.txt",
             b"tests/caf\xc3\xa9/a.txt"]  # fmt: skip
    plain_shop.branch()
    plain_shop.write_test()
    for name in names:
        file = Path(os.fsdecode(os.fsencode(plain_shop.folder) + b"/" + name))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name)
    wanted = f"import os\n\nfor name in {names!r}:\n    assert open(name, 'rb').read() == name\n"
    plain_shop.write("tests/conftest.py", wanted)
    plain_shop.fix()
    done = plain_shop.json("7")
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert done.json["source"] == ["shop.py"]


def test_what_the_tests_need_and_git_does_not_know_can_be_carried(plain_shop: Shop) -> None:
    """A file, a folder; what git knows is not overwritten, and nothing is followed."""
    plain_shop.write(".gitignore", "__pycache__/\n.env\nbuilt/\n")
    plain_shop.write("built/known.txt", "known\n")
    plain_shop.git("add", "--force", "built/known.txt")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.write(
        "tests/conftest.py",
        "import os\n\nassert open('.env').read() == 'secret'\nassert open('built/a/b.txt').read() == 'b'\n"
        "assert open('built/known.txt').read() == 'known\\n'\nassert os.path.islink('built/link')\n",
    )
    plain_shop.fix()
    plain_shop.write(".env", b"secret")
    plain_shop.write("built/a/b.txt", b"b")
    plain_shop.write("built/known.txt", "changed\n")
    (plain_shop.folder / "built" / "link").symlink_to("/nowhere")
    done = plain_shop.json("7")
    assert (done.code, done.proof) == (1, "NOT_RUN_AT_BASE"), done
    done = plain_shop.json("7", "--carry", ".env", "--carry", "built")
    assert (done.code, done.proof) == (0, "PROVEN"), done


@pytest.mark.parametrize("option", ["--carry", "--overlay", "--exclude"])
@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x"])
def test_paths_out_of_the_repository_are_refused(plain_shop: Shop, option: str, path: str) -> None:
    """Before anything is checked out."""
    plain_shop.branch()
    plain_shop.fix()
    done = plain_shop.prove("7", option, path)
    assert done.code == 2
    assert f"{option}: {path} is no path in the repository" in done.err


def test_what_cannot_be_carried_is_told(plain_shop: Shop, tmp_path: Path) -> None:
    """What is not there, and what a link in the checkout would lead astray."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (plain_shop.folder / "data").symlink_to(outside)
    plain_shop.branch()
    plain_shop.fix()
    done = plain_shop.prove("7", "--carry", "nowhere.txt")
    assert done.code == 2
    assert "nowhere.txt: cannot be carried over: No such file or directory" in done.err
    (plain_shop.folder / "data").unlink()
    plain_shop.write("data/secret.txt", "x\n")
    done = plain_shop.prove("7", "--carry", "data/secret.txt")
    assert done.code == 2
    assert "cannot be carried over: a link leads out of the checkout" in done.err
    assert not list(outside.iterdir())
    assert plain_shop.worktrees() == []


def test_a_folder_that_the_base_has_not(tmp_path: Path) -> None:
    """The whole project is new: there is nothing without the change."""
    top = GitProject(tmp_path / "top")
    top.commit()
    top.branch()
    shop = Shop.__new__(Shop)
    shop.top, shop.folder, shop.framework = top.top, top.top / "sub", "pytest"
    shop.write("pyproject.toml", "")
    shop.write_test()
    shop.fix()
    done = shop.prove("7")
    assert done.code == 2
    assert "the project's folder sub is not there in" in done.err


def test_settings_about_tests_come_from_the_head(plain_shop: Shop) -> None:
    """A marker or an option that is new with the change; the dependencies stay those of the base."""
    plain_shop.write("pyproject.toml", "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['old']\n")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.write(
        "pyproject.toml",
        "[project]\nname = 'shop'\nversion = '2'\ndependencies = ['new']\n\n"
        "[tool.pytest.ini_options]\npython_files = ['check_*.py']\n\n[tool.bugcapture]\nrequire = ['bug']\n",
    )
    (plain_shop.folder / "tests" / "test_cart.py").rename(plain_shop.folder / "tests" / "check_cart.py")
    plain_shop.write(
        "tests/conftest.py",
        "import tomllib\n\nproject = tomllib.loads(open('pyproject.toml').read())['project']\n"
        "assert project['dependencies'] == ['new' if project['version'] == '2' else 'old']\n",
    )
    plain_shop.fix(FIXED)
    for arguments in (("7",), ()):
        done = plain_shop.json(*arguments)
        assert (done.code, done.proof) == (0, "PROVEN"), done
        assert done.sides == {"test_guards": "fail/pass"}
