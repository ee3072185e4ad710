"""Whether the machinery runs: heartbeats, what waits, and the addresses that uptime checkers ask."""
