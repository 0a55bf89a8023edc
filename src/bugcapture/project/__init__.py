"""The outside world: the project's configuration, its git repository, its files."""
