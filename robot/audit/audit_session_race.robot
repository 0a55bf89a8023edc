*** Settings ***
Documentation       First use of the audit service from several threads.
Library             AuditSample.py
Library             bugcapture.robot.Race


*** Test Cases ***
Concurrent First Use Creates One Engine
    # This test captures bug #991: AuditService._ensure_session() checks and then creates, without a lock.
    # It carries tdd_expected_fail until the fix is merged. Then only that tag goes: the others stay and name
    # the regression test.
    [Documentation]    Fails with: AssertionError: 2 engines were created, expected 1
    [Tags]    tdd_bug    tdd_bug_991    tdd_issue    tdd_issue_991    tdd_expected_fail
    Race Object    AuditSample:ThrowAwayService
    ${race} =    Race Threads    2    through=_ensure_session    meeting_at=audit_service.service.create_engine
    Only One Engine Should Have Been Created    ${race}
