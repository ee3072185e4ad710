"""Arithmetic of the outbox: slots of digests, back-off, the shape of addresses. No Django, no clock."""
