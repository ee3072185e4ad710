"""Small English for events: the past of a verb, a column's name in words. Pure."""

from __future__ import annotations

IRREGULAR = {
    "begin": "began",
    "cancel": "cancelled",
    "choose": "chose",
    "do": "did",
    "drop": "dropped",
    "forget": "forgot",
    "give": "gave",
    "hold": "held",
    "keep": "kept",
    "make": "made",
    "map": "mapped",
    "plan": "planned",
    "put": "put",
    "read": "read",
    "seal": "sealed",
    "see": "saw",
    "send": "sent",
    "set": "set",
    "show": "showed",
    "stop": "stopped",
    "take": "took",
    "withdraw": "withdrew",
    "write": "wrote",
}


def past(verb: str) -> str:
    """Give the past of a verb as actions name it: rotate → rotated, sign_in → signed in, refused → refused."""
    first, *rest = verb.split("_")
    return " ".join([_past(first), *rest])


def _past(word: str) -> str:
    if word in IRREGULAR:
        return IRREGULAR[word]
    if not word or word.endswith("ed"):
        return word
    if word.endswith("e"):
        return f"{word}d"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ied"
    return f"{word}ed"


def humanised(name: str) -> str:
    """Give a name of the code in words: renewal_on → renewal, owner_id → owner, sub_processor → sub processor."""
    for suffix in ("_id", "_on", "_at"):
        name = name.removesuffix(suffix)
    return name.replace("_", " ").replace("-", " ").strip()
