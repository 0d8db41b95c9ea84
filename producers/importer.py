"""A register's file into Kafka: what `ioc import FILE --source NAME` does."""

from __future__ import annotations

import hashlib
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import msgspec

from producers.delivery import Backlog, Delivery
from producers.feed import Feed
from producers.files.declaration import File
from producers.files.line import Line, RegisterError
from producers.files.rows import lines, place
from producers.journal import Journal
from producers.publisher import Publisher
from producers.reading import Reading
from producers.source import Source
from producers.summary import State, Summary
from schemas.registry import Registry

_MEGABYTE = 1_000_000


class Progress(NamedTuple):
    """How far the reading is: rows, and bytes of all bytes."""

    rows: int
    position: int
    size: int


Report = Callable[[Progress], None]


def import_file(
    path: Path,
    source: Source,
    registry: Registry,
    publisher: Publisher,
    journals: Path,
    *,
    again: bool = False,
    progress: Report = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    rows_at_once: int = 1_000,
) -> Summary:
    """Send the events of a register; interrupted at any point, the same call goes on from where it was.

    Args:
        path: the register.
        source: what its rows become; it has a block `file`.
        registry: the event types that the source names.
        publisher: checks and sends.
        journals: folder, kept from run to run.
        again: begin at the beginning even when it was imported before; repeated events have the same ids.
        progress: called every few hundred rows.
        stop: asked after every row; true ends the import in order.
        rows_at_once: how many rows are written down together.

    Raises:
        RegisterError: the file cannot be read as the source says.
        NotDeliveredError: the broker did not take the events; they wait for the next call.
        JournalError: the journal cannot be read or written.
    """
    assert source.file is not None  # noqa: S101  # for mypy: only such sources are imported
    try:
        size = path.stat().st_size
        journal = Journal(journals / f"{source.name}-{_identity(path, source, publisher.cluster_id)}.sqlite")
    except OSError as error:
        raise RegisterError(path, 0, f"cannot be read: {error.strerror}") from error
    try:
        if again:
            journal.begin_anew()
        if journal.kept("finished"):
            return Summary(path, source.name, "done before", journal.tally)
        backlog = Backlog(source.outbox_mb * _MEGABYTE)
        feed = Feed(source, registry, publisher.gate, journal, backlog, topic_of=publisher.topic_of)
        rows = enumerate(lines(path, source.file, feed.mapping.columns), start=1)
        unread = islice(rows, journal.position() or 0, None)
        state: State = "finished"
        with Delivery(journal.path, backlog, publisher) as delivery:
            while state == "finished" and (batch := list(_batch(unread, rows_at_once, stop))):
                backlog.await_change(lambda: not backlog.full or delivery.failure is not None, None)
                if delivery.failure:
                    raise delivery.failure
                feed.take([_reading(source.file, number, line) for number, line, _ in batch])
                number, line, stopped = batch[-1]
                progress(Progress(number, line.position, size))
                state = "interrupted" if stopped else "finished"
            delivery.stop(drain_seconds=None)
        if state == "finished":
            progress(Progress(feed.tally.read, size, size))
            if feed.tally.sent:
                journal.finish()
        return Summary(path, source.name, state, feed.tally)
    finally:
        if journal.tally.sent:
            journal.close()
        else:
            journal.remove()


def _identity(register: Path, source: Source, cluster: str) -> str:
    """What an import is: the file's content, the source as it is declared now, and the cluster.

    A mended source, a changed file or an empty cluster is therefore another import, which begins at the beginning.
    """
    with register.open("rb") as content:
        identity = hashlib.file_digest(content, "sha256")
    identity.update(msgspec.json.encode(source))
    identity.update(cluster.encode())
    return identity.hexdigest()[:16]


def _batch(
    rows: Iterator[tuple[int, Line]], most: int, stop: Callable[[], bool]
) -> Iterator[tuple[int, Line, bool]]:
    """The next rows with their numbers; the last one says whether to stop after it."""
    for number, line in islice(rows, most):
        stopped = stop()
        yield number, line, stopped
        if stopped:
            return


def _reading(file: File, number: int, line: Line) -> Reading:
    return Reading(None if line.fault else line.row, number, place(file, line), "", line.fault)


@contextmanager
def until_interrupted() -> Iterator[Callable[[], bool]]:
    """A `stop` for the main thread: Ctrl-C or SIGTERM makes it true, a second one ends the program."""
    stopped = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    for number in before:
        signal.signal(number, ask)
    try:
        yield stopped.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
