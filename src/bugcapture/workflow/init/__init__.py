"""``init``: what a project needs so that its captured tests are judged everywhere."""
