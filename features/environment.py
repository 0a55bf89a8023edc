"""Judge this project's own captured bugs with its own adapter."""

from __future__ import annotations

from bugcapture.behave import install

install()
