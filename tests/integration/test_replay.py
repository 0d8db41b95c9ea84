"""What was refused, mended and replayed: each event counts once, and the audit has nothing to say."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from clickhouse_connect.driver.client import Client
from typer.testing import CliRunner, Result

from ioc.cli import app
from producers.runner import run_source
from producers.sender import Sender
from tests.fixtures.configuration import write
from tests.fixtures.monitor import Monitor

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]

SOURCE = """\
name: desk
source: /registers/desk
file: {format: csv, folder: FOLDER, quiet_seconds: 0}
events:
  - type: filings.received
    per: code
    time: at
    subject: unit
    data: {dossier: code, channel: {from: channel, map: {"1": direct}}}
"""


@pytest.fixture
def config(monitor: Monitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IOC_KAFKA", monitor.settings.kafka)
    monkeypatch.setenv("IOC_CLICKHOUSE", monitor.settings.clickhouse)
    monkeypatch.setenv("IOC_CONFIG", str(monitor.settings.config))
    monkeypatch.setenv("IOC_DATA", str(tmp_path / "data"))
    return tmp_path / "config"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["dead-letters", *arguments])


def event(number: int, **data: Any) -> bytes:
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": f"replay-{number}",
            "source": "/tests/replay",
            "type": "vn.ioc.filings.received.v1",
            "time": (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)).isoformat(),
            "subject": "16681",
            "data": {"dossier": f"R-{number}", "channel": "online"} | data,
        }
    )


def counts(client: Client, source: str) -> tuple[int, int]:
    """Events stored, and dossiers counted in the unit."""
    stored = client.query(
        "SELECT uniqExact(id) FROM events WHERE source = {source:String}", parameters={"source": source}
    ).result_rows[0][0]
    counted = client.query(
        "SELECT sum(numerator) FROM indicator_buckets"
        " WHERE indicator = 'dossiers_received' AND unit = '16681' AND grain = 'day'"
    ).result_rows[0][0]
    return stored, counted


def letters(monitor: Monitor, topic: str, count: int) -> list[str]:
    found: list[str] = monitor.wait_for(
        f"{count} letters of {topic}",
        lambda client: (
            len(
                ids := [
                    row[0]
                    for row in client.query(
                        "SELECT id FROM dead_letters FINAL WHERE topic = {topic:String} ORDER BY kafka_offset",
                        parameters={"topic": topic},
                    ).result_rows
                ]
            )
            == count
            and ids
        ),
    )
    return found


def test_mended_and_replayed_each_event_counts_once(monitor: Monitor, config: Path, tmp_path: Path) -> None:
    with Sender(monitor.settings.kafka) as sender:  # a source that knows a channel which the schema does not
        for number in range(3):
            sender.send_record("ioc.events.filings", "16681", event(number, channel="fax"))
        sender.flush()
    ids = letters(monitor, "ioc.events.filings", 3)

    still = run("replay", "--reason", "bad_data")
    assert still.exit_code == 1
    assert "0 events sent, 3 letters still refused" in still.output
    payload = tmp_path / "payload.json"
    payload.write_text(run("show", ids[0], "--payload").output.replace('"fax"', '"other"'), encoding="utf-8")
    assert run("replay", ids[0], "--file", str(payload), "--dry-run").exit_code == 0
    for _ in range(2):
        mended = run("replay", ids[0], "--file", str(payload), "--again")
        assert (mended.exit_code, "1 events sent" in mended.output) == (0, True)
    assert "replayed already" in run("replay", ids[0]).output
    assert ids[0] not in run("list", "--json").output
    assert ids[0] in run("list", "--all", "--json").output
    assert "bad_data: 3 (1 replayed)" in run("list").output
    monitor.wait_for("one counted", lambda client: counts(client, "/tests/replay") == (1, 1))


def test_rows_are_mapped_anew_by_their_mended_source(
    monitor: Monitor, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = {
        str(path.relative_to(monitor.settings.config)): path.read_text(encoding="utf-8")
        for path in monitor.settings.config.rglob("*.yaml")
    }
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "desk.csv").write_text(
        "code,unit,at,channel,ho_ten\n"
        + "".join(
            f"D-{number},16681,{dt.datetime.now(dt.UTC).isoformat()},{number % 2 + 1},Nguyễn Văn An\n"
            for number in range(20)
        ),
        encoding="utf-8",
    )
    source = SOURCE.replace("FOLDER", str(inbox))
    write(config, {**shipped, "sources/desk.yaml": source})
    monkeypatch.setenv("IOC_CONFIG", str(config))
    stop = threading.Event()
    before = monitor.wait_for("counts", lambda client: (counts(client, "/registers/desk"),))[0]

    run_source(
        replace(monitor.settings, config=config, data=tmp_path / "data"),
        "desk",
        stop,
        report=lambda produced: stop.set() if produced.read == 20 else None,
    )
    ids = letters(monitor, "sources/desk", 10)

    write(config, {"sources/desk.yaml": source.replace('"1": direct', '"1": direct, "2": online')})
    mended = run("replay", "--source", "desk")
    assert mended.output == "10 letters: 10 events sent, 0 letters still refused.\n"
    assert run("replay", *ids).exit_code == 1  # all are replayed
    monitor.wait_for(
        "each counted once", lambda client: counts(client, "/registers/desk") == (20, before[1] + 20)
    )
    audit = CliRunner().invoke(app, ["audit", "--indicator", "dossiers_received"])
    assert audit.exit_code == 0, audit.output


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, "which letters?"),
        (["--reason", "bad_data", "--file", "x.json"], 2, "name its id"),
        (["ioc.events.filings/9/9"], 1, "not there, or replayed already"),
    ],
)
def test_mistakes_say_what_to_do(config: Path, arguments: list[str], status: int, words: str) -> None:
    shown = run("replay", *arguments)
    assert (shown.exit_code, words in shown.output) == (status, True)
