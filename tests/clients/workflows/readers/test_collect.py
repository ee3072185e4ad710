"""Facts are kept once, in order, and bounded."""

from clients.workflows.facts import IntegrationFact
from clients.workflows.readers.collect import Collector


def facts_of(found):
    return found.facts(name=" A\nB ", external_id=7, nodes=1, active="yes", content={})


def test_the_same_fact_is_kept_once():
    found = Collector("n8n")
    found.integration("slack", "post", "oauth2")
    found.integration("slack", "post", "oauth2")
    assert facts_of(found).integrations == (IntegrationFact("slack", "post", "oauth2"),)


def test_names_are_one_line_and_unknown_states_stay_unknown():
    facts = facts_of(Collector("n8n"))
    assert (facts.name, facts.external_id, facts.active) == ("A B", "7", None)


def test_a_flood_of_facts_is_cut_off():
    found = Collector("n8n")
    found.hosts(f"h{number}.vendor.io" for number in range(5_000))
    assert len(facts_of(found).hosts) == 2_000
