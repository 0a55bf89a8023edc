Feature: bugcapture hooks consolidate makes one hook of many, and no test is lost

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the file "tests/test_cart.py"
      """
      def test_empty():
          pass

      def test_full():
          pass
      """
    And the file "tests/test_till.py"
      """
      def test_open():
          pass
      """
    And the file ".pre-commit-config.yaml"
      """
      repos:
        - repo: local
          hooks:
            # The cart comes first.
            - id: cart
              name: Cart
              entry: pytest tests/test_cart.py::test_full
              language: system
              files: ^shop/
              pass_filenames: false
              stages: [pre-push]
            - id: lint
              name:   Lint # as it is
              entry: 'true'
              language: system
              stages: ["pre-push"]
            - id: till
              name: Till
              entry: pytest tests/test_till.py
              language: system
              files: ^till/
              pass_filenames: false
              stages: [pre-push]
      """
    And the project is a git repository

  Scenario: What is proposed is shown, and nothing is changed
    Given nobody changes a file from here on
    When "bugcapture hooks consolidate" runs
    Then the exit code is 1
    And standard output says the lines
      """
      pre-push: 3 hooks become 2
      pytest-tests: pytest, instead of 2 hooks
      cart (line 5)
      till (line 17)
      Each check runs whenever it has run before, and also for the files of the others.
      """
    And the run ends with "bugcapture: pre-push: 3 hooks become 2, not verified: nothing was written"
    And no file was changed

  Scenario: It is written when the same tests run, and every other line stays
    When "bugcapture hooks consolidate --write" runs with exit code 0
    Then standard output says "Proved: the same 2 tests, before and after."
    And the file ".pre-commit-config.yaml" is now
      """
      repos:
        - repo: local
          hooks:
            - id: lint
              name:   Lint # as it is
              entry: 'true'
              language: system
              stages: ["pre-push"]
            # Instead of 2 hooks:
            # - cart: Cart
            #   The cart comes first.
            # - till: Till
            - id: pytest-tests
              name: 'pytest: 2 checks in one session'
              entry: pytest
              args:
                - tests/test_cart.py::test_full
                - tests/test_till.py
              language: system
              files: (?:^shop/)|(?:^till/)
              pass_filenames: false
              stages: [pre-push]
      """

  Scenario: A test that would be left out keeps the file as it is
    Given the file "tests/conftest.py"
      """
      def pytest_collection_modifyitems(items):
          if len(items) > 1:
              del items[0]
      """
    And the project is a git repository
    And nobody changes a file from here on
    When "bugcapture hooks consolidate --write" runs
    Then the exit code is 1
    And standard output says "Not the same: missing: tests/test_cart.py::test_full"
    And no file was changed

  Scenario: Hooks with Behave become one, and the report says why other programs stay
    Given the file "features/cart.feature"
      """
      Feature: Cart
        @slow
        Scenario: Empty
          Given a cart with the prices 1
        @quick
        Scenario: Full
          Given a cart with the prices 1, 2
        Scenario: Neither
          Given a cart with the prices 3
      """
    And the file ".pre-commit-config.yaml"
      """
      repos:
        - repo: local
          hooks:
            - id: slow
              name: Slow
              entry: behave -t @slow features/cart.feature
              language: system
              pass_filenames: false
              stages: [pre-push]
            - id: tabs
              name: Tabs
              entry: python scripts/tabs.py
              language: system
              pass_filenames: false
              stages: [pre-push]
            - id: quick
              name: Quick
              entry: behave -t @quick features/cart.feature
              language: system
              pass_filenames: false
              stages: [pre-push]
            - id: ends
              name: Ends
              entry: python scripts/ends.py
              language: system
              pass_filenames: false
              stages: [pre-push]
      """
    And the project is a git repository
    When "bugcapture hooks consolidate --write" runs with exit code 0
    Then standard output says the lines
      """
      behave-features: Behave, instead of 2 hooks
      Proved: the same 2 tests, before and after.
      python, 2 hooks: each runs another script (tabs, ends)
      """
    And the file ".pre-commit-config.yaml" is now
      """
      repos:
        - repo: local
          hooks:
            - id: tabs
              name: Tabs
              entry: python scripts/tabs.py
              language: system
              pass_filenames: false
              stages: [pre-push]
            # Instead of 2 hooks:
            # - slow: Slow
            # - quick: Quick
            - id: behave-features
              name: 'behave: 2 checks in one session'
              entry: behave '--tags=@slow or @quick'
              args:
                - features/cart.feature
              language: system
              pass_filenames: false
              stages: [pre-push]
            - id: ends
              name: Ends
              entry: python scripts/ends.py
              language: system
              pass_filenames: false
              stages: [pre-push]
      """

  Scenario: A hook with tests that is told the files gets all of them in one process
    Given the file ".pre-commit-config.yaml"
      """
      repos:
        - repo: local
          hooks:
            - id: unit
              name: Unit
              entry: pytest
              language: system  # ours
              files: ^tests/test_
              stages: [pre-push]
      """
    And the project is a git repository
    When "bugcapture hooks consolidate --write" runs with exit code 0
    Then standard output says "Proved: the same 3 tests, before and after."
    And the file ".pre-commit-config.yaml" is now
      """
      repos:
        - repo: local
          hooks:
            - id: unit
              name: Unit
              entry: pytest
              language: system  # ours
              require_serial: true
              files: ^tests/test_
              stages: [pre-push]
      """
