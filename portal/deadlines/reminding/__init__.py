"""The scan: what is due now, who hears of it, and that each hears once. The arithmetic is in `rules`."""
