"""Wiring of the posture room."""

from django.apps import AppConfig


class PostureConfig(AppConfig):
    name = "clients.posture"
    label = "posture"
    default_auto_field = "django.db.models.BigAutoField"
