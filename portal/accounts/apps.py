"""Wiring of the accounts room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import email_changed
        from allauth.socialaccount.signals import social_account_added, social_account_removed

        from portal.accounts import receivers, words

        email_changed.connect(receivers.note_new_address, dispatch_uid="accounts.new_address")
        social_account_added.connect(receivers.note_connection, dispatch_uid="accounts.connection")
        social_account_removed.connect(receivers.note_disconnection, dispatch_uid="accounts.disconnection")
        words.register()
