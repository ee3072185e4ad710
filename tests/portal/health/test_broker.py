"""The look at the broker: what waits, and a broker that is not there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from kombu import Connection, Queue

from portal.celery import app
from portal.health import broker


@pytest.fixture
def own_queue(monkeypatch: pytest.MonkeyPatch) -> str:
    """A queue that no other test uses, in place of the product's."""
    name = f"test-{uuid4().hex}"
    monkeypatch.setattr(type(app.amqp), "queues", {name: Queue(name, routing_key=name)}, raising=False)
    monkeypatch.setitem(app.amqp.__dict__, "queues", {name: Queue(name, routing_key=name)})
    return name


def test_tasks_that_wait_are_counted_and_a_queue_that_nobody_made_holds_none(own_queue: str) -> None:
    assert broker.look().waiting == 0
    with Connection(app.conf.broker_url) as connection:
        queue = connection.SimpleQueue(own_queue)
        queue.put({"n": 1})
        queue.put({"n": 2})
        assert broker.look().waiting == 2
        queue.clear()
        queue.close()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "amqp://guest:guest@127.0.0.1:1//"])
def test_a_broker_that_is_not_there_is_down_and_its_address_is_not_told(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("broker_url", "broker_write_url"):
        monkeypatch.setattr(app.conf, name, url, raising=False)
    with pytest.raises(broker.BrokerError) as refused:
        broker.look()
    assert str(refused.value) == ""
