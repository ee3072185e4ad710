"""Serving on a role that could see past the policies is refused at start."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.tenancy.roles import faults_of_role, refuse_unconfined_role
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])


def test_the_serving_role_is_confined() -> None:
    assert faults_of_role() == []
    refuse_unconfined_role()


def test_the_owner_may_not_serve() -> None:
    with as_owner():
        assert "it owns tables" in faults_of_role()
        with pytest.raises(ImproperlyConfigured, match="may not serve.*portal_app"):
            refuse_unconfined_role()


def test_the_system_role_may_not_serve() -> None:
    assert "it is a superuser or bypasses row-level security" in faults_of_role("system")
