Feature: bugcapture hooks check says whether anything is checked before a push

  It finds the hook that git would run, reads what that runs, and executes nothing.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the file "pyproject.toml"
      """
      [tool.bugcapture.hooks]
      required = ["types", "unit"]
      """
    And the project is a git repository

  Scenario: There is no hook
    When "bugcapture hooks check" runs
    Then the exit code is 1
    And standard output says ".git/hooks/pre-push: HK101 git finds no pre-push hook; run `bugcapture hooks install`"

  Scenario: A hook that only talks about checks is none
    Given the file ".git/hooks/pre-push"
      """
      #!/bin/sh
      # exec pre-commit hook-impl --hook-type=pre-push
      echo "mypy and pytest are fine"
      exit 0
      mypy src
      """
    And the mode of the file ".git/hooks/pre-push" was set to 755
    When "bugcapture hooks check" runs
    Then the exit code is 1
    And standard output says ".git/hooks/pre-push: HK106 comes to no command that checks anything"

  Scenario: A check whose failure nobody heeds is told, with its line
    Given the file ".git/hooks/pre-push"
      """
      #!/bin/sh
      set -e
      mypy src || true
      pytest
      """
    And the mode of the file ".git/hooks/pre-push" was set to 755
    When "bugcapture hooks check" runs
    Then the exit code is 1
    And standard output says ".git/hooks/pre-push:3: HK401 mypy src may fail and the push goes on: what follows `||` always succeeds"
    And the run ends with "bugcapture: pre-push: script, 2 commands (types, unit): 1 error"

  Scenario: A hook that checks what is required
    Given the file ".git/hooks/pre-push"
      """
      #!/bin/sh
      set -e
      uv run mypy src
      uv run behave
      """
    And the mode of the file ".git/hooks/pre-push" was set to 755
    And nobody changes a file from here on
    When "bugcapture hooks check --strict" runs with exit code 0
    Then standard output is empty
    And the run ends with "bugcapture: pre-push: script, 2 commands (types, unit): 0 errors"
    And no file was changed

  Scenario: Phases that run through a function are seen, and one that is commented out is told
    Given the file ".git/hooks/pre-push"
      """
      #!/bin/bash
      set -euo pipefail
      phase() { local name="$1"; shift; echo "== $name"; "$@"; }
      # phase "Types" mypy src
      phase "Tests" pytest tests/unit
      """
    And the mode of the file ".git/hooks/pre-push" was set to 755
    When "bugcapture hooks check" runs
    Then the exit code is 1
    And standard output says ".git/hooks/pre-push:4: HK302 nothing runs at pre-push for the required category types: mypy src is commented out"
    And the run ends with "bugcapture: pre-push: script, 1 command (unit): 1 error"

  Scenario: What cannot be known before it runs is no error
    Given the file ".git/hooks/pre-push"
      """
      #!/bin/sh
      set -e
      pytest
      "$CHECK" src
      """
    And the mode of the file ".git/hooks/pre-push" was set to 755
    When "bugcapture hooks check" runs
    Then the exit code is 0
    And standard output says "category types, as far as it can be read: what $CHECK src does is not known before it runs"

  Scenario: A configuration is checked where no hook is installed
    Given the file ".pre-commit-config.yaml"
      """
      repos:
        - repo: local
          hooks:
            - id: types
              name: types
              entry: mypy src
              language: system
              stages: [push]
            - id: tests
              name: tests
              entry: behave
              language: system
              stages: [manual]
      """
    When "bugcapture hooks check --config-only" runs
    Then the exit code is 1
    And standard output says ".pre-commit-config.yaml:8: HK303 a stage has a name of the past: push is now pre-push"
    And standard output says ".pre-commit-config.yaml:13: HK302 nothing runs at pre-push for the required category unit: tests runs at manual only"
