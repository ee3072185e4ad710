"""What may happen to an incident of the demonstration, step by step: each is one of the room's own actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from clients.registers.queries import MODELS
from clients.trust.demonstration.people import House
from clients.trust.demonstration.registers import lead_of
from clients.trust.demonstration.spec import Entry
from clients.trust.demonstration.spec import read as read_client
from incidents.response import actions, breach_actions, timeline_actions, update_actions
from incidents.response.demonstration.spec import span
from incidents.response.models import BreachClock, Incident, Measure
from incidents.response.notices.actions import approve_notice, draft_notice, send_notice
from incidents.response.plans.exercises import end_exercise
from incidents.response.post_mortems import actions as writing
from incidents.response.post_mortems.measures import add_measure, finish_measure
from incidents.response.post_mortems.sharing import share
from portal.accounts.models import User


@dataclass
class Story:
    """One client's part of an incident and when it began."""

    house: House
    incident: Incident
    began: datetime

    def person(self, key: str) -> User:
        """Give somebody by the key of the data files; "lead" and "second" are of the client's team."""
        if key == "lead":
            return lead_of(self.house, self.incident.client)
        if key == "second":
            team = read_client(self.incident.client.slug)["team"]
            return self.house.people[next(each for each, role in team.items() if role != "lead")]
        return self.house.people[key]

    def at(self, words: str) -> datetime:
        """Give the instant so long after it began."""
        return self.began + span(words)

    def clock(self, key: str) -> BreachClock:
        """Give one of its clocks of the law."""
        found: BreachClock = BreachClock.objects.select_related("incident__client").get(
            incident=self.incident, clock=key
        )
        return found


def take(story: Story, step: Entry) -> None:
    """Do one step, as whoever did it, at its instant."""
    _VERBS[step["do"]](story, step, story.person(step["by"]), story.at(step["at"]))


def _acknowledge(story: Story, step: Entry, by: User, now: datetime) -> None:
    actions.acknowledge(story.incident, by=by, now=now)


def _responder(story: Story, step: Entry, by: User, now: datetime) -> None:
    for role, key in step["roles"].items():
        actions.set_responder(story.incident, role, story.person(key), by=by, now=now)


def _facts(story: Story, step: Entry, by: User, now: datetime) -> None:
    actions.edit_facts(story.incident, step["values"], by=by, now=now)


def _record(story: Story, step: Entry, by: User, now: datetime) -> None:
    actions.record_instant(story.incident, step["instant"], now, by=by, now=now, words=step["words"])


def _note(story: Story, step: Entry, by: User, now: datetime) -> None:
    file = step.get("file")
    timeline_actions.add_entry(
        story.incident,
        step["text"],
        at=story.at(step.get("when", step["at"])),
        by=by,
        now=now,
        internal=step.get("internal", False),
        said_by=step.get("said_by", ""),
        file=(file["name"], file["content"].encode()) if file else None,
    )


def _link(story: Story, step: Entry, by: User, now: datetime) -> None:
    rows = MODELS[step["register"]].objects.for_client(story.incident.client)
    timeline_actions.link_record(
        story.incident, rows.get(name=step["record"]), step["effect"], by=by, now=now
    )


def _clocks(story: Story, step: Entry, by: User, now: datetime) -> None:
    breach_actions.start_clocks(story.incident, step["start"], by=by, now=now)


def _notified(story: Story, step: Entry, by: User, now: datetime) -> None:
    clock, reference = story.clock(step["clock"]), step.get("reference", "")
    breach_actions.record_notified(clock, by=by, now=now, at=now, reference=reference)


def _not_notified(story: Story, step: Entry, by: User, now: datetime) -> None:
    breach_actions.decide_not_to_notify(story.clock(step["clock"]), by=by, now=now, why=step["why"])


def _tell(story: Story, step: Entry, by: User, now: datetime) -> None:
    update_actions.send_update(story.incident, _words(story, step), by=by, now=now)


def _told(story: Story, step: Entry, by: User, now: datetime) -> None:
    update_actions.record_update(
        story.incident, _words(story, step), channel=step["channel"], told_at=now, by=by, now=now
    )


def _words(story: Story, step: Entry) -> update_actions.Words:
    next_at = story.at(step["next"]) if "next" in step else None
    return update_actions.Words(step["known"], step.get("affected", ""), step.get("doing", ""), next_at)


def _notice(story: Story, step: Entry, by: User, now: datetime) -> None:
    """Draft a notice from the record; where somebody approved it, have it approved and sent to the client."""
    clock = story.clock(step["clock"])
    notice = draft_notice(story.incident, step["audience"], by=by, now=now, clock=clock)
    if "approved_by" in step:
        other, at = story.person(step["approved_by"]), story.at(step["sent"])
        notice.incident.client = story.incident.client
        notice = approve_notice(notice, version=notice.version, by=other, now=at)
        send_notice(notice, by=other, now=at)


def _write(story: Story, step: Entry, by: User, now: datetime) -> None:
    for key, text in step["sections"].items():
        writing.write_section(story.incident, key, text, version=0, by=by, now=now)


def _measure(story: Story, step: Entry, by: User, now: datetime) -> None:
    values = {
        "kind": step["kind"],
        "text": step["text"],
        "owner": story.person(step["owner"]),
        "due_on": story.house.calendar.on(step["due"]),
    }
    add_measure(story.incident, values, by=by, now=now)


def _done(story: Story, step: Entry, by: User, now: datetime) -> None:
    rows = Measure.objects.filter(incident=story.incident).select_related("incident__client")
    finish_measure(rows.get(text=step["measure"]), step["outcome"], by=by, now=now)


def _ask_review(story: Story, step: Entry, by: User, now: datetime) -> None:
    writing.ask_review(story.incident, by=by, now=now)


def _review(story: Story, step: Entry, by: User, now: datetime) -> None:
    writing.give_review(
        story.incident, approved=step.get("approved", True), note=step.get("note", ""), by=by, now=now
    )


def _share(story: Story, step: Entry, by: User, now: datetime) -> None:
    share(story.incident, by=by, now=now)


def _end_exercise(story: Story, step: Entry, by: User, now: datetime) -> None:
    end_exercise(story.incident, participants=step["participants"], learnt=step["learnt"], by=by, now=now)


def _close(story: Story, step: Entry, by: User, now: datetime) -> None:
    actions.close(story.incident, by=by, now=now)


_VERBS: dict[str, Callable[[Story, Entry, User, datetime], None]] = {
    "acknowledge": _acknowledge,
    "responder": _responder,
    "facts": _facts,
    "record": _record,
    "note": _note,
    "link": _link,
    "clocks": _clocks,
    "notified": _notified,
    "not notified": _not_notified,
    "tell": _tell,
    "told": _told,
    "notice": _notice,
    "write": _write,
    "measure": _measure,
    "done": _done,
    "ask review": _ask_review,
    "review": _review,
    "share": _share,
    "end exercise": _end_exercise,
    "close": _close,
}
