"""manage.py deadlines scan | compare | explain: what the clock does, done now, and one deadline laid open."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from portal.deadlines.comparison import Compared, compare
from portal.deadlines.models import Deadline
from portal.deadlines.reminding.explanation import explain
from portal.deadlines.reminding.letters import instant_words
from portal.deadlines.reminding.owed import Owed
from portal.deadlines.reminding.scan import Scanned, scan
from portal.deadlines.tasks import due_by_practice
from portal.lib.refused import Refused
from portal.tenancy.models import Practice
from portal.tenancy.system import SYSTEM_ALIAS, as_operator

REASON = "deadlines looked at by the operator"


class Command(BaseCommand):
    help = "Reminds of what is due, compares deadlines with the records, and explains a deadline."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        scanning = verbs.add_parser("scan", help="take every step that is due, as beat does each minute")
        comparing = verbs.add_parser("compare", help="compare records and deadlines, as beat does each night")
        for each in (scanning, comparing):
            each.add_argument("--practice", metavar="SLUG", help="this practice only")
            each.add_argument("--dry-run", action="store_true", help="write nothing, say what would happen")
        explaining = verbs.add_parser("explain", help="print the steps of a deadline: who, when, why")
        explaining.add_argument("id", metavar="ID", help="its number, as in D-123")
        for each in (scanning, comparing, explaining):
            each.add_argument(
                "--now", metavar="ISO", help="as if it were this instant; without an offset it is UTC"
            )
            each.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        verbs: dict[str, Callable[[datetime, dict[str, Any]], None]] = {
            "scan": self.scan,
            "compare": self.compare,
            "explain": self.explain,
        }
        try:
            verbs[options["verb"]](_instant(options["now"]), options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None

    def scan(self, now: datetime, options: dict[str, Any]) -> None:
        """Scan every practice that has something due, one after the other, and print the counts."""
        due = due_by_practice(now)
        ids = [pk for pk in _practices(options["practice"]) if pk in due]
        total, told = Scanned(), list[dict[str, Any]]()
        for practice_id in ids:
            with _work(practice_id, options["dry_run"]):
                done = scan(now, told=lambda owed: told.append(_told(owed)))
            for name, number in asdict(done).items():
                setattr(total, name, getattr(total, name) + number)
        counts = {"practices": len(ids), **asdict(total)}
        if options["json"]:
            would = {"dry_run": True, "would_remind": told} if options["dry_run"] else {}
            self._print({**counts, **would})
            return
        if options["dry_run"] or options["verbosity"] > 1:
            for each in told:
                self.stdout.write("{deadline} {title}: {step} to {recipient} as {part}{why}".format(**each))
        prefix = "Nothing was written. It would be: " if options["dry_run"] else ""
        self.stdout.write(prefix + _counted(counts))

    def compare(self, now: datetime, options: dict[str, Any]) -> None:
        """Compare every practice and print the counts; fails when a client could not be compared."""
        ids = _practices(options["practice"])
        total = Compared()
        for practice_id in ids:
            with _work(practice_id, options["dry_run"]):
                total.add(compare(now))
        counts = {"practices": len(ids), **asdict(total)}
        if options["json"]:
            self._print({**counts, **({"dry_run": True} if options["dry_run"] else {})})
        else:
            prefix = "Nothing was written. It would be: " if options["dry_run"] else ""
            self.stdout.write(prefix + _counted(counts))
        if total.failed:
            raise CommandError(f"{total.failed} clients could not be compared; the log says why.")

    def explain(self, now: datetime, options: dict[str, Any]) -> None:
        """Print the terms of a deadline and its steps, past and to come."""
        number = options["id"].upper().removeprefix("D-")
        rows = Deadline._base_manager.using(SYSTEM_ALIAS)
        row = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
        if row is None:
            raise Refused(
                f"There is no deadline “{options['id']}”. Its number stands in its messages: D-123."
            )
        with as_operator(row.practice_id, REASON, client_id=row.client_id):
            found = explain(Deadline.objects.select_related("client").get(pk=row.pk), now)
        if options["json"]:
            self._print(found)
        else:
            self.stdout.write("\n".join(_explained(found)))

    def _print(self, values: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(values, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))


@contextmanager
def _work(practice_id: UUID, dry_run: bool) -> Iterator[None]:
    """Run the body in one practice; of a dry run nothing stays, and nobody is woken."""
    with as_operator(practice_id, REASON):
        if not dry_run:
            yield
            return
        with transaction.atomic():
            yield
            transaction.set_rollback(True)


def _practices(slug: str | None) -> list[UUID]:
    rows = Practice.objects.using(SYSTEM_ALIAS).order_by("created_at")
    if slug:
        rows = rows.filter(slug=slug)
    found = list(rows.values_list("pk", flat=True))
    if slug and not found:
        raise Refused(f"There is no practice with the short name “{slug}”.")
    return found


def _instant(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise CommandError(
            f"“{text}” is not an instant. Write it as 2026-11-19T10:30+00:00, or without the offset for UTC."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _told(owed: Owed) -> dict[str, Any]:
    return {
        "deadline": owed.deadline.pk,
        "title": owed.deadline.title,
        "client": owed.deadline.client.slug,
        "step": owed.step.key,
        "recipient": owed.recipient,
        "part": owed.part,
        "why": f", because {owed.why}" if owed.why else "",
    }


def _counted(counts: dict[str, int]) -> str:
    words = {"passed_on": "passed on", "failed": "not compared"}
    return ", ".join(f"{number:,} {words.get(name, name)}" for name, number in counts.items()) + "."


def _explained(found: dict[str, Any]) -> Iterator[str]:
    zone = ZoneInfo(found["time_zone"])
    due = found["due_on"].isoformat() if found["due_on"] else instant_words(found["due_at"], zone)
    yield f"D-{found['id']} {found['title']} ({found['client']})"
    yield f"  {found['kind']}, {found['subject']}: {found['state']}, due {due}"
    yield f"  Owner: {found['owner'] or 'nobody'}. Backup owner: {found['backup_owner'] or 'nobody'}."
    yield f"  Policy: {found['policy']['title']} ({found['policy']['from']})."
    if found["snoozed_until"]:
        yield f"  Put off until {instant_words(found['snoozed_until'], zone)}."
    if found["next_look_at"]:
        yield f"  The scan looks at it again {instant_words(found['next_look_at'], zone)}."
    if found["late_steps_left_out"]:
        yield f"  {found['late_steps_left_out']:,} earlier late steps are left out here."
    for step in found["steps"]:
        yield f"  {step['step']:>7}  {instant_words(step['at'], zone)}: {step['state']}"
        for who in step["who"]:
            yield from _who(who)
    for told in found["reminders_on_earlier_terms"]:
        yield f"  On earlier terms, {told['step']}:"
        yield from _who(told)


def _who(who: dict[str, Any]) -> Iterator[str]:
    why = f", because {who['why']}" if who["why"] else ""
    yield f"           {who['name']} as {who['part'].replace('_', ' ')}{why}"
    for delivery in who.get("deliveries", ()):
        by = delivery["channel"] or delivery["medium"]
        yield f"             {by}: {delivery['state'].lower()}{': ' * bool(delivery['why'])}{delivery['why']}"
