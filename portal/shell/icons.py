"""The icons, drawn for the product: 16 px, stroke 1.6, round. One table of path data; no Django."""

ICONS: dict[str, str] = {
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>',
    "late": '<path d="M8 1.8 14.6 13.5H1.4Z"/><path d="M8 6v3.4M8 11.3v.2"/>',
    "soon": '<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.4 1.6"/>',
    "ok": '<path d="m2.8 8.6 3.4 3.4 7-8"/>',
    "wait": '<circle cx="8" cy="8" r="6"/><path d="M6.3 5.6v4.8M9.7 5.6v4.8"/>',
    "idle": '<path d="M3.5 8h9"/>',
    "more": (
        '<circle cx="3" cy="8" r=".9" fill="currentColor"/><circle cx="8" cy="8" r=".9" fill="currentColor"/>'
        '<circle cx="13" cy="8" r=".9" fill="currentColor"/>'
    ),
    "down": '<path d="m4 6 4 4 4-4"/>',
    "right": '<path d="m6 4 4 4-4 4"/>',
    "up": '<path d="m4 10 4-4 4 4"/>',
    "sortup": '<path d="M8 13V3M4.5 6.5 8 3l3.5 3.5"/>',
    "sortdown": '<path d="M8 3v10M4.5 9.5 8 13l3.5-3.5"/>',
    "export": '<path d="M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11"/>',
    "upload": '<path d="M8 10.2V2M4.8 5.2 8 2l3.2 3.2M2.5 13.5h11"/>',
    "close": '<path d="m4 4 8 8M12 4l-8 8"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "moon": '<path d="M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z"/>',
    "menu": '<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>',
    "lock": '<rect x="3" y="7" width="10" height="6.5" rx="1"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"/>',
    "key": '<circle cx="5" cy="11" r="2.7"/><path d="m7 9 6-6M10.5 5.5l2 2"/>',
    "doc": '<path d="M3.5 1.8h6l3 3v9.4h-9Z"/><path d="M9.3 1.8v3.2h3.2M5.6 8h4.8M5.6 10.6h4.8"/>',
    "out": '<path d="M9 2.5h4.5V7M13.2 2.8 7.5 8.5M11.5 9.5v4h-9v-9h4"/>',
    "flag": '<path d="M3.5 14.2V2.2h8.6L10 5.4l2.1 3.2H3.5"/>',
    "person": '<circle cx="8" cy="5" r="2.8"/><path d="M2.8 14a5.2 5.2 0 0 1 10.4 0"/>',
}


def icon(name: str, size: int = 16, color: str = "") -> str:
    """Draw an icon, hidden from screen readers. `color` is for paper, where `currentColor` is not inherited."""
    paint = f' color="{color}"' if color else ""
    return (
        f'<svg class="icon" width="{size}" height="{size}" viewBox="0 0 16 16" fill="none" stroke="currentColor" '
        f'stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"'
        f"{paint}>{ICONS[name]}</svg>"
    )


def mark(size: int = 26, color: str = "") -> str:
    """Draw the product's mark: a plumb line, its string and its bob."""
    paint = f' color="{color}"' if color else ""
    return (
        f'<svg class="mark" width="{size}" height="{size}" viewBox="0 0 26 26" aria-hidden="true" '
        f'focusable="false"{paint}><path d="M0 0h26v26H0z" fill="currentColor"/>'
        '<path class="tick" d="M6.5 4.5h13" fill="none" stroke="#fff" stroke-width="1.6"/>'
        '<path class="tick" d="M13 4.5v8" fill="none" stroke="#fff" stroke-width="1.3"/>'
        '<path class="bob" d="M9.4 12.2h7.2v3.2L13 23l-3.6-7.6Z" fill="#fff"/></svg>'
    )
