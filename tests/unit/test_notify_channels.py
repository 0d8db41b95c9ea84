"""Channels: addresses from the environment, secrets nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest
from apprise import Apprise
from apprise.plugins.email.base import NotifyEmail

from streams.channels import Channel, ChannelError, completed, open_channels
from streams.core.recipients import Recipient
from streams.core.units import Text
from streams.mail import MailSender
from streams.senders import LogSender, ServiceSender

CHANNEL = "${IOC_SMTP_URL}?to=${IOC_MAIL_DUTY}"
SMTP = {"IOC_SMTP_URL": "mailto://mail.example:25?from=ioc@example.vn"}


def opened(environment: Mapping[str, str], *channels: str) -> list[Channel]:
    return open_channels([Recipient("duty", Text("Tổ trực", "Duty desk"), channels)], environment)


def test_a_variable_at_the_beginning_is_a_url_with_parameters_of_its_own() -> None:
    assert (
        completed(CHANNEL, SMTP | {"IOC_MAIL_DUTY": "duty@example.vn"})
        == "mailto://mail.example:25?from=ioc@example.vn&to=duty%40example.vn"
    )


@pytest.mark.parametrize("address", ["duty+ioc@example.vn", "a@example.vn,b@example.vn", "a&b@example.vn"])
def test_any_address_arrives_as_it_is(address: str) -> None:
    account = Apprise.instantiate(completed(CHANNEL, SMTP | {"IOC_MAIL_DUTY": address}))
    assert isinstance(account, NotifyEmail)
    assert ",".join(to for _, to in account.targets) == address


@pytest.mark.parametrize("password", ["p@ss", "a/b?c=d", "50% & 1+1#", "mật khẩu"])
def test_any_password_arrives_as_it_is(password: str) -> None:
    url = completed("mailtos://${USER}:${PASSWORD}@mail.example", {"USER": "ioc", "PASSWORD": password})
    account = Apprise.instantiate(url)
    assert isinstance(account, NotifyEmail)
    assert account.password == password


def test_without_its_variables_a_channel_prints_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    [channel] = opened({"IOC_SMTP_URL": ""}, CHANNEL)
    assert isinstance(channel.sender, LogSender)
    assert channel.name == "log"
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "IOC_SMTP_URL and IOC_MAIL_DUTY are not set: messages for duty are printed here instead of being sent"
    ]


def test_names_say_the_kind_of_service_and_are_distinct() -> None:
    environment = SMTP | {"IOC_MAIL_DUTY": "duty@example.vn", "TOKEN": "secret"}
    channels = opened(environment, CHANNEL, "ntfy://ntfy.example/${TOKEN}", f"{CHANNEL}&cc=x", "${NONE}://x")
    assert [channel.name for channel in channels] == ["mailto", "ntfy", "mailto-2", "log"]
    assert [type(channel.sender) for channel in channels] == [
        MailSender,
        ServiceSender,
        MailSender,
        LogSender,
    ]


def test_every_unusable_channel_is_named_without_its_values() -> None:
    with pytest.raises(ChannelError) as caught:
        opened({"IOC_SMTP_URL": "mailto://hidden.example", "IOC_MAIL_DUTY": "hidden"}, CHANNEL, "bogus://x")
    first, second = str(caught.value).splitlines()
    assert first.startswith(
        f"IOC_SMTP_URL, IOC_MAIL_DUTY (recipient duty): Apprise cannot use the channel '{CHANNEL}'"
    )
    assert "mailto://server?from=sender@example.vn" in first
    assert "bogus://x" in second
    assert "hidden" not in str(caught.value)
