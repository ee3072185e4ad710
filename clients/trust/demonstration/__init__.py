"""The demonstration: one invented consultancy with its clients, made by the same actions as real data."""
