Feature: bugcapture hooks install has git run the check, and takes back exactly what it added

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the project is a git repository

  Scenario: A script of the user's own keeps its lines
    Given the file ".git/hooks/pre-push"
      """
      #!/bin/sh
      set -e
      behave
      """
    And the mode of the file ".git/hooks/pre-push" was set to 755
    And nobody changes a file from here on
    When "bugcapture hooks install" runs with exit code 0
    Then the file ".git/hooks/pre-push" is now
      """
      #!/bin/sh
      # >>> bugcapture >>>
      # `bugcapture hooks install` wrote these lines, and takes them away with --uninstall.
      bugcapture check </dev/null || exit 1
      # <<< bugcapture <<<
      set -e
      behave
      """
    When "bugcapture hooks install" runs with exit code 0
    Then the run ends with "bugcapture: pre-push (script): nothing to do, it calls bugcapture already"
    When "bugcapture hooks install --uninstall" runs with exit code 0
    Then no file was changed

  Scenario: The hooks of lefthook are left to lefthook
    Given the file "lefthook.yml"
      """
      pre-push:
        jobs:
          - run: behave
      """
    And nobody changes a file from here on
    When "bugcapture hooks install" runs
    Then the exit code is 1
    And standard error says "add `run: bugcapture check` to the jobs of pre-push in lefthook.yml"
    And no file was changed
