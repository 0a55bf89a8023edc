"""Tags that real suites use and that must never be taken for ours."""

from __future__ import annotations

import pytest

from bugcapture.core.tags import TagKind, check_tags, read_tag

_TEXT = """
wip slow fast smoke sanity regression nightly weekly daily skip ignore manual automated critical major minor
blocker p0 p1 p2 P1 prio-1 bug debug debugging add_bug adds_bug bug_5 bug-5 bug_fix bugfix bugs BUG-123 BUG123
#123 issue issues issue_5 issue-12 ISSUE-7 issue:44 debug_issue debug_5 debug1 nobug no_bug known_bug
known_issue knownbug expected expected_fail expected-failure expectedfail failing fail fails failed todo TODO
tdi td today tdk tds tdm ttl tbd TBD tod td_5 TD-5 tissue tissues tissue_5 the_issue the_bug test_bug
test_expected_fail test_issue test test_5 t1 t2 T1 d1 dd ddd dbg dbug ddt DDT bdd BDD bdd_bug atdd ATDD std
stdd std_issue todd Todd teddy teddy_bug tidy tddy title turtle target date data debt tdd4j tech_debt api ui
db http rest grpc sql mysql postgres redis kafka windows linux macos arm64 x86 docker k8s selenium playwright
chrome firefox safari login logout signup checkout cart payment refund order search profile settings admin
user team role permission audit JIRA-1234 PROJ-42 TC-001 TC_001 TestCase123 tc001 testrail-C1234 C1234 US123
story-5 epic-7 sprint_12 v1.2 v2 2024-Q1 owner:alice owner=bob team.core use.with_browser=chrome
not.with_os=win32 fixture.browser.firefox serial parallel SERIAL MUTE a11y i18n perf load stress security e2e
integration unit component contract snapshot visual quarantine deprecated draft review ready done pending
in_progress later hotfix
"""
EVERYDAY = _TEXT.split()


@pytest.mark.parametrize("text", EVERYDAY)
def test_an_everyday_tag_is_nobodys_business(text):
    """An everyday tag is read as one and has no problem."""
    assert TagKind.OTHER is read_tag(text).kind
    assert check_tags([text]) == ()


def test_everyday_tags_do_not_disturb_a_capture():
    """All of them together on a captured test change nothing."""
    assert check_tags([*EVERYDAY, "tdd_bug", "tdd_bug_991", "tdd_expected_fail"]) == ()


@pytest.mark.parametrize("text", ["autoretry", "autoretry_3", "flaky", "flaky(reruns=2)", "xfail", "xfail_strict"])
def test_a_retry_tag_is_everyday_without_the_switch(text):
    """Rule T6 is about the switch: without it a retry tag is the project's own business."""
    assert TagKind.OTHER is read_tag(text).kind
    assert check_tags([text, "tdd_bug", "tdd_bug_991"]) == ()
