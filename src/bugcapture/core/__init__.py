"""The pure rules: tags, expectations, outcomes, verdicts. Standard library only, no input or output."""
