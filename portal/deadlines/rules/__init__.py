"""Arithmetic on instants, days, policies and people: no Django, no clock; `now` is an argument."""
