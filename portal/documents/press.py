"""Makes one document from start to end: takes it up, reads its contents, renders, finishes, or says why not."""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils import timezone

from portal.documents import actions, progress
from portal.documents.fingerprints import fingerprint, grouped, short
from portal.documents.kinds import Contents, kind_of
from portal.documents.models import Document
from portal.documents.rendering import Rendered, render_pdf
from portal.lib.fields import SecretRefused
from portal.lib.refused import Refused
from portal.tenancy.scope import narrowed

WENT_WRONG = "Something went wrong while it was made, and whoever runs the portal can read what. Try again."
logger = logging.getLogger(__name__)


def make(pk: int, *, task: str) -> Document | None:
    """Make a document that was asked for. Gives it ready or failed; None when there was nothing to do.

    Runs in the scope of whoever asked; it is read without rows marked internal, whoever that is.
    """
    document = actions.take_up(pk, task=task, at=timezone.now())
    if document is None:
        return None
    try:
        contents, rendered = _rendered(document, timezone.now())
        if not actions.finish(document, contents, rendered, at=timezone.now()):
            return None
    except Refused as refusal:
        actions.fail(document, str(refusal))
    except SecretRefused as refusal:
        actions.fail(
            document, f"A record holds what looks like a secret ({refusal.kind}). Take it out first."
        )
    except Exception:
        logger.exception("document %s could not be made", document.number)
        actions.fail(document, WENT_WRONG)
    made: Document = Document.objects.select_related("client", "requested_by").get(pk=pk)
    return made


def _rendered(document: Document, now: datetime) -> tuple[Contents, Rendered]:
    progress.note(document, 10, "Reading the registers")
    kind = kind_of(document.kind)
    with narrowed(internal=False, clients=frozenset({document.client_id})):
        contents = kind.build(document, now)
    return contents, print_contents(
        contents,
        attachment=f"{kind.file_name}.json",
        at=now,
        variant=document.variant,
        report=lambda percent, words: progress.note(document, percent, words),
    )


def print_contents(
    contents: Contents,
    *,
    attachment: str,
    at: datetime,
    variant: str,
    report: progress.Report = progress.unheard,
) -> Rendered:
    """Render contents with their fingerprint at hand as `fingerprint` and `full_fingerprint`."""
    digits = fingerprint(contents.data)
    marks = {"fingerprint": grouped(short(digits)), "full_fingerprint": grouped(digits)}
    return render_pdf(
        contents.template,
        {**contents.context, **marks},
        data=contents.data,
        attachment=attachment,
        at=at,
        variant=variant,
        progress=report,
    )
