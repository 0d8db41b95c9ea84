"""Numbers as people read them: 1.234,5 in Vietnamese, 1,234.5 in English."""

from __future__ import annotations

_VIETNAMESE = str.maketrans(",.", ".,")


def number(value: float | None, language: str, *, percent: bool = False) -> str:
    """A number in words of the language; whole numbers without decimals, others with two at most; `–` for none."""
    if value is None:
        return "–"
    scaled = value * 100 if percent else value
    text = f"{scaled:,.2f}".rstrip("0").rstrip(".")
    if language == "vi":
        text = text.translate(_VIETNAMESE)
    return f"{text}%" if percent else text
