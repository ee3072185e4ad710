"""Files at incidents and their measures."""
