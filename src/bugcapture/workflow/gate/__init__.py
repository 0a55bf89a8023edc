"""``gate``: what a pull request has to show, by its kind."""
