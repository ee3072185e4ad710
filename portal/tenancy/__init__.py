"""Practices, their clients, who works for whom, and the database scope that keeps them apart."""
