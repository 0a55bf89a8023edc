"""The gates: every check that CI runs, and nothing that it does not."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_external_run = True
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "typecheck", "unit_tests", "integration_tests", "coverage_report"]

ROOT = Path(__file__).parent
PYTHONS = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))
COVERAGE = {"COVERAGE_FILE": str(ROOT / ".coverage")}
# Modules are kept together, because some of them run one project for all their tests.
TOGETHER = ("--dist", "loadscope")
PARALLEL = ("-n", "auto", *TOGETHER)
# Many tests wait for the processes that they start: one worker more than there are processors leaves none idle.
WORKERS = str((os.cpu_count() or 1) + 1)
ADAPTER_TESTS = (
    "tests/behave_adapter",
    "tests/behave_source",
    "tests/robot_adapter",
    "tests/robot_source",
    "tests/pytest_adapter",
    "tests/pytest_source",
    "tests/conformance",
    "tests/leaks",
    "tests/mock_truth",
    "tests/mocks",
    "tests/race",
    "tests/scan",
)


def install(session: nox.Session, *groups: str) -> None:
    """Install the project as it stands, and dependency groups."""
    what = ("-e", ".[behave,robot,pytest,sample,tracker,report]", *(f"--group={group}" for group in groups))
    # Where processes write no bytecode, each of the tests' would compile everything.
    session.install(*what, env={"UV_COMPILE_BYTECODE": "1"})
    session.run("python", "-m", "compileall", "-q", "src", silent=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, import directions, our own check on our own captures, and our own scan of our own tests."""
    install(session, "lint")
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-cache")
    session.run("bugcapture", "check")
    session.run("bugcapture", "scan", "--no-cache")


@nox.session
def typecheck(session: nox.Session) -> None:
    """Types: mypy strict on everything, pyright strict on the public API."""
    install(session, "typecheck")
    session.run("mypy", *session.posargs)
    session.run("mypy", "noxfile.py", "tests/typing")
    session.run("mypy", "--package", "program_reference", env={"MYPYPATH": "docs/_ext"})
    session.run("pyright")


@nox.session
def unit_tests(session: nox.Session) -> None:
    """Behave features and pytest, under coverage."""
    install(session, "test")
    session.run("coverage", "erase", env=COVERAGE)
    behave = ("coverage", "run", "-m", "behave", "--format=progress")
    pytest = ("coverage", "run", "-m", "pytest", "--ignore=tests/e2e", "-n", WORKERS, *TOGETHER, *session.posargs)
    # Behave has one process, and would leave the other processors idle.
    with ThreadPoolExecutor(max_workers=1) as pool:
        features = pool.submit(session.run, *behave, env=COVERAGE, silent=True)
        try:
            session.run(*pytest, env=COVERAGE)
        finally:
            session.log("behave:\n%s", features.result())


@nox.session
def integration_tests(session: nox.Session) -> None:
    """Robot suites through the installed command, under coverage."""
    install(session, "test")
    arguments = session.posargs or ["robot"]
    listener = ("--listener", "bugcapture.robot.Listener")
    many = ("--no-pabotlib", "--processes", WORKERS, "--outputdir=reports/robot")
    pabot = ("coverage", "run", "-m", "pabot.pabot", *many, *listener)
    session.run(*pabot, *arguments, env=COVERAGE)


@nox.session
def coverage_report(session: nox.Session) -> None:
    """At least 97 % of lines and branches over all tests, child processes included."""
    session.install("coverage>=7.10.3")
    session.run("coverage", "combine", "--quiet", env=COVERAGE)
    session.run("coverage", "report", "--fail-under=97", env=COVERAGE)


@nox.session
def e2e_tests(session: nox.Session) -> None:
    """The built wheel in a fresh virtual environment: the demo, and a stranger's project."""
    session.install("--group=e2e")
    session.run("pytest", "tests/e2e", *session.posargs)


@nox.session
def contract(session: nox.Session) -> None:
    """The tracker clients and their fake forge against the published descriptions; needs Node.

    GITLAB_DESCRIPTION and FORGEJO_DESCRIPTION name files that the servers offer: GitLab's ``openapi_v3.yaml``,
    and ``/swagger.v1.json`` of any Forgejo or Gitea. GitHub's comes from npm.
    """
    install(session, "test")
    folder = Path(session.create_tmp())
    packages = ("@stoplight/prism-cli@5", "@octokit/openapi@23")
    session.run("npm", "install", "--no-audit", "--no-fund", f"--prefix={folder}", *packages, external=True)
    modules = folder / "node_modules"
    given = {"github": str(modules / "@octokit" / "openapi" / "generated" / "api.github.com.json")}
    for kind in ("gitlab", "forgejo"):
        variable = f"{kind.upper()}_DESCRIPTION"
        if os.environ.get(variable):
            given[kind] = os.environ[variable]
        else:
            session.warn(f"NOT CHECKED: {kind}; {variable} names no description")
    descriptions = [f"{kind}={file}" for kind, file in given.items()]
    session.run("python", "tests/tracker/contract.py", str(modules / ".bin" / "prism"), *descriptions)


@nox.session(python=PYTHONS)
def adapter_tests(session: nox.Session) -> None:
    """The adapters, their sources, the races, the mocks and the scanner on each Python."""
    install(session, "test")
    session.run("pytest", *PARALLEL, *(session.posargs or ADAPTER_TESTS))


@nox.session
def minimums(session: nox.Session) -> None:
    """The adapters and the sources with the lowest versions that we allow."""
    session.install("uv>=0.8")
    python = str(Path(session.virtualenv.location) / "bin" / "python")
    lowest = ("uv", "pip", "install", "--python", python, "--resolution=lowest-direct")
    session.run(*lowest, "-e", ".[behave,robot,pytest,sample,tracker,report]", "--group=test", external=True)
    session.run("pytest", *PARALLEL, *(session.posargs or ADAPTER_TESTS))


@nox.session
def mutation(session: nox.Session) -> None:
    """Is every line of the core, and every guard of an adapter, held by a test? Takes hours, and is no gate."""
    install(session, "test", "mutation")
    if not session.posargs:
        session.run("python", "tests/mutation/mutate_core.py")
    session.run("python", "tests/mutation/mutate_adapters.py", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """The life of bug 991, live."""
    session.install(".[behave,robot,pytest,sample]")
    session.run("bugcapture", "demo", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """What is measured, against whom; prints tables, takes minutes."""
    install(session, "test")
    for script in session.posargs or sorted(str(path) for path in (ROOT / "benchmarks").glob("*.py")):
        session.run("python", script, env={"PYTHONHASHSEED": "0"})


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as HTML, its examples run, its links among themselves checked; warnings are errors.

    ``nox -s docs -- --external`` asks other sites as well whether what is linked is there. That needs the network,
    so no push depends on it: CI does it once a week.
    """
    session.install("-e", ".[behave,robot,pytest,history]", "--group=docs")
    builders = ["html", "doctest", *(["linkcheck"] if "--external" in session.posargs else [])]
    for builder in builders:
        session.run("sphinx-build", "-q", "-W", "--keep-going", "-b", builder, "docs", f"docs/_build/{builder}")


@nox.session
def changelog(session: nox.Session) -> None:
    """Is there a news fragment, and what would the next release say?"""
    session.install("--group=release")
    if os.environ.get("CI"):
        session.run("towncrier", "check", *session.posargs)
    session.run("towncrier", "build", "--draft", "--version=next")
