"""The one error of this package. Its message is written for the person at the terminal."""


class ServiceError(Exception):
    """An embedded service cannot be found, created, started or stopped; the message says what to do."""
