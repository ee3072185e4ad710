"""Messages to people and channels: an outbox, how it is emptied, and what everybody wishes to hear."""
