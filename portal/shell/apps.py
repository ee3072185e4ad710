"""Names the app and registers its own page. Other rooms register theirs from their own `ready()`."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "portal.shell"
    label = "shell"

    def ready(self) -> None:
        # Models are not ready yet when this module is read.
        from portal.shell import navigation, today

        navigation.register("Work", "Today", "today", count=today.contents_count, order=0)
