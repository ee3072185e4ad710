"""The chain of one client as files that anybody can check without the portal."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from uuid import UUID

from django.template.loader import render_to_string

from portal.audit import verification
from portal.audit.anchors import fingerprint, public_key
from portal.audit.chains import StoredChain, stored_anchors
from portal.audit.names import names_of, tokens_in
from portal.tenancy.models import Client


@dataclass
class ChainExport:
    """An export being written: `files` gives each file's name and its pieces, to be taken in that order."""

    client: Client
    entries: int = 0
    withheld: int = 0
    _tokens: set[UUID] = field(default_factory=set)

    def files(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Give chain.jsonl, anchors.jsonl, names.json, public-key.txt, verify.py and README.txt."""
        yield "chain.jsonl", self._chain()
        anchors = [anchor for anchor in stored_anchors(self.client.pk) if anchor.public_key == public_key()]
        yield "anchors.jsonl", (f"{anchor.line()}\n" for anchor in anchors)
        yield "names.json", iter([self._names()])
        yield "public-key.txt", iter([base64.b64encode(public_key()).decode() + "\n"])
        yield "verify.py", iter([Path(verification.__file__).read_text(encoding="utf-8")])
        yield "README.txt", iter([self._read_me()])

    def _chain(self) -> Iterator[str]:
        for link in StoredChain(self.client.pk):
            self.entries += 1
            if link.payload is None:
                self.withheld += 1
            else:
                self._tokens |= tokens_in(link.payload)
            yield f"{link.line()}\n"

    def _names(self) -> str:
        names = {str(token): name for token, name in names_of(self._tokens).items()}
        return json.dumps(names, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def _read_me(self) -> str:
        context = {"client": self.client, "export": self, "fingerprint": fingerprint(public_key())}
        return render_to_string("audit/export/readme.txt", context)


def write_folder(export: ChainExport, folder: Path) -> None:
    """Write the export into a folder, made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, pieces in export.files():
        with (folder / name).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)


def write_zip(export: ChainExport, target: Path | IO[bytes]) -> None:
    """Write the export as a ZIP file, streamed: memory does not grow with the chain."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in export.files():
            with archive.open(name, "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece.encode())
