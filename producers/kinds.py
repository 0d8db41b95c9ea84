"""Every kind of source by its block: who reads its rows."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ioc.errors import UserError
from producers.files.folder import FolderReader
from producers.pull.reader import PullReader
from producers.reading import Reader
from producers.source import Source
from producers.topics.reader import TopicReader


class NotRunnableError(UserError):
    """The source says what its rows mean, but not where new ones come from."""


def reader_of(
    source: Source, columns: frozenset[str], bootstrap: str, environment: Mapping[str, str] = os.environ
) -> Reader:
    """What reads a source for `ioc produce`.

    Args:
        source: says where.
        columns: those that its expressions name.
        bootstrap: the monitor's own Kafka.
        environment: holds the keys that it needs.

    Raises:
        UserError: its place cannot be used.
    """
    if source.file is not None and source.file.folder:
        return FolderReader(source.file, columns)
    if source.topic is not None:
        return TopicReader(source.topic, bootstrap, columns)
    if source.http_pull is not None:
        return PullReader(source, environment)
    msg = (
        f"the source {source.name} has no place to be read from: give its file a folder to watch,"
        f" or send one file with `ioc import FILE --source {source.name}`"
    )
    raise NotRunnableError(msg)
