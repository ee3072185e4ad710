"""Wiring of the registers room."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "clients.registers"
    label = "registers"
    default_auto_field = "django.db.models.BigAutoField"
