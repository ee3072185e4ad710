"""The accounts room's doors, one file an errand."""
