"""That something is done by one process at a time, on a real broker."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid

import pytest

from ioc.embedded.kafka import EmbeddedKafka
from streams import claim as claims
from streams.claim import ClaimedError, claim
from streams.topics import Topic
from tests.fixtures.kafka import TopicFactory

pytestmark = pytest.mark.kafka

HOLD = """
import sys
from streams import claim
from streams.topics import Topic
claim._SESSION_SECONDS, claim._HEARTBEAT_SECONDS = 2.0, 0.5
with claim.claim(sys.argv[1], sys.argv[2], Topic(sys.argv[3]), "it"):
    print("held", flush=True)
    while True:
        sum(range(1_000_000))
"""
"""Holds a claim, and is too busy to do anything for it."""


def test_a_second_one_is_refused_until_the_first_has_ended_or_was_killed(
    kafka: EmbeddedKafka, kafka_topic: TopicFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, group = Topic(kafka_topic(partitions=4)), f"claim-{uuid.uuid4().hex}"
    monkeypatch.setattr(claims, "_WAIT_SECONDS", 1.0)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, kafka.bootstrap, group, topic.name], stdout=subprocess.PIPE, text=True
    ) as first:
        try:
            assert first.stdout is not None
            assert first.stdout.readline() == "held\n"
            time.sleep(3)  # longer than a session
            with (
                pytest.raises(ClaimedError) as caught,
                claim(kafka.bootstrap, group, topic, "`ioc rebuild`"),
            ):
                pytest.fail("the claim was held twice")
            assert str(caught.value).startswith(f"`ioc rebuild` runs already (process {first.pid} on ")
        finally:
            first.kill()
    monkeypatch.setattr(claims, "_WAIT_SECONDS", 15.0)
    with claim(kafka.bootstrap, group, topic, "it"):
        pass
    monkeypatch.setattr(claims, "_WAIT_SECONDS", 1.0)
    with claim(kafka.bootstrap, group, topic, "it"):  # who has ended is not waited for
        pass


def test_of_two_that_ask_at_once_no_more_than_one_is_let_in(
    kafka: EmbeddedKafka, kafka_topic: TopicFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, group = Topic(kafka_topic(partitions=4)), f"claim-{uuid.uuid4().hex}"
    monkeypatch.setattr(claims, "_WAIT_SECONDS", 3.0)
    with claim(kafka.bootstrap, group, topic, "it"):
        monkeypatch.setattr(
            claims, "group_members", lambda *_: []
        )  # both have looked before either has joined
        with (
            pytest.raises(ClaimedError, match="at the same moment"),
            claim(kafka.bootstrap, group, topic, "it"),
        ):
            pytest.fail("the claim was held twice")
