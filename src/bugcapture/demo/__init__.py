"""The life of bug 991 in a throw-away git project, with real commands and their real output."""
