"""The durable state of a worker: a compacted Kafka topic of deltas, one partition per partition of its input.

One record holds what a group changed in a state together with the offset of the events that made it, so that state and
offset cannot disagree. Now and then the whole state is written anew and the older records are deleted, which bounds
both the log and the time to restore. What a group appends is one transaction: all of it is there, or nothing.
Records are overlaid in the order of their versions: one that came twice, or that a snapshot already holds, changes
nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import uuid4

import msgspec

from ioc.errors import UserError
from streams.fencedlog import Record

REWRITE_BYTES = 32_000_000
"""Of deltas: the least for which the whole state is written anew."""

_SNAPSHOT = b"s"
"""Ends the keys of a snapshot's records."""

_encode = msgspec.msgpack.Encoder().encode


class Versioned(Protocol):
    """A delta: of two, the one with the higher version is newer."""

    @property
    def version(self) -> int: ...  # noqa: D102 the class says it


D = TypeVar("D", bound=Versioned)
D_contra = TypeVar("D_contra", bound=Versioned, contravariant=True)


class Restorable(Protocol[D_contra]):
    """A state that deltas are overlaid on."""

    def restore(self, delta: D_contra) -> None: ...  # noqa: D102 the class says it


class Log(Protocol):
    """Where the records are kept; see FencedLog."""

    def open(self) -> Awaitable[dict[bytes, bytes]]: ...  # noqa: D102 the class says it

    def write(self, records: Iterable[Record]) -> Awaitable[None]: ...  # noqa: D102 the class says it

    def close(self) -> Awaitable[None]: ...  # noqa: D102 the class says it


class Entry(NamedTuple):
    """What one group appends: its deltas; now and then the whole state in chunks, and the keys that it replaces."""

    deltas: list[_Record]
    snapshot: list[_Record]
    replaced: list[bytes]

    def records(self) -> Iterable[Record]:
        """In the order in which they are written."""
        yield from self.deltas
        yield from self.snapshot
        for key in self.replaced:
            yield key, None


_Record = tuple[bytes, bytes]
"""(key, value)"""


class UnreadableLogError(UserError):
    """The log is in a format that this version does not know."""

    def __init__(self, error: msgspec.DecodeError) -> None:
        super().__init__(
            f"the state was written by another version of the monitor ({error}): `ioc rebuild` makes it anew from the"
            " stored events, beside the running monitor"
        )


def overlay(delta: type[D], records: Mapping[bytes, bytes], state: Restorable[D]) -> dict[bytes, D]:
    """Bring an empty state up to the end of a log that has been read.

    Returns:
        The deltas by their keys.

    Raises:
        UnreadableLogError: another version of the monitor wrote it; the state is still empty.
    """
    decode = msgspec.msgpack.Decoder(delta).decode
    try:
        deltas = {key: decode(value) for key, value in records.items()}
    except msgspec.DecodeError as error:
        raise UnreadableLogError(error) from error
    for one in sorted(deltas.values(), key=lambda one: one.version):
        state.restore(one)
    return deltas


class StateLog(Generic[D]):
    """The log of one partition number's state."""

    def __init__(self, delta: type[D], log: Log, rewrite_bytes: int = REWRITE_BYTES) -> None:
        self._delta = delta
        self._log = log
        self._rewrite_bytes = rewrite_bytes
        self._writer = uuid4().hex[:12].encode()
        self._group = 0
        self._snapshot_bytes = 0
        self._delta_bytes = 0
        self._keys: list[bytes] = []

    async def restore(self, state: Restorable[D]) -> list[D]:
        """Become the log's only writer, and bring an empty state up to the log's end; see `overlay`.

        Raises:
            KafkaError: the broker cannot be reached.
            UnreadableLogError: another version of the monitor wrote it; it can be rewritten all the same.
        """
        return self.overlay(await self._log.open(), state)

    def overlay(self, records: Mapping[bytes, bytes], state: Restorable[D]) -> list[D]:
        """Bring an empty state up to the end of a log that has been read.

        Returns:
            The last group of each writer: it may have died before it told others of what it had logged.

        Raises:
            UnreadableLogError: another version of the monitor wrote it; it can be rewritten all the same.
        """
        self._keys = list(records)
        self._delta_bytes = sum(map(len, records.values()))
        deltas = overlay(self._delta, records, state)
        groups = {key: _group_of(key) for key in records if not key.endswith(_SNAPSHOT)}
        last = dict(sorted(groups.values()))  # of each writer's groups the greatest stays
        return [deltas[key] for key, (writer, group) in groups.items() if last[writer] == group]

    def prepare(self, deltas: Iterable[D], snapshot: Callable[[], Iterable[D]]) -> Entry:
        """Encode a group's deltas, and the state as it is after them when they outweigh the last snapshot.

        A snapshot replaces what is older than the group; the group's own deltas still say what is to be told.
        """
        self._group += 1
        records = [self._record(delta, b"%d" % at) for at, delta in enumerate(deltas)]
        self._delta_bytes += sum(len(value) for _, value in records)
        if self._delta_bytes <= max(self._rewrite_bytes, 2 * self._snapshot_bytes):
            self._keys += [key for key, _ in records]
            return Entry(records, [], [])
        return self._anew(records, snapshot())

    def rewrite(self, snapshot: Iterable[D]) -> Entry:
        """Encode a state that takes the place of everything that is in the log."""
        self._group += 1
        return self._anew([], snapshot)

    def _anew(self, deltas: list[_Record], snapshot: Iterable[D]) -> Entry:
        chunks = [self._record(chunk, b"%d%s" % (at, _SNAPSHOT)) for at, chunk in enumerate(snapshot)]
        replaced = self._keys
        self._keys = [key for key, _ in (*deltas, *chunks)]
        self._delta_bytes, self._snapshot_bytes = 0, sum(len(value) for _, value in chunks)
        return Entry(deltas, chunks, replaced)

    async def write(self, entry: Entry) -> None:
        """Write an entry, all of it or nothing; entries are written in the order in which they were prepared.

        Raises:
            FencedError: somebody else has restored from the log since; nothing was written.
        """
        await self._log.write(entry.records())

    async def append(self, delta: D, snapshot: Callable[[], Iterable[D]]) -> None:
        """Prepare and write."""
        await self.write(self.prepare([delta], snapshot))

    async def close(self) -> None:
        """Write no more."""
        await self._log.close()

    def _record(self, delta: D, place: bytes) -> _Record:
        return b"%s-%d-%s" % (self._writer, self._group, place), _encode(delta)


def _group_of(key: bytes) -> tuple[bytes, int]:
    """Writer and group."""
    writer, group, _ = key.split(b"-")
    return writer, int(group)
