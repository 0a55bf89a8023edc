Feature: bugcapture init wires a project, and changes not one byte that is there

  It shows the change and asks. In a pipe nobody can answer, so it writes only with --yes.

  Background:
    Given a shop that is tested with Behave and bugcapture

  Scenario: The change is shown first, written with --yes, and found done the second time
    Given the shop does not install bugcapture
    And the file "features/cart.feature"
      """
      Feature: The cart
      """
    And nobody changes a file from here on
    When "bugcapture init" runs
    Then the exit code is 1
    And standard output is
      """
      --- /dev/null
      +++ b/features/environment.py
      @@ -0,0 +1,3 @@
      +from bugcapture.behave import install
      +
      +install()
      --- /dev/null
      +++ b/pyproject.toml
      @@ -0,0 +1,3 @@
      +[tool.bugcapture]
      +# Families that every test with the switch carries completely: "bug", "issue" or both.
      +require = ["bug"]
      """
    And the run ends with "bugcapture: nothing was written; `bugcapture init --yes` writes 2 files"
    And no file was changed
    When "bugcapture init --yes" runs with exit code 0
    Then the file "features/environment.py" is now
      """
      from bugcapture.behave import install

      install()
      """
    Given nobody changes a file from here on
    When "bugcapture init --yes" runs with exit code 0
    Then standard output is empty
    And the run ends with "bugcapture: nothing to do: behave wired in"
    And no file was changed

  Scenario: Afterwards captures are judged
    Given the shop does not install bugcapture
    And bug 7 is captured
    When "bugcapture check" runs with exit code 1
    And "bugcapture init --yes" runs with exit code 0
    Then "bugcapture check" runs with exit code 0
    When "behave" runs with exit code 0
    Then the run ends with "bugcapture: 1 expected failure (#7), 0 look fixed, 0 wrong, 0 regressed"

  Scenario: Every framework that the project uses is wired, each in its own way
    Given the shop does not install bugcapture
    And bug 7 is captured
    And the file "robot/till.robot"
      """
      *** Test Cases ***
      The Till Closes
          No Operation
      """
    And the file "tests/test_till.py"
      """
      def test_till(): pass
      """
    When "bugcapture init --yes --ci github" runs with exit code 0
    Then the file "robot.args" is now
      """
      # Options of every run: robot --argumentfile robot.args PATH
      --listener bugcapture.robot.Listener
      """
    And the file "pyproject.toml" is now
      """
      [tool.bugcapture]
      # Families that every test with the switch carries completely: "bug", "issue" or both.
      require = ["bug"]
      robot_args = ["--argumentfile", "robot.args"]
      """
    And there is a file ".github/workflows/bugcapture.yml"
    And "bugcapture init --check --ci github" runs with exit code 0

  Scenario: --check says what is missing, for people and for CI
    Given the shop does not install bugcapture
    And the file "features/cart.feature"
      """
      Feature: The cart
      """
    And nobody changes a file from here on
    When "bugcapture init --check --hook --ci gitlab" runs
    Then the exit code is 1
    And standard output is
      """
      features/environment.py: missing: the adapter of Behave
      pyproject.toml: missing: the settings of bugcapture
      .pre-commit-config.yaml: missing: the hook bugcapture-check
      .gitlab-ci.yml: missing: a job that runs `bugcapture check`
      """
    And no file was changed

  Scenario Outline: Byte for byte: <what>
    Given bug 7 is captured
    And the bytes of "<file>" are "<before>"
    When "bugcapture init --yes" runs
    Then the exit code is 0
    And the bytes of "<file>" are now "<after>"
    And "bugcapture check" runs with exit code 0

    Examples: Behave
      | what                       | file                    | before                                                      | after                                                                                                                                        |
      | behind the imports         | features/environment.py | import os\nimport sys\n\n\ndef before_all(context): ...\n   | import os\nimport sys\nfrom bugcapture.behave import install\n\ninstall()\n\n\ndef before_all(context): ...\n                                |
      | behind a docstring         | features/environment.py | """Hooks."""\nx = 1\n                                       | """Hooks."""\n\nfrom bugcapture.behave import install\n\ninstall()\n\nx = 1\n                                                                |
      | CRLF, no end at the end    | features/environment.py | from __future__ import annotations\r\n\r\nx = 1             | from __future__ import annotations\r\n\r\nfrom bugcapture.behave import install\r\n\r\ninstall()\r\n\r\nx = 1                                |
      | a byte order mark          | features/environment.py | \xef\xbb\xbfx = 1\n                                         | \xef\xbb\xbffrom bugcapture.behave import install\n\ninstall()\n\nx = 1\n                                                                    |
      | another encoding           | features/environment.py | # coding: latin-1\n\nx = '\xe9'\n                           | # coding: latin-1\n\nfrom bugcapture.behave import install\n\ninstall()\n\nx = '\xe9'\n                                                      |
      | a name that is taken       | features/environment.py | from shop import total as install\n                         | from shop import total as install\nimport bugcapture.behave\n\nbugcapture.behave.install()\n                                                 |
      | the import is there        | features/environment.py | from bugcapture.behave import install\n                     | from bugcapture.behave import install\n\ninstall()\n                                                                                         |
      | a call that comes too late | features/environment.py | def before_all(context):\n    import bugcapture.behave as b\n    b.install()\n | from bugcapture.behave import install\n\ninstall()\n\n\ndef before_all(context):\n    import bugcapture.behave as b\n    b.install()\n |

    Examples: the settings
      | what                  | file           | before                             | after                                                                                                                                                                   |
      | behind everything     | pyproject.toml | [tool.black]\nline-length = 100\n  | [tool.black]\nline-length = 100\n\n[tool.bugcapture]\n# Families that every test with the switch carries completely: "bug", "issue" or both.\nrequire = ["bug"]\n     |
      | settings that one has | pyproject.toml | [tool.bugcapture]\nevidence = "e"  | [tool.bugcapture]\nevidence = "e"                                                                                                                                       |

  Rule: What cannot be known is not guessed: nothing is written, and every place is told

    Scenario Outline: <what>
      Given bug 7 is captured
      And the bytes of "<file>" are "<content>"
      And nobody changes a file from here on
      When "bugcapture init --yes" runs
      Then the exit code is 1
      And standard error says "bugcapture: <told>"
      And the run ends with "bugcapture: 1 problem, nothing was written"
      And no file was changed

      Examples:
        | what                         | file                    | content                                                             | told                                                                                                |
        | A syntax error               | features/environment.py | import os\ndef before_all(context)\n                                | features/environment.py:2: cannot be parsed, so nobody knows where lines can be added               |
        | An inline table              | pyproject.toml          | tool = { black = 1 }\n                                              | pyproject.toml:1: [tool.bugcapture] cannot be added without changing what is there                  |
        | Hooks in flow style          | .pre-commit-config.yaml | repos: [{repo: a, hooks: [{id: x}]}]\n                              | .pre-commit-config.yaml:1: the list below `repos` is written in flow style                          |
        | Hooks that others borrow     | .pre-commit-config.yaml | repos: &all\n  - repo: a\n    hooks: []\nx: *all\n                  | .pre-commit-config.yaml:1: the list below `repos` has an anchor                                     |
        | Another hook of bugcapture   | .pre-commit-config.yaml | repos:\n  - repo: a\n    hooks:\n      - id: bugcapture-list\n      | .pre-commit-config.yaml:4: there is another hook of bugcapture                                      |
        | YAML that is none            | .pre-commit-config.yaml | repos:\n\t- repo: a\n                                               | .pre-commit-config.yaml:2: cannot be read as YAML                                                   |
        | Another job called so        | .gitlab-ci.yml          | bugcapture:\n  script: echo\n                                       | .gitlab-ci.yml:2: there is another job `bugcapture`                                                 |

    Scenario: A part can be left out
      Given bug 7 is captured
      And the bytes of ".pre-commit-config.yaml" are "repos: []\n"
      When "bugcapture init --yes" runs with exit code 1
      And "bugcapture init --yes --no-hook" runs with exit code 0
      Then the bytes of ".pre-commit-config.yaml" are now "repos: []\n"

    Scenario: Nothing of the project is executed
      Given bug 7 is captured
      And the environment file notes every start
      When "bugcapture init --yes" runs with exit code 0
      And "bugcapture capture 8" runs with exit code 0
      Then there is no file "imported"
