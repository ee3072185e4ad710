"""From the words of exports to the words of the registers: ways to sign in, kinds of credential, what writes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clients.workflows.readers.auth_kinds import connector_auth, make_auth, n8n_auth, zapier_auth

_AUTH_TYPES = {
    "oauth2": "oauth",
    "api_key": "api_key",
    "basic": "basic",
    "bearer": "bearer",
    "header": "header",
    "none": "none",
    "personal_token": "personal_token",
    "service_account": "service_account_key",
}
_KINDS = {
    "oauth2": "oauth_token",
    "api_key": "api_key",
    "basic": "password",
    "personal_token": "personal_token",
    "service_account": "service_account_key",
}
#: Who runs the models of a provider, where its name on the platform list is a product's.
COMPANIES = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "mistral": "Mistral AI",
    "google_gemini": "Google",
    "google_vertex": "Google Cloud",
    "azure_openai": "Microsoft",
    "microsoft_ai_builder": "Microsoft",
    "aws_bedrock": "Amazon Web Services",
}
_DATABASES = frozenset({"postgres", "mysql", "microsoftsql", "mongodb", "redis", "cratedb", "mssql"})
_BOT_TOKENS = frozenset({"telegramapi", "discordbotapi"})
_PRIVATE_APPS = frozenset({"hubspotapptoken"})
_WRITING = frozenset(
    {
        "create", "update", "delete", "append", "insert", "upsert", "send", "upload", "copy", "add", "remove",
        "post", "publish", "move", "write", "edit", "archive",
    }
)  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def auth_type_of(kinds: Iterable[str]) -> str:
    """Return the one way in which all steps of a platform sign in, or nothing where they differ or do not say."""
    known = {_AUTH_TYPES[kind] for kind in kinds if kind in _AUTH_TYPES}
    if len(known) > 1:
        known.discard("none")
    return known.pop() if len(known) == 1 else ""


def credential_kind(platform: str, kind: str) -> str:
    """Return the register's kind of a vendor's type of credential, or nothing where the type does not tell."""
    plain = re.sub(r"[^a-z0-9]", "", kind.casefold())
    if plain in _DATABASES:
        return "database_role"
    if plain in _BOT_TOKENS:
        return "bot_token"
    if plain in _PRIVATE_APPS:
        return "private_app"
    read = {"n8n": n8n_auth, "make": make_auth, "zapier": zapier_auth, "power_automate": connector_auth}
    auth = read[platform](kind.removeprefix("shared_")) if platform in read else "unknown"
    return _KINDS.get(auth, "")


def writes(operation: str) -> bool:
    """Tell whether a step surely changes something: by its verb. A POST may also only ask, so it does not count."""
    if operation.startswith("HTTP "):
        return operation.split()[1].upper() in {"PUT", "PATCH", "DELETE"}
    return any(word.lower() in _WRITING for word in _WORD.findall(operation))
