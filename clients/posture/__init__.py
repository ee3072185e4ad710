"""The control catalogue, its rules, and what they say of a client."""
