"""Renewals and reviews over all clients: what falls due in the next 90 days, as a table, a horizon and a file."""
