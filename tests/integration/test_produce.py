"""A source at work on a real broker: killed anywhere, with the broker away, stopped and started, it loses nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition

from ioc.datafolder import InUseError, lock
from ioc.embedded.kafka import EmbeddedKafka
from ioc.settings import Settings
from producers.journal import Journal
from producers.kinds import NotRunnableError
from producers.letters import TOPIC_PREFIX
from producers.runner import NoSuchSourceError, OtherClusterError, run_source
from tests.fixtures.configuration import SMALL, write

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


class Producing:
    """`ioc produce register` on a folder, a broker and a data folder of its own."""

    def __init__(self, folder: Path, broker: EmbeddedKafka) -> None:
        self.folder = folder
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.broker = broker
        self.source = SOURCE.replace("FOLDER", str(self.inbox))
        write(folder / "config", {**SMALL, "sources/register.yaml": self.source})
        self.journal = folder / "data/sources/register/journal.sqlite"
        self.log = folder / "produce.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.written = 0

    def start(self, *options: str) -> None:
        environment = os.environ | {
            "IOC_KAFKA": self.broker.bootstrap,
            "IOC_CONFIG": str(self.folder / "config"),
            "IOC_DATA": str(self.folder / "data"),
        }
        command = [sys.executable, "-m", "ioc", "produce", "register", *options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def end(self, number: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(number)
        status = self.process.wait(60)
        self.process = None
        return status

    def write(self, name: str, rows: int) -> None:
        """Dossiers, each on two rows; every row names a person, in a column that nothing asks for."""
        new = not (self.inbox / name).exists()
        with (self.inbox / name).open("a", encoding="utf-8") as out:
            out.write(HEADER if new else "")
            for number in range(self.written, self.written + rows):
                out.write(f"H40-{number // 2},16681,2026-10-10 08:15,2,Nguyễn Văn An\n")
        self.written += rows

    def wait_for(self, what: str, condition: Callable[[], Any], timeout_seconds: float = 60) -> Any:
        deadline = time.monotonic() + timeout_seconds
        while not (found := condition()):
            if time.monotonic() > deadline:
                pytest.fail(f"not within {timeout_seconds} s: {what}\n{self.log.read_text()[-3000:]}")
            time.sleep(0.1)
        return found

    def read_rows(self) -> int:
        if not self.journal.exists():
            return 0
        with closing(Journal(self.journal)) as journal:
            return journal.tally.read

    def has_read(self, rows: int) -> bool:
        return self.read_rows() >= rows

    def all_read(self) -> None:
        self.wait_for("all rows read", lambda: self.read_rows() == self.written)


def arrived(broker: EmbeddedKafka, topic: str) -> list[dict[str, Any]]:
    with closing(KafkaConsumer(bootstrap_servers=broker.bootstrap)) as consumer:
        parts = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic))]
        consumer.assign(parts)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(parts)
        records: list[dict[str, Any]] = []
        while any(consumer.position(part) < end for part, end in ends.items()):
            for batch in consumer.poll(timeout_ms=1000).values():
                records += [msgspec.json.decode(record.value) for record in batch]
        return records


@pytest.mark.parametrize("kills", [2, pytest.param(12, marks=pytest.mark.slow)])
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
