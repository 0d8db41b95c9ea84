"""How far a producer has come, on disk: written only after the broker has acknowledged everything up to there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec

from ioc.errors import UserError
from producers.source import Source
from producers.summary import Tally

Kept = TypeVar("Kept", bound=msgspec.Struct)


class CheckpointError(UserError):
    """The checkpoint cannot be read or written."""


class Checkpoint(msgspec.Struct):
    """The tally up to an acknowledged row, and whether that was the last one."""

    tally: Tally
    finished: bool = False


class CheckpointFile:
    """Where one import of one file keeps its checkpoint.

    The name holds what the import is: the file's content, the source as it is declared now, and the cluster. A mended
    source, a changed file or an empty cluster is therefore another import, which begins at the beginning.
    """

    def __init__(self, folder: Path, register: Path, source: Source, cluster: str) -> None:
        with register.open("rb") as content:
            identity = hashlib.file_digest(content, "sha256")
        identity.update(msgspec.json.encode(source))
        identity.update(cluster.encode())
        self.path = folder / f"{source.name}-{identity.hexdigest()[:16]}.json"

    def load(self) -> Checkpoint:
        """The last checkpoint, or that of an import which has not begun.

        Raises:
            CheckpointError: there is one, and it is unreadable.
        """
        return load_json(self.path, Checkpoint) or Checkpoint(Tally())

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace the checkpoint as a whole, also when the machine stops in between.

        Raises:
            CheckpointError: the folder cannot be written.
        """
        save_json(self.path, checkpoint)


def load_json(path: Path, kind: type[Kept]) -> Kept | None:
    """What was saved there; None if nothing was.

    Raises:
        CheckpointError: it is unreadable.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        msg = f"{path}: unreadable checkpoint ({error}): remove it and start again; nothing is counted twice"
        raise CheckpointError(msg) from error


def save_json(path: Path, kept: msgspec.Struct) -> None:
    """Replace a file as a whole, also when the machine stops in between.

    Raises:
        CheckpointError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        with new.open("wb") as out:
            out.write(msgspec.json.encode(kept))
            out.flush()
            os.fsync(out.fileno())
        new.replace(path)
    except OSError as error:
        msg = f"{path}: the checkpoint cannot be written: {error.strerror}; set IOC_DATA to a folder that can"
        raise CheckpointError(msg) from error
