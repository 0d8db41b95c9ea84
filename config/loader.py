"""The whole configuration from its folder, or every mistake in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from config.builders import sources, units
from config.documents import read
from config.problems import ConfigurationError, Problem
from config.shapes import Sheet, shape
from producers.source import Source
from streams.core.units import Units

Built = TypeVar("Built")
Builder = Callable[[Sequence[Sheet], bool], tuple[Built, list[Problem]]]
"""Makes definitions of the files of one part; the flag says whether all of its files could be read."""


@dataclass(frozen=True)
class Configuration:
    """What the monitor is told; every name in it has been checked against the others."""

    units: Units
    sources: Mapping[str, Source]


def load(folder: Path) -> Configuration:
    """Read and check every file of a configuration.

    Raises:
        ConfigurationError: with every problem found in any file.
    """
    reader = _Reader(folder)
    configuration = Configuration(
        units=reader.part("units/*.yaml", "units", units.build),
        sources=reader.part("sources/*.yaml", "source", sources.build),
    )
    reader.finish()
    return configuration


class _Reader:
    """Reads the files part by part and gathers the problems of all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[Path] = set()
        self._problems: list[Problem] = []

    def part(self, pattern: str, schema: str, build: Builder[Built]) -> Built:
        """What `build` makes of the files of a part, whose shape a schema in config/formats describes."""
        paths = sorted(self._folder.glob(pattern))
        self._read.update(paths)
        sheets = []
        for path in paths:
            document, problems = read(path, _shown(path))
            self._problems += problems
            if document:
                sheets.append(shape(document, schema))
                self._problems += sheets[-1].problems
        built, problems = build(sheets, len(sheets) == len(paths))
        self._problems += problems
        if not paths:
            self._missing(pattern)
        return built

    def finish(self) -> None:
        """Look for files that no part has read.

        Raises:
            ConfigurationError: there were problems.
        """
        for path in sorted(self._folder.rglob("*.y*ml")):
            if path not in self._read:
                hint = "Files end in .yaml and lie where docs/configuration.md says."
                self._problems.append(Problem(_shown(path), 0, "nothing reads this file", hint))
        if self._problems:
            raise ConfigurationError(self._problems)

    def _missing(self, pattern: str) -> None:
        if self._folder.is_dir():
            hint = "docs/configuration.md shows an example."
            self._problems.append(Problem(_shown(self._folder / pattern), 0, "there is no such file", hint))
        else:
            hint = "Name the folder of the configuration in IOC_CONFIG."
            self._problems.append(Problem(_shown(self._folder), 0, "there is no such folder", hint))


def _shown(path: Path) -> str:
    """A path as a person at the terminal would type it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
