"""The two languages of the dashboards: every word is written twice in the source and once in each built file."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["vi", "en"]

LANGUAGES: tuple[Language, ...] = ("vi", "en")
"""Vietnamese first: it is the one that an address without a language gets."""


class Say(NamedTuple):
    """Chooses between the words of the two languages: `say("Hồ sơ", "Dossiers")`."""

    language: Language

    def __call__(self, vi: str, en: str) -> str:
        """The words in this language."""
        return en if self.language == "en" else vi

    def uid(self, name: str) -> str:
        """The uid of a dashboard: the plain name is the Vietnamese one."""
        return name if self.language == "vi" else f"{name}-{self.language}"
