"""What the rules know of a client: frozen values, filled by `queries`. Answers are yes, no or unknown.

What is known of its incidents: incidents/facts.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING

from clients.registers.rules.service_accounts import Person as Known

if TYPE_CHECKING:
    from clients.posture.rules.incidents.facts import Responses

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True, slots=True)
class Reference:
    """A record that a finding points at; `note` says in a few words what was found in it.

    within: the number of the record that it is part of, where its page lies below that one's.
    """

    register: str
    pk: int
    name: str
    note: str = ""
    within: int = 0

    @property
    def key(self) -> tuple[str, int]:
        """What tells one record from another."""
        return self.register, self.pk

    @property
    def words(self) -> str:
        """The record and what was found: "Xero OAuth token is overdue since 17 Nov 2026"."""
        return f"{self.name} {self.note}".strip()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who answers for a record. `active`: works for the client now. `leaving_on`: the day it ends, if set."""

    name: str
    active: bool = True
    leaving_on: date | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """What is known of the system that a record names; an id that is not in the list has unknown answers."""

    id: str
    name: str
    category: str = ""
    oauth: str = UNKNOWN
    granular: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class RecordFact:
    """What every record has. `seen_on` is the day somebody last wrote to it."""

    pk: int
    name: str
    seen_on: date

    REGISTER = ""

    def reference(self, note: str = "") -> Reference:
        return Reference(self.REGISTER, self.pk, self.name, note)


@dataclass(frozen=True, slots=True)
class Workflow(RecordFact):
    """One automation in use."""

    REGISTER = "workflows"

    status: str = "active"
    criticality: str = ""
    uses_ai: str = UNKNOWN
    live_on: date | None = None
    retry: str = UNKNOWN
    retry_attempts: int | None = None
    retry_reason: str = ""

    @property
    def active(self) -> bool:
        return self.status == "active"


@dataclass(frozen=True, slots=True)
class Integration(RecordFact):
    """A connection to a platform, in use or retired. `broad_scopes` are those granted that reach too far."""

    REGISTER = "integrations"

    platform: Platform = Platform("", "")
    workflow_live_on: date | None = None
    status: str = "active"
    auth_type: str = UNKNOWN
    static_reason: bool = False
    scopes_granted: frozenset[str] = frozenset()
    scopes_approved: frozenset[str] = frozenset()
    broad_scopes: frozenset[str] = frozenset()
    broad_scope_reason: bool = False
    approved_on: date | None = None
    writes_needed: str = UNKNOWN
    read_only: str = UNKNOWN
    resource_scope: str = UNKNOWN
    service_account: str = ""
    service_account_purpose: bool = False
    service_account_possible: str = UNKNOWN
    account_owner: str = UNKNOWN
    owner: Person | None = None
    backup_owner: Person | None = None
    renewal_on: date | None = None
    enabled_on: date | None = None
    last_used_on: date | None = None
    retired_at: datetime | None = None

    @property
    def active(self) -> bool:
        return self.status == "active" and self.retired_at is None


@dataclass(frozen=True, slots=True)
class Credential(RecordFact):
    """The metadata of a secret, in use or not. Neither the secret nor its reference in the vault is here."""

    REGISTER = "credentials"

    integration_pk: int | None = None
    kind: str = "other"
    environment: str = ""
    storage: str = UNKNOWN
    has_reference: bool = False
    fingerprint: str = ""
    scopes: frozenset[str] = frozenset()
    owner: Person | None = None
    issued_on: date | None = None
    rotated_on: date | None = None
    rotation_interval_days: int | None = None
    no_rotation_reason: bool = False
    renewal_on: date | None = None
    renews_itself: str = UNKNOWN
    personal: str = UNKNOWN
    shared: str = UNKNOWN
    revoked_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def active(self) -> bool:
        return self.revoked_at is None and self.retired_at is None


@dataclass(frozen=True, slots=True)
class SubProcessor(RecordFact):
    """A company in use to which personal data of the client is passed on."""

    REGISTER = "sub-processors"

    platform: str = ""
    engaged_by: str = UNKNOWN
    location: str = ""
    transfer_tool: str = UNKNOWN
    dpa_signed_on: date | None = None
    dpa_review_on: date | None = None
    uses_ai: str = UNKNOWN
    training_prohibited: str = UNKNOWN
    last_assessed_on: date | None = None
    used_since_on: date | None = None
    notice_sent_on: date | None = None
    approved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Contact(RecordFact):
    """Somebody on the escalation path of either side, named by their place on it."""

    REGISTER = "contacts"

    side: str = "client"
    position: int = 1
    verified_on: date | None = None


@dataclass(frozen=True, slots=True)
class AccessReview(RecordFact):
    """The latest finished review of access. `owed` counts the decisions that nobody has carried out yet."""

    REGISTER = "access-reviews"

    finished_on: date = date.min
    owed: int = 0


@dataclass(frozen=True, slots=True)
class Support(RecordFact):
    """What was agreed about support. `without_target` names the severities without a response target.

    `untimed` names those whose target is no time, such as “by agreement”: nothing of them can be late.
    """

    REGISTER = "support"

    tier: str = "none"
    without_target: tuple[str, ...] = ()
    untimed: tuple[str, ...] = ()
    log_retention_days: int | None = None
    warranty: bool = False
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """The newest version read of one workflow's definition. `secrets` counts the values refused in it."""

    workflow_pk: int
    taken_on: date
    version: int
    fingerprint: str
    webhooks: int = 0
    ai: int = 0
    secrets: int = 0


@dataclass(frozen=True, slots=True)
class Trail:
    """The client's audit trail: how many events of the last 12 months, how many name nobody or no action."""

    events: int = 0
    nameless: int = 0
    first_on: date | None = None
    exported_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything recorded of one client that a rule may ask for. Rows marked internal are left out for everybody.

    `responses`: None where no room keeps incidents, so that nothing of them can be told.
    """

    zone: tzinfo = UTC
    ended_on: date | None = None
    since_on: date | None = None
    region: str = ""
    personal_data: str = UNKNOWN
    workflows: tuple[Workflow, ...] = ()
    integrations: tuple[Integration, ...] = ()
    credentials: tuple[Credential, ...] = ()
    sub_processors: tuple[SubProcessor, ...] = ()
    exports: tuple[Export, ...] = ()
    contacts: tuple[Contact, ...] = ()
    access_review: AccessReview | None = None
    support: Support | None = None
    trail: Trail = Trail()
    responses: Responses | None = None
    people: tuple[Known, ...] = ()

    @property
    def active_workflows(self) -> tuple[Workflow, ...]:
        return tuple(each for each in self.workflows if each.active)

    @property
    def active_integrations(self) -> tuple[Integration, ...]:
        return tuple(each for each in self.integrations if each.active)

    @property
    def active_credentials(self) -> tuple[Credential, ...]:
        return tuple(each for each in self.credentials if each.active)

    def today(self, now: datetime) -> date:
        """The calendar day at `now` where the client is."""
        return now.astimezone(self.zone).date()
