"""A register's file into Kafka: what `ioc import FILE --source NAME` does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from producers.checkpoint import Checkpoint, CheckpointFile
from producers.event import Refused
from producers.mapping import Mapping
from producers.publisher import Publisher
from producers.rows import Line, RegisterError, lines
from producers.seen import Seen
from producers.source import Source
from producers.summary import State, Summary, Tally
from schemas.registry import Registry

_ROWS_PER_REPORT = 500


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
    checkpoints: Path,
    *,
    again: bool = False,
    progress: Report = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    rows_per_checkpoint: int = 20_000,
) -> Summary:
    """Send the events of a register; interrupted at any point, the same call goes on from the last checkpoint.

    Args:
        path: the register.
        source: what its rows become.
        registry: the event types that the source names.
        publisher: checks and sends.
        checkpoints: folder, kept from run to run.
        again: begin at the beginning even when there is a checkpoint; repeated events have the same ids.
        progress: called every few hundred rows.
        stop: asked after every row; true ends the import in order.
        rows_per_checkpoint: what a crash may cost to send again.

    Raises:
        RegisterError: the file cannot be read as the source says.
        NotDeliveredError: the broker did not take the events; what was acknowledged is in the checkpoint.
        CheckpointError: the checkpoint cannot be read or written.
    """
    try:
        size = path.stat().st_size
        file = CheckpointFile(checkpoints, path, source, publisher.cluster_id)
    except OSError as error:
        raise RegisterError(path, 0, f"cannot be read: {error.strerror}") from error
    checkpoint = Checkpoint(Tally()) if again else file.load()
    if checkpoint.finished:
        return Summary(path, source.name, "done before", checkpoint.tally)
    tally = checkpoint.tally
    done = tally.read
    state: State = "finished"
    with Seen() as seen:
        mapping = Mapping(source, registry, seen)
        for number, line in enumerate(lines(path, source.file, mapping.columns), start=1):
            if number % _ROWS_PER_REPORT == 0:
                progress(Progress(number, line.position, size))
            if number <= done:
                _replay(line, mapping)
                continue
            _send(line, mapping, publisher, tally)
            if number % rows_per_checkpoint == 0:
                publisher.flush()
                file.save(checkpoint)
            if stop():
                state = "interrupted"
                break
    publisher.flush()
    if state == "finished":
        progress(Progress(tally.read, size, size))
        checkpoint.finished = tally.sent > 0
    file.save(checkpoint)
    return Summary(path, source.name, state, tally)


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


def _replay(line: Line, mapping: Mapping) -> None:
    """Let the mapping see a row that is already sent, so that it knows the row's keys."""
    if not line.fault:
        for _ in mapping.events(line.row):
            pass


def _send(line: Line, mapping: Mapping, publisher: Publisher, tally: Tally) -> None:
    tally.read += 1
    if line.fault:
        tally.refuse(line.number, Refused("bad_row", "$", line.fault))
        return
    for event in mapping.events(line.row):
        refused = event if isinstance(event, Refused) else publisher.send(event)
        if refused:
            tally.refuse(line.number, refused)
        else:
            tally.sent += 1
