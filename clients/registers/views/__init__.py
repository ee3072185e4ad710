"""Doors of the registers: lists, records, the credential's verbs, files."""
