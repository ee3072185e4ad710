"""Sealed text: AES-GCM in one column, bound to its table and column, with key ids for rotation.

For what the portal itself must keep secret (seeds of second factors, webhook signing secrets), and the one
place where pasted secrets are not refused. Never put a sealed value into a form, log, audit event or text.
"""

import os
import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Cast

from portal.lib import typed_fields

_Set_contra = TypeVar("_Set_contra", contravariant=True)
_Get_co = TypeVar("_Get_co", covariant=True)

_VERSION = "e1"
_NONCE = 12
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class SealBrokenError(Exception):
    """A sealed value cannot be opened: another key, another column, or changed bytes."""


def seal(text: str, place: str) -> str:
    """Encrypt a text for one place ("table.column") with the first key of FIELD_KEYS."""
    key_id = _first_key_id()
    nonce = os.urandom(_NONCE)
    sealed = nonce + _cipher(key_id).encrypt(nonce, text.encode(), place.encode())
    return f"{_VERSION}:{key_id}:{urlsafe_b64encode(sealed).decode()}"


def unseal(sealed: str, place: str) -> str:
    """Decrypt what `seal` made for the same place.

    Raises SealBrokenError when the bytes, the key or the place differ, ImproperlyConfigured when the key id
    is not in FIELD_KEYS. Nothing unreadable is ever returned as if it were the value.
    """
    try:
        version, key_id, encoded = sealed.split(":", 2)
        data = urlsafe_b64decode(encoded)
    except ValueError:
        raise SealBrokenError(f"The value in {place} is not a sealed value.") from None
    if version != _VERSION:
        raise SealBrokenError(f"The value in {place} is not sealed in a known form.")
    try:
        return _cipher(key_id).decrypt(data[:_NONCE], data[_NONCE:], place.encode()).decode()
    except (InvalidTag, ValueError):
        raise SealBrokenError(
            f"The sealed value in {place} does not open with key {key_id}: restore that key in FIELD_KEYS."
        ) from None


class SealedTextField(typed_fields.TextField[_Set_contra, _Get_co]):
    """A text that is encrypted in the database. It cannot be searched, only asked whether it is null.

    Left out of model forms (`editable=False`). Renaming its table or column needs the values sealed anew.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return None if value is None else unseal(value, self.place)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if value is None or hasattr(value, "as_sql"):
            if isinstance(value, models.Value) and value.value is not None:
                return seal(str(value.value), self.place)
            return value
        return seal(str(value), self.place)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


def reseal(queryset: models.QuerySet[Any], field: str) -> int:
    """Seal every row of the queryset anew that an older key sealed; return how many rows that were.

    For key rotation: put the new key first in FIELD_KEYS, reseal every table in every scope, drop the old
    key. One query for the list and one update a row; a row that somebody else changes meanwhile is left
    as they sealed it.
    """
    model_field = queryset.model._meta.get_field(field)
    if not isinstance(model_field, SealedTextField):
        raise TypeError(f"{queryset.model.__name__}.{field} is not a sealed field.")
    current = f"{_VERSION}:{_first_key_id()}:"
    raw = queryset.order_by().annotate(sealed_text=Cast(field, models.TextField()))
    old = raw.exclude(sealed_text__startswith=current).filter(sealed_text__isnull=False)
    done = 0
    for pk, sealed in old.values_list("pk", "sealed_text"):
        text = unseal(sealed, model_field.place)
        done += raw.filter(pk=pk, sealed_text=sealed).update(**{field: text})
    return done


def _first_key_id() -> str:
    keys: dict[str, str] = settings.FIELD_KEYS
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty. Set it to k1:<base64 of 32 random bytes>.")
    return next(iter(keys))


def _cipher(key_id: str) -> AESGCM:
    keys: dict[str, str] = settings.FIELD_KEYS
    if key_id not in keys:
        raise ImproperlyConfigured(
            f"FIELD_KEYS has no key {key_id}, with which a value is sealed. Put it back."
        )
    return _derived(key_id, keys[key_id])


@lru_cache(maxsize=16)
def _derived(key_id: str, encoded: str) -> AESGCM:
    try:
        key = b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32 or not _KEY_ID.fullmatch(key_id):
        raise ImproperlyConfigured(
            f"The key {key_id[:32]!r} in FIELD_KEYS must be the base64 of 32 random bytes."
        )
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"portal field v1").derive(key))
