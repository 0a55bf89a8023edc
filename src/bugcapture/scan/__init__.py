"""Find the tests that are green, red or flaky for the wrong reason, without importing any of them.

``assert_clean()`` makes it a test of your own suite::

    from bugcapture.scan import assert_clean


    def test_the_mocks_of_this_suite() -> None:
        assert_clean()
"""

from __future__ import annotations

from bugcapture.scan.clean import assert_clean

__all__ = ["assert_clean"]
