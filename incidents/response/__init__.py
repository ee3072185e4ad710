"""What goes wrong, from the first sign to the shared post-mortem: incidents, their clocks, notices and lessons."""
