"""Dead letters of rows: what a source gave and could not be made an event, kept so that it can be mapped again.

A row may hold anything, names of people too. So a letter keeps only what the source's expressions look at, columns and
what is inside of them, and of these nothing that is personal by its name or its content.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from producers.event import Refused
from producers.expression import cut
from producers.journal import Journal
from producers.outbox import Record
from producers.reading import Reading
from producers.source import Source
from schemas.personal_data import redact, redact_text
from streams.core.dead_letters import SHOWN_CHARACTERS, DeadLetter
from streams.topics import DEAD_LETTERS

TOPIC_PREFIX = "sources/"
"""What the `topic` of such a letter begins with; the source's name comes after it."""

_PARTITIONS = 2**16


class Letters:
    """Writes the letters of a source.

    Their place is the journal's own number and a count that goes on for ever, so that letters of several journals
    (another machine, a removed file) do not take each other's place.
    """

    def __init__(
        self,
        source: Source,
        names: frozenset[str],
        journal: Journal,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._source = source
        self._names = names
        self._journal = journal
        self._clock = clock
        kept = journal.kept("letters")
        number = random.SystemRandom().randrange(_PARTITIONS)
        self._partition, self._offset = (
            msgspec.json.decode(kept, type=tuple[int, int]) if kept else (number, 0)
        )

    def of(self, reading: Reading, refusals: Sequence[Refused]) -> Iterator[Record]:
        """A letter for each refusal; to be put into the journal in the transaction that takes the reading."""
        row = cut(reading.row or {}, self._names)
        payload = msgspec.json.encode(row) if row else b""
        for refused in refusals:
            letter = self._letter(reading, refused, payload)
            yield Record(DEAD_LETTERS.name, letter.id, msgspec.json.encode(letter))
        self._journal.keep("letters", (self._partition, self._offset))

    def _letter(self, reading: Reading, refused: Refused, payload: bytes) -> DeadLetter:
        topic = f"{TOPIC_PREFIX}{self._source.name}"
        self._offset += 1
        return DeadLetter(
            id=f"{topic}/{self._partition}/{self._offset}",
            topic=topic,
            partition=self._partition,
            offset=self._offset,
            arrived_at=int(self._clock() * 1000),
            reason=refused.reason,
            path=refused.path,
            message=redact_text(f"{reading.place}: {refused.message}" if reading.place else refused.message),
            type=refused.type,
            source=self._source.source,
            event_id="",
            schema_version="",
            payload=redact(payload)[:SHOWN_CHARACTERS],
            payload_bytes=len(payload),
        )
