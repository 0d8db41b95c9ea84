"""A message set out to be read: plain text, and HTML of tables and inline styles, which is what mail programs know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from operator import attrgetter

from streams.core.notices import Language, Notice
from streams.core.units import Text

_WALL = Text("Xem trên màn hình giám sát", "See it on the wall")
_CODE = Text("Mã cảnh báo", "Alert code")
_TO_DO = Text("Việc cần làm", "What to do")
_FACTS = (
    (Text("Đơn vị", "Unit"), attrgetter("place")),
    (Text("Chịu trách nhiệm", "In charge"), attrgetter("in_charge")),
    (Text("Số liệu", "Figure"), attrgetter("figure")),
    (Text("Ngưỡng cảnh báo", "Alert when"), attrgetter("threshold")),
    (Text("Từ lúc", "Since"), attrgetter("since")),
    (Text("Đến lúc", "Until"), attrgetter("until")),
)

_COLOURS = {"critical": "#b3261e", "warning": "#b25a00", "info": "#1f5fa8"}
_RESOLVED = "#2e6b34"
_INK, _FAINT, _PAPER, _GROUND, _LINE = "#1a1c1e", "#5b6066", "#ffffff", "#eef0f2", "#dfe2e5"
_FONT = "font-family:'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_BUTTON = "#1f5fa8"
_SMALL = f"font-size:12px;color:{_FAINT}"
_PLAIN = 'role="presentation" cellpadding="0" cellspacing="0"'


@dataclass(frozen=True)
class Sheet:
    """What a message says, in the order in which it is read."""

    subject: str
    notices: Sequence[Notice]
    rest: str
    """About the alerts for which there was no room, or empty."""
    link: str
    language: Language

    def text(self) -> str:
        """Plain text."""
        if len(self.notices) == 1:
            [one] = self.notices
            facts = [*self._facts(one), (self._say(_TO_DO), one.advice)]
            told = ["\n".join(f"{label}: {value}" for label, value in facts)]
            codes = one.fingerprint
        else:
            told = [self._lines(section) for section in self._sections()]
            codes = ", ".join(one.fingerprint for one in self.notices)
        end = f"{self._say(_WALL)}: {self.link}\n{self._say(_CODE)}: {codes}\n"
        return "\n\n".join(part for part in (self.subject, *told, self.rest, end) if part)

    def html(self) -> str:
        """A whole document; every word that comes from outside is escaped."""
        single = len(self.notices) == 1
        told = self._card(self.notices[0]) if single else "".join(map(self._table, self._sections()))
        rest = f'<p style="margin:0 0 16px;color:{_FAINT}">{escape(self.rest)}</p>' if self.rest else ""
        return (
            f'<!DOCTYPE html><html lang="{self.language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{escape(self.subject)}</title></head>"
            f'<body style="margin:0;background:{_GROUND};color:{_INK};{_FONT};font-size:16px;line-height:1.45">'
            f'<table {_PLAIN} width="100%"><tr><td align="center" style="padding:24px 12px">'
            f'<table {_PLAIN} width="100%" style="max-width:600px;text-align:left"><tr><td>'
            f"{told}{rest}"
            f'<a href="{escape(self.link)}" style="display:inline-block;padding:10px 18px;border-radius:6px;'
            f'background:{_BUTTON};color:{_PAPER};text-decoration:none">{escape(self._say(_WALL))}</a>'
            "</td></tr></table></td></tr></table></body></html>\n"
        )

    def _say(self, text: Text) -> str:
        return text.in_language(self.language)

    def _facts(self, one: Notice) -> list[tuple[str, str]]:
        rows = [(self._say(label), str(get(one))) for label, get in _FACTS]
        return [(label, value) for label, value in rows if value]

    def _sections(self) -> Iterator[list[Notice]]:
        """The notices that say the same of different units."""
        for _, section in groupby(self.notices, key=lambda one: (one.firing, one.severity, one.condition)):
            yield list(section)

    def _lines(self, section: list[Notice]) -> str:
        first = section[0]
        rows = [f"- {one.place}: {one.figure}, {one.until or one.since}" for one in section]
        advice = [f"{self._say(_TO_DO)} ({first.unit}): {first.advice}"] if first.firing else []
        return "\n".join([f"{first.symbol} {first.heading} · {first.condition}", *rows, *advice])

    def _card(self, one: Notice) -> str:
        facts = "".join(
            f'<tr><td style="padding:3px 16px 3px 0;color:{_FAINT};white-space:nowrap;vertical-align:top">'
            f'{escape(label)}</td><td style="padding:3px 0;width:100%">{escape(value)}</td></tr>'
            for label, value in self._facts(one)
        )
        return _framed(
            one,
            one.summary,
            f'<table {_PLAIN} style="font-size:15px">{facts}</table>'
            f"{_ruled(self._say(_TO_DO), one.advice)}"
            f'<div style="margin:12px 0 0;{_SMALL}">{escape(self._say(_CODE))}: {escape(one.fingerprint)}</div>',
        )

    def _table(self, section: list[Notice]) -> str:
        first = section[0]
        rows = "".join(
            f'<tr><td style="padding:6px 16px 6px 0;vertical-align:top">{escape(one.unit)}'
            f'<div style="{_SMALL}">{escape(one.fingerprint)}</div></td>'
            f'<td align="right" style="padding:6px 0;white-space:nowrap;vertical-align:top">'
            f"<strong>{escape(one.figure)}</strong>"
            f'<div style="{_SMALL}">{escape(one.until or one.since)}</div></td></tr>'
            for one in section
        )
        advice = _ruled(f"{self._say(_TO_DO)} ({first.unit})", first.advice) if first.firing else ""
        table = f'<table {_PLAIN} width="100%" style="font-size:15px">{rows}</table>'
        return _framed(first, first.condition, table + advice)


def _framed(one: Notice, title: str, inside: str) -> str:
    colour = _COLOURS.get(one.severity, _COLOURS["warning"]) if one.firing else _RESOLVED
    return (
        f'<table {_PLAIN} width="100%" style="margin:0 0 16px;background:{_PAPER};border:1px solid {_LINE};'
        f'border-left:6px solid {colour};border-radius:6px"><tr><td style="padding:16px 20px">'
        f'<div style="font-size:14px;font-weight:700;letter-spacing:.04em;color:{colour}">{escape(one.heading)}</div>'
        f'<div style="margin:4px 0 12px;font-size:20px;line-height:1.3;font-weight:600">{escape(title)}</div>'
        f"{inside}</td></tr></table>"
    )


def _ruled(label: str, words: str) -> str:
    return (
        f'<div style="margin:12px 0 0;padding:12px 0 0;border-top:1px solid {_LINE};font-size:15px">'
        f"<strong>{escape(label)}:</strong> {escape(words)}</div>"
    )
