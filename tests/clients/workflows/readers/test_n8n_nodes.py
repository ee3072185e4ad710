"""Schedules in words, and which nodes talk to nobody."""

# ruff: noqa: E501 - one case a line reads better than one case over ten

import pytest

from clients.workflows.readers.n8n_nodes import is_internal_node, schedule_words


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("scheduleTrigger", {"rule": {"interval": [{}]}}, ["every day"]),
        ("scheduleTrigger", {"rule": {"interval": [{"triggerAtHour": 9}]}}, ["every day at 09:00"]),
        ("scheduleTrigger", {"rule": {"interval": [{"field": "minutes", "minutesInterval": 5}]}}, ["every 5 minutes"]),
        ("scheduleTrigger", {"rule": {"interval": [{"field": "weeks", "triggerAtHour": 7, "triggerAtMinute": 5}]}}, ["every week at 07:05"]),
        ("cron", {"triggerTimes": {"item": [{"mode": "custom", "cronExpression": "0 * * * *"}]}}, ["cron 0 * * * *"]),
        ("cron", {"triggerTimes": {"item": [{"hour": 6}]}}, ["every day at 06:00"]),
        ("interval", {"interval": 2, "unit": "hours"}, ["every 2 hours"]),
        ("gmailTrigger", {"pollTimes": {"item": [{"mode": "everyHour"}]}}, ["polls every hour"]),
        ("gmailTrigger", {"pollTimes": {"item": [{"mode": "everyX", "value": 3, "unit": "hours"}]}}, ["polls every 3 hours"]),
        ("slack", {}, []),
        ("scheduleTrigger", {"rule": 5}, ["every day"]),
    ],
)  # fmt: skip
def test_a_schedule_is_put_in_words(kind, parameters, words):
    assert schedule_words(kind, parameters) == words


def test_internal_nodes_are_told_from_those_that_reach_out():
    assert is_internal_node("n8n-nodes-base.merge")
    assert is_internal_node("@n8n/n8n-nodes-langchain.vectorStoreInMemory")
    assert not is_internal_node("n8n-nodes-base.slack")
    assert not is_internal_node("@n8n/n8n-nodes-langchain.vectorStorePinecone")
