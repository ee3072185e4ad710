"""Read workflow exports of n8n, Make, Power Automate and Zapier: bytes in, facts out. No code in them is ever run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

from clients.workflows.facts import ExportFacts, as_json
from clients.workflows.readers.make import is_make, read_make
from clients.workflows.readers.n8n import is_n8n, read_n8n
from clients.workflows.readers.packages import flows_in, is_zip
from clients.workflows.readers.parsing import (
    MAX_BYTES,
    UnreadableExport,
    kind_of,
    mapping,
    mappings,
    parse,
    refuse,
    text,
)
from clients.workflows.readers.power_automate import find_flow, read_power_automate
from clients.workflows.readers.secret_values import strip_value
from clients.workflows.readers.zapier import is_zap, is_zapier, read_zap, zaps_of

__all__ = ["MAX_BYTES", "ExportFacts", "UnreadableExport", "as_json", "read_export"]

MOST_WORKFLOWS = 500
_KNOWN = "Plumbline reads n8n, Make, Power Automate and Zapier exports."


def read_export(name: str, data: bytes) -> list[ExportFacts]:
    """Return the facts of every workflow in one file, in the order of the file.

    `name` is the file's name, used for workflows that carry none. Raises `UnreadableExport`, whose message
    is for the user, for a file over `MAX_BYTES`, a broken one, and one that holds no workflow we know.
    """
    if is_zip(data):
        return _read_package(data)
    value, warnings = parse(data)
    workflows = _workflows(value)
    if len(workflows) > MOST_WORKFLOWS:
        refuse(f"The file holds {len(workflows)} workflows; at most {MOST_WORKFLOWS} are read from one file.")
    facts = [_read(workflow, place, name) for place, workflow in workflows]
    return [replace(fact, warnings=(*warnings, *fact.warnings)) for fact in facts]


def _read_package(data: bytes) -> list[ExportFacts]:
    facts = []
    for flow in flows_in(data):
        if find_flow(flow.value) is None:
            refuse(f"The package's “{_shown(flow.entry)}” is not a flow: it has no definition with actions.")
        fact = read_power_automate(
            flow.value, _shown(flow.entry), strip_value(flow.name)[0], flow.connection_names
        )
        facts.append(replace(fact, warnings=(*flow.warnings, *fact.warnings)))
    return facts


def _workflows(value: Any) -> list[tuple[str, Any]]:
    """Return every workflow in a file's value with the path to it, opening the wrappers that vendors use."""
    if isinstance(value, list):
        if not value:
            refuse(f"The file is an empty list: there is no workflow in it. {_KNOWN}")
        return [(f"[{number}]", item) for number, item in enumerate(value)]
    if is_zapier(value):
        return [(f"zaps[{number}]", zap) for number, zap in enumerate(zaps_of(value))]
    inner = mapping(value)
    for key in ("data", "workflows"):  # answers of n8n's API, and back-ups
        if isinstance(inner.get(key), list) and any(is_n8n(item) for item in inner[key]):
            return [(f"{key}[{number}]", item) for number, item in enumerate(inner[key])]
    for item in mappings(inner.get("resources")):  # Azure templates
        if find_flow(item):
            resources = enumerate(mappings(inner["resources"]))
            return [(f"resources[{number}]", each) for number, each in resources if find_flow(each)]
    for path in (("response",), ("workflow",), ("data",)):  # Make's API; n8n's template library and API
        wrapped = mapping(inner.get(path[0]))
        if is_n8n(wrapped) or is_make(wrapped.get("blueprint")):
            return [(path[0], wrapped)]
    return [("", value)]


def _read(value: Any, place: str, name: str) -> ExportFacts:
    inner = mapping(value)
    if is_make(inner.get("blueprint")):
        extra: dict[str, Any] = {key: inner[key] for key in ("scheduling", "isActive") if key in inner}
        return _named(read_make({**inner["blueprint"], **extra}, place), name)
    if is_n8n(inner):
        return _named(read_n8n(inner, place), name)
    if is_make(inner):
        return _named(read_make(inner, place), name)
    if is_zap(inner) or place.startswith("zaps["):
        return _named(read_zap(inner, place), name)
    if not find_flow(inner):
        _refuse_unknown(value, place)
    return _named(read_power_automate(inner, place), name)


def _named(facts: ExportFacts, file_name: str) -> ExportFacts:
    if facts.name != "Unnamed workflow":
        return facts
    stem = text(file_name.replace("\\", "/").rpartition("/")[2].partition(".")[0])
    return replace(facts, name=strip_value(stem)[0] or facts.name)


def _shown(name: str) -> str:
    """Return a key or path from the file as it may stand in a message: short and without a secret."""
    return text(strip_value(name[:60])[0])


def _refuse_unknown(value: Any, place: str) -> NoReturn:
    at = f", at {place}," if place else ","
    if not isinstance(value, dict):
        refuse(f"This is JSON{at} but {kind_of(value)}, not a workflow export we know. {_KNOWN}")
    if {"data", "type", "name"} <= value.keys() and "nodes" not in value:
        refuse(
            "This looks like an export of n8n credentials, not of a workflow. It may hold the secrets "
            "themselves: delete it, and export the workflow instead."
        )
    for key, form, vendor in (
        ("nodes", "a list", "n8n"),
        ("flow", "a list", "Make"),
        ("zaps", "a list", "Zapier"),
    ):
        if key in value and not isinstance(value[key], (list, dict)):
            path = f"{place}.{key}".lstrip(".")
            refuse(f"This looks like a {vendor} export, but {path} is {kind_of(value[key])}, not {form}.")
    keys = [f"“{_shown(key)}”" for key in list(value)[:6]]
    more = f" and {len(value) - 6} more" if len(value) > 6 else ""
    has = f"it has the keys {', '.join(keys)}{more}" if keys else "it is an empty object"
    refuse(f"This is JSON{at} but not a workflow export we know: {has}. {_KNOWN}")
