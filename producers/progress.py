"""The progress bar of an import."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from producers.importer import Progress


class ImportBar:
    """Rows, rate and time remaining on a terminal; an instance is the `progress` of `import_file`."""

    def __init__(self, title: str, console: Console | None = None) -> None:
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rows]:,} rows"),
            TextColumn("{task.fields[rate]:,.0f}/s"),
            TimeElapsedColumn(),
            TextColumn("remaining"),
            TimeRemainingColumn(),
            console=console or Console(stderr=True),
        )
        self._task = self._bar.add_task(title, total=None, rows=0, rate=0.0)

    def __call__(self, progress: Progress) -> None:
        """Show how far the reading is."""
        elapsed = self._bar.tasks[0].elapsed or 0.0
        self._bar.update(
            self._task,
            total=progress.size,
            completed=progress.position,
            rows=progress.rows,
            rate=progress.rows / elapsed if elapsed else 0.0,
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
