"""Host names in the addresses that an export holds. Nothing here opens a connection."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import Any

from clients.workflows.readers.parsing import mapping
from portal.lib.secret_search import MARKER

# The part between "//" and the next "/", "?" or "#"; expressions such as {{…}} and @{…} may stand in it.
_ADDRESS = re.compile(r"(?i)\b(?:https?|wss?)://((?:\{\{[^{}]{0,200}\}\}|[^\s/?#\"'<>\\`|,;()]){1,400})")
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_PLACEHOLDER = re.compile(
    r"(?:^|[.-])(?:your|my|enter|insert|replace)[-_]?\w*|^(?:hostname|host|domain|url|example)$|\.?example\.(?:com|org|net)$"
)
_INTERNAL_ENDINGS = (
    ".local",
    ".internal",
    ".lan",
    ".intranet",
    ".corp",
    ".home",
    ".localhost",
    ".localdomain",
)

#: Keys whose addresses are for people or for the editor: the workflow itself never calls them.
NOT_CALLED = frozenset(
    {"$schema", "cachedResultUrl", "iconUri", "icon_url", "iconUrl", "icon", "sticky", "notes", "description"}
    | {"schema", "jsonSchemaExample", "metadata", "meta", "pinData", "operationMetadataId"}
)


def hosts_in(text: str) -> list[str]:
    """Return the host names of the http, https and websocket addresses in a text, lower case, in order.

    An address whose host is wholly or partly an expression, or a placeholder, gives nothing.
    """
    found: list[str] = []
    for match in _ADDRESS.finditer(text.replace(MARKER, "removed")):
        host = _host(match[1])
        if host and host not in found:
            found.append(host)
    return found


def _host(authority: str) -> str:
    host = authority.rpartition("@")[2].lower()
    if host.startswith("["):
        return _address(host[1:].partition("]")[0])
    host, colon, port = host.partition(":")
    host = host.rstrip(".")
    if any(mark in authority.rpartition("@")[2] for mark in "{}$%*"):
        return ""
    if not _HOST.fullmatch(host) or _PLACEHOLDER.search(host) or (colon and not port.isdigit()):
        return ""
    return host


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def walk_hosts(value: Any, skip: Iterable[str] = NOT_CALLED) -> Iterator[str]:
    """Give the hosts of all addresses inside a JSON value, leaving out what stands under the keys to skip."""
    left_out = frozenset(skip)
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield from hosts_in(item)
        elif isinstance(item, list):
            stack.extend(reversed(item))
        else:
            inner = mapping(item)
            stack.extend(inner[key] for key in reversed(inner) if key not in left_out)


def is_internal(host: str) -> bool:
    """Tell whether a host is inside a private network: a bare name, a private address, or an internal ending."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_INTERNAL_ENDINGS)


_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "gob", "or", "ne"})


def own_name(host: str) -> str:
    """Return the label that names the owner of a host: "brave" for api.search.brave.com, "bbc" for www.bbc.co.uk."""
    if is_internal(host) or host.replace(".", "").isdigit() or ":" in host:
        return "internal_service"
    labels = host.split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return labels[-3]
    return labels[-2]
