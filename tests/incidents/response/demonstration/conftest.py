"""The demonstration as it is built for the tests of the clients' rooms."""

from tests.clients.trust.demonstration.conftest import built, northgate, one_practice

__all__ = ["built", "northgate", "one_practice"]
