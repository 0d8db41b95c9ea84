"""All dashboards as they are shown: those that are committed, read back, and those of a configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.language import LANGUAGES, Language, Say
from dashboards.model import Json

FOLDER = Path(__file__).parent / "json"
PLAYLIST = (
    "ioc-overview",
    "ioc-deadlines",
    "ioc-services",
    "ioc-payments",
    "ioc-records",
    "ioc-history",
    "ioc-index",
    "ioc-data",
)
"""The plain uids of those made in Python, in the order of the playlist; the first is home. Declared ones follow."""


@dataclass(frozen=True)
class Shipped:
    """Every dashboard in every language, by plain uid and language, in the order of the playlist."""

    dashboards: Mapping[tuple[str, Language], Json]

    @property
    def playlist(self) -> tuple[str, ...]:
        """The plain uids; the first is home."""
        return tuple(dict.fromkeys(uid for uid, _ in self.dashboards))

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Shipped:
        """Read the files of a folder.

        Raises:
            FileNotFoundError: one of the playlist, or of another dashboard in some language, was not built.
        """
        others = {plain(path.stem) for path in folder.glob("*.json")} - set(PLAYLIST)
        return cls(
            {
                (uid, language): json.loads(
                    (folder / f"{Say(language).uid(uid)}.json").read_text(encoding="utf-8")
                )
                for uid in (*PLAYLIST, *sorted(others))
                for language in LANGUAGES
            }
        )

    def get(self, uid: str, language: Language) -> Json | None:
        """The dashboard in this language, whatever language the uid is of; None: there is no such dashboard."""
        return self.dashboards.get((plain(uid), language))

    def in_language(self, language: Language) -> Iterator[Json]:
        """The playlist."""
        return (self.dashboards[uid, language] for uid in self.playlist)


def plain(uid: str) -> str:
    """The uid without its language."""
    for language in LANGUAGES:
        uid = uid.removesuffix(f"-{language}")
    return uid


def panel(dashboard: Json, number: int) -> Json | None:
    """A panel by its id."""
    panels: list[Any] = dashboard["panels"]
    return next((one for one in panels if one["id"] == number), None)
