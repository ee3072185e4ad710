"""Wiring of the engagements room."""

from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "clients.engagements"
    label = "engagements"
    default_auto_field = "django.db.models.BigAutoField"
