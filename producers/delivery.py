"""From the outbox to the broker, in a thread of its own; a broker that is away is waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from ioc.errors import UserError
from producers.outbox import Outbox
from producers.retries import Retries
from producers.sender import Sender
from streams.admin import BrokerError

_AT_ONCE = 10_000
_LOOK_SECONDS = 0.5


class Backlog:
    """How much waits in an outbox, for those who fill it and those who want to know what has been sent.

    Args:
        limit_bytes: of payloads; with more, filling waits.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._changed = threading.Condition()
        self.records = 0
        self.bytes = 0
        self.sent = 0

    def add(self, records: int, size: int) -> None:
        """So much was put into the outbox."""
        with self._changed:
            self.records += records
            self.bytes += size
            self._changed.notify_all()

    def remove(self, records: int, size: int, upto: int) -> None:
        """So much was acknowledged by the broker, all up to a `seq`."""
        with self._changed:
            self.records -= records
            self.bytes -= size
            self.sent = upto
            self._changed.notify_all()

    @property
    def full(self) -> bool:
        """Whether what fills it has to wait."""
        return self.bytes >= self._limit

    def await_change(self, until: Callable[[], bool], timeout_seconds: float | None) -> bool:
        """Wait until something holds, at most so long (None: for ever); whether it does."""
        with self._changed:
            return self._changed.wait_for(until, timeout_seconds)

    def await_sent(self, seq: int, timeout_seconds: float) -> bool:
        """Wait until the record of a `seq`, and all before, are acknowledged by the broker; whether they are."""
        return self.await_change(lambda: self.sent >= seq, timeout_seconds)


class Delivery:
    """Sends what is in an outbox, oldest first, and removes what every replica has.

    Killed between the acknowledgement and the removal, a successor sends the same records again, at most those that
    were taken at once; each with the same identity as before.

    Args:
        path: the journal's file.
        backlog: is told what was sent.
        sender: the caller's own, whose first failure ends the delivery and is raised by `stop`; or what makes one and
            is asked for another after each failure, ever more rarely.
        report: is told of each failure and of how long is waited.
        failed: called when it ends by a failure.
    """

    def __init__(
        self,
        path: Path,
        backlog: Backlog,
        sender: Sender | Callable[[], Sender],
        *,
        report: Callable[[UserError, float], None] = lambda *_: None,
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        self._failed = failed
        self._outbox = Outbox(path)
        self._backlog = backlog
        self._borrowed = sender if isinstance(sender, Sender) else None
        self._connect = sender if callable(sender) else None
        self._report = report
        self._sender: Sender | None = None
        self._ending = threading.Event()
        self.failure: UserError | None = None
        backlog.add(*self._outbox.waiting())
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self, drain_seconds: float | None) -> None:
        """Send what waits, as far as it can be sent in the time (None: in any time), and end.

        Raises:
            UserError: it cannot be sent and is not tried again.
        """
        deadline = None if drain_seconds is None else time.monotonic() + drain_seconds
        while self._thread.is_alive() and self._backlog.records and not self.failure:
            if deadline is not None and time.monotonic() > deadline:
                break
            self._backlog.await_change(lambda: not self._backlog.records, _LOOK_SECONDS)
        self._ending.set()
        self._backlog.add(0, 0)  # wakes the thread
        self._thread.join(drain_seconds)
        if self.failure:
            raise self.failure

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._backlog.add(0, 0)
        self._thread.join(_LOOK_SECONDS * 4)

    def _run(self) -> None:
        retries, began = Retries(), time.monotonic()
        try:
            while not self._ending.is_set():
                try:
                    self._send_some()
                except BrokerError as error:
                    self._disconnect()
                    if self._connect is None:
                        raise
                    seconds = retries.failed(time.monotonic() - began)
                    self._report(error, seconds)
                    self._ending.wait(seconds)
                    began = time.monotonic()
        except UserError as error:
            self.failure = error
            self._backlog.add(0, 0)
            self._failed()
        finally:
            self._disconnect()
            self._outbox.close()

    def _send_some(self) -> None:
        if self._sender is None and self._connect is not None:
            self._sender = self._connect()
        records = self._outbox.oldest(_AT_ONCE) if self._backlog.records else []
        if not records:
            self._backlog.await_change(
                lambda: self._backlog.records > 0 or self._ending.is_set(), _LOOK_SECONDS
            )
            return
        if sender := self._borrowed or self._sender:
            for _, record in records:
                sender.send_record(*record)
            sender.flush()
        upto = records[-1].seq
        self._outbox.remove(upto)
        self._backlog.remove(len(records), sum(len(record.payload) for _, record in records), upto)

    def _disconnect(self) -> None:
        if self._sender is not None:
            self._sender.close()
            self._sender = None
