"""Take secrets out of an export before anything else reads it: facts, warnings and differences see the rest only."""

from __future__ import annotations

from typing import Any

from clients.workflows.facts import SecretRefusedFact
from clients.workflows.readers.parsing import storable
from clients.workflows.readers.secret_values import named_kind, says_secret, strip_value
from portal.lib.secrets import MARKER, strip_secrets

_NAME_KEYS = ("name", "key", "headerName", "fieldId", "field", "parameter", "label")
_VALUE_KEYS = ("value", "stringValue", "fieldValue", "headerValue")


def withhold(value: Any, where: str = "") -> tuple[Any, list[SecretRefusedFact]]:
    """Return the value without its secrets, and what was taken out.

    `where` begins the path of each place, such as `nodes[HTTP Request].parameters.url`. What the walk here,
    which knows the forms of exports, leaves is walked again by `portal.lib.secrets`, which knows none: it sees
    every key and value, and leaves alone only texts in which the same search has just found nothing.
    """
    walk = _Walk()
    clean = walk.value(value, where, "")
    clean, more = strip_secrets(clean, where, walk.clean_texts)
    return clean, walk.refused + [SecretRefusedFact(place.kind, place.where) for place in more]


class _Walk:
    """One walk through an export. Exports repeat themselves, so a text is searched once; ends with its call."""

    def __init__(self) -> None:
        self.refused: list[SecretRefusedFact] = []
        self.clean_texts: set[str] = set()
        self.secret_names: dict[str, bool] = {}

    def value(self, value: Any, where: str, key: str) -> Any:
        """Return a value that stands under a key without its secrets, nested ones too."""
        if isinstance(value, str):
            return self._text(value, where, key)
        if isinstance(value, list):
            return [
                self.value(item, f"{where}{self._place(item, number)}", key)
                for number, item in enumerate(value)
            ]
        if not isinstance(value, dict):
            return value
        names = _secret_fields(value)
        clean: dict[str, Any] = {}
        for inner_key, inner in value.items():
            shown = self._key(inner_key, where)
            path = f"{where}.{shown}" if where else shown
            clean[shown] = self.value(inner, path, names.get(inner_key) or inner_key)
        return clean

    def _text(self, text: str, where: str, key: str) -> str:
        if text not in self.clean_texts:
            text = storable(text)
            if not self._is_clean(text):
                clean, kinds = strip_value(text, key)
                self.refused.extend(SecretRefusedFact(kind, where) for kind in kinds)
                return clean
        if self._says_secret(key) and (kind := named_kind(key, text)):
            self.refused.append(SecretRefusedFact(kind, where))
            return MARKER
        return text

    def _key(self, key: str, where: str) -> str:
        if key in self.clean_texts:
            return key
        key = storable(key)
        if self._is_clean(key):
            return key
        clean, kinds = strip_value(key)
        self.refused.extend(SecretRefusedFact(kind, f"{where} (the name of a key)".strip()) for kind in kinds)
        return f"{clean} {len(self.refused)}"

    def _place(self, item: Any, number: int) -> str:
        if isinstance(item, dict):
            name = item.get("name") or item.get("module") or item.get("title")
            if isinstance(name, str) and 0 < len(name) <= 80 and self._is_clean(shown := storable(name)):
                return f"[{shown}]"
        return f"[{number}]"

    def _is_clean(self, text: str) -> bool:
        """Say whether a text holds no secret, whatever it stands under."""
        if text in self.clean_texts:
            return True
        if strip_value(text)[1]:
            return False
        self.clean_texts.add(text)
        return True

    def _says_secret(self, name: str) -> bool:
        says = self.secret_names.get(name)
        if says is None:
            says = self.secret_names[name] = says_secret(name)
        return says


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
