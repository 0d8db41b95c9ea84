"""From an event to a mail, through real servers: fired once, resolved once, though compute is killed in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from producers.publisher import Publisher
from schemas.decoder import EventDecoder
from tests.fixtures.configuration import shipped
from tests.fixtures.monitor import Monitor
from tests.fixtures.smtp import Mailbox, free_port, parts

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]

UNIT = "40.so-tu-phap"
DUTY, LEADER = "duty@monitor.example", "leader+ioc@monitor.example"

RULES = """\
alerts:
  - alert: FewOnline
    indicator: online_filing_rate
    window: 1h
    op: "<"
    threshold: target
    min_denominator: 2
    for: 1s
    severity: warning
    units: [department]
    labels: {stream: filings}
    annotations:
      vi: {summary: "{unit}: hồ sơ trực tuyến mới đạt {value}", description: "Hướng dẫn người dân nộp tại quầy."}
      en: {summary: "{unit}: only {value} filed online", description: "Help people at the counter."}
"""
RECIPIENTS = """\
recipients:
  - id: unreachable
    name: {vi: Máy chủ hỏng, en: Broken server}
    channels: ["${IOC_BROKEN_URL}&to=${IOC_MAIL_DUTY}"]
  - id: duty
    name: {vi: Tổ trực, en: Duty desk}
    channels: ["${IOC_SMTP_URL}?to=${IOC_MAIL_DUTY}"]
  - id: leader
    name: {vi: Lãnh đạo, en: Leader}
    language: en
    channels: ["${IOC_SMTP_URL}?to=${IOC_MAIL_LEADER}"]
    match: {stream: [filings]}
  - id: unconcerned
    name: {vi: Không liên quan, en: Not concerned}
    channels: ["${IOC_SMTP_URL}?to=${IOC_MAIL_LEADER}"]
    match: {severity: [critical]}
  - id: printed
    name: {vi: Chưa có địa chỉ, en: No address yet}
    channels: ["${IOC_SMTP_URL}?to=${IOC_MAIL_NOBODY}"]
"""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as running:
        yield running


@pytest.fixture
def alerting(tmp_path: Path) -> Iterator[Monitor]:
    """A monitor whose only rule is RULES."""
    config = shipped(tmp_path / "config", RULES, RECIPIENTS)
    running = Monitor(tmp_path, config)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def receive(monitor: Monitor, channel: str, numbers: range) -> None:
    now = dt.datetime.now(dt.UTC)
    units = frozenset(monitor.configuration.units.units)
    with Publisher(monitor.settings.kafka, EventDecoder(monitor.registry), units) as publisher:
        for number in numbers:
            refused = publisher.send(
                {
                    "specversion": "1.0",
                    "id": f"alerts-{number}",
                    "source": "/tests/alerts",
                    "type": "vn.ioc.filings.received.v1",
                    "time": now.isoformat(),
                    "subject": UNIT,
                    "data": {
                        "dossier": f"000.00.01.H40-261101-{number:06}",
                        "channel": channel,
                        "due_at": (now + dt.timedelta(days=9)).isoformat(),
                    },
                }
            )
            assert refused is None
        publisher.flush()


def start_notify(monitor: Monitor, mailbox: Mailbox) -> None:
    monitor.start_worker(
        "notify",
        IOC_SMTP_URL=mailbox.url,
        IOC_BROKEN_URL=f"mailto://127.0.0.1:{free_port()}?from=ioc@monitor.example",
        IOC_MAIL_DUTY=DUTY,
        IOC_MAIL_LEADER=LEADER,
    )


def test_an_alert_fires_once_and_resolves_once(alerting: Monitor, mailbox: Mailbox) -> None:
    start_notify(alerting, mailbox)
    receive(alerting, "direct", range(3))
    alerting.wait_for("the first mails", lambda _: mailbox.of(DUTY) and mailbox.of(LEADER))
    alerting.kill_worker("compute")
    alerting.start_worker("compute")
    receive(alerting, "online", range(10, 20))
    alerting.wait_for("the second mails", lambda _: len(mailbox.of(DUTY)) > 1 and len(mailbox.of(LEADER)) > 1)

    fired, resolved = mailbox.of(DUTY)
    assert fired["Subject"] == "🟠 CẢNH BÁO · Sở Tư pháp: hồ sơ trực tuyến mới đạt 0%"
    assert resolved["Subject"] == "✅ HẾT CẢNH BÁO · Sở Tư pháp: Tỷ lệ hồ sơ trực tuyến 1 giờ qua 76,92%"
    assert fired["References"] == resolved["References"]
    text, html = parts(fired)
    for body in (text, html):
        assert "Sở Tư pháp, Tỉnh Nghệ An" in body
        assert "0% (0/3)" in body
        assert "dưới 70%" in body
        assert "Hướng dẫn người dân nộp tại quầy." in body
    assert [mail["Subject"] for mail in mailbox.of(LEADER)] == [
        "🟠 WARNING · Department of Justice: only 0% filed online",
        "✅ RESOLVED · Department of Justice: Online filing rate in the last hour 76.92%",
    ]
    assert {mail["To"] for mail in mailbox.of(LEADER)} == {LEADER}

    def recorded(client: Client) -> bool:
        told = client.query("SELECT recipient, state FROM notifications FINAL WHERE outcome = 'delivered'")
        return {
            (name, state) for name in ("duty", "leader", "printed") for state in ("firing", "resolved")
        } == set(told.result_rows)

    alerting.wait_for("all receipts", recorded)
    with alerting.client() as client:
        transitions = client.query(
            "SELECT fingerprint, starts_at, state, unit, numerator, denominator, ends_at IS NULL"
            " FROM alert_transitions FINAL ORDER BY state"
        ).result_rows
        [fingerprint], [starts_at] = ({row[0] for row in transitions}, {row[1] for row in transitions})
        assert transitions == [
            (fingerprint, starts_at, "firing", UNIT, 0, 3, 1),
            (fingerprint, starts_at, "resolved", UNIT, 10, 13, 0),
        ]
        assert fired["X-IOC-Fingerprint"] == fingerprint
        failed = client.query(
            "SELECT DISTINCT recipient, channel, detail FROM notifications FINAL WHERE outcome = 'failed'"
        ).result_rows
        assert failed == [("unreachable", "mailto", "the mail server cannot be reached: Connection refused")]
        everything = str(client.query("SELECT * FROM notifications").result_rows)
        assert len(mailbox.of(DUTY)) == len(mailbox.of(LEADER)) == 2
    printed = alerting.log("notify")
    assert "IOC_MAIL_NOBODY is not set" in printed
    assert fired["Subject"] in printed
    for address in (DUTY, LEADER, "monitor.example"):
        assert address not in everything
        assert address not in printed
