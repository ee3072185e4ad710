"""The frame's tags: icons, status, people, dates, charts, a client's views. Markup only; values come from views."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from portal.lib.dates import relative_due
from portal.shell import charts, icons, navigation

register = template.Library()
STATES = ("late", "soon", "ok", "wait", "idle")
TONES = "abcd"
SEAMS = re.compile(r"(?<=[./:_])(?=[^./:_\s])")
UNITS = re.compile(r"(?<=\d) (?=(?:days?|hours?|min|h|of|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))")


def _drawn(svg: str) -> SafeString:
    """Trust markup of our own making: icons are a table, charts escape every word."""
    return mark_safe(svg)  # noqa: S308


def joined(words: str) -> str:
    """Join numbers and units by a no-break space."""
    return UNITS.sub("\u00a0", words)


@register.filter
def seams(text: str) -> SafeString:
    """Let a long name of the machine break after its dots, slashes and colons, and nowhere else."""
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in SEAMS.split(str(text))))


@register.simple_tag
def icon(name: str, size: int = 16, color: str = "") -> SafeString:
    return _drawn(icons.icon(name, size, color))


@register.simple_tag
def mark(size: int = 26, color: str = "") -> SafeString:
    return _drawn(icons.mark(size, color))


@register.simple_tag
def status(state: str, words: object, picture: str = "", color: str = "") -> SafeString:
    """A mark and a word; `state` is late, soon, ok, wait or idle, `picture` another icon than its own."""
    if state not in STATES:
        raise ValueError(f"a status is one of {', '.join(STATES)}, not {state!r}")
    drawn = _drawn(icons.icon(picture or state, 14, color))
    return format_html('<span class="status is-{}">{}{}</span>', state, drawn, joined(str(words)))


def initials(name: str) -> str:
    """The first letters of the first and the last word."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@register.simple_tag
def avatar(user: Any) -> SafeString:
    """A person's initials in a circle, hidden from screen readers: the name stands beside it."""
    if not user:
        return mark_safe('<span class="avatar is-none" aria-hidden="true">?</span>')
    name = str(user)
    tone = TONES[sum(map(ord, name)) % len(TONES)]
    return format_html('<span class="avatar is-{}" aria-hidden="true">{}</span>', tone, initials(name))


@register.simple_tag
def person(user: Any, nobody: str = "No owner") -> SafeString:
    """A person with their initials; without one a dashed circle and, marked as late, "No owner"."""
    if user:
        return format_html('<span class="person">{}<span>{}</span></span>', avatar(user), str(user))
    return format_html(
        '<span class="person">{}<span class="status is-late">{}</span></span>', avatar(None), nobody
    )


def _as_day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


@register.filter
def date_long(value: date | datetime | None) -> str:
    """Tuesday 17 November 2026."""
    if not value:
        return ""
    day = _as_day(value)
    return f"{day:%A} {day.day}\u00a0{day:%B} {day:%Y}"


@register.filter
def date_table(value: date | datetime | None) -> str:
    """17 Nov 2026."""
    if not value:
        return ""
    day = _as_day(value)
    return f"{day.day}\u00a0{day:%b}\u00a0{day:%Y}"


@register.filter
def date_short(value: date | datetime | None) -> str:
    """Tue 17 Nov, where the year is clear."""
    if not value:
        return ""
    day = _as_day(value)
    return f"{day:%a} {day.day}\u00a0{day:%b}"


@register.filter
def instant(value: datetime | None) -> str:
    """Tue 17 Nov, 17:00, in the page's zone."""
    return f"{date_short(value)}, {timezone.localtime(value):%H:%M}" if value else ""


@register.filter
def instant_long(value: datetime | None) -> str:
    """Tuesday 17 November 2026, 17:00 GMT, in the page's zone."""
    return f"{date_long(value)}, {timezone.localtime(value):%H:%M %Z}" if value else ""


@register.simple_tag
def day(value: date | None, style: str = "table") -> SafeString:
    """A `time` element for a day; `style` is table, long or short."""
    if not value:
        return mark_safe("")
    words = {"table": date_table, "long": date_long, "short": date_short}[style](value)
    return format_html('<time datetime="{}">{}</time>', _as_day(value).isoformat(), words)


@register.simple_tag
def moment(value: datetime | None, style: str = "short") -> SafeString:
    """A `time` element for an instant, in the page's zone; `style` is short or long (with the zone)."""
    if not value:
        return mark_safe("")
    words = {"short": instant, "long": instant_long}[style](value)
    return format_html(
        '<time datetime="{}">{}</time>', timezone.localtime(value).isoformat(timespec="minutes"), words
    )


@register.filter
def due_words(due_on: date, today: date) -> str:
    """2 days overdue; In 6 days."""
    return joined(relative_due(due_on, today)[1])


@register.filter
def due_state(due_on: date, today: date) -> str:
    """Late, soon or another state, for `status`."""
    return relative_due(due_on, today)[0]


@register.simple_tag
def tally(
    passes: int = 0,
    warns: int = 0,
    waived: int = 0,
    fails: int = 0,
    unknown: int = 0,
    *,
    size: float = 9,
    gap: float = 3,
) -> SafeString:
    return _drawn(charts.tally(passes, warns, waived, fails, unknown, size=size, gap=gap))


@register.simple_tag
def strip(total: int, done: float, label: str, big: int = 12) -> SafeString:
    return _drawn(charts.strip(int(total), float(done), label=label, big=int(big)))


@register.simple_tag
def trend(points: Sequence[float], labels: Sequence[str], label: str) -> SafeString:
    return _drawn(charts.trend(points, labels, label))


@register.simple_tag
def bars(points: Sequence[int], labels: Sequence[str], label: str) -> SafeString:
    """Counts over time, a bar each; `labels` has one word a bar."""
    return _drawn(charts.bars(points, labels, label))


@register.simple_tag
def progress(done: int, part: int = 0, rest: int = 0, label: str = "") -> SafeString:
    return _drawn(charts.progress(int(done), int(part), int(rest), label=label))


@register.simple_tag
def horizon(pins: Iterable[Any], today: date, label: str, days: int = 90) -> SafeString:
    """Renewals ahead; each pin has due_on, name and state (late, soon; anything else stands further off)."""
    drawn = [
        charts.Pin(
            p.due_on, p.name, p.state if p.state in ("late", "soon") else "then", getattr(p, "words", "")
        )
        for p in pins
    ]
    return _drawn(charts.horizon(drawn, today, days=int(days), label=label))


@register.simple_tag(takes_context=True)
def views_of(context: template.Context, client: Any) -> list[navigation.Entry]:
    """The views of a client that this person may open, counted."""
    request = context["request"]
    return navigation.client_views(request.access, client, request.path)


@register.filter
def behind_more(entries: list[navigation.Entry]) -> list[navigation.Entry]:
    """The views that stand behind “More”: those asked for less often, but for the page's own."""
    return [each for each in entries if each.is_further and not each.is_current]


@register.filter
def anchor(field: BoundField) -> str:
    """The id of the first control of a field, where an error's link leads."""
    if field.field.widget.use_fieldset:
        parts: list[str] = getattr(field, "wrong_parts", [])
        first = ("day", "month", "year").index(parts[0]) if parts else 0
        return f"{field.auto_id}_{first}"
    return str(field.id_for_label or field.auto_id)


@register.filter
def widget_kind(field: BoundField) -> str:
    """How a field is set: choices, box (one tick box) or control."""
    kind = getattr(field.field.widget, "input_type", "")
    if kind == "checkbox" and not hasattr(field.field.widget, "choices"):
        return "box"
    return "choices" if kind in ("radio", "checkbox") else "control"
