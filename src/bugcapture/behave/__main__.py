"""``python -m bugcapture.behave``: Behave with the adapter, whatever the project's environment file says."""

from __future__ import annotations

import sys

from behave.__main__ import main

from bugcapture.behave import install

if __name__ == "__main__":
    install()
    sys.exit(main())
