"""Mail to a real SMTP server on loopback: what arrives, and what is said of what does not."""

from __future__ import annotations

import pytest
from apprise import Apprise
from apprise.plugins.email.base import NotifyEmail
from pytest import LogCaptureFixture

from streams.core.messages import Message
from streams.mail import MailSender
from streams.senders import NotSentError
from tests.fixtures.smtp import Mailbox, free_port, parts

AT = 1_793_844_720_000
MESSAGE = Message(
    "0123abcd",
    "thread1",
    "🟠 CẢNH BÁO · Sở Tư pháp: 45%",
    "Sở Tư pháp\n",
    "<p>Sở Tư pháp</p>\n",
    ("f1", "f2"),
)


def account(url: str) -> NotifyEmail:
    opened = Apprise.instantiate(url)
    assert isinstance(opened, NotifyEmail)
    return opened


def sender(mailbox: Mailbox, parameters: str = "&to=duty@example.vn") -> MailSender:
    return MailSender(account(mailbox.url + parameters))


def test_text_and_html_arrive_under_headers_that_a_repeat_has_too() -> None:
    with Mailbox() as mailbox:
        duty = sender(mailbox)
        assert duty.send(MESSAGE, AT) == ""
        duty.send(MESSAGE, AT + 60_000)
    first, again = mailbox.of("duty@example.vn")
    assert first["Subject"] == MESSAGE.subject
    assert parts(first) == (MESSAGE.text, MESSAGE.html)
    assert first["Message-ID"] == again["Message-ID"] == "<0123abcd@monitor.example>"
    assert first.get_all("Message-ID") == ["<0123abcd@monitor.example>"]
    assert first["References"] == "<thread1@monitor.example>"
    assert first["X-IOC-Fingerprint"] == "f1, f2"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"] == "Thu, 05 Nov 2026 02:12:00 +0000"
    assert first["From"] == "ioc@monitor.example"
    assert first["To"] == "duty@example.vn"
    assert b"\xe1" not in first.as_bytes()  # no 8-bit text: any mail server takes it


def test_parameters_of_the_url_are_kept() -> None:
    with Mailbox() as mailbox:
        parameters = (
            "&name=IOC&to=a@example.vn&cc=b@example.vn&bcc=c@example.vn&reply=d@example.vn&%2BX-Own=1"
        )
        sender(mailbox, parameters).send(MESSAGE, AT)
    assert [address for address, _ in mailbox.mails] == ["a@example.vn", "b@example.vn", "c@example.vn"]
    [mail] = mailbox.of("c@example.vn")
    assert (mail["From"], mail["Cc"], mail["Bcc"]) == ("IOC <ioc@monitor.example>", "b@example.vn", None)
    assert (mail["Reply-To"], mail["X-Own"]) == ("d@example.vn", "1")


def test_one_refused_address_of_several_is_remarked() -> None:
    with Mailbox(refuse=("b@example.vn",)) as mailbox:
        remark = sender(mailbox, "&to=a@example.vn,b@example.vn").send(MESSAGE, AT)
    assert remark == "1 of 2 addresses refused (SMTP 550)"
    assert len(mailbox.of("a@example.vn")) == 1


def test_refused_addresses_are_final_and_stay_out_of_what_is_said(caplog: LogCaptureFixture) -> None:
    with Mailbox(refuse=("duty@example.vn",)) as mailbox, pytest.raises(NotSentError) as caught:
        sender(mailbox).send(MESSAGE, AT)
    assert str(caught.value) == "the mail server refuses every address (SMTP 550)"
    assert caught.value.final
    assert "duty" not in caplog.text


def test_a_busy_server_is_worth_another_try() -> None:
    with Mailbox(busy=1) as mailbox, pytest.raises(NotSentError) as caught:
        sender(mailbox).send(MESSAGE, AT)
    assert str(caught.value) == "the mail server refuses the message (SMTP 451)"
    assert not caught.value.final


def test_a_server_that_is_away_is_worth_another_try() -> None:
    away = f"mailto://127.0.0.1:{free_port()}?from=ioc@example.vn&to=duty@example.vn"
    with pytest.raises(NotSentError, match="cannot be reached: Connection refused") as caught:
        MailSender(account(away)).send(MESSAGE, AT)
    assert not caught.value.final


def test_a_server_without_accounts_does_not_let_us_sign_in() -> None:
    with Mailbox() as mailbox:
        url = f"mailto://user:secret@127.0.0.1:{mailbox.port}?from=ioc@example.vn&to=duty@example.vn"
        with pytest.raises(NotSentError) as caught:
            MailSender(account(url)).send(MESSAGE, AT)
    assert "secret" not in str(caught.value)
