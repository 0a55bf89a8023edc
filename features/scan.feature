Feature: bugcapture scan finds the tests that lie

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the file "shop/users.py"
      """
      async def delete_user(user, openfga):
          if not await openfga.check_permission(user=user):
              raise PermissionError(user)
          return "deleted"
      """
    And the file "tests/test_users.py"
      """
      from unittest.mock import AsyncMock

      from shop.users import delete_user


      async def test_delete():
          openfga = AsyncMock()
          assert await delete_user("alice", openfga=openfga) == "deleted"
      """

  Scenario: A guard that lets everybody pass
    When "bugcapture scan" runs
    Then the exit code is 1
    And standard output says "tests/test_users.py:7:15: MK101 critical: openfga.check_permission() was told no answer"
    And standard output says "shop/users.py:2: await openfga.check_permission(…)"

  Scenario: An answer that somebody has chosen
    Given the file "tests/test_users.py"
      """
      from unittest.mock import AsyncMock

      from shop.users import delete_user


      async def test_delete():
          openfga = AsyncMock()
          openfga.check_permission.return_value = True
          assert await delete_user("alice", openfga=openfga) == "deleted"
      """
    When "bugcapture scan" runs
    Then the exit code is 0
    And standard output is empty

  Scenario: What is known does not fail
    When "bugcapture scan --write-baseline known.json" runs
    Then the exit code is 0
    When "bugcapture scan --baseline known.json" runs
    Then the exit code is 0

  Scenario: A rule is explained
    When "bugcapture scan --explain MK101" runs
    Then the exit code is 0
    And standard output says "## Use instead"
