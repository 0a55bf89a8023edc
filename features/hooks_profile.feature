Feature: bugcapture hooks profile says how long each push hook takes, and touches nothing

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the file ".pre-commit-config.yaml"
      """
      repos:
        - repo: local
          hooks:
            - id: fixer
              name: Fixer
              entry: sh -c 'echo fixed >> README.md'
              language: system
              pass_filenames: false
              stages: [pre-push]
            - id: lint
              name: Lint
              entry: sh -c 'sleep 0.3; exit 3'
              language: system
              pass_filenames: false
              stages: [pre-push]
            - id: spelling
              name: Spelling
              entry: 'true'
              language: system
              stages: [pre-commit]
      """
    And the file "README.md"
      """
      A shop.
      """
    And the project is a git repository

  Scenario Outline: Each hook of the stage is measured, in a copy of the checkout
    Given nobody changes a file from here on
    When "bugcapture hooks profile --tool <tool> --runs 1 --warmups 0" runs with exit code 0
    Then standard output says "pre-push: 2 hooks, "
    And standard output says "no: writes README.md"
    And standard output says "3     no: fails, so what it would write else is not known"
    And standard error says "1 hook did not pass in the copy, which has only what git tracks and --link: lint (pre-push)"
    And no file was changed

    Examples:
      | tool       |
      | pre-commit |
      | prek       |

  Scenario: A hook that has become slower fails
    When "bugcapture hooks profile --tool prek --runs 1 --warmups 0 --save" runs with exit code 0
    Then there is a file ".bugcapture/hook-timings.json"
    When somebody writes ".pre-commit-config.yaml"
      """
      repos:
        - repo: local
          hooks:
            - id: fixer
              name: Fixer
              entry: sleep 4
              language: system
              pass_filenames: false
              stages: [pre-push]
      """
    And "bugcapture hooks profile --tool prek --runs 1 --warmups 0 --compare" runs
    Then the exit code is 1
    And standard output says "pre-push: slower: fixer, "
    And standard output says "pre-push: removed: lint, "
    And standard error says "bugcapture: changes that are not committed were measured as well"

  Scenario: There is nothing to compare with yet
    When "bugcapture hooks profile --compare" runs
    Then the exit code is 2
    And standard error says "there are no timings to compare with"
    And standard error says "keep some first: `bugcapture hooks profile --save`"
