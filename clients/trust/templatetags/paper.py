"""The tally on paper: the screen's squares as one path a colour, for the renderer pays for every element."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from portal.shell.charts import ACCENT, CONTROL, LATE

register = template.Library()
SIZE, GAP, INSET = 7.0, 2.4, 0.6


@register.simple_tag
def paper_tally(
    passes: int = 0, warns: int = 0, waived: int = 0, fails: int = 0, unknown: int = 0, across: int = 13
) -> SafeString:
    """One square a control: solid, half, dotted, crossed, empty; a new line after `across`."""
    kinds = "p" * passes + "w" * warns + "x" * waived + "f" * fails + "u" * unknown
    solid, strokes = "", {"w": "", "f": "", "u": ""}
    for i, kind in enumerate(kinds):
        x, y = i % across * (SIZE + GAP), i // across * (SIZE + GAP)
        if kind == "p":
            solid += _box(x, y, SIZE)
            continue
        if kind == "w":
            end = SIZE - INSET
            solid += f"M{x + INSET:g} {y + end:g}V{y + INSET:g}H{x + end:g}z"
        elif kind == "x":
            solid += _box(x + SIZE / 2 - 1.2, y + SIZE / 2 - 1.2, 2.4)
        elif kind == "f":
            arm = SIZE - 2
            strokes["f"] += (
                f"M{x + 1:g} {y + 1:g}l{arm:g} {arm:g}M{x + SIZE - 1:g} {y + 1:g}l-{arm:g} {arm:g}"
            )
        strokes["w" if kind == "x" else kind] += _box(x + INSET, y + INSET, SIZE - 2 * INSET)
    paths = f'<path d="{solid}" fill="{ACCENT}"/>' if solid else ""
    for kind, colour in (("w", ACCENT), ("f", LATE), ("u", CONTROL)):
        if strokes[kind]:
            paths += f'<path d="{strokes[kind]}" fill="none" stroke="{colour}" stroke-width="1.2"/>'
    columns, rows = max(1, min(len(kinds), across)), max(1, -(-len(kinds) // across))
    width, height = columns * (SIZE + GAP) - GAP, rows * (SIZE + GAP) - GAP
    return mark_safe(  # noqa: S308 - numbers alone
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" aria-hidden="true">'
        f"{paths}</svg>"
    )


def _box(x: float, y: float, side: float) -> str:
    return f"M{x:g} {y:g}h{side:g}v{side:g}h-{side:g}z"
