"""Writes about a person's own account: what is noted, second factors, links. Other people: people_actions.py."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone
from django_otp.models import Device

from portal.accounts import factors
from portal.accounts.models import DemonstrationDevice, RecoveryDevice, SignInLink, TotpDevice, User
from portal.accounts.tokens import digest, new_token
from portal.audit.actions import record
from portal.lib.refused import Refused
from portal.lib.sealed import seal, unseal
from portal.tenancy.access import access_of, practices_of, scope_for
from portal.tenancy.models import Client
from portal.tenancy.scope import Scope, enter

VERIFIED_AT = "otp_at"
NEW_CODES = "new_recovery_codes"
CODES_PLACE = "session.new_recovery_codes"
SIGN_IN_LINK_FOR = timedelta(minutes=10)
ENTRY_LINK_FOR = timedelta(days=30)
ENROLLING_FOR = timedelta(hours=8)  # a session


def note(
    user: User, name: str, *, why: str = "", details: dict[str, Any] | None = None, proven: bool = True
) -> None:
    """Record something about a person in the trail of every practice where they have a role now.

    `proven=False` names nobody as the doer: a wrong password is not known to have been typed by its owner.
    A client's person is noted in the chain of each of their clients, where that client's activity shows it;
    everybody else in the practice's own. Someone without any role is noted in the operator's chain.
    """
    now = timezone.now()
    practices = practices_of(user, now)
    if not practices:
        with enter(Scope(), switch=True), transaction.atomic():
            record(name, why=why, details=details, **_about(user))
    for practice in practices:
        access = access_of(user, now, practice.pk)
        scope = replace(scope_for(access), person=user.pk if proven else None)
        with enter(scope, switch=True), transaction.atomic():
            if access.is_of_practice:
                record(name, practice_id=practice.pk, why=why, details=details, **_about(user))
                continue
            for client in Client.objects.filter(pk__in=list(access.roles)):
                record(name, client=client, why=why, details=details, **_about(user))


def _about(user: User) -> dict[str, Any]:
    return {"object": "Account", "private": {"account": str(user.pk)}}


def add_person(*, email: str, name: str, password: str | None = None, verified: bool = True) -> User:
    """Make an account whose address is known to be the person's. It has no role and no second factor yet."""
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    return user


def begin_app(*, by: User) -> TotpDevice:
    """Make an unconfirmed authenticator app with a new seed; those that nobody finished are forgotten.

    Each session begins its own. One that was shared would let somebody who only has the password read the seed
    that the account's owner is about to confirm.
    """
    stale = timezone.now() - ENROLLING_FOR
    TotpDevice.objects.filter(user=by, confirmed=False, created_at__lt=stale).delete()
    device: TotpDevice = TotpDevice.objects.create(user=by, name="Authenticator app", confirmed=False)
    return device


def begun_app(user: User, pk: object) -> TotpDevice | None:
    """Give the unconfirmed app that this session began."""
    found: TotpDevice | None = (
        TotpDevice.objects.filter(user=user, pk=pk, confirmed=False).first() if pk else None
    )
    return found


def confirm_app(*, by: User, device: TotpDevice, code: str, name: str = "") -> bool:
    """Take an authenticator app into use when the code is one of its own. Tells whether it was."""
    with transaction.atomic():
        locked = TotpDevice.objects.select_for_update().get(pk=device.pk, user=by, confirmed=False)
        if not locked.verify_token(code):
            return False
        locked.confirmed = True
        locked.name = name.strip()[:64] or locked.name
        locked.save()
        TotpDevice.objects.filter(user=by, confirmed=False).delete()
    note(by, "device.add", details={"kind": factors.kind_words(locked)})
    return True


def set_aside_others(*, by: User, keep: Device) -> None:
    """Remove every second factor but the one just enrolled; sessions that they had opened end with them."""
    for _, device in factors.confirmed(by):
        if device.persistent_id != keep.persistent_id:
            kind = factors.kind_words(device)
            device.delete()
            note(by, "device.remove", why="Replaced after a sign-in link", details={"kind": kind})
    RecoveryDevice.objects.filter(user=by).delete()


def rename_device(*, by: User, device: Any, name: str) -> None:
    """Give a second factor another name."""
    device.name = name
    device.save(update_fields=["name"])
    note(by, "device.rename", details={"kind": factors.kind_words(device)})


def take_up_passkey(*, user: User, device: Any) -> None:
    """Name a passkey that was just made, and put it on record."""
    device.name = "Passkey"
    device.save(update_fields=["name"])
    note(user, "device.add", details={"kind": factors.kind_words(device)})


def remove_device(*, by: User, device: Any) -> None:
    """Remove a second factor. Raises Refused for the last one: nobody signs in with a password alone."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        if len(factors.confirmed(by)) < 2:
            raise Refused("This is your only second factor. Add another one first, then remove this one.")
        kind = factors.kind_words(device)
        device.delete()
    note(by, "device.remove", details={"kind": kind})


def issue_codes(*, by: User, session: SessionBase) -> None:
    """Replace the person's recovery codes; the new ones wait in the session, sealed, until they have been seen."""
    with transaction.atomic():
        device, _ = RecoveryDevice.objects.get_or_create(user=by, defaults={"name": "Recovery codes"})
        codes = RecoveryDevice.objects.select_for_update().get(pk=device.pk).issue()
    session[NEW_CODES] = seal(json.dumps(codes), CODES_PLACE)
    note(by, "recovery_codes.renew", details={"codes": len(codes)})


def new_codes(session: SessionBase) -> list[str]:
    """Give the recovery codes that wait in the session to be seen."""
    sealed = session.get(NEW_CODES)
    codes: list[str] = json.loads(unseal(sealed, CODES_PLACE)) if sealed else []
    return codes


def mark_verified(session: SessionBase) -> None:
    """Remember that the person has just shown a second factor."""
    session[VERIFIED_AT] = time.time()


def rename_person(*, by: User, name: str) -> None:
    """Give one's own account another name."""
    by.name = name
    by.save(update_fields=["name"])
    note(by, "account.rename")


# Links -----------------------------------------------------------------------------------------------------


def issue_sign_in_link(*, user: User, why: str) -> str:
    """Make a link that lets somebody in who is locked out, once and within ten minutes; give its whole address.

    Who opens it must enrol a new second factor before being signed in. Raises Refused without a reason, and for
    an account that is switched off.
    """
    if not why.strip():
        raise Refused("Say why this person needs a link: the reason is kept in the audit trail.")
    if not user.is_active:
        raise Refused(f"The account of {user.email} is switched off, so it gets no link.")
    token = new_token()
    now = timezone.now()
    with transaction.atomic():
        SignInLink.objects.filter(user=user, enters=False, used_at=None).update(expires_at=now)
        SignInLink.objects.create(
            user=user,
            token_hash=digest(token),
            why=why.strip()[:200],
            created_at=now,
            expires_at=now + SIGN_IN_LINK_FOR,
        )
    note(user, "sign_in_link.issue", why=why.strip(), proven=False)
    return f"{settings.SITE_URL}/sign-in-link/{token}/"


def usable_link(token: str, now: datetime) -> SignInLink | None:
    """Give the link that a token opens at `now`; the demonstration's open in a demonstration alone."""
    links = SignInLink.objects.usable(now).filter(token_hash=digest(token), user__is_active=True)
    if not settings.DEMONSTRATION:
        links = links.filter(enters=False)
    link: SignInLink | None = links.select_related("user").first()
    return link


def use_link(*, token: str) -> SignInLink:
    """Burn a one-time link and give it. Raises Refused when it does not open any more."""
    now = timezone.now()
    with transaction.atomic():
        burnt = (
            SignInLink.objects.usable(now).filter(token_hash=digest(token), enters=False).update(used_at=now)
        )
        if not burnt:
            raise Refused("This link has been used or has run out. Ask for a new one.")
        link: SignInLink = SignInLink.objects.select_related("user").get(token_hash=digest(token))
    note(link.user, "sign_in_link.use", why=link.why)
    return link


def make_entry_link(user: User) -> str:
    """Make a link that enters the demonstration directly as one of its people, again and again for thirty days.

    Raises Refused everywhere else: it stands for a password and a second factor at once.
    """
    if not settings.DEMONSTRATION:
        raise Refused("Links that enter directly exist in the demonstration only. Use sign_in_link instead.")
    token = new_token()
    now = timezone.now()
    SignInLink.objects.create(
        user=user,
        token_hash=digest(token),
        why="Entrance to the demonstration",
        enters=True,
        created_at=now,
        expires_at=now + ENTRY_LINK_FOR,
    )
    return f"{settings.SITE_URL}/sign-in-link/{token}/"


def demonstration_device(*, by: User) -> DemonstrationDevice:
    """Give the device that a demonstration link verifies a session with."""
    device: DemonstrationDevice
    device, _ = DemonstrationDevice.objects.get_or_create(user=by, defaults={"name": "Demonstration"})
    return device
