"""Messages: all that a recipient has to be told at once, in one of them. Pure: rendering apart from sending."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from streams.core.lifecycle import AlertTransition
from streams.core.message_page import Sheet
from streams.core.notices import Context, Language, Notice, notice
from streams.core.recipients import Recipient
from streams.core.units import Text

SHOWN = 40
"""Alerts told of in one message; of the others only some units are named."""

_URGENCY = {"critical": 0, "warning": 1, "info": 2}
_AND_OTHERS = Text("và {0} đơn vị khác", "and {0} other units")
_FIRING, _RESOLVED = Text("{0} CẢNH BÁO", "{0} ALERTS"), Text("{0} ĐÃ HẾT", "{0} RESOLVED")
_MORE = Text("Còn {0} cảnh báo nữa: {1}", "{0} more: {1}")


class Message(NamedTuple):
    """What is sent: the same alerts to the same recipient have the same `id` each time.

    `thread` is shared by what is said of one alert, from firing to resolution; empty if the message is of several.
    """

    id: str
    thread: str
    subject: str
    text: str
    html: str
    fingerprints: tuple[str, ...]


def message(alerts: Iterable[AlertTransition], recipient: Recipient, context: Context) -> Message:
    """One message about one or more transitions; an alert that fired and was resolved is only said to be over."""
    newest = {(alert.fingerprint, alert.starts_at): alert for alert in sorted(alerts, key=lambda a: a.at)}
    ordered = sorted(newest.values(), key=_order)
    language = recipient.language
    notices = [notice(alert, language, context) for alert in ordered]
    sheet = Sheet(
        subject=" ".join(_subject(notices, language).split()),
        notices=notices[:SHOWN],
        rest=_rest(notices[SHOWN:], language),
        link=context.wall_link(ordered[0], language),
        language=language,
    )
    identity = sorted(f"{alert.fingerprint}/{alert.starts_at}/{alert.state}" for alert in ordered)
    episodes = [f"{fingerprint}/{starts_at}" for fingerprint, starts_at in newest]
    return Message(
        id=_digest(recipient.id, *identity),
        thread=_digest(recipient.id, *episodes) if len(episodes) == 1 else "",
        subject=sheet.subject,
        text=sheet.text(),
        html=sheet.html(),
        fingerprints=tuple(alert.fingerprint for alert in ordered),
    )


def _order(alert: AlertTransition) -> tuple[bool, int, str, float, str]:
    """What fires first, the worst first."""
    urgency = _URGENCY.get(alert.labels.get("severity", ""), len(_URGENCY))
    missed = 0.0 if alert.value is None else abs(alert.value - alert.threshold)
    return alert.state != "firing", urgency, alert.alertname, -missed, alert.labels.get("unit", "")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _subject(notices: Sequence[Notice], language: Language) -> str:
    """One line: what it is, where, how bad."""
    first = notices[0]
    if len(notices) == 1:
        return f"{first.symbol} {first.heading} · {first.summary}"
    firing = [one for one in notices if one.firing]
    counts = [(_FIRING, len(firing)), (_RESOLVED, len(notices) - len(firing))]
    told = ", ".join(text.in_language(language).format(count) for text, count in counts if count)
    conditions = {one.condition for one in firing}
    what = f"{conditions.pop()}: " if len(conditions) == 1 else ""
    return f"{first.symbol} {told} · {what}{_units(firing or notices, 2, language)}"


def _units(notices: Iterable[Notice], shown: int, language: Language) -> str:
    names = list(dict.fromkeys(one.unit for one in notices))
    named, others = ", ".join(names[:shown]), len(names) - shown
    return f"{named} {_AND_OTHERS.in_language(language).format(others)}" if others > 0 else named


def _rest(notices: Sequence[Notice], language: Language) -> str:
    """What is not told of in full."""
    return _MORE.in_language(language).format(len(notices), _units(notices, 10, language)) if notices else ""
