"""How far an import has come, on disk: written only after the broker has acknowledged everything up to there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from ioc.errors import UserError
from producers.source import Source
from producers.summary import Tally


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
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Checkpoint)
        except FileNotFoundError:
            return Checkpoint(Tally())
        except (OSError, msgspec.DecodeError) as error:
            msg = f"{self.path}: unreadable checkpoint ({error}): remove it and import again; nothing is counted twice"
            raise CheckpointError(msg) from error

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace the checkpoint as a whole, also when the machine stops in between.

        Raises:
            CheckpointError: the folder cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = self.path.with_suffix(".new")
            with new.open("wb") as out:
                out.write(msgspec.json.encode(checkpoint))
                out.flush()
                os.fsync(out.fileno())
            new.replace(self.path)
        except OSError as error:
            msg = f"{self.path}: the checkpoint cannot be written: {error.strerror}; set IOC_DATA to a folder that can"
            raise CheckpointError(msg) from error
