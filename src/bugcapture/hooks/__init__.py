"""``hooks``: what git runs before a push, read and never executed."""
