"""The form of a reminder policy: in words and lists, never as data. `rules()` gives only the parts that differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from portal.deadlines.presenters.steps import CHANNELS, PARTS, every_words
from portal.deadlines.rules.durations import Duration, parse, words
from portal.deadlines.rules.policies import Policy, PolicyFault, read
from portal.shell.fields import ReasonField

NEVER, START = "never", "start"
UNITS = {"hour": "PT{}H", "day": "P{}D", "week": "P{}W", "month": "P{}M"}
WORDED = re.compile(r"(\d{1,4})\s*(hour|day|week|month)s?", re.IGNORECASE)
REPEATS = ("PT1H", "PT4H", "PT12H", "P1D", "P2D", "P3D", "P7D")
SINCE = ("-P14D", "-P7D", "-P3D", "-P1D", "-PT12H", "-PT4H", "PT0S", "PT1H", "P1D", "P3D", "P7D", "P14D")
SLOWER = ("P7D/P2D", "P14D/P7D", "P30D/P7D", "PT24H/PT4H", "PT48H/PT24H")
#: Where what a policy says is wrong stands in the form.
FIELDS = {
    "before": "before",
    "late_every": "late_every",
    "late_slower": "late_slower",
    "send_at": "send_at",
    "quiet": "quiet_from",
    "channels": "channels",
}
HEARS = {
    "owner": "The owner hears",
    "backup": "The backup owner hears",
    "lead": "The lead hears",
    "practice_owner": "The practice’s owners hear",
    "client": "The client’s people hear",
}


def read_length(text: str) -> str:
    """Read "60 days", "2 weeks", "48 hours" or "P60D" as ISO 8601. Raises ValueError in words."""
    plain = " ".join(text.split())
    if match := WORDED.fullmatch(plain):
        return str(parse(UNITS[match[2].lower()].format(int(match[1]))))
    try:
        return str(parse(plain.upper()))
    except ValueError as fault:
        raise ValueError(
            f"“{plain[:40]}” is not a length of time. Write it as 60 days, 2 weeks, 48 hours or P60D."
        ) from fault


class PolicyForm(forms.Form):
    """How a kind is reminded of."""

    before = forms.CharField(
        label="Remind before it is due",
        required=False,
        max_length=400,
        help_text="Days or hours, separated by commas. It is always said once more when it falls due.",
    )
    late_every = forms.ChoiceField(label="While it is late")
    late_slower = forms.ChoiceField(label="And once it is long late")
    send_at = forms.CharField(
        label="Time of day",
        max_length=5,
        help_text="At the client’s place, for steps that count in days. Those in hours are sent to the minute.",
    )
    quiet_from = forms.CharField(
        label="Quiet from", required=False, max_length=5, help_text="Such as 19:00. Empty: no quiet hours."
    )
    quiet_until = forms.CharField(label="Quiet until", required=False, max_length=5)
    weekends = forms.BooleanField(label="Also on Saturdays and Sundays", required=False)
    channels = forms.MultipleChoiceField(
        label="Where to",
        choices=list(CHANNELS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="E-mail goes to the person. The others are the channels of the client and of the practice.",
        error_messages={"required": "Choose where reminders go"},
    )
    may_opt_out = forms.BooleanField(label="People may do without these reminders", required=False)
    urgent = forms.BooleanField(label="Send at once, never in a digest", required=False)
    why = ReasonField(required=False, label="Why", help_text="Kept in the history.")

    def __init__(self, data: Any = None, *, base: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """base: the entry that holds without this one. now: the entry that holds at present."""
        policy = read(now)
        super().__init__(data, initial=_initial(now, policy))
        self.base = base
        self._offer("late_every", [(NEVER, "No further reminder"), *_repeats(policy)])
        self._offer("late_slower", [(NEVER, "As often as before"), *_slower(policy)])
        for part, label in HEARS.items():
            chosen = _since(policy, part)
            field = forms.ChoiceField(label=label, initial=chosen, choices=_sinces(chosen))
            self.fields[f"hears_{part}"] = field
        first = ["before", "late_every", "late_slower", *(f"hears_{part}" for part in HEARS)]
        self.order_fields(first)
        self.policy = policy

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_before(self) -> list[str]:
        """Give the steps as ISO 8601."""
        parts = re.split(r"[,;\n]|\band\b", self.cleaned_data["before"])
        try:
            return [read_length(part) for part in parts if part.strip()]
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            if bool(found["quiet_from"]) != bool(found["quiet_until"]):
                missing = "quiet_until" if found["quiet_from"] else "quiet_from"
                self.add_error(missing, "Enter both ends of the quiet hours, or neither")
                return found
            try:
                self.policy = read({**self.base, **self.entry()})
            except PolicyFault as fault:
                name = FIELDS.get(fault.field, "hears_owner" if fault.field in ("to", "escalate") else None)
                self.add_error(name, str(fault))
        return found

    def entry(self) -> dict[str, Any]:
        """What was entered, in the form of an entry of data/policies.yaml."""
        wished = self.cleaned_data
        since = {part: wished[f"hears_{part}"] for part in PARTS}
        later = sorted({each for each in since.values() if each not in (NEVER, START)}, key=_order)
        late_every = None if wished["late_every"] == NEVER else wished["late_every"]
        after, _, every = wished["late_slower"].partition("/")
        return {
            "before": wished["before"],
            "late_every": late_every,
            "late_slower": {"after": after, "every": every} if every and late_every else None,
            "to": [part for part in PARTS if since[part] == START],
            "escalate": [
                {"from": each, "to": [part for part in PARTS if since[part] == each]} for each in later
            ],
            "send_at": wished["send_at"],
            "quiet": {"from": wished["quiet_from"], "until": wished["quiet_until"]}
            if wished["quiet_from"]
            else None,
            "weekends": wished["weekends"],
            "channels": wished["channels"],
            "may_opt_out": wished["may_opt_out"],
            "urgent": wished["urgent"],
        }

    def rules(self) -> dict[str, Any]:
        """The parts that differ from what holds without this policy."""
        plain = _plain(read(self.base))
        entered = self.entry()
        now = _plain(self.policy)
        return {name: entered[name] for name in entered if now[name] != plain[name]}


def _plain(policy: Policy) -> dict[str, Any]:
    """The parts of a policy as they compare, by the names of an entry."""
    return {
        "before": policy.before,
        "late_every": policy.late_every,
        "late_slower": policy.late_slower,
        "to": policy.to,
        "escalate": {(each.since, part) for each in policy.escalate for part in each.to},
        "send_at": policy.send_at,
        "quiet": (policy.quiet_from, policy.quiet_until),
        "weekends": policy.weekends,
        "channels": set(policy.channels),
        "may_opt_out": policy.may_opt_out,
        "urgent": policy.urgent,
    }


def _initial(entry: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    slower = policy.late_slower
    return {
        "before": ", ".join(words(step) for step in policy.before),
        "late_every": str(policy.late_every or NEVER),
        "late_slower": f"{slower.after}/{slower.every}" if slower else NEVER,
        "send_at": f"{policy.send_at:%H:%M}",
        "quiet_from": f"{policy.quiet_from:%H:%M}" if policy.quiet_from else "",
        "quiet_until": f"{policy.quiet_until:%H:%M}" if policy.quiet_until else "",
        "weekends": policy.weekends,
        "channels": list(policy.channels),
        "may_opt_out": policy.may_opt_out,
        "urgent": policy.urgent,
    }


def _repeats(policy: Policy) -> list[tuple[str, str]]:
    known = {*REPEATS, *([str(policy.late_every)] if policy.late_every else [])}
    return [(each, every_words(parse(each)).capitalize()) for each in sorted(known, key=_order)]


def _slower(policy: Policy) -> list[tuple[str, str]]:
    slower = policy.late_slower
    known = dict.fromkeys([*SLOWER, *([f"{slower.after}/{slower.every}"] if slower else [])])
    found = []
    for each in known:
        after, every = (parse(part) for part in each.split("/"))
        found.append((each, f"{every_words(every).capitalize()}, once it is {words(after)} late"))
    return found


def _since(policy: Policy, part: str) -> str:
    if part in policy.to:
        return START
    return next((str(each.since) for each in policy.escalate if part in each.to), NEVER)


def _sinces(chosen: str) -> list[tuple[str, str]]:
    known = sorted({*SINCE, *([chosen] if chosen not in (NEVER, START) else [])}, key=_order)
    return [
        (NEVER, "Nothing"),
        (START, "Every reminder"),
        *((each, _from_words(parse(each))) for each in known),
    ]


def _from_words(offset: Duration) -> str:
    if not offset:
        return "Once it is due"
    return f"From {words(offset)} before" if offset.approximate < 0 else f"Once it is {words(offset)} late"


def _order(text: str) -> int:
    return parse(text).approximate
