"""The embedded PostgreSQL and Valkey. Nothing else in the product knows these services; no Django here."""
