"""A source at work on a real broker: killed anywhere, with the broker away, stopped and started, it loses nothing."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec
import pytest

from ioc.datafolder import InUseError, lock
from ioc.embedded.kafka import EmbeddedKafka
from ioc.settings import Settings
from producers.journal import Journal
from producers.kinds import NotRunnableError
from producers.letters import TOPIC_PREFIX
from producers.runner import NoSuchSourceError, OtherClusterError, run_source
from tests.fixtures.configuration import SMALL, write
from tests.fixtures.producing import Producing as Process
from tests.fixtures.producing import arrived

pytestmark = pytest.mark.kafka

SOURCE = """\
name: register
source: /registers/register
file: {format: csv, folder: FOLDER, pattern: "*.csv", quiet_seconds: 0.2}
time_zone: Asia/Ho_Chi_Minh
events:
  - type: filings.received
    per: code
    time: received
    subject: unit
    data: {dossier: code, channel: {from: channel, map: {"1": direct, "2": online}}}
"""
HEADER = "code,unit,received,channel,ho_ten\n"


class Producing(Process):
    """The source on a folder."""

    def __init__(self, folder: Path, broker: EmbeddedKafka) -> None:
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        super().__init__(folder, broker, SOURCE.replace("FOLDER", str(self.inbox)))
        self.written = 0

    def write(self, name: str, rows: int) -> None:
        """Dossiers, each on two rows; every row names a person, in a column that nothing asks for."""
        new = not (self.inbox / name).exists()
        with (self.inbox / name).open("a", encoding="utf-8") as out:
            out.write(HEADER if new else "")
            for number in range(self.written, self.written + rows):
                out.write(f"H40-{number // 2},16681,2026-10-10 08:15,2,Nguyễn Văn An\n")
        self.written += rows

    def all_read(self) -> None:
        self.wait_for("all rows read", lambda: self.read_rows() == self.written)


@pytest.mark.parametrize("kills", [2, pytest.param(12, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_killed_at_random_each_event_arrives_once_by_identity(tmp_path: Path, kills: int) -> None:
    rng = random.Random()
    with EmbeddedKafka(tmp_path / "kafka", heap_mb=256) as broker:
        producing = Producing(tmp_path, broker)
        for number in range(kills):
            producing.write(f"{number}.csv", 10_000)
            wanted = producing.read_rows() + rng.randrange(1, 9_000)
            producing.start()
            producing.wait_for("some rows", partial(producing.has_read, wanted))
            producing.end(signal.SIGKILL)
        producing.start()
        producing.all_read()
        assert producing.end(signal.SIGTERM) == 0
        identities = Counter(event["id"] for event in arrived(broker, "ioc.events.filings"))
    assert len(identities) == producing.written // 2
    assert identities.total() - len(identities) <= kills * 10_000  # what was under way when it was killed


@pytest.mark.slow
def test_an_outage_of_the_broker_loses_nothing(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path / "kafka", heap_mb=256) as broker:
        producing = Producing(tmp_path, broker)
        producing.write("one.csv", 2_000)
        producing.start()
        producing.all_read()
        broker.kill()
        producing.write("one.csv", 2_000)
        producing.all_read()  # the broker is away: they wait on disk
        producing.wait_for("it says so", lambda: "Trying again in" in producing.log.read_text())
        producing.end(signal.SIGKILL)
        producing.write("two.csv", 2_000)
        producing.start()
        producing.all_read()  # it starts without a broker, too
        broker.start()
        producing.wait_for("all arrived", lambda: len(arrived(broker, "ioc.events.filings")) >= 3_000)
        assert producing.end(signal.SIGTERM) == 0
        identities = {event["id"] for event in arrived(broker, "ioc.events.filings")}
    assert len(identities) == 3_000
    assert "Traceback" not in producing.log.read_text()
    assert "Stopped." in producing.log.read_text()


def test_what_cannot_be_mapped_becomes_a_dead_letter_without_names(
    kafka: EmbeddedKafka, tmp_path: Path
) -> None:
    producing = Producing(tmp_path, kafka)
    marker = f"D{os.getpid()}"
    (producing.inbox / "bad.csv").write_text(
        f"{HEADER}{marker}-1,16681,2026-10-10 08:15,9,Nguyễn Văn An\n"
        f"{marker}-2,99999,2026-10-10 08:15,1,Nguyễn Văn An\ntoo,short\n",
        encoding="utf-8",
    )
    producing.written = 3
    producing.start()
    producing.all_read()
    assert producing.end(signal.SIGTERM) == 0
    letters = [
        letter
        for letter in arrived(kafka, "ioc.dead-letters")
        if letter["topic"] == f"{TOPIC_PREFIX}register"
    ]
    letters.sort(key=lambda letter: letter["offset"])
    assert [(letter["reason"], letter["path"], letter["type"]) for letter in letters] == [
        ("unmapped_code", "$.data.channel", "vn.ioc.filings.received.v1"),
        ("unknown_unit", "$.subject", "vn.ioc.filings.received.v1"),
        ("bad_row", "$", ""),
    ]
    assert msgspec.json.decode(letters[0]["payload"]) == {
        "code": f"{marker}-1",
        "unit": "16681",
        "received": "2026-10-10 08:15",
        "channel": "9",
    }
    assert letters[0]["message"].startswith("bad.csv line 2: the code '9'")
    assert "Nguyễn" not in str(letters)


def test_mistakes_of_people_say_what_to_do(kafka: EmbeddedKafka, tmp_path: Path) -> None:
    producing = Producing(tmp_path, kafka)
    settings = Settings(kafka=kafka.bootstrap, config=tmp_path / "config", data=tmp_path / "data")
    stop = threading.Event()

    with pytest.raises(NoSuchSourceError, match="Did you mean 'register'"):
        run_source(settings, "registr", stop)
    with lock(tmp_path / "data/sources/register"), pytest.raises(InUseError, match="in use by process"):
        run_source(settings, "register", stop)
    with closing(Journal(producing.journal)) as journal, journal.transaction():
        journal.keep("cluster", "another one")
    with pytest.raises(OtherClusterError, match="set IOC_KAFKA right"):
        run_source(settings, "register", stop)
    write(tmp_path / "config", {"sources/register.yaml": SMALL["sources/register.yaml"]})
    with pytest.raises(NotRunnableError, match="give its file a folder to watch"):
        run_source(settings, "register", threading.Event())
