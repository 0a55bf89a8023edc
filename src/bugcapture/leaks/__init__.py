"""What a test leaves behind in its process, seen by comparing before and after."""
