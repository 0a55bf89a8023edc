Feature: bugcapture report keeps documents that say what the sources say

  It writes them from what is there, without running any of it; a check tells when they say something else, and
  which input moved.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And bug 991 is captured
    And the environment file notes every start
    And the project is a git repository

  Scenario: The documents are written, and are fresh
    When "bugcapture report refresh" runs with exit code 0
    Then standard output says "docs/reports/bugs.md: written, new"
    And there is a file "docs/reports/hazards.md"
    And there is a file "docs/reports/mock-audit.md"
    And there is a file "docs/reports/test-suite.md"
    And there is a file "docs/reports/hazard-counts.jsonl"
    And there is no file "docs/reports/hook-timings.md"
    And there is no file "started"
    Given nobody changes a file from here on
    When "bugcapture report check --strict" runs with exit code 0
    Then standard output is empty
    And the run ends with "bugcapture: 4 documents: 0 stale"
    When "bugcapture report refresh" runs with exit code 0
    Then the run ends with "bugcapture: 0 documents written, 4 fresh"
    And no file was changed

  Scenario: A stale document is told with the input that moved
    Given the reports are fresh
    And the file "features/gift.feature"
      """
      Feature: Gift
        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Scenario: A gift is free
          Then the total is 0
      """
    When "bugcapture report check bugs" runs
    Then the exit code is 1
    And standard output says "docs/reports/bugs.md: D4 is stale: added: features/gift.feature; run `bugcapture report refresh bugs`"
    When "bugcapture report refresh bugs" runs with exit code 0
    Then standard output says "docs/reports/bugs.md: written, added: features/gift.feature"
    When "bugcapture report check bugs" runs with exit code 0

  Scenario: A document that somebody has changed is stale
    Given the reports are fresh
    And the file "docs/reports/bugs.md" has one line more
    When "bugcapture report check" runs
    Then the exit code is 1
    And standard output says "docs/reports/bugs.md: D3 was changed by hand after it was written; run `bugcapture report refresh bugs`"

  Scenario: A file of the user is not overwritten
    Given the file "docs/reports/bugs.md"
      """
      # Our bugs
      """
    When "bugcapture report refresh" runs
    Then the exit code is 1
    And standard error says "docs/reports/bugs.md: was not written by bugcapture, and is not overwritten"
    And the file "docs/reports/bugs.md" is now
      """
      # Our bugs
      """
    And there is no file "docs/reports/hazards.md"

  Scenario: The old version is kept
    Given the reports are fresh
    And bug 7 is captured
    When "bugcapture report refresh bugs --archive" runs with exit code 0
    Then the archive of the reports holds 1 version of "bugs"

  Scenario: A weekly job is offered
    When "bugcapture init --yes --no-hook --weekly-reports --ci github" runs with exit code 0
    Then there is a file ".github/workflows/bugcapture-reports.yml"
