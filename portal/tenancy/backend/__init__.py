"""The database backend that keeps the session's settings in step with the scope."""
