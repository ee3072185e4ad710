"""Arithmetic on dates, names and references: no Django, no clock, no database."""
