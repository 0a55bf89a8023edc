"""Shell scripts, read as far as a hook needs it: which commands run, and which of them can stop it."""
