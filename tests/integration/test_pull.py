"""An API that is read by `ioc produce`, killed anywhere and in trouble: nothing is lost, nothing counts twice."""

from __future__ import annotations

import datetime as dt
import random
import signal
import uuid
from functools import partial
from pathlib import Path

import pytest

from ioc.embedded.kafka import EmbeddedKafka
from tests.fixtures.portal import ZONE, Portal, hang_up, status, updated
from tests.fixtures.producing import Producing, arrived

pytestmark = pytest.mark.kafka

SOURCE = """\
name: register
source: /registers/register
http_pull:
  url: ${PORTAL}/PATH
  headers: {Authorization: "Bearer ${PORTAL_TOKEN}"}
  rows: items
PAGES
  every: 1s
time_zone: Asia/Ho_Chi_Minh
time_format: "%Y%m%d%H%M%S"
events:
  - type: filings.received
    per: code
    time: updated
    subject: unit
    data: {dossier: code, channel: {from: channel, map: {"1": direct, "2": online}}}
  - type: filings.supplement_asked
    each: supplements
    per: join('/', [code, to_string(number)])
    time: each.at
    subject: unit
    data: {dossier: code}
"""
CURSOR = "  pages: {cursor: cursor, next: next}"
WINDOW = """\
  pages: {number: page}
  window: {from: from, to: to, begin: "BEGIN", format: "%Y%m%d%H%M%S", longest: 6h, overlap: 1h, delay: 0s}"""


def add(portal: Portal, dossiers: int, begin: dt.datetime) -> None:
    """Dossiers, every third with two supplements; each row names a person."""
    known = len(portal.rows)
    portal.add(
        *(
            {
                "code": f"H40-{number}",
                "unit": "16681",
                "updated": updated(begin + dt.timedelta(seconds=number * 7)),
                "channel": "2",
                "ho_ten": "Nguyễn Văn An",
                "supplements": [{"at": updated(begin)}] * 2 if number % 3 == 0 else [],
            }
            for number in range(known, known + dossiers)
        )
    )


@pytest.mark.parametrize(
    ("path", "pages", "kills"),
    [
        ("cursor", CURSOR, 1),
        ("window", WINDOW, 1),
        pytest.param("cursor", CURSOR, 10, marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_killed_at_random_each_event_arrives_once_by_identity(
    kafka: EmbeddedKafka, tmp_path: Path, path: str, pages: str, kills: int
) -> None:
    rng = random.Random()
    begin = dt.datetime.now(ZONE) - dt.timedelta(hours=20)
    name = f"/registers/{uuid.uuid4().hex}"
    source = SOURCE.replace("PATH", path).replace("PAGES", pages).replace("BEGIN", begin.isoformat())
    source = source.replace("/registers/register", name)

    def ids() -> list[str]:
        return [event["id"] for event in arrived(kafka, "ioc.events.filings") if event["source"] == name]

    with Portal(page=100) as portal:
        producing = Producing(tmp_path, kafka, source, {"PORTAL": portal.url, "PORTAL_TOKEN": "s3cret"})
        for _ in range(kills):
            add(portal, 3_000, begin)
            wanted = producing.read_rows() + rng.randrange(1, 2_900)
            with portal.lock:
                portal.faults += [status(429, Retry_After="1"), status(503), hang_up][: rng.randrange(4)]
            producing.start()
            producing.wait_for("some rows", partial(producing.has_read, wanted))
            producing.end(signal.SIGKILL)
        portal.faults.clear()
        producing.start()
        expected = kills * 3_000 + 2 * len(range(0, kills * 3_000, 3))
        producing.wait_for("all events", lambda: len(set(ids())) >= expected)
        assert producing.end(signal.SIGTERM) == 0
    found = ids()
    assert len(set(found)) == expected
    assert len(found) - expected <= kills * 10_000  # what was under way when it was killed
    log = producing.log.read_text()
    assert "Traceback" not in log
    assert "s3cret" not in log


def test_a_key_that_is_refused_ends_it_with_what_to_do(kafka: EmbeddedKafka, tmp_path: Path) -> None:
    source = SOURCE.replace("PATH", "cursor").replace("PAGES", CURSOR)
    with Portal() as portal:
        portal.faults.append(status(401))
        producing = Producing(tmp_path, kafka, source, {"PORTAL": portal.url, "PORTAL_TOKEN": "s3cret"})
        producing.start()
        assert producing.process
        assert producing.process.wait(60) == 1
    assert "it answers 401 Unauthorized: look at the key" in producing.log.read_text()
    assert "s3cret" not in producing.log.read_text()
