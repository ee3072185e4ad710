"""The pages of the outbox: one file a subject."""
