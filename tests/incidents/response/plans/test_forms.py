"""What the forms of plans and exercises take and refuse."""

from __future__ import annotations

from datetime import date

from incidents.response.plans.forms import OWN, EndForm, PlanForm, RecordForm, StartForm

PLAN = {"text": "", "our_role": "processor", "changes": "", "version": "0"}
SAID = {"participants": "Alice", "learnt": "Much."}


def test_a_plan_takes_known_jurisdictions_and_no_secrets() -> None:
    form = PlanForm({**PLAN, "jurisdictions": ["GB", "EU"]})
    assert form.is_valid()
    assert form.values() == {
        "text": "",
        "our_role": "processor",
        "changes": "",
        "jurisdictions": ["GB", "EU"],
    }
    assert "jurisdictions" in PlanForm({**PLAN, "jurisdictions": ["ZZ"]}).errors
    key = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    assert "text" in PlanForm({**PLAN, "text": f"The key is {key}"}).errors


def test_a_situation_of_ones_own_needs_its_words_and_severity() -> None:
    own = StartForm({"scenario": OWN, "title": "", "severity": ""}, people=[])
    assert set(own.errors) == {"title", "severity"}
    own = StartForm({"scenario": OWN, "title": "Dark", "severity": "SEV2"}, people=[])
    assert own.is_valid()
    assert (own.values()["scenario"], own.values()["title"]) == ("", "Dark")
    played = StartForm({"scenario": "duplicates", "title": "Ignored", "severity": "SEV4"}, people=[])
    assert played.is_valid()
    assert (played.values()["title"], played.values()["severity"]) == ("", ""), "the scenario says them"
    assert "scenario" in StartForm({}, people=[]).errors


def test_an_exercise_says_who_took_part_what_was_learnt_and_where_it_can_be_seen() -> None:
    assert set(EndForm({}).errors) == {"participants", "learnt"}
    today = date(2026, 11, 19)
    day = {"held_on_day": "19", "held_on_month": "11", "held_on_year": "2026"}
    values = {**SAID, **day, "title": "At the table", "evidence": "Minutes"}
    assert RecordForm(values, today=today).is_valid()
    assert set(RecordForm({**values, "evidence": ""}, today=today).errors) == {"evidence"}
    assert set(RecordForm({**values, "held_on_day": "20"}, today=today).errors) == {"held_on"}
