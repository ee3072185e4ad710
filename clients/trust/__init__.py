"""What a client takes away: the procurement pack."""
