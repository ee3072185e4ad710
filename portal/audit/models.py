"""The audit tables, as the application may read them. Only database functions write them; see migration 0001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models

from portal.tenancy.scope import current

if TYPE_CHECKING:
    from portal.tenancy.models import Client


class TrailQuerySet(models.QuerySet[Any]):
    """Reads of the trail; `for_client` keeps the chain of one client."""

    def for_client(self, client: Client) -> Self:
        return self.filter(practice_id=client.practice_id, client_id=client.pk)

    def in_scope(self) -> Self:
        """Add the literal practice of the scope, for the planner; the policy is the guarantee."""
        return self.filter(practice_id=current().practice)


class Chained(models.Model):
    """What stands in the chain of a client (its id), of a practice (its id), or of neither (the nil UUID)."""

    practice_id = models.UUIDField(null=True)
    client_id = models.UUIDField(null=True)
    chain = models.UUIDField()

    objects: ClassVar[Any] = models.Manager.from_queryset(TrailQuerySet)()

    class Meta:
        abstract = True


class AuditEvent(Chained):
    """Who did what, to what, when and why. All columns but `at` are computed from `payload` by the database."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    payload = models.JSONField()
    internal = models.BooleanField()
    actor = models.UUIDField(null=True)
    action = models.TextField()
    object = models.TextField()
    object_id = models.TextField()

    class Meta:
        db_table = "audit_event"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.action or self.payload.get('op')} {self.object} {self.object_id}".strip()


class AuditLink(Chained):
    """An event's place in its chain: hash = sha256(prev, seq as 8 bytes, digest), digest = sha256(payload text)."""

    event = models.OneToOneField(
        AuditEvent, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="link"
    )
    seq = models.BigIntegerField()
    prev = models.BinaryField()
    digest = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_link"

    def __str__(self) -> str:
        return f"{self.chain}:{self.seq}"


class AuditHead(Chained):
    """The last link of a chain."""

    chain = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_head"

    def __str__(self) -> str:
        return f"{self.chain}:{self.seq}"


class AuditAnchor(Chained):
    """A head that was signed with a key from outside the database."""

    id = models.BigAutoField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    at = models.DateTimeField()
    public_key = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        db_table = "audit_anchor"

    def __str__(self) -> str:
        return f"{self.chain}:{self.seq} at {self.at:%Y-%m-%d}"
