"""The registers: what a client's automations consist of, and the engine that serves every register."""
