"""Bad input through the whole monitor: each event gets an address among the dead letters, and holds up nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from clickhouse_connect.driver.client import Client
from kafka import KafkaProducer

from tests.fixtures.monitor import Monitor

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]

NAME = "Nguyễn Văn An"
CITIZEN_NUMBER = "040123456789"


def event(number: int, **changes: Any) -> dict[str, Any]:
    data = {"dossier": f"000.00.01.H40-261101-{number:04}", "channel": "online"} | changes.pop("data", {})
    return {
        "specversion": "1.0",
        "id": f"bad-input-{number}",
        "source": "/tests/bad-input",
        "type": "vn.ioc.filings.received.v1",
        "time": (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)).isoformat(),
        "subject": "16681",
        "data": data,
    } | changes


BAD: dict[tuple[str, str], bytes] = {
    ("not_json", "$"): b'{"specversion": "1.0", "id": ',
    ("too_large", "$"): msgspec.json.encode(event(1, data={"procedure": "1" * 5_000_000})),
    ("from_the_future", "$.time"): msgspec.json.encode(event(2, time="2099-01-01T00:00:00+07:00")),
    ("too_old", "$.time"): msgspec.json.encode(event(8, time="2001-01-01T00:00:00+07:00")),
    ("unknown_unit", "$.subject"): msgspec.json.encode(event(3, subject="16682")),
    ("personal_data", "$.data.ChuHoSo"): msgspec.json.encode(event(4, data={"ChuHoSo": NAME})),
    ("bad_data", "$.data.channel"): msgspec.json.encode(event(5, data={"channel": "fax"})),
    ("unknown_type", "$.type"): msgspec.json.encode(event(6, type="vn.ioc.filings.eaten.v1")),
    ("bad_envelope", "$.time"): msgspec.json.encode(event(7, time="yesterday")),
}


def test_bad_events_become_dead_letters_and_hold_up_nothing(monitor: Monitor) -> None:
    good = msgspec.json.encode(event(100))
    producer = KafkaProducer(
        bootstrap_servers=monitor.settings.kafka, acks="all", max_request_size=8_000_000, retries=3
    )
    sent = [
        producer.send("ioc.events.filings", value=value, key=b"16681", partition=2)
        for value in [*BAD.values(), good]
    ]
    for future in sent:
        future.get(30)
    producer.close()

    def arrived(client: Client) -> bool:
        letters = client.query("SELECT count() FROM dead_letters FINAL").result_rows[0][0]
        events = client.query("SELECT count() FROM events WHERE id = 'bad-input-100'").result_rows[0][0]
        counted = client.query(
            "SELECT sum(numerator) FROM indicator_buckets"
            " WHERE indicator = 'dossiers_received' AND unit = '16681' AND grain = 'day'"
        ).result_rows[0][0]
        return bool(letters == len(BAD) and events == 1 and counted == 1)

    monitor.wait_for("a dead letter for each, and one counted event", arrived)
    with monitor.client() as client:
        rows = client.query(
            "SELECT reason, path, message, payload, payload_bytes FROM dead_letters FINAL"
        ).result_rows
        stored = client.query("SELECT count() FROM events FINAL").result_rows[0][0]
    assert {(reason, path) for reason, path, *_ in rows} == set(BAD)
    assert stored == 1
    for reason, path, message, payload, size in rows:
        assert message
        assert NAME not in message + payload
        assert size == len(BAD[reason, path])
    messages = {reason: message for reason, _, message, _, _ in rows}
    assert "16681" in messages["unknown_unit"]
    assert "ChuHoSo" in messages["personal_data"]


def test_ten_thousand_bad_events_do_not_keep_a_good_one_waiting(monitor: Monitor) -> None:
    producer = KafkaProducer(bootstrap_servers=monitor.settings.kafka, acks="all", linger_ms=20)
    before = monitor.wait_for(
        "dead letters",
        lambda client: client.query("SELECT 1 + count() FROM dead_letters FINAL").result_rows[0][0],
    )
    for number in range(10_000):
        bad = msgspec.json.encode(event(number, data={"so_cccd": CITIZEN_NUMBER}))
        producer.send("ioc.events.filings", value=bad, key=b"16681", partition=1)
    producer.send("ioc.events.filings", value=msgspec.json.encode(event(20_000)), key=b"16681", partition=1)
    producer.flush()
    producer.close()

    monitor.wait_for(
        "ten thousand dead letters and one event behind them",
        lambda client: (
            client.query("SELECT count() FROM dead_letters FINAL").result_rows[0][0] == before - 1 + 10_000
            and client.query("SELECT count() FROM events WHERE id = 'bad-input-20000'").result_rows[0][0] == 1
        ),
    )
    with monitor.client() as client:
        leaked = client.query(
            "SELECT countIf(position(payload, {number:String}) > 0) FROM dead_letters",
            parameters={"number": CITIZEN_NUMBER},
        ).result_rows[0][0]
    assert leaked == 0
