"""Registers as files: what goes out, what comes in, and the preview between."""
