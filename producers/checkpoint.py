"""Small files that say how far something has come, replaced as a whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import msgspec

from ioc.errors import UserError

Kept = TypeVar("Kept", bound=msgspec.Struct)


class CheckpointError(UserError):
    """The checkpoint cannot be read or written."""


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
