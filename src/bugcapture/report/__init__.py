"""One writer per output format; writers know findings and nothing of how they were found."""
