"""Find push hooks that can share one process, and write the configuration in which they do."""
