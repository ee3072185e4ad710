"""Wiring of the trust room."""

from django.apps import AppConfig


class TrustConfig(AppConfig):
    name = "clients.trust"
    label = "trust"
    default_auto_field = "django.db.models.BigAutoField"
