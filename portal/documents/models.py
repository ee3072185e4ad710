"""StoredFile: bytes of a client. EvidenceFile: such a file at a record. Document: made from the records.

DocumentFingerprint: what anyone may check.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from portal.documents.fingerprints import grouped, short
from portal.documents.kinds import noun_of
from portal.lib.fields import SafeCharField, SafeJSONField
from portal.tenancy.models import ClientOwned, OwnedManager, OwnedQuerySet, PracticeOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class StoredFile(ClientOwned):
    """A file as a row: it is under the same policies as everything else of the client."""

    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "id"], name="stored_file_target")
        ]

    def __str__(self) -> str:
        return self.name


class EvidenceQuerySet(OwnedQuerySet):
    """Reads of evidence; the bytes stay in the database unless they are asked for."""

    def with_file(self) -> Self:
        """Have name, type and size of the files at hand, and who attached them."""
        return self.select_related("client", "file", "added_by", "withdrawn_by").defer("file__content")

    def at(self, subject_type: str, subject_id: str) -> Self:
        """Keep what is attached to one record."""
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def live(self) -> Self:
        """Keep what has not been withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class EvidenceManager(OwnedManager.from_queryset(EvidenceQuerySet)):  # type: ignore[misc]
    """The manager of evidence."""


class EvidenceFile(ClientOwned):
    """A file that shows something about a record of any room, which `subject_type` and `subject_id` name.

    `internal` is always that of its stored file. A withdrawn one is internal and its contents are given to nobody.
    """

    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    subject = SafeCharField(max_length=200, help_text="The record in words, as it was called at the time.")
    shows = SafeCharField("what it shows", max_length=200, blank=True)
    name = SafeCharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="evidence")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_why = SafeCharField("why it was withdrawn", max_length=500, blank=True)

    objects: ClassVar[EvidenceManager] = EvidenceManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "id"], name="evidence_file_target"),
            models.UniqueConstraint(
                fields=["practice", "client", "subject_type", "subject_id", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="evidence_file_once_a_record",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_why="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, internal=True)
                & ~Q(withdrawn_why=""),
                name="evidence_file_withdrawn_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "client", "-added_at", "-id"], name="evidence_by_client"),
            models.Index(
                fields=["practice", "client", "subject_type", "subject_id"], name="evidence_by_record"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("evidence_show", kwargs={"client_slug": self.client.slug, "pk": self.pk})

    @property
    def fingerprint(self) -> str:
        """The first 16 digits of its SHA-256 in groups of four."""
        return grouped(short(self.sha256))


class DocumentQuerySet(OwnedQuerySet):
    """Reads of documents."""

    def unread_by(self, user: User) -> Self:
        """Keep what this person asked for, that has come to an end and that they have not looked at."""
        return self.filter(requested_by=user, seen_at__isnull=True, state__in=Document.ENDED)

    def left_lying(self, before: datetime) -> Self:
        """Keep what was sent to be rendered before an instant and never came to an end."""
        return self.exclude(state__in=Document.ENDED).filter(sent_at__lt=before)

    def light(self) -> Self:
        """Leave the contents in the database: lists do not need them."""
        return self.defer("data")


class DocumentManager(OwnedManager.from_queryset(DocumentQuerySet)):  # type: ignore[misc]
    """The manager of documents."""


class Document(ClientOwned):
    """A document made from the records: asked for, rendered in the background, then never changed.

    `data` is everything it says, as canonical JSON; `data_fingerprint` is its SHA-256 and stands on every page.
    `sent_at` is when the renderer was last asked, `taken_by` which of its tasks took it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RENDERING = "rendering", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    class Variant(models.TextChoices):
        UA = "pdf/ua-1", "PDF/UA-1, accessible: for people to read"
        A3U = "pdf/a-3u", "PDF/A-3u, tagged: for an archive"

    ENDED: ClassVar = [State.READY.value, State.FAILED.value]

    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=20)
    title = SafeCharField(max_length=200)
    addressee = SafeCharField(
        "prepared for",
        max_length=120,
        blank=True,
        help_text="Who asked for it, for example Kestrel Bank, supplier assurance. It stands on the cover.",
    )
    variant = models.CharField(max_length=10, choices=Variant.choices, default=Variant.UA)
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    data = SafeJSONField(default=dict, blank=True)
    data_fingerprint = models.CharField(max_length=64, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    taken_by = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    error = SafeCharField(max_length=500, blank=True)
    file = models.OneToOneField(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="document"
    )

    objects: ClassVar[DocumentManager] = DocumentManager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "id"], name="document_target"),
            models.UniqueConstraint(fields=["practice", "number"], name="document_number_once_a_practice"),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(file__isnull=False, ready_at__isnull=False, pages__gte=1)
                & ~Q(data_fingerprint="")
                & ~Q(pdf_sha256=""),
                name="document_ready_with_its_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(error=""), name="document_failed_in_words"
            ),
            models.CheckConstraint(condition=Q(internal=False), name="document_seen_by_the_client"),
        ]
        indexes = [
            models.Index(fields=["practice", "client", "-requested_at"], name="document_by_client"),
            models.Index(fields=["practice", "-requested_at"], name="document_by_age"),
            models.Index(
                fields=["sent_at"], condition=Q(state__in=["queued", "rendering"]), name="document_under_way"
            ),
            models.Index(
                fields=["practice", "requested_by"],
                condition=Q(seen_at__isnull=True, state__in=["ready", "failed"]),
                name="document_unread",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("document_show", kwargs={"client_slug": self.client.slug, "pk": self.pk})

    @property
    def noun(self) -> str:
        """What people call it, within a sentence: pack, post-mortem."""
        return noun_of(self.kind)

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_failed(self) -> bool:
        return self.state == self.State.FAILED

    @property
    def is_under_way(self) -> bool:
        return self.state not in self.ENDED

    @property
    def fingerprint(self) -> str:
        """The fingerprint as it stands on paper: 16 digits in groups of four."""
        return grouped(short(self.data_fingerprint))

    @property
    def full_fingerprint(self) -> str:
        return grouped(self.data_fingerprint)


class DocumentNumber(PracticeOwned):
    """The last number given out on one day in one practice; see `actions.next_number`."""

    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "day"], name="document_number_once_a_day")]

    def __str__(self) -> str:
        return number_of(self.day, self.last)


def number_of(day: date, sequence: int) -> str:
    """Write a document's number: 2026-11-19-0017."""
    return f"{day.isoformat()}-{sequence:04d}"


class DocumentFingerprint(models.Model):
    """What anyone may check: that this practice issued a document of this fingerprint. It names no client.

    Belongs to no practice and is never changed: the serving role may insert and read it.
    """

    fingerprint = models.CharField(max_length=64, primary_key=True)
    short = models.CharField(max_length=16, db_index=True)
    file_sha256 = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=20)
    practice_name = models.CharField(max_length=200)
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return grouped(self.fingerprint)

    @property
    def noun(self) -> str:
        """What kind of document it is of, in words."""
        return noun_of(self.kind)
