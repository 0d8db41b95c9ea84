"""The folder of a new source: everything that it needs, made up and working, to be changed piece by piece."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ioc.errors import UserError
from producers.files.declaration import File
from producers.files.guess import Guess

_TEMPLATE = Path(__file__).resolve().parent / "template"
_WHAT = "WHAT"
_MADE_UP = File("csv", separator=";")


class NewSourceError(UserError):
    """The folder cannot be made; the message says why."""


def write_source(folder: Path, unit: str, like: Guess | None = None) -> list[Path]:
    """Make the folder of a source that is called as it; returns its files.

    Args:
        folder: where; it must not be there.
        unit: the code of a unit, for the examples.
        like: what a file of the register looks like: its columns are listed, for expressions to be chosen from them.

    Raises:
        NewSourceError: the folder is there already, or cannot be written.
    """
    if folder.exists():
        msg = f"{folder} is there already: choose another name, or remove it"
        raise NewSourceError(msg)
    words = {
        "__NAME__": folder.name,
        "__WHAT__": f"{folder.name.replace('-', '_')}_recorded",
        "__UNIT__": unit,
        "__FILE__": _file_block(folder.name, like),
    }
    try:
        shutil.copytree(_TEMPLATE, folder)
        (folder / f"schemas/updates/{_WHAT}").rename(folder / f"schemas/updates/{words['__WHAT__']}")
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        for path in files:
            text = path.read_text(encoding="utf-8")
            for word, meaning in words.items():
                text = text.replace(word, meaning)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"{folder} cannot be written: {error.strerror}. Set IOC_CONFIG to a folder of your own"
        raise NewSourceError(msg) from error
    return files


def _file_block(name: str, like: Guess | None) -> str:
    file = like.file if like else _MADE_UP
    options = {"format": file.format}
    for key in ("encoding", "separator", "header"):
        if getattr(file, key) != getattr(File(file.format), key):
            options[key] = getattr(file, key)
    lines = ["file:", *(f"  {key}: {json.dumps(value)}" for key, value in options.items())]
    lines.append(f"  # folder: /srv/inbox/{name} # for `ioc produce {name}`")
    if like:
        lines += ["# The file's columns:", *(f"#   '\"{column}\"'" for column in like.columns)]
    return "\n".join(lines)
