"""Clocks, severities and phases as plain arithmetic: no Django; every instant is an argument."""
