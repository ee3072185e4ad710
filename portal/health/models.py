"""Signs of life of beat and of the workers. They belong to no practice: the machinery works for all of them."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When a process of the machinery last said that it works. One row a process name, written again and again.

    `name` is the host for beat and the node name (celery@host) for a worker, so a process that is started again
    continues its row. Both instants are the database's own: the clocks of the hosts need not agree.
    """

    class Kind(models.TextChoices):
        BEAT = "beat", "Beat"
        WORKER = "worker", "Worker"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=200)
    version = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="heartbeat_once_a_process")]

    def __str__(self) -> str:
        return self.name
