"""From readings to the journal: mapped, checked, counted, and written down as one with the position after them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from producers.delivery import Backlog
from producers.event import Refused
from producers.gate import Gate
from producers.journal import Journal
from producers.letters import Letters
from producers.mapping import Mapping
from producers.outbox import Record
from producers.reading import Reading
from producers.source import Source
from producers.summary import Tally
from schemas.registry import Registry
from streams.topics import events_topic


class Taken(NamedTuple):
    """What a batch became: the `seq` of its last record, and for each reading what of it was refused."""

    seq: int
    refused: tuple[tuple[Refused, ...], ...]


class Feed:
    """Takes the readings of one source; safe to call from several threads.

    Args:
        source: what rows become.
        registry: the event types that the source names.
        gate: checks the events.
        journal: where they wait for the broker.
        backlog: is told how much waits.
        letters: makes dead letters of what is refused; without, refusals are only counted.
        topic_of: the topic of a stream.
    """

    def __init__(
        self,
        source: Source,
        registry: Registry,
        gate: Gate,
        journal: Journal,
        backlog: Backlog,
        *,
        letters: bool = False,
        topic_of: Callable[[str], str] = events_topic,
    ) -> None:
        self.mapping = Mapping(source, registry, journal.seen)
        self._gate = gate
        self._journal = journal
        self._backlog = backlog
        self._letters = Letters(source, self.mapping.names, journal) if letters else None
        self._topic_of = topic_of
        self.tally: Tally = journal.tally

    def take(self, readings: Sequence[Reading]) -> Taken:
        """Write down what the readings become, and that they are read: all of it, or, if it raises, nothing.

        Raises:
            JournalError: the disk is full, or the journal cannot be written for another reason.
        """
        records: list[Record] = []
        with self._journal.transaction():
            refused = tuple(tuple(self._take(reading, records)) for reading in readings)
            seq = self._journal.put(records)
            for scope, position in {reading.scope: reading.position for reading in readings}.items():
                self._journal.move(scope, position)
            self._journal.keep("tally", self.tally)
        self._backlog.add(len(records), sum(len(record.payload) for record in records))
        return Taken(seq, refused)

    def _take(self, reading: Reading, records: list[Record]) -> list[Refused]:
        if reading.row is None and not reading.fault:
            return []
        self.tally.read += 1
        refusals: list[Refused] = []
        if reading.fault:
            refusals.append(Refused("bad_row", "$", reading.fault))
        for event in self.mapping.events(reading.row) if reading.row is not None else ():
            checked = event if isinstance(event, Refused) else self._gate.check(event)
            if isinstance(checked, Refused):
                refusals.append(checked)
            else:
                self.tally.sent += 1
                records.append(Record(self._topic_of(checked.stream), checked.key, checked.payload))
        for refused in refusals:
            self.tally.refuse(reading.place, refused)
        if self._letters and refusals:
            records += self._letters.of(reading, refusals)
        return refusals
