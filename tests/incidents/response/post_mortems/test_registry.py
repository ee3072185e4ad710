"""What post-mortems add to the rooms below: documents, messages, words of the trail."""

from __future__ import annotations

import pytest

from portal.audit.presenters import nouns
from portal.documents.kinds import kind_of
from portal.outbox.kinds import optional_kinds


@pytest.mark.parametrize(("kind", "title"), [("post_mortem", "Post-mortem"), ("incident", "Incident record")])
def test_both_documents_are_registered(kind: str, title: str) -> None:
    assert kind_of(kind).title == title


def test_nobody_does_without_the_word_that_a_post_mortem_is_shared() -> None:
    assert "incident.post_mortem_shared" not in optional_kinds()


def test_the_trail_has_words_for_its_rows() -> None:
    found = nouns()
    assert found["response_postmortem"] == "post-mortem"
    assert found["response_measure"] == "measure"
