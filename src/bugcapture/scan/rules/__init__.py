"""The rules: one module each, with its text, its question, and cases with and without a finding."""
