"""Tells whether a service account is named for a purpose or for a person. Names in, a verdict out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

FINE, MAYBE, PERSON = "fine", "maybe", "person"
_SHORTEST_NAME = 3
_WORD = re.compile(r"[^\W\d_]+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that say what an account is for; a name made of them is no person's, whatever else it holds.
PURPOSE_WORDS = _set(
    "account accounts admin agent ai alert alerts analytics api app apps archive automation automations backup"
    " billing booking bot calendar client connector contact contacts crm customer data deploy export feed finance"
    " form forms hello hook hooks hr import info inbox ingest intake integration integrations invoice invoices job"
    " jobs lead leads ledger mail mailer make monitor monitoring noreply notification notifications n8n office"
    " operations ops order orders payment payments payroll pipeline pipelines portal prod production read reader"
    " reply report reporting reports robot sales scheduler script sender service services shared staging stock"
    " support svc sync system task team test tool triage update uploader user webhook webhooks worker workflow"
    " workflows writer zap zapier"
)  # fmt: skip
# Frequent given names in the UK and its neighbours, without those that are also purpose words or plain words.
GIVEN_NAMES = _set(
    "adam adrian agnieszka ahmed aisha alan alex alexander alice alison amanda amy ana andrea andreas andrew angela"
    " anita ann anna anne anthony antonio barbara ben benjamin bob brian bridget carl carla carlos carol caroline"
    " catherine charles charlie charlotte chloe chris christina christine christopher claire clara colin craig dan"
    " daniel darren dave david dean deborah denise diana diane dominic donna duncan edward elaine elena elin elizabeth"
    " ella ellen emily emma eric erik eva evelyn ewa fatima felix fiona frances francesca fred gareth gary gavin"
    " gemma geoff george gillian giulia graham greg hannah hans harriet harry heather helen henry hugh ian imran"
    " ingrid isabel isabella jack jacob jake james jamie jan jane janet jason jean jennifer jenny jeremy jessica jim"
    " joan joanna joe johan john jonathan jose joseph josh joshua juan judith julia julian julie karen karl kate"
    " katherine katie keith kelly ken kenneth kevin klaus krzysztof lars laura lauren lee leo liam linda lisa louise"
    " lucas lucy luis lukas luke magda manuel marcus margaret maria marie mario marta martin mary matt matthew"
    " megan michael michelle mike mohammed monika muhammad natalie neil nicholas nick nicola nicole nigel nina oliver"
    " olivia omar oscar pablo pamela patricia patrick paul paula pedro peter philip pierre piotr priya rachel"
    " rebecca richard rob robert robin roger ross russell ruth ryan sally sam samantha samuel sandra sara sarah"
    " sean sharon simon sofia sophie stefan stephanie stephen steve steven stuart sue susan suzanne tanya tara thomas"
    " tim timothy tom tomasz tony tracey trevor valerie vera victoria vincent vivian wayne wendy william yusuf"
    " yvonne zoe"
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Somebody whose name must not be an account's name: a person now or formerly of the client or the practice."""

    name: str
    email: str = ""


@dataclass(frozen=True)
class Verdict:
    """`kind` is fine, maybe (looks like a person) or person (is one we know); `words` are for the user."""

    kind: str
    words: str = ""


def check_account_name(account: str, people: Iterable[Person]) -> Verdict:
    """Judge an account's name.

    person: it is the e-mail address of somebody known, or holds their first and last name, or their initial and
    last name. maybe: it holds one of their names alone, or has the form firstname.lastname with a frequent
    given name. A purpose word in it makes a lone name acceptable to nobody but raises no more than a maybe.
    """
    if not account.strip():
        return Verdict(FINE)
    plain = _plain(account)
    words = _WORD.findall(plain.partition("@")[0])
    maybe = Verdict(FINE)
    for person in people:
        kind = _matches(plain, words, person)
        if kind == PERSON:
            return Verdict(PERSON, f"This is named for a person, {person.name}. {_WAY_OUT}")
        if kind == MAYBE:
            maybe = Verdict(MAYBE, f"This looks as if it was named for {person.name}. {_WAY_OUT}")
    if maybe.kind == FINE and _reads_like_a_person(plain, words):
        return Verdict(MAYBE, f"This looks like a person's name. {_WAY_OUT}")
    return maybe


_WAY_OUT = "Name the account for its purpose, such as svc-invoice-sync."


def _matches(plain: str, words: list[str], person: Person) -> str:
    if person.email and plain == _plain(person.email):
        return PERSON
    names = _WORD.findall(_plain(person.name))
    if len(names) < 2:
        return MAYBE if names and _tells(names[0]) and names[0] in words else FINE
    first, last = names[0], names[-1]
    runs = {first + last, last + first, first[0] + last, last + first[0]}
    pairs = set(pairwise(words))
    if (first in words and last in words) or any(run in words for run in runs if len(run) > _SHORTEST_NAME):
        return PERSON
    if (first[0], last) in pairs or (last, first[0]) in pairs:
        return PERSON
    return MAYBE if any(_tells(name) and name in words for name in (first, last)) else FINE


def _tells(name: str) -> bool:
    return len(name) >= _SHORTEST_NAME and name not in PURPOSE_WORDS


def _reads_like_a_person(plain: str, words: list[str]) -> bool:
    if any(word in PURPOSE_WORDS for word in words) or not words:
        return False
    return words[0] in GIVEN_NAMES and (len(words) == 2 or (len(words) == 1 and "@" in plain))


def _plain(text: str) -> str:
    """Lower case without accents, so that "Łukasz" and "lukasz" are the same name."""
    folded = unicodedata.normalize("NFKD", text.strip().casefold().replace("ł", "l").replace("ø", "o"))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
