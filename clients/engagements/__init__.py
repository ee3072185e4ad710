"""What was agreed with a client: its support, its contacts on both sides, its access reviews."""
