#!/usr/bin/env python3
"""Runs a command of the portal; embedded services that it needs are started and stopped with it."""

import os
import sys


def main() -> None:
    """Prepare the services and the database role for the command, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        from django.core.management import execute_from_command_line

        from portal.embedded.commands import prepare
        from portal.tenancy.pools import close_pools
    except ImportError as error:
        sys.exit(f"{error}. Run “make install” first and use .venv/bin/python.")
    prepare(sys.argv)
    try:
        execute_from_command_line(sys.argv)
    finally:
        close_pools()


if __name__ == "__main__":
    main()
