"""Whose public holidays can be counted: codes such as GB-ENG and their names, to choose from. No days here."""

from __future__ import annotations

from functools import cache

import holidays
from holidays.registry import COUNTRIES

#: Words that stay small inside the name of a country.
SMALL = frozenset({"and", "of", "the"})


@cache
def calendars() -> tuple[tuple[str, str], ...]:
    """List every calendar as code and name, by name: a country, and each of its parts whose holidays differ."""
    names = {code: _words(module) for module, (_, code, *_) in COUNTRIES.items()}
    found = []
    for country, parts in holidays.list_supported_countries(include_aliases=False).items():
        name = names.get(country, country)
        found.append((country, name))
        found += [(f"{country}-{part}", f"{name}: {title}") for part, title in _parts(country, parts).items()]
    return tuple(sorted(found, key=lambda each: each[1].casefold()))


def calendar_name(code: str) -> str:
    """Give the name of a calendar: "United Kingdom: England"; an unknown code stays as it is."""
    return _names().get(code, code)


@cache
def _names() -> dict[str, str]:
    return dict(calendars())


def _parts(country: str, parts: list[str]) -> dict[str, str]:
    """Name the parts of a country; one without a name in the library goes by its code."""
    if not parts:
        return {}
    aliases: dict[str, str] = {}
    for title, part in holidays.country_holidays(country).subdivisions_aliases.items():
        aliases.setdefault(part, title)
    return {part: aliases.get(part, part) for part in parts}


def _words(module: str) -> str:
    words = module.split("_")
    return " ".join(word if word in SMALL and at else word.capitalize() for at, word in enumerate(words))
