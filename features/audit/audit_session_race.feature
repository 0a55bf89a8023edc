# This scenario captures bug #991: AuditService._ensure_session() checks and then creates, without a lock.
# It carries @tdd_expected_fail until the fix is merged. Then only that tag goes: the others stay and name
# the regression test.
Feature: First use of the audit service from several threads

  The service opens its database at the first use, whichever thread comes first.

  @tdd_bug @tdd_bug_991 @tdd_issue @tdd_issue_991 @tdd_expected_fail
  Scenario: Concurrent first use creates one engine
    Fails with: AssertionError: 2 engines were created, expected 1

    Given an audit service that was never used
    When 2 threads race through "_ensure_session" meeting at "audit_service.service.create_engine"
    Then only 1 engine was created
