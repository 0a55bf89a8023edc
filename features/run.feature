Feature: bugcapture run is one run over the tests of all bugs, with one summary and one exit code

  Background:
    Given a shop that is tested with Behave and bugcapture
    And in the shop the total forgets the first item
    And the file "features/cart.feature"
      """
      Feature: The cart

        @tdd_bug @tdd_bug_991 @tdd_expected_fail
        Scenario: Every item counts
          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7

        Scenario: Nobody's bug
          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 100
      """
    And the file "features/till.feature"
      """
      Feature: The till

        @tdd_issue @tdd_issue_12
        Scenario: An empty cart costs nothing
          Given a cart with the prices 0
          When the cart is totalled
          Then the total is 0
      """

  Scenario: The tests of all bugs run, and no others
    When "bugcapture run" runs
    Then the exit code is 0
    And standard output says "#991  expected_failure  behave     features/cart.feature:4  Every item counts"
    And standard output says "#12   passed            behave     features/till.feature:4  An empty cart costs nothing"
    And standard error says "bugcapture: 1 expected failure (#991), 0 look fixed, 0 wrong, 0 regressed"

  Scenario: A bug that looks fixed is red and says what to do
    Given in the shop the total is right
    When "bugcapture run 991" runs
    Then the exit code is 1
    And standard output says "features/cart.feature:4: bug 991 looks fixed"
    And standard output says "run `bugcapture graduate 991`"

  Scenario: A bug that came back is red
    Given in the shop the total breaks down
    When "bugcapture run 12" runs
    Then the exit code is 1
    And standard output says "features/till.feature:4: bug 12 is back"
    And standard error says "KeyError"

  Scenario: A raw run shows the failures as they are
    When "bugcapture run --raw 991" runs
    Then the exit code is 1
    And standard error says "bugcapture: raw run: 1 captured test ran, 1 failed, 0 not run, nothing was inverted"
    When "bugcapture run --raw 12" runs
    Then the exit code is 0

  Scenario: The shards of a run are the whole, and one without tests is green
    When "bugcapture run --shard 1/3 --format json" runs
    Then the exit code is 0
    And the JSON of "standard output" has the schema "bugcapture.run/1"
    When "bugcapture run --shard 3/3" runs
    Then the exit code is 0
    And standard output is empty
    And standard error says "shard 3/3 is empty: other shards run the 2 tests"

  Scenario: A machine of the CI finds its own shard
    Given the variable CI_NODE_INDEX is "4"
    And the variable CI_NODE_TOTAL is "4"
    When "bugcapture run --shard auto" runs
    Then the exit code is 0
    And standard error says "shard 4/4 is empty"

  Scenario: What cannot be asked for is a usage error
    When "bugcapture run 4711" runs
    Then the exit code is 2
    And standard error says "no test here has bug #4711"
    When "bugcapture run --shard 4/3" runs
    Then the exit code is 2
    When "bugcapture run --python /no/such/python" runs
    Then the exit code is 2
    And standard error says "/no/such/python: cannot be run"

  Scenario: Broken tags anywhere stop the run before a test starts
    Given the environment file notes every start
    And the file "features/broken.feature"
      """
      Feature: Broken

        @tdd_bug_5
        Scenario: One
          Given a cart with the prices 0
      """
    When "bugcapture run 991" runs
    Then the exit code is 1
    And standard output is empty
    And standard error says "features/broken.feature:3: T1"
    And there is no file "imported"
    And there is no file "started"
