"""Wiring of the messages room."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "portal.messages"
    label = "messages"
    default_auto_field = "django.db.models.BigAutoField"
