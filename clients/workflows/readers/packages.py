"""Open ZIP packages of Power Automate in memory: nothing is written to disk, and only known entries are read."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from clients.workflows.readers.parsing import MAX_BYTES, check_size, dig, mapping, parse, refuse, text

MAX_ENTRIES = 1_000
MAX_UNPACKED = 40 * 1024 * 1024

_FLOW = re.compile(r"(?:^|/)Microsoft\.Flow/flows/([\w-]{1,80})/definition\.json$")
_SOLUTION_FLOW = re.compile(r"(?:^|/)Workflows/([^/]{1,200})\.json$")
_MANIFEST = re.compile(r"^(?:[^/]{1,100}/)?manifest\.json$")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class PackedFlow:
    """One flow of a package, with the names that the package's manifest gives to it and its connections."""

    entry: str
    value: Any
    warnings: list[str]
    name: str
    connection_names: dict[str, str]


def is_zip(data: bytes) -> bool:
    """Tell whether the bytes begin as a ZIP file does."""
    return data[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def flows_in(data: bytes) -> list[PackedFlow]:
    """Return the flows in a package. Raises `UnreadableExport` for one that is broken, too big or has none."""
    check_size(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = _entries(package)
            return _flows(package, entries)
    except _BROKEN:
        refuse("The ZIP package is broken and can't be opened. Export the flow again.")


def _entries(package: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = package.infolist()
    if len(infos) > MAX_ENTRIES:
        refuse(
            f"The ZIP package holds {len(infos)} files; a package of flows may hold at most {MAX_ENTRIES}."
        )
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        refuse(f"The ZIP package is larger than {MAX_UNPACKED // 1024 // 1024} MB when unpacked.")
    for info in infos:
        path = info.orig_filename
        parts = path.replace("\\", "/").split("/")
        if path.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\x00" in path:
            refuse("The ZIP package holds a file whose path leads out of the package. It was not opened.")
        if info.flag_bits & 0x1:
            refuse("The ZIP package is protected by a password. Export the flow again without one.")
    return {info.filename.replace("\\", "/"): info for info in infos if not info.is_dir()}


def _flows(package: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> list[PackedFlow]:
    resources: dict[str, Any] = {}
    for entry in entries:
        if _MANIFEST.match(entry) and "Microsoft.Flow" not in entry:
            resources |= mapping(mapping(_json(package, entries[entry])[0]).get("resources"))
    flows = []
    for entry in sorted(entries):
        if match := _FLOW.search(entry):
            value, warnings = _json(package, entries[entry])
            folder = entry.removesuffix("definition.json")
            names = _connection_names(package, entries.get(f"{folder}connectionsMap.json"), resources)
            title = text(dig(resources, match[1], "details", "displayName"))
            flows.append(PackedFlow(entry, value, warnings, title, names))
        elif match := _SOLUTION_FLOW.search(entry):
            value, warnings = _json(package, entries[entry])
            flows.append(PackedFlow(entry, value, warnings, re.sub(r"-[0-9A-Fa-f-]{36}$", "", match[1]), {}))
    if not flows:
        refuse(
            "This is a ZIP file without a Power Automate flow in it: it has neither "
            "“Microsoft.Flow/flows/…/definition.json” nor “Workflows/….json”."
        )
    return flows


def _connection_names(
    package: zipfile.ZipFile, info: zipfile.ZipInfo | None, resources: dict[str, Any]
) -> dict[str, str]:
    if info is None:
        return {}
    found = mapping(_json(package, info)[0])
    names = {key: text(dig(resources, text(value), "details", "displayName")) for key, value in found.items()}
    return {key: name for key, name in names.items() if name}


def _json(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[Any, list[str]]:
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        refuse("The ZIP package is packed in a way that Power Automate does not use. Export the flow again.")
    with package.open(info) as stream:
        data = stream.read(MAX_BYTES + 1)
    return parse(data)
