"""Channels: the Apprise URLs of config/recipients.yaml, completed from the environment and opened."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from apprise import Apprise, AppriseAsset
from apprise.plugins.email.base import NotifyEmail

from ioc.errors import UserError
from streams.core.recipients import Recipient
from streams.mail import MailSender
from streams.senders import LogSender, Sender, ServiceSender

log = logging.getLogger(__name__)

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_ASSET = AppriseAsset(app_id="IOC", app_desc="IOC monitor")


class ChannelError(UserError):
    """Channels whose addresses are unusable, all of them, with what to do."""

    exit_status = 2


@dataclass(frozen=True)
class Channel:
    """One way to one recipient; `name` stands for it in receipts: the kind of service, or `log`."""

    recipient: Recipient
    name: str
    sender: Sender


def open_channels(recipients: Iterable[Recipient], environment: Mapping[str, str]) -> list[Channel]:
    """Every channel of every recipient. One whose variables are not all set prints its messages, and says so now.

    Raises:
        ChannelError: Apprise can make nothing of a completed URL.
    """
    # Apprise logs addresses; what it reports to us is enough.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    channels: list[Channel] = []
    problems: list[str] = []
    for recipient in recipients:
        kinds: Counter[str] = Counter()
        for template in recipient.channels:
            opened = _sender(recipient, template, environment)
            if opened is None:
                problems.append(_problem(recipient, template))
                continue
            kind, sender = opened
            kinds[kind] += 1
            name = kind if kinds[kind] == 1 else f"{kind}-{kinds[kind]}"
            channels.append(Channel(recipient, name, sender))
    if problems:
        raise ChannelError("\n".join(problems))
    return channels


def _sender(recipient: Recipient, template: str, environment: Mapping[str, str]) -> tuple[str, Sender] | None:
    missing = [name for name in _VARIABLE.findall(template) if not environment.get(name)]
    if missing:
        reason = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set"
        log.warning("%s: messages for %s are printed here instead of being sent", reason, recipient.id)
        return "log", LogSender(recipient.id, reason)
    url = completed(template, environment)
    service = Apprise.instantiate(url, asset=_ASSET)
    if service is None:
        return None
    scheme = url.partition("://")[0]
    return scheme, MailSender(service) if isinstance(service, NotifyEmail) else ServiceSender(service)


def completed(template: str, environment: Mapping[str, str]) -> str:
    """A channel's URL with the values of its variables.

    A variable that begins the URL is itself a URL, perhaps with parameters; any other is a text, quoted so that an
    address like `duty+ioc@…` or a password arrives as it is.
    """

    def value(found: re.Match[str]) -> str:
        raw = environment[found[1]]
        return raw if found.start() == 0 else quote(raw, safe=",")

    base, *parameters = _VARIABLE.sub(value, template).split("?")
    return f"{base}?{'&'.join(parameters)}" if parameters else base


def _problem(recipient: Recipient, template: str) -> str:
    """What to look at, without the values: they may be secrets."""
    variables = _VARIABLE.findall(template)
    where = f"{', '.join(variables)} (recipient {recipient.id})" if variables else f"recipient {recipient.id}"
    return (
        f"{where}: Apprise cannot use the channel '{template}' so completed."
        " A mail server is written mailtos://user:password@server or mailto://server?from=sender@example.vn"
    )
