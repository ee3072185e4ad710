"""Names the app and registers the portal's pages. The clients' rooms add theirs from their own `ready()`."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "portal.shell"
    label = "shell"

    def ready(self) -> None:
        # Models are not ready yet when this module is read.
        from portal.shell.places import register_all

        register_all()
