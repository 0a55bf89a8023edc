"""Find the tracker of a project."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bugcapture.project import git
from bugcapture.tracker.cache import open_cache
from bugcapture.tracker.forgejo import Forgejo
from bugcapture.tracker.github import GitHub
from bugcapture.tracker.gitlab import GitLab
from bugcapture.tracker.home import Kind, find_home
from bugcapture.tracker.http import Http
from bugcapture.tracker.offline import OfflineTracker
from bugcapture.tracker.online import OnlineTracker
from bugcapture.tracker.pages import Pages
from bugcapture.tracker.tokens import find_access

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bugcapture.project.config import Project
    from bugcapture.tracker.forge import Forge
    from bugcapture.tracker.home import Home
    from bugcapture.tracker.tracker import Tracker

_FORGES: Final[Mapping[Kind, Callable[[Home], Forge]]] = MappingProxyType(
    {Kind.GITHUB: GitHub, Kind.GITLAB: GitLab, Kind.FORGEJO: Forgejo}
)


def find_tracker(
    project: Project,
    *,
    offline: bool = False,
    refresh: bool = False,
    on_progress: Callable[[str], None] | None = None,
) -> Tracker:
    """The tracker that holds a project's issues; nothing is asked yet.

    Its texts come from strangers; they are printable and short. Use it as a context manager, or close it::

        with find_tracker(project) as tracker:
            issue = tracker.get_issue(991)

    Args:
        project: The project. Its settings, its git remote and the variables of the process say where the
            issues are.
        offline: Whether to answer from what was asked before, without sending anything.
        refresh: Whether to pass over what was asked before.
        on_progress: Called with a line of text before each request and each wait.

    Raises:
        ConfigurationError: If nothing tells where the issues are, an address or a token cannot be used, or
            the extra ``tracker`` is not installed.
    """
    environment = dict(os.environ)
    settings = project.settings.tracker
    home = find_home(settings, environment, git.remote_url(project.root, settings.remote))
    access = find_access(home, environment)
    forge = _FORGES[home.kind](home)
    cache = open_cache(project, home, environment)
    if offline:
        return OfflineTracker(home, access, forge, cache)
    http = Http(home, access, forge.headers, on_progress=on_progress)
    cache.drop_old()
    return OnlineTracker(home, access, forge, http, Pages(http, cache, access, refresh=refresh))
