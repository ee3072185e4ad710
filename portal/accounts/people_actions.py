"""Writes about who works where: invite, accept, assign, change a role, end access. They run in a practice's scope."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from portal.accounts.models import Invitation, User
from portal.accounts.tokens import digest, new_token
from portal.audit.actions import action
from portal.lib.refused import Refused
from portal.tenancy import followers
from portal.tenancy.models import Assignment, Client, Member, Practice
from portal.tenancy.permissions import CLIENT_ROLES, Role

INVITED_FOR = timedelta(days=7)
STAFF_ROLES = frozenset({Role.LEAD, Role.CONSULTANT, Role.AUDITOR})


def invite(
    *,
    by: User,
    practice: Practice,
    email: str,
    role: Role,
    client: Client | None = None,
    until_at: datetime | None = None,
) -> tuple[Invitation, str]:
    """Offer a role of the practice, or one of a client's people, to an address. Give the invitation and its token.

    Raises Refused when the address has that access, is invited, stands on the other side, or an auditor has no end.
    """
    _refuse_role(role, client, until_at)
    email = email.strip().lower()
    now = timezone.now()
    user = User.objects.filter(email__iexact=email).first()
    if user is not None:
        _refuse_both_sides(user, client, now)
        _refuse_twice(user, client, now)
    if Invitation.objects.open().filter(client=client, email=email).exists():
        raise Refused(f"{email} has been invited already. Send that invitation again instead.")
    token = new_token()
    with action("invitation.send", by=by, client=client):
        invitation = Invitation.objects.create(
            practice=practice,
            client=client,
            email=email,
            role=role.value,
            until_at=until_at,
            token_hash=digest(token),
            created_at=now,
            expires_at=now + INVITED_FOR,
            invited_by=by,
        )
    return invitation, token


def invite_again(*, by: User, invitation: Invitation) -> str:
    """Give an open invitation a new link and another week; the old link dies. Give the new token."""
    token = new_token()
    with action("invitation.send_again", by=by, client=invitation.client):
        locked = _open(invitation)
        locked.token_hash = digest(token)
        locked.expires_at = timezone.now() + INVITED_FOR
        locked.save(update_fields=["token_hash", "expires_at"])
    return token


def revoke(*, by: User, invitation: Invitation) -> None:
    """Take an open invitation back; its link dies at once."""
    with action("invitation.revoke", by=by, client=invitation.client):
        locked = _open(invitation)
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["revoked_at"])


def accept(*, invitation: Invitation, by: User) -> None:
    """Give the invited person the role. Raises Refused for another address, a stale invitation, or both sides."""
    now = timezone.now()
    with action("invitation.accept", by=by, client=invitation.client):
        locked = Invitation.objects.select_for_update().usable(now).filter(pk=invitation.pk).first()
        if locked is None:
            raise Refused("This invitation has been used, was taken back or has run out. Ask for a new one.")
        if locked.email.lower() != by.email.lower():
            raise Refused("This invitation is for another address. Sign in with the account it was sent to.")
        _refuse_both_sides(by, locked.client, now)
        if locked.client is not None:
            _assigned(locked.client, by, Role(locked.role), locked.until_at)
        else:
            _member(locked.practice_id, by, Role(locked.role), locked.until_at)
        locked.accepted_at = now
        locked.save(update_fields=["accepted_at"])


def assign(
    *, by: User, client: Client, user: User, role: Role, until_at: datetime | None = None
) -> Assignment:
    """Let one of the practice's own people work for a client. Raises Refused for anybody else."""
    if role not in STAFF_ROLES:
        raise Refused("The practice's own people are leads, consultants or auditors of a client.")
    _refuse_endless_auditor(role, until_at)
    now = timezone.now()
    if not Member.objects.filter(user=user).active(now).exists():
        raise Refused(f"{user} is not one of the practice's people. Invite them to the practice first.")
    with action("assignment.add", by=by, client=client):
        return _assigned(client, user, role, until_at)


def change_role(*, by: User, term: Member | Assignment, role: Role, until_at: datetime | None = None) -> None:
    """Give a person another role of the same side. Raises Refused for the last owner, and across the sides."""
    _refuse_endless_auditor(role, until_at)
    client = term.client if isinstance(term, Assignment) else None
    with action(f"{_noun(term)}.change_role", by=by, client=client):
        if isinstance(term, Member):
            if role not in Member.ROLES:
                raise Refused("That is a role for a client. Choose owner, consultant or auditor.")
            if role != Role.OWNER or until_at is not None:
                _keep_an_owner(term)
        elif (role in CLIENT_ROLES) != (Role(term.role) in CLIENT_ROLES):
            raise Refused(
                "A client's person cannot become one of the practice's here, nor the other way round."
            )
        term.role, term.until_at = role.value, until_at
        term.save(update_fields=["role", "until_at"])
        followers.access_ended(term.user, [client] if client else None, now=timezone.now(), by=by)


def end_access(
    *, by: User, term: Member | Assignment, until_at: datetime | None = None, why: str = ""
) -> None:
    """End a person's role, now or at an instant to come; what they did stays on record.

    With a membership end the person's assignments in the practice. What they owned passes on at once; where the end
    is to come, the nightly comparison sees to it. Raises Refused for the last owner.
    """
    now = timezone.now()
    end = until_at or now
    if end < now:
        raise Refused("The end must not be in the past. Leave it empty to end the access now.")
    client = term.client if isinstance(term, Assignment) else None
    with action(f"{_noun(term)}.end", by=by, why=why, client=client):
        if isinstance(term, Member):
            _keep_an_owner(term)
            for assignment in Assignment.objects.filter(user=term.user).active(now):
                if assignment.until_at is None or assignment.until_at > end:
                    assignment.until_at = end
                    assignment.save(update_fields=["until_at"])
        term.until_at = end
        term.save(update_fields=["until_at"])
        if end <= now:
            followers.access_ended(term.user, [client] if client else None, now=end, by=by)


def _noun(term: Member | Assignment) -> str:
    return "member" if isinstance(term, Member) else "assignment"


def _open(invitation: Invitation) -> Invitation:
    locked: Invitation | None = Invitation.objects.select_for_update().open().filter(pk=invitation.pk).first()
    if locked is None:
        raise Refused("This invitation has been accepted or taken back already.")
    return locked


def _member(practice_id: UUID, user: User, role: Role, until_at: datetime | None) -> None:
    terms = {"role": role.value, "from_at": timezone.now(), "until_at": until_at}
    Member.objects.update_or_create(practice_id=practice_id, user=user, defaults=terms)


def _assigned(client: Client, user: User, role: Role, until_at: datetime | None) -> Assignment:
    terms = {"role": role.value, "from_at": timezone.now(), "until_at": until_at}
    given: Assignment
    given, _ = Assignment.objects.update_or_create(
        practice_id=client.practice_id, client=client, user=user, defaults=terms
    )
    return given


def _refuse_role(role: Role, client: Client | None, until_at: datetime | None) -> None:
    if client is None and role not in Member.ROLES:
        raise Refused("People of the practice are owners, consultants or auditors.")
    if client is not None and role not in CLIENT_ROLES:
        raise Refused("A client's people are admins, approvers or viewers. Assign your own people instead.")
    _refuse_endless_auditor(role, until_at)


def _refuse_endless_auditor(role: Role, until_at: datetime | None) -> None:
    if role == Role.AUDITOR and until_at is None:
        raise Refused("An auditor needs an end date: say until when they may look.")


def _refuse_both_sides(user: User, client: Client | None, now: datetime) -> None:
    if client is not None and Member.objects.filter(user=user).active(now).exists():
        raise Refused(f"{user} works for the practice, so they cannot be one of the client's people as well.")
    theirs = Assignment.objects.filter(user=user, role__in=[role.value for role in CLIENT_ROLES])
    if client is None and theirs.active(now).exists():
        raise Refused(f"{user} is one of a client's people, so they cannot work for the practice as well.")


def _refuse_twice(user: User, client: Client | None, now: datetime) -> None:
    if client is None:
        has_access = Member.objects.filter(user=user).active(now).exists()
    else:
        has_access = Assignment.objects.filter(client=client, user=user).active(now).exists()
    if has_access:
        raise Refused(f"{user} has access already. Change their role instead.")


def _keep_an_owner(member: Member) -> None:
    owners = Member.objects.select_for_update().filter(role=Role.OWNER.value).active(timezone.now())
    staying = [owner for owner in owners if owner.pk != member.pk and owner.until_at is None]
    if member.role == Role.OWNER.value and not staying:
        raise Refused("This is the only owner. Make somebody else an owner first.")
