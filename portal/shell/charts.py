"""Charts as SVG text, from numbers and dates alone; no Django, no clock.

Every shape carries a hex attribute (the day palette, which print and the PDF read) and a class (which the
screen themes). Text is 12 px in the drawing's own units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from portal.lib.dates import MONTHS

INK, INK_3, RULE, RULE_2 = "#13201e", "#5a6864", "#dde2dd", "#b9c2bc"
ACCENT, ACCENT_SOFT, CONTROL = "#0a5362", "#e3eff1", "#74817c"
LATE, SOON = "#a11d2b", "#7b4b00"
FACE = "Atkinson Hyperlegible Next Variable, Atkinson Paper, sans-serif"
PIN_COLOURS = {"late": LATE, "soon": SOON, "then": ACCENT}
LETTER, LABEL_STEP, MOST_PINS = 6.6, 34, 12


@dataclass(frozen=True)
class Pin:
    """One renewal ahead on the horizon; `state` is late, soon or then. `words` stand under the name: else its day."""

    due_on: date
    name: str
    state: str = "then"
    words: str = ""


def _svg(name: str, width: float, height: float, inside: str, *, label: str = "", more: str = "") -> str:
    says = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true" focusable="false"'
    return (
        f'<svg class="{name}" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f"{says}{more}>{inside}</svg>"
    )


def _text(x: float, y: float, words: str, colour: str = INK_3, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" fill="{colour}"{more}>{escape(words)}</text>'


def _line(name: str, start: tuple[float, float], end: tuple[float, float], colour: str) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'<line class="{name}" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def tally(
    passes: int = 0,
    warns: int = 0,
    waived: int = 0,
    fails: int = 0,
    unknown: int = 0,
    *,
    size: float = 9,
    gap: float = 3,
    across: int = 20,
) -> str:
    """Draw one square a control: solid, half, dotted, crossed, empty. Readable without colour."""
    kinds = (
        ["ok"] * passes + ["warn"] * warns + ["waived"] * waived + ["fail"] * fails + ["unknown"] * unknown
    )
    step = size + gap
    shapes = [_square(kind, i % across * step, i // across * step, size) for i, kind in enumerate(kinds)]
    columns, rows = max(1, min(len(kinds), across)), max(1, -(-len(kinds) // across))
    return _svg("tally", columns * step - gap, rows * step - gap, "".join(shapes))


def _square(kind: str, x: float, y: float, size: float) -> str:
    def box(name: str, colour: str) -> str:
        side = size - 1.2
        return (
            f'<rect class="{name}" x="{x + 0.6:g}" y="{y + 0.6:g}" width="{side:g}" height="{side:g}" '
            f'fill="none" stroke="{colour}" stroke-width="1.2"/>'
        )

    match kind:
        case "ok":
            return (
                f'<rect class="have" x="{x:g}" y="{y:g}" width="{size:g}" height="{size:g}" fill="{ACCENT}"/>'
            )
        case "warn":
            corner = f"M{x + 0.6:g} {y + size - 0.6:g}V{y + 0.6:g}L{x + size - 0.6:g} {y + size - 0.6:g}Z"
            return box("old", ACCENT) + f'<path class="half" d="{corner}" fill="{ACCENT}"/>'
        case "waived":
            at = size / 2 - 1.3
            return box("old", ACCENT) + (
                f'<rect class="half" x="{x + at:g}" y="{y + at:g}" width="2.6" height="2.6" fill="{ACCENT}"/>'
            )
        case "fail":
            arm = size - 2
            cross = f"M{x + 1:g} {y + 1:g}l{arm:g} {arm:g}M{x + size - 1:g} {y + 1:g}l-{arm:g} {arm:g}"
            return box("bad", LATE) + (
                f'<path class="bad" d="{cross}" fill="none" stroke="{LATE}" stroke-width="1.2"/>'
            )
        case _:
            return box("none", CONTROL)


def strip(total: int, done: float, *, big: int = 12, label: str, height: int = 26, width: int = 288) -> str:
    """Draw a clock's strip: one tick an hour, a taller one every `big` hours, a mark at `done` hours."""
    step = width / total
    past, todo = min(2.6, step * 0.46), min(2.0, step * 0.36)
    shapes = []
    for hour in range(total):
        tall = height - 6 if hour % big == 0 else height - 13
        name, wide, colour = ("past", past, INK) if hour < done else ("todo", todo, RULE_2)
        shapes.append(
            f'<rect class="{name}" x="{hour * step:.2f}" y="{height - tall}" width="{wide:.2f}" '
            f'height="{tall}" fill="{colour}"/>'
        )
    if 0 < done < total:
        at = done * step - 0.6
        shapes.append(f'<rect class="mark" x="{at:.2f}" y="0" width="1.6" height="{height}" fill="{LATE}"/>')
    return _svg("strip", width, height, "".join(shapes), label=label, more=' preserveAspectRatio="none"')


def trend(points: Sequence[float], labels: Sequence[str], label: str) -> str:
    """Draw shares in percent over time, oldest first; `labels` has one word a point, many of them empty.

    The axis begins at 50, or at 0 once a point lies below.
    """
    if not points:
        raise ValueError("a trend needs at least one point")
    width, height, left, right, top, bottom = 430, 132, 38, 40, 12, 22
    low = 50 if min(points) >= 50 else 0
    span = max(1, len(points) - 1)

    def x(i: int) -> float:
        return left + i * (width - left - right) / span if len(points) > 1 else width - right

    def y(share: float) -> float:
        return top + (100 - share) * (height - top - bottom) / (100 - low)

    shapes = []
    for share in (low, (low + 100) // 2, 100):
        name, colour = ("axis", INK) if share == low else ("grid", RULE)
        shapes.append(_line(name, (left, y(share)), (width - right, y(share)), colour))
        shapes.append(_text(left - 6, y(share) + 4, f"{share}%", more=' text-anchor="end"'))
    path = "M" + " L".join(f"{x(i):.1f} {y(share):.1f}" for i, share in enumerate(points))
    last = len(points) - 1
    area = f"{path} L{x(last):.1f} {y(low):.1f} L{x(0):.1f} {y(low):.1f}Z"
    shapes.append(f'<path class="area" d="{area}" fill="{ACCENT_SOFT}"/>')
    shapes.append(f'<path class="line" d="{path}" fill="none" stroke="{ACCENT}" stroke-width="2"/>')
    shapes.append(
        f'<circle class="dot" cx="{x(last):.1f}" cy="{y(points[last]):.1f}" r="3.6" fill="{ACCENT}"/>'
    )
    shapes.append(
        _text(
            x(last) + 8,
            y(points[last]) + 4,
            f"{points[last]:.0f}%",
            INK,
            ' class="is-strong" font-weight="600"',
        )
    )
    for i, word in enumerate(labels[: len(points)]):
        anchor = "start" if i == 0 and last else "end" if i == last else "middle"
        if word:
            shapes.append(_text(x(i), height - 5, word, more=f' text-anchor="{anchor}"'))
    return _svg("chart trend", width, height, "".join(shapes), label=label, more=f' font-family="{FACE}"')


def bars(points: Sequence[int], labels: Sequence[str], label: str) -> str:
    """Draw counts as one bar each, oldest first, each with its number over it; `labels` has one word a bar."""
    if not points:
        raise ValueError("bars need at least one count")
    width, height, left, right, top, bottom = 430, 132, 4, 4, 18, 22
    step, base = (width - left - right) / len(points), height - bottom
    scale = (base - top) / max(1, *points)
    wide = min(24.0, step * 0.62)
    shapes = []
    for i, n in enumerate(points):
        middle, high = left + (i + 0.5) * step, max(2.0, n * scale) if n else 0.0
        if n:
            shapes.append(
                f'<rect class="bar" x="{middle - wide / 2:.1f}" y="{base - high:.1f}" width="{wide:.1f}" '
                f'height="{high:.1f}" fill="{ACCENT}"/>'
            )
        tone, more = (INK, ' class="is-strong" font-weight="600"') if n else (INK_3, "")
        shapes.append(_text(middle, base - high - 5, f"{n:,}", tone, f'{more} text-anchor="middle"'))
        if i < len(labels) and labels[i]:
            shapes.append(_text(middle, height - 5, labels[i], more=' text-anchor="middle"'))
    shapes.append(_line("axis", (left, base), (width - right, base), INK))
    return _svg("chart bars", width, height, "".join(shapes), label=label, more=f' font-family="{FACE}"')


def progress(
    done: int, part: int = 0, rest: int = 0, *, label: str, width: int = 640, height: int = 8
) -> str:
    """Draw a bar in three parts (done, begun, nothing yet), each as wide as its share."""
    whole = max(1, done + part + rest)
    shapes, at = [], 0.0
    kinds = (
        ("p-done", done, ACCENT, ACCENT),
        ("p-part", part, ACCENT_SOFT, ACCENT),
        ("p-none", rest, "none", CONTROL),
    )
    for name, n, fill, stroke in kinds:
        wide = (width - 2) * n / whole
        if n:
            shapes.append(
                f'<rect class="{name}" x="{at + 0.5:.1f}" y=".5" width="{max(1, wide - 2):.1f}" '
                f'height="{height - 1}" fill="{fill}" stroke="{stroke}"/>'
            )
        at += wide
    return _svg("progress", width, height, "".join(shapes), label=label, more=' preserveAspectRatio="none"')


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def gather(pins: Iterable[Pin], today: date) -> list[tuple[Pin, str]]:
    """Make of all pins at most one a day, of many one a week, and of all that is late one; oldest first.

    Gives each with the words under its name.
    """
    ordered = sorted(pins, key=lambda pin: (pin.due_on, pin.name))
    late = [pin for pin in ordered if pin.due_on < today or pin.state == "late"]
    ahead = [pin for pin in ordered if not (pin.due_on < today or pin.state == "late")]
    days: dict[date, list[Pin]] = {}
    weekly = len({pin.due_on for pin in ahead}) > MOST_PINS
    for pin in ahead:
        first = max(today, pin.due_on - timedelta(days=pin.due_on.weekday())) if weekly else pin.due_on
        days.setdefault(first, []).append(pin)
    found = []
    if late:
        name = late[0].name if len(late) == 1 else f"{len(late)} overdue"
        words = late[0].words or ("due " if len(late) == 1 else "oldest ") + _day(late[0].due_on)
        found.append((Pin(min(today, late[0].due_on), name, "late"), words))
    for day, group in days.items():
        name = group[0].name if len(group) == 1 else f"{group[0].name} and {len(group) - 1} more"
        first_day = _day(group[0].due_on)
        words = first_day if group[0].due_on == group[-1].due_on else f"from {first_day}"
        words = group[0].words or words
        state = "soon" if any(pin.state == "soon" for pin in group) else "then"
        found.append((Pin(day, name, state), words))
    return found


def horizon(pins: Iterable[Pin], today: date, *, days: int = 90, label: str, width: int = 1040) -> str:
    """Draw the renewals of the next `days` as pins on a line; late ones stand at today.

    Labels step down to the right, so that no pin crosses one; a name too long for its place is cut.
    """
    left, right = 5, 96
    scale = (width - left - right) / days
    placed: list[list[float]] = []
    named: list[tuple[Pin, str, str]] = []
    for pin, words in gather((p for p in pins if (p.due_on - today).days <= days), today):
        x = left + max(0, (pin.due_on - today).days) * scale
        room = int((width - x - 6) / LETTER)
        name = pin.name if len(pin.name) <= room else pin.name[: max(1, room - 1)] + "…"
        placed.append([x, max(len(name), len(words)) * LETTER + 14, 0])
        named.append((pin, name, words))
    for i in range(len(placed) - 1, -1, -1):
        x, wide, _ = placed[i]
        placed[i][2] = max((p[2] + 1 for p in placed[i + 1 :] if x - 3 <= p[0] <= x + wide), default=0)
    base = max((p[2] for p in placed), default=0) * LABEL_STEP + 44
    shapes = _axis(today, days, base=base, left=left, right=width - right)
    for (x, _, level), (pin, name, words) in zip(placed, named, strict=True):
        shapes += _pin(pin.state, name, words, x=x, y=base - 30 - level * LABEL_STEP, base=base)
    return _svg(
        "chart horizon", width, base + 30, "".join(shapes), label=label, more=f' font-family="{FACE}"'
    )


def _axis(today: date, days: int, *, base: float, left: float, right: float) -> list[str]:
    shapes, scale = [], (right - left) / days
    for ahead in range(days + 1):
        day, x = today + timedelta(days=ahead), left + ahead * scale
        if ahead == 0 or (day.day == 1 and ahead > 6):
            word = "Today" if ahead == 0 else MONTHS[day.month - 1]
            shapes.append(_line("grid", (x, base), (x, base + 24), RULE))
            shapes.append(_text(x + (5 if ahead else 0), base + 22, word))
        if ahead % 7 == 0:
            shapes.append(_line("pin", (x, base), (x, base + 4), INK_3))
    return [*shapes, _line("axis", (left, base), (right, base), INK)]


def _pin(state: str, name: str, words: str, *, x: float, y: float, base: float) -> list[str]:
    colour = PIN_COLOURS[state]
    diamond = f'<path class="p-{state}" d="M{x:.1f} {base - 5.5}l5.5 5.5-5.5 5.5-5.5-5.5Z" fill="{colour}"/>'
    dot = f'<circle class="p-then" cx="{x:.1f}" cy="{base}" r="4" fill="{colour}"/>'
    tone, ink = ("is-strong", INK) if state == "then" else (f"is-{state}", colour)
    return [
        _line("pin", (x, y - 9), (x, base), INK_3),
        dot if state == "then" else diamond,
        _text(x + 6, y, name, ink, f' class="{tone}" font-weight="600"'),
        _text(x + 6, y + 14, words),
    ]
