"""The registers that a practice keeps for its clients, and what is read from them."""
