"""The ways on which a dossier comes in: their words and their calm colours, since a channel is nothing abnormal."""

from __future__ import annotations

from dashboards.language import Say
from dashboards.model import Field
from dashboards.panels import fixed_color

_CHANNELS = (
    ("online", "Trực tuyến", "Online", "blue"),
    ("direct", "Trực tiếp", "Direct", "#8d96a0"),
    ("post", "Bưu chính", "Post", "#b9a37c"),
)
_OTHER = ("Khác", "Other", "#a08bb0")


def columns(say: Say, figure: str = "numerator") -> str:
    """SQL: a sum of `figure` for each channel, named in this language; what has no channel is among the others."""
    names = ", ".join(f"'channel={channel}'" for channel, *_ in _CHANNELS)
    known = [
        f"sumIf({figure}, dims = 'channel={name}') AS \"{say(vi, en)}\"" for name, vi, en, _ in _CHANNELS
    ]
    others = f'sumIf({figure}, dims NOT IN ({names})) AS "{say(*_OTHER[:2])}"'
    return ",\n        ".join([*known, others])


def words(say: Say) -> dict[str, str]:
    """SQL: the arrays with which `transform(dims, ...)` puts words in place of channels, and the word for the rest."""
    keys = ", ".join(f"'channel={name}'" for name, *_ in _CHANNELS)
    texts = ", ".join(f"'{say(vi, en)}'" for _, vi, en, _ in _CHANNELS)
    return {"channel_keys": f"[{keys}]", "channel_words": f"[{texts}]", "other": say(*_OTHER[:2])}


def colors(say: Say) -> dict[str, Field]:
    """The overrides that give each channel's column its colour."""
    return {
        say(vi, en): Field(color=fixed_color(color))
        for vi, en, color in (*(c[1:] for c in _CHANNELS), _OTHER)
    }
