"""manage.py incidents VERB: what the operator does with incidents. Each verb is a module beside this folder."""

from __future__ import annotations

from argparse import ArgumentParser
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand

from incidents.response.management import clocks, opening

#: A verb's module has HELP, add_arguments(parser) and run(stdout, options).
VERBS: dict[str, ModuleType] = {"clocks": clocks, "open": opening}


class Command(BaseCommand):
    help = "Works with incidents and with the clocks that they start."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for name, verb in VERBS.items():
            verb.add_arguments(
                verbs.add_parser(name, help=verb.HELP, description=verb.HELP.capitalize() + ".")
            )

    def handle(self, *args: Any, **options: Any) -> None:
        VERBS[options["verb"]].run(self.stdout, options)
