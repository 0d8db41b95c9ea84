"""The files of the schemas' folder as checks read them: with the lines that problems point to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from config.documents import Document, read
from config.problems import Problem
from schemas.registry import schema_files, type_version
from schemas.subset import check_schema

_FOLDER = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class SchemaFile(NamedTuple):
    """One schema that is right in itself."""

    path: Path
    document: Document
    schema: Mapping[str, Any]

    @property
    def type(self) -> str:
        """CloudEvents' name of the type."""
        stream, what, version = self.path.parts[-4:-1]
        return f"vn.ioc.{stream}.{what}.{version}"

    def problem(self, location: tuple[str, ...], message: str, hint: str) -> Problem:
        """A problem at a place of the schema."""
        return self.document.problem(location, message, hint)


def read_schemas(folder: Path) -> tuple[list[SchemaFile], list[Problem]]:
    """Every sound schema below a folder, and the problems of the others."""
    sound: list[SchemaFile] = []
    problems: list[Problem] = list(_strays(folder))
    for path in schema_files(folder):
        document, found = _document(path)
        if document is not None:
            found += _mistakes(path, document)
            if not found:
                sound.append(SchemaFile(path, document, document.value))
        problems += found
    if not sound and not problems:
        hint = "Schemas lie in <stream>/<what_happened>/v<n>/schema.json."
        problems.append(Problem(shown(folder), 0, "there is no schema in this folder", hint))
    return sound, problems


def shown(path: Path) -> str:
    """A path as a person at the terminal would type it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _document(path: Path) -> tuple[Document | None, list[Problem]]:
    """The file with its lines. JSON is nearly a subset of YAML: that reader knows lines, this one what JSON is."""
    document, problems = read(path, shown(path))
    try:
        json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        return None, [
            Problem(shown(path), error.lineno, f"this is not JSON: {error.msg}", "Mend the text there.")
        ]
    except (UnicodeDecodeError, RecursionError, OSError):
        return None, problems
    return document, problems


def _mistakes(path: Path, document: Document) -> list[Problem]:
    problems = [
        document.problem(mistake.location, f"{mistake.pointer or '/'}: {mistake.message}", mistake.hint)
        for mistake in check_schema(document.value)
    ]
    stream, what = path.parts[-4:-2]
    for name in (stream, what):
        if not _FOLDER.fullmatch(name):
            message = f"the folder {name} is not in lower_snake_case"
            problems.append(document.problem((), message, "Rename it."))
    version = document.value.get("version") if isinstance(document.value, dict) else None
    if isinstance(version, str) and version.partition(".")[0] != str(type_version(path)):
        hint = f"Write {type_version(path)}.0, or move the schema to the folder of its type version."
        problems.append(
            document.problem(("version",), f"version {version} is not of {path.parent.name}", hint)
        )
    return problems


def _strays(folder: Path) -> Iterator[Problem]:
    """Folders where a schema should be and is not."""
    for version in sorted(folder.glob("*/*/*/")):
        if version.name.startswith(("_", ".")) or not version.is_dir():
            continue
        if not re.fullmatch("v[1-9][0-9]{0,2}", version.name):
            yield Problem(
                shown(version), 0, f"{version.name} is no type version", "Name the folder v1, v2, ..."
            )
        elif not (version / "schema.json").is_file():
            yield Problem(shown(version), 0, "schema.json is missing", "Add it, or remove the folder.")
