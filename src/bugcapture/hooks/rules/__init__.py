"""One module for each rule about hooks."""
