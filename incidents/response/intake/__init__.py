"""Alerts from outside: the signed address of a source, what is read of a message, and what becomes of it."""
