"""One row of everything for each client, and for each address the arguments with which it is tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from clients.posture.models import Waiver
from clients.registers.models import Credential, DraftImport, Integration, SubProcessor, Workflow
from clients.workflows.models import Proposal, WorkflowExport
from portal.accounts.models import Invitation, User
from portal.deadlines.models import CalendarFeed
from portal.documents.models import Document, EvidenceFile, StoredFile
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.scope import enter
from tests.clients.engagements.samples import EngagementRows, of_engagements
from tests.conftest import everything_of
from tests.incidents.response.samples import IncidentRows, of_all_clients, of_incidents
from tests.portal.deadlines.samples import DeadlineRows, absence_of, of_deadlines, of_no_client
from tests.portal.outbox.samples import OutboxRows, of_an_owner, of_everybody, of_outbox

NOW = datetime.now(UTC)
TODAY = NOW.date()
REGISTERS = ("workflows", "integrations", "credentials", "sub-processors")

# Where an open address may still say no: to a token that nobody was given, to a ceremony that was not begun.
MAY_REFUSE = {
    "set_up": ("hidden",),
    "sign_in_link": ("hidden",),
    "invitation": ("hidden",),
    "openid_connect_login": ("hidden",),
    "openid_connect_callback": ("hidden",),
    "account_confirm_email": ("hidden",),
    "passkey_begin": ("forbidden",),
    "passkey_complete": ("forbidden",),
    "passkey_enrol_begin": ("forbidden",),
    "passkey_enrol_complete": ("forbidden",),
    "passkey_step_up_begin": ("forbidden", "hidden"),
    "passkey_step_up_complete": ("forbidden", "hidden"),
    "passkey_add_begin": ("forbidden", "hidden"),
    "passkey_add_complete": ("forbidden", "hidden"),
    "device_rename": ("hidden",),
    "device_remove": ("hidden",),
    "session_end": ("hidden",),
    "recovery_codes_text": ("hidden",),
    "import_preview": ("hidden",),  # only the person who uploaded the table goes on with it
    "import_apply": ("hidden",),
    "import_drop": ("hidden",),
    "specimen": ("hidden",),
    "calendar_read": ("hidden",),
    "alert_ingest": ("hidden",),
    "calendar_feed_renew": ("hidden",),  # only for the person whose calendar it is
    "calendar_feed_end": ("hidden",),
    "own_channel_edit": ("hidden",),  # everybody looks after their own channels
    "own_channel_remove": ("hidden",),
    "own_channel_act": ("hidden",),
    "plan_approve": ("forbidden",),  # who leads the work, and whom the client named
    "notice_approve": ("forbidden",),  # who leads the work, not everybody who writes
    "evidence_attach": ("forbidden",),  # the kind of record says who attaches
    "evidence_visibility": ("forbidden",),
    "evidence_withdraw": ("forbidden",),
    "contact_add": ("forbidden",),  # the practice's side is not the client's to change
    "access_review_show": ("hidden",),  # one under way is the practice's own
}


@dataclass(frozen=True)
class Sample:
    """One address with arguments that name an existing row; `client` is the short name it belongs to.

    `owner` is a person of the practice to which a row without a client belongs.
    """

    name: str
    client: str = ""
    kwargs: dict[str, Any] = field(default_factory=dict)
    owner: str = ""


def samples(clients: dict[str, Client], owners: dict[str, User], people: dict[str, User]) -> list[Sample]:
    """Make the rows and list the addresses: each of a client once for every client."""
    found = [Sample(name, kwargs=kwargs) for name, kwargs in of_nobody(clients["alder"])]
    found += [Sample(name, "", kwargs, "alice") for name, kwargs in of_people(clients["alder"], people)]
    for slug, client in clients.items():
        with enter(everything_of(client.practice_id), switch=True):
            rows = Rows(client, owners[slug])
            found += [Sample(name, slug, {"client_slug": slug, **kwargs}) for name, kwargs in of_client(rows)]
    return found


class Rows:
    """The rows of one client; every text in them begins with zz- and the client's short name."""

    def __init__(self, client: Client, owner: User) -> None:
        own = {"practice_id": client.practice_id, "client": client}
        mark = f"zz-{client.slug}"
        self.workflow = Workflow.objects.create(**own, name=f"{mark} orders", platform="n8n", owner=owner)
        self.hidden = Workflow.objects.create(
            **own, name=f"zz-internal-{client.slug}", platform="n8n", internal=True
        )
        self.integration = Integration.objects.create(
            **own, name=f"{mark} crm", platform="hubspot", workflow=self.workflow
        )
        self.credential = Credential.objects.create(
            **own,
            name=f"{mark} key",
            platform="hubspot",
            integration=self.integration,
            renewal_on=TODAY,
            next_due_on=TODAY,
        )
        self.sub_processor = SubProcessor.objects.create(**own, name=f"{mark} host", purpose="Runs it")
        self.draft = DraftImport.objects.create(
            **own, register="workflows", made_by=owner, file_name=f"{mark}.csv", header=["Name"], rows=[]
        )
        self.exports = [self._export(own, mark, version, owner) for version in (1, 2)]
        self.proposal = Proposal.objects.create(
            **own,
            internal=True,
            export=self.exports[1],
            register="integrations",
            kind="new",
            key="slack",
            name=f"{mark} slack",
            state="declined",
            decided_at=NOW,
            decided_by=owner,
        )
        self.waiver = Waiver.objects.create(
            **own,
            control_id="ACC-01",
            reason=f"{mark} reason",
            approved_by=owner,
            approved_on=TODAY,
            until_on=TODAY + timedelta(days=30),
            added_by=owner,
        )
        self.document = self._document(own, mark, owner)
        self.evidence = self._evidence(own, f"{mark} proof", owner)
        self._evidence(own, f"zz-internal-{client.slug} proof", owner, internal=True)
        self.invitation = Invitation.objects.create(
            **own,
            email=f"{mark}@people.test",
            role="client_viewer",
            token_hash=f"{client.slug:0>64}",
            created_at=NOW,
            expires_at=NOW + timedelta(days=7),
            invited_by=owner,
        )
        guest = User.objects.create_user(f"{mark}-guest@people.test", name=f"{mark} guest")
        self.assignment = Assignment.objects.create(
            **own, user=guest, role="client_viewer", from_at=NOW - timedelta(days=1)
        )
        self.engagements = EngagementRows(client, owner, guest, self.credential)
        self.deadlines = DeadlineRows(client, owner)
        self.outbox = OutboxRows(client, owner)
        self.incidents = IncidentRows(client, owner)

    @staticmethod
    def _export(own: dict[str, Any], mark: str, version: int, owner: User) -> WorkflowExport:
        facts = {"platform": "n8n", "name": f"{mark} orders", "nodes": 1}
        return WorkflowExport.objects.create(
            **own,
            platform="n8n",
            name=f"{mark} orders",
            identity="orders",
            file_name=f"{mark}.json",
            version=version,
            current=version == 2,
            taken_at=NOW,
            confirmed_at=NOW,
            sha256="0" * 64,
            content={"name": f"{mark} orders", "nodes": [], "connections": {}},
            facts=facts,
            nodes=1,
            uploaded_by=owner,
        )

    def _evidence(self, own: dict[str, Any], words: str, owner: User, internal: bool = False) -> EvidenceFile:
        digest = "3" * 63 + str(int(internal))
        file = StoredFile.objects.create(
            **own, internal=internal, name=f"{words}.txt", media_type="text/plain", size=5, sha256=digest,
            content=words.encode(),
        )  # fmt: skip
        return EvidenceFile.objects.create(
            **own, internal=internal, subject_type="registers.credential", subject_id=str(self.credential.pk),
            subject=self.credential.name, shows=words, name=file.name, sha256=digest, file=file, added_by=owner,
            added_at=NOW,
        )  # fmt: skip

    @staticmethod
    def _document(own: dict[str, Any], mark: str, owner: User) -> Document:
        content = f"%PDF {mark}".encode()
        file = StoredFile.objects.create(
            **own,
            name=f"{mark}.pdf",
            media_type="application/pdf",
            size=len(content),
            sha256="0" * 64,
            content=content,
        )
        return Document.objects.create(
            **own,
            kind="pack",
            number=f"2026-01-01-{mark[3:]}"[:20],
            title=f"{mark} pack",
            state="ready",
            data={"client": mark},
            data_fingerprint="1" * 64,
            pdf_sha256="2" * 64,
            pages=1,
            requested_by=owner,
            requested_at=NOW,
            sent_at=NOW,
            ready_at=NOW,
            file=file,
        )


Named = Iterator[tuple[str, dict[str, Any]]]


def of_client(rows: Rows) -> Named:
    """Every address of one client."""
    for name in (
        "client_overview", "posture_list", "posture_how", "posture_export", "client_activity",
        "client_activity_export", "client_people_list", "client_people_invite", "client_people_assign",
        "client_edit", "client_end", "export_list", "export_upload", "proposal_list", "proposal_decide",
        "document_list", "pack_new",
    ):  # fmt: skip
        yield name, {}
    yield from of_registers(rows)
    yield from of_engagements(rows.engagements)
    yield from of_deadlines(rows.deadlines)
    yield from of_outbox(rows.outbox)
    yield from of_incidents(rows.incidents)
    for name in ("posture_control", "waiver_add"):
        yield name, {"control_id": "ACC-01"}
    yield "waiver_end", {"pk": rows.waiver.pk}
    for name in ("export_show", "export_download", "export_remove"):
        yield name, {"pk": rows.exports[1].pk}
    yield "export_diff", {"pk": rows.exports[1].pk, "older": rows.exports[0].pk}
    yield "proposal_reopen", {"pk": rows.proposal.pk}
    for name in ("document_show", "document_again", "document_download"):
        yield name, {"pk": rows.document.pk}
    yield from of_evidence(rows)
    for name in ("client_people_change_role", "client_people_end"):
        yield name, {"pk": rows.assignment.pk}
    for name in ("client_invitation_again", "client_invitation_revoke"):
        yield name, {"pk": rows.invitation.pk}


def of_evidence(rows: Rows) -> Named:
    """Every address of evidence."""
    yield "evidence_list", {}
    yield "evidence_export", {}
    subject = {"subject_type": "registers.credential", "subject_id": str(rows.credential.pk)}
    yield "evidence_attach", subject
    for name in ("show", "download", "visibility", "withdraw"):
        yield f"evidence_{name}", {"pk": rows.evidence.pk}


def of_registers(rows: Rows) -> Named:
    """Every address of the registers, for each register."""
    records = (rows.workflow, rows.integration, rows.credential, rows.sub_processor)
    for register, record in zip(REGISTERS, records, strict=True):
        for name in (
            "register_list", "register_add", "register_hand_over", "register_export", "register_template",
            "register_import",
        ):  # fmt: skip
            yield name, {"register": register}
        for name in ("record_show", "record_edit", "record_retire", "record_unretire", "record_reassign"):
            yield name, {"register": register, "pk": record.pk}
    for register, record in (("integrations", rows.integration), ("sub-processors", rows.sub_processor)):
        yield "record_review", {"register": register, "pk": record.pk}
    yield "sub_processor_assess", {"pk": rows.sub_processor.pk}
    for name in ("credential_rotate", "credential_reassign", "credential_revoke"):
        yield name, {"pk": rows.credential.pk}
    for name in ("import_preview", "import_apply", "import_drop"):
        yield name, {"register": "workflows", "pk": rows.draft.pk}


def of_nobody(client: Client) -> Named:
    """Every address that belongs to no client."""
    for name in (
        "today", "search", "settings", "theme_set", "practice_switch", "specimen",
        "account_login", "account_logout", "account_signup", "account_inactive", "second_factor",
        "second_factor_enrol", "sign_in_cancel", "passkey_begin", "passkey_complete", "passkey_enrol_begin",
        "passkey_enrol_complete", "socialaccount_login_cancelled", "socialaccount_login_error",
        "socialaccount_signup", "account_email_verification_sent", "account_reset_password",
        "account_reset_password_done", "account_reset_password_from_key_done", "account_email",
        "account_change_password", "account_set_password", "socialaccount_connections", "account", "step_up",
        "account_reauthenticate", "passkey_step_up_begin", "passkey_step_up_complete", "passkey_add_begin",
        "passkey_add_complete", "app_add", "recovery_codes", "recovery_codes_text", "recovery_codes_renew",
        "session_list", "session_end_others", "people_list", "people_invite", "practice_activity",
        "client_list", "client_add", "register_index", "proposal_index", "document_check", "document_all",
        "healthz", "readyz", "system",
    ):  # fmt: skip
        yield name, {}
    for register in REGISTERS:
        yield "register_all", {"register": register}
        yield "register_export_all", {"register": register}
    for name in ("openid_connect_login", "openid_connect_callback"):
        yield name, {"provider_id": "sso"}
    yield "account_confirm_email", {"key": "nobody-was-given-this"}
    yield "account_reset_password_from_key", {"uidb36": "1", "key": "set-password"}
    yield "set_up", {"token": "nobody-was-given-this"}
    yield "sign_in_link", {"token": "nobody-was-given-this"}
    yield "invitation", {"practice_id": client.practice_id, "token": "nobody-was-given-this"}
    for name in ("device_rename", "device_remove"):
        yield name, {"kind": "app", "pk": 1}
    yield "session_end", {"pk": 1}
    for name in ("renewal_list", "renewal_export", "calendar_feeds", "calendar_feed_make"):
        yield name, {}
    yield "calendar_read", {"token": "nobody-was-given-this"}
    yield "alert_ingest", {"practice_id": client.practice_id, "public_id": client.pk}
    yield from of_everybody()
    yield from of_all_clients()
    yield from of_no_client()


def of_people(client: Client, people: dict[str, User]) -> Named:
    """The addresses that name a member or an invitation of the practice."""
    with enter(everything_of(client.practice_id), switch=True):
        member = Member.objects.get(user=people["bob"])
        invitation = Invitation.objects.create(
            practice_id=client.practice_id,
            email="zz-staff@people.test",
            role="consultant",
            token_hash="f" * 64,
            created_at=NOW,
            expires_at=NOW + timedelta(days=7),
            invited_by=people["alice"],
        )
        feed = CalendarFeed.objects.create(
            practice_id=client.practice_id, user=people["alice"], token_hash="e" * 64, renewed_at=NOW
        )
        absence = absence_of(people["bob"], client.practice_id)
        outbox = list(of_an_owner(client.practice_id, people["alice"]))
    for name in ("people_change_role", "people_end"):
        yield name, {"pk": member.pk}
    for name in ("invitation_again", "invitation_revoke"):
        yield name, {"pk": invitation.pk}
    for name in ("calendar_feed_renew", "calendar_feed_end"):
        yield name, {"pk": feed.pk}
    yield from outbox
    yield "absence_end", {"pk": absence.pk}
