"""HTML to tagged PDF. Reads files under static/ and nothing else; the same data gives the same bytes.

WeasyPrint and the system's Pango are loaded when the first document is rendered, in the process that renders.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string

from portal.documents.fingerprints import canonical
from portal.documents.progress import Report, unheard
from portal.lib.refused import Refused

STATIC = Path(settings.BASE_DIR) / "static"
STYLESHEET = STATIC / "css" / "pdf.css"
NO_PANGO = (
    "The PDF renderer’s system libraries are missing. Install them on the machine of the worker: "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 (Debian, Ubuntu), "
    "dnf install pango harfbuzz (Fedora), apk add pango harfbuzz-subset (Alpine) or brew install pango (macOS)."
)

logger = logging.getLogger(__name__)
# The font configuration is shared and Pango's use of it is not safe in two threads at once.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Rendered:
    """A finished PDF."""

    pdf: bytes
    pages: int


@dataclass(frozen=True)
class _Press:
    """What every document shares: the library, its fonts, the parsed stylesheet."""

    library: ModuleType
    fonts: Any
    stylesheets: list[Any]
    fetcher: Any


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    data: dict[str, Any],
    attachment: str,
    at: datetime,
    variant: str = "pdf/ua-1",
    progress: Report = unheard,
) -> Rendered:
    """Render a template as a tagged PDF with `data` attached as the canonical JSON file `attachment`.

    at: the instant written into the attachment's dates. variant: pdf/ua-1 or pdf/a-3u, tagged either way.
    Raises Refused when the machine lacks the renderer's libraries.
    """
    press = _press()
    html = render_to_string(template, dict(context))
    with _one_at_a_time, _without_collector():
        progress(40, "Laying out the pages")
        document = press.library.HTML(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=press.fetcher)
        attached = press.library.Attachment(
            string=canonical(data).decode(),
            name=attachment,
            description="Everything that this document says, as canonical JSON",
            created=at,
            modified=at,
            relationship="Data",
        )
        options = {"attachments": [attached], "pdf_variant": variant, "pdf_tags": True}
        laid_out = document.render(font_config=press.fonts, stylesheets=press.stylesheets, **options)
        progress(75, "Writing the PDF")
        return Rendered(laid_out.write_pdf(finisher=_relate, **options), len(laid_out.pages))


def _relate(document: Any, pdf: Any) -> None:
    """Say in the catalogue what the attachment is to the document; the library does so for PDF/A alone."""
    files: list[Any] = [
        each for each in pdf.objects if isinstance(each, dict) and each.get("Type") == "/Filespec"
    ]
    for file in files:
        file["AFRelationship"] = "/Data"
    pdf.catalog["AF"] = "[" + " ".join(file.reference.decode() for file in files) + "]"


@contextmanager
def _without_collector() -> Iterator[None]:
    """Look for cyclic garbage afterwards: layout makes a great many objects, and a fifth of the time was spent so."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def _press() -> _Press:
    try:
        import weasyprint  # noqa: PLC0415 - needs system libraries that only a rendering process has
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    except (ImportError, OSError) as error:
        logger.error("WeasyPrint could not be loaded: %s", error)
        raise Refused(NO_PANGO) from error
    for name in ("weasyprint", "weasyprint.progress"):
        logging.getLogger(name).setLevel(logging.ERROR)
    _remember_page_references(weasyprint.pdf.pydyf.PDF)
    fonts = FontConfiguration()
    fetcher = _fetcher(weasyprint)
    styles = weasyprint.CSS(filename=str(STYLESHEET), font_config=fonts, url_fetcher=fetcher)
    return _Press(weasyprint, fonts, [styles], fetcher)


def _remember_page_references(pdf: Any) -> None:
    """Let a PDF list its pages once a page, not once a tagged element: that was quadratic in the pages."""
    written = pdf.page_references.fget

    def page_references(self: Any) -> Any:
        kids = len(self.pages["Kids"])
        kept = self.__dict__.get("_page_references")
        if kept is None or kept[0] != kids:
            kept = self.__dict__["_page_references"] = (kids, written(self))
        return kept[1]

    pdf.page_references = property(page_references)


def _fetcher(library: ModuleType) -> Any:
    """Make the fetcher: files under static/, never the network, never another file of the machine."""

    class StaticFilesOnly(library.urls.URLFetcher):  # type: ignore[misc, name-defined]
        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            path = static_path(url)
            return library.urls.URLFetcherResponse(url, path.read_bytes())

    return StaticFilesOnly(allowed_protocols={"file"}, allow_redirects=False)


def static_path(url: str) -> Path:
    """Give the file under static/ that an address names. Raises ValueError for anything else."""
    parts = urlsplit(url)
    path = Path(unquote(parts.path)).resolve()
    if parts.scheme != "file" or parts.netloc or not path.is_relative_to(STATIC.resolve()):
        raise ValueError(f"documents are made of files under static/ alone, not of {url}")
    return path
