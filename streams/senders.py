"""Senders: how a message leaves the monitor."""

from __future__ import annotations

import logging
from typing import Protocol

from apprise.common import NotifyFormat
from apprise.plugins.base import NotifyBase

from streams.core.messages import Message

log = logging.getLogger(__name__)


class NotSentError(Exception):
    """A message did not go out this time; `final` says that trying again would not help.

    The words go into receipts: they hold neither addresses nor secrets.
    """

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.final = final


class Sender(Protocol):
    """One way to one recipient."""

    def send(self, message: Message, at_ms: int) -> str:
        """Send and return once the other side has accepted; called in a thread of the channel's own.

        Returns:
            A remark for the receipt, mostly empty.

        Raises:
            NotSentError: it did not go out.
        """


class ServiceSender:
    """Any service that Apprise knows; they say little about why they refuse."""

    def __init__(self, service: NotifyBase) -> None:
        self._service = service

    def send(self, message: Message, at_ms: int) -> str:
        """See Sender."""
        accepted = self._service.notify(
            title=message.subject, body=message.text, body_format=NotifyFormat.TEXT
        )
        if not accepted:
            msg = "the service cannot be reached, or refuses"
            raise NotSentError(msg, final=False)
        return ""


class LogSender:
    """Prints messages where there is no address to send them to."""

    def __init__(self, recipient: str, reason: str) -> None:
        self._recipient = recipient
        self._reason = reason

    def send(self, message: Message, at_ms: int) -> str:
        """See Sender."""
        log.info("message for %s:\n%s", self._recipient, message.text)
        return f"printed: {self._reason}"
