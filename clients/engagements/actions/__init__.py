"""Every write of the engagements room: support scopes, contacts, access reviews."""
