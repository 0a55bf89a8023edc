"""One module per job; a job takes a project, asks the dialects, and returns what a report can show."""
