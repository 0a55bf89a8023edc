"""``python -m bugcapture``."""

from __future__ import annotations

import sys

from bugcapture.cli import main

if __name__ == "__main__":
    sys.exit(main())
