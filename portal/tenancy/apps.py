"""Wiring of the tenancy room."""

from django.apps import AppConfig
from django.db.models.signals import pre_migrate


class TenancyConfig(AppConfig):
    name = "portal.tenancy"
    label = "tenancy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import portal.celery  # noqa: F401 - makes it the current application, so that tasks are sent to our broker
        from portal.tenancy.roles import grant_by_default

        # Without a sender: an app without models never gets the signal for itself.
        pre_migrate.connect(grant_by_default, dispatch_uid="tenancy.grant_by_default")
