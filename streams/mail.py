"""Mail: Apprise reads the address, connects, secures and signs in; the message itself is ours.

Apprise writes a random Message-ID beside one that is given to it, and makes the text part from the HTML. Ours has a
Message-ID that a repeat has too, which mail servers and programs recognise, and a text part written as text.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any

from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.email.smtp import AppriseSMTPController

from streams.core.messages import Message
from streams.senders import NotSentError

_AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
"""So that nobody's absence is announced to the monitor."""

_HEADER_FINGERPRINTS = 20


class MailSender:
    """Sends to all addresses of one Apprise URL."""

    def __init__(self, account: NotifyEmail) -> None:
        self._account: Any = account  # whose attributes Apprise leaves untyped
        self._addresses = [address for _, address in account.targets] + sorted(account.cc | account.bcc)

    def send(self, message: Message, at_ms: int) -> str:
        """See Sender."""
        try:
            connection = _connection(self._account)
            with connection:
                refused = connection.submit(
                    compose(message, self._account, at_ms), self._account.from_addr[1], self._addresses
                )
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _ in error.recipients.values()}
            raise _not_sent(codes, "the mail server refuses every address") from error
        except smtplib.SMTPResponseException as error:
            raise _not_sent(
                [error.smtp_code], _REASONS.get(type(error), "the mail server refuses")
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            what = getattr(error, "strerror", None) or type(error).__name__
            msg = f"the mail server cannot be reached: {what}"
            raise NotSentError(msg, final=False) from error
        if refused:
            return f"{len(refused)} of {len(self._addresses)} addresses refused ({_shown(refused.values())})"
        return ""


_REASONS: dict[type[Exception], str] = {
    smtplib.SMTPAuthenticationError: "the mail server does not accept user and password",
    smtplib.SMTPSenderRefused: "the mail server refuses the sender",
    smtplib.SMTPDataError: "the mail server refuses the message",
}


def _not_sent(codes: Iterable[int], reason: str) -> NotSentError:
    """The server's own words stay out: they repeat the addresses."""
    found = sorted(codes)
    return NotSentError(f"{reason} (SMTP {', '.join(map(str, found))})", final=min(found) >= 500)


def _shown(answers: Iterable[tuple[int, bytes]]) -> str:
    return "SMTP " + ", ".join(sorted({str(code) for code, _ in answers}))


def compose(message: Message, account: Any, at_ms: int) -> EmailMessage:
    """The mail: text and HTML, headers by which a repeat and what belongs together are recognised."""
    name, address = account.from_addr
    domain = address.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((name or "", address))
    mail["To"] = ", ".join(formataddr((name or "", address)) for name, address in account.targets)
    if account.cc:
        mail["Cc"] = ", ".join(sorted(account.cc))
    if account.reply_to:
        mail["Reply-To"] = ", ".join(sorted(account.reply_to))
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(at_ms // 1000, UTC))
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    if message.thread:
        mail["References"] = f"<{message.thread}@{domain}>"
    mail["X-IOC-Fingerprint"] = ", ".join(message.fingerprints[:_HEADER_FINGERPRINTS])
    for header, value in {**_AUTOMATIC, **account.headers}.items():
        mail[header] = value
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return mail


class _Connection(AppriseSMTPController):
    """Apprise's, which would keep to itself why something was refused."""

    def submit(self, mail: EmailMessage, sender: str, addresses: list[str]) -> dict[str, tuple[int, bytes]]:
        """Hand over a mail; returns the refused addresses, if some but not all were."""
        server: Any = self._socket  # which Apprise declares as None
        refused: dict[str, tuple[int, bytes]] = server.send_message(mail, sender, addresses)
        return refused


def _connection(account: Any) -> _Connection:
    return _Connection(
        host=account.smtp_host,
        port=account.port,
        secure_mode=account.secure_mode,
        user=account.user,
        password=account.password,
        verify_certificate=account.verify_certificate,
        socket_connect_timeout=account.socket_connect_timeout,
    )
