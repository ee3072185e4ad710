"""Measures the product in ratios on throw-away services. README.md says what each benchmark asks and how to read it."""
