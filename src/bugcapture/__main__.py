"""``python -m bugcapture``."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        sys.path.pop(0)  # `-m` puts the working directory first: a `click.py` there would be executed.
    from bugcapture.cli import main

    sys.exit(main())
