"""Every verb that this room records has its words."""

import re
from pathlib import Path

from portal.accounts import words

ROOM = Path(words.__file__).parent


def test_every_noted_verb_has_a_phrase() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    noted = set(re.findall(r"(?:note|record|_note_about)\(\s*[\w.()]*,?\s*\"([a-z_]+\.[a-z_]+)\"", texts))
    assert len(noted) > 15
    assert noted == set(words.PHRASES)
