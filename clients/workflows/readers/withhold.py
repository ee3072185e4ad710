"""Take secrets out of an export before anything else reads it: facts, warnings and differences see the rest only."""

from __future__ import annotations

from typing import Any

from clients.workflows.facts import SecretRefusedFact
from clients.workflows.readers.parsing import storable
from clients.workflows.readers.secret_values import strip_value
from portal.lib.secrets import strip_secrets

_NAME_KEYS = ("name", "key", "headerName", "fieldId", "field", "parameter", "label")
_VALUE_KEYS = ("value", "stringValue", "fieldValue", "headerValue")


def withhold(value: Any, where: str = "") -> tuple[Any, list[SecretRefusedFact]]:
    """Return the value without its secrets, and what was taken out.

    `where` begins the path of each place, such as `nodes[HTTP Request].parameters.url`. What the walk here,
    which knows the forms of exports, leaves is walked again by `portal.lib.secrets`, which knows none.
    """
    refused: list[SecretRefusedFact] = []
    clean = _walk(value, where, "", refused)
    clean, more = strip_secrets(clean, where)
    return clean, refused + [SecretRefusedFact(place.kind, place.where) for place in more]


def _walk(value: Any, where: str, key: str, refused: list[SecretRefusedFact]) -> Any:
    if isinstance(value, str):
        return _clean_text(storable(value), where, key, refused)
    if isinstance(value, list):
        clean_items = []
        for number, item in enumerate(value):
            clean_items.append(_walk(item, f"{where}{_place(item, number)}", key, refused))
        return clean_items
    if not isinstance(value, dict):
        return value
    names = _secret_fields(value)
    clean: dict[str, Any] = {}
    for inner_key, inner in value.items():
        shown = _clean_key(storable(inner_key), where, refused)
        path = f"{where}.{shown}" if where else shown
        clean[shown] = _walk(inner, path, names.get(inner_key) or inner_key, refused)
    return clean


def _secret_fields(value: dict[str, Any]) -> dict[str, str]:
    """Say which fields of an object take their meaning from another: {"name": "X-Api-Key", "value": …}."""
    fields: dict[str, str] = {}
    label = next((value[k] for k in _NAME_KEYS if isinstance(value.get(k), str)), "")
    if label:
        fields = {k: label for k in _VALUE_KEYS if isinstance(value.get(k), str)}
    kind = value.get("type")
    if isinstance(kind, str) and kind.lower() in {"securestring", "secureobject"}:
        fields |= {"defaultValue": "secret", "value": "secret"}
    if kind == "Raw":
        fields["value"] = "authorization"
    if value.get("__rl") is True:
        fields["value"] = "id"
    return fields


def _place(item: Any, number: int) -> str:
    if isinstance(item, dict):
        name = item.get("name") or item.get("module") or item.get("title")
        if isinstance(name, str) and 0 < len(name) <= 80 and not strip_value(name)[1]:
            return f"[{storable(name)}]"
    return f"[{number}]"


def _clean_key(key: str, where: str, refused: list[SecretRefusedFact]) -> str:
    clean, kinds = strip_value(key)
    refused.extend(SecretRefusedFact(kind, f"{where} (the name of a key)".strip()) for kind in kinds)
    return f"{clean} {len(refused)}" if kinds else key


def _clean_text(text: str, where: str, key: str, refused: list[SecretRefusedFact]) -> str:
    clean, kinds = strip_value(text, key)
    refused.extend(SecretRefusedFact(kind, where) for kind in kinds)
    return clean
