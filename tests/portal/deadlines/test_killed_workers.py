"""Two beats, two workers, and everything dies again and again: no reminder is lost, none is doubled.

Real processes are ended by SIGKILL at seeded random instants, the broker loses all it held, the database is
restarted, while deadlines of two practices fall due one after the other.
"""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from tests.machinery.house import BEAT, WORKER, House, Machine, a_house
from tests.machinery.sink import Sink, mail_server

pytestmark = [
    pytest.mark.workers,
    pytest.mark.xdist_group("killed_workers"),  # they share one house
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

DEADLINES, PRACTICES, RECIPIENTS = 100, 2, 3
SECONDS, DEATHS, SEED = 10.0, 10, 20261122
#: After so many mails all workers die at once: the mail is taken, and nobody is left to write that down.
MID_SENDING = (30, 250)


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Sink]]:
    """The house after everything in it has died and risen, and the work is done."""
    folder = tmp_path_factory.mktemp("house")
    with mail_server() as (sink, address), a_house(folder, EMAIL_URL=address) as house:
        workers = [house.add(f"worker-{name}", *WORKER) for name in ("one", "two")]
        beats = [house.add(f"beat-{name}", *BEAT) for name in ("one", "two")]
        sink.at, sink.then = MID_SENDING, lambda: [worker.strike() for worker in workers]
        house.run("-m", "tests.machinery.seed", str(DEADLINES), str(SECONDS))
        house.until(lambda: all(each.is_ready() for each in house.machines), "the start", 60)
        kill_again_and_again(house, workers, beats, random.Random(SEED))
        house.until(lambda: is_done(house), "the end of all work", 120)
        yield house, sink


def kill_again_and_again(
    house: House, workers: list[Machine], beats: list[Machine], chance: random.Random
) -> None:
    """Let workers, their children and beats die and start again; in between the broker and twice the database."""
    for death in range(DEATHS):
        time.sleep(chance.uniform(0.1, 1.2))
        house.raise_the_dead()
        if death == DEATHS // 4:
            house.restart_the_database(signal.SIGQUIT)
        elif death == DEATHS // 2:
            house.empty_the_broker()
        elif death == 3 * DEATHS // 4:
            house.restart_the_database(signal.SIGINT)
        victim = chance.choice([*workers, *workers, *beats])
        if victim in workers and chance.random() < 0.5:
            victim.kill_a_child(chance)
            continue
        victim.kill()
        victim.start()


def is_done(house: House) -> bool:
    """Whether nothing is due any more, and nothing on its way."""
    ((steps,),) = house.ask("SELECT count(*) FROM deadlines_deadline WHERE next_step_at <= now()")
    ((sending,),) = house.ask("SELECT count(*) FROM outbox_delivery WHERE next_attempt_at IS NOT NULL")
    ((reminders,),) = house.ask("SELECT count(*) FROM deadlines_reminder")
    return bool(reminders) and not steps and not sending


def test_everything_really_died(aftermath: tuple[House, Sink]) -> None:
    house, _ = aftermath
    starts = {machine.name: machine.starts for machine in house.machines}
    assert sum(starts.values()) >= len(starts) + DEATHS // 2
    assert all(starts[name] > len(MID_SENDING) for name in ("worker-one", "worker-two"))
    assert starts["beat-one"] + starts["beat-two"] > 2


def test_each_step_has_reached_each_person_exactly_once(aftermath: tuple[House, Sink]) -> None:
    house, _ = aftermath
    rows = house.ask("SELECT deadline_id, step, part FROM deadlines_reminder")
    deadlines = {row[0] for row in house.ask("SELECT id FROM deadlines_deadline")}
    assert len(deadlines) == DEADLINES * PRACTICES
    owed = {(deadline, "PT0S", part) for deadline in deadlines for part in ("owner", "backup", "lead")}
    assert set(rows) == owed
    assert len(rows) == len(owed)


def test_every_reminder_has_one_message_and_every_delivery_was_sent(aftermath: tuple[House, Sink]) -> None:
    house, _ = aftermath
    reminders = {f"reminder:{row[0]}" for row in house.ask("SELECT id FROM deadlines_reminder")}
    assert {row[0] for row in house.ask("SELECT key FROM outbox_message")} == reminders
    states = dict(house.ask("SELECT state, count(*) FROM outbox_delivery GROUP BY state"))
    assert states == {"sent": DEADLINES * PRACTICES * RECIPIENTS}


def test_each_delivery_is_one_mail_however_often_it_was_begun(aftermath: tuple[House, Sink]) -> None:
    """A sender that dies after the server has taken a mail sends it again under the same Message-ID.

    Nobody can rule that out between a database and a mail server; programs that read mail show it once.
    """
    _, sink = aftermath
    owed = DEADLINES * PRACTICES * RECIPIENTS
    again = sum(sink.times.values()) - len(sink.times)
    assert len(sink.times) == owed
    assert all(len(to) == 1 for to in sink.to.values()), "one Message-ID went to two people"
    assert again >= len(MID_SENDING), "a mail that was taken and not written down was not sent again"
    assert again <= 4 * (DEATHS + len(MID_SENDING)), "more was sent again than senders died"


def test_beats_and_workers_are_seen_alive_after_all(aftermath: tuple[House, Sink]) -> None:
    house, _ = aftermath
    alive = house.ask("SELECT kind, name FROM health_heartbeat WHERE seen_at > now() - interval '90 seconds'")
    assert {name for kind, name in alive if kind == "worker"} == {"worker-one@test", "worker-two@test"}
    assert any(kind == "beat" for kind, _ in alive)


def test_a_pack_is_made_though_its_renderer_was_killed(aftermath: tuple[House, Sink]) -> None:
    house, _ = aftermath
    pack = "SELECT state, attempts, file_id IS NOT NULL FROM documents_document"
    house.run("-m", "tests.machinery.ask_for_pack")
    house.until(lambda: house.ask(pack)[0][0] == "rendering", "the start of the rendering", 30)
    for worker in house.machines[:2]:
        worker.kill()
    assert house.ask(pack) == [("rendering", 1, False)], "it was made before its renderer died"
    house.tell("UPDATE documents_document SET sent_at = sent_at - interval '11 minutes'")
    house.until(lambda: house.ask(pack)[0][0] not in ("queued", "rendering"), "the end of the rendering", 60)
    assert house.ask(pack) == [("ready", 2, True)]
    assert house.ask("SELECT count(*) FROM documents_storedfile") == [(1,)]
