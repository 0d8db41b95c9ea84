"""A Java server's jars: pinned with their checksums in a lock file, fetched once through jgo, then offline.

The lock file is jgo's own format. Fetching goes by the lock alone: exact versions, no resolution, and a jar
whose SHA-256 differs is refused.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ioc.embedded.errors import JarsError

_AT_ONCE = 8  # downloads; more only queue at the repository


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked artifact; `sha256` in hexadecimal."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def filename(self) -> str:
        """Its name in the cache, the one Maven gives it."""
        return f"{self.artifact}-{self.version}.jar"


def cache_folder() -> Path:
    """The user's cache folder for this project."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ioc-monitor"


def read_lock(lock: Path) -> tuple[Jar, ...]:
    """The jars that a lock file pins, in class path order."""
    entries = tomllib.loads(lock.read_text(encoding="utf-8"))["dependencies"]
    return tuple(Jar(e["groupId"], e["artifactId"], e["version"], e["sha256"]) for e in entries)


def write_lock(lock: Path, coordinates: tuple[str, ...]) -> None:
    """Resolve Maven coordinates (group:artifact:version) anew and pin all that they need at run time."""
    from jgo.env import LockFile
    from jgo.maven import MavenContext
    from jgo.parse import Coordinate

    maven = MavenContext()
    wanted, needed = maven.resolver.resolve(
        [maven.create_dependency(Coordinate.parse(c)) for c in coordinates]
    )
    at_run_time = [dependency for dependency in needed if dependency.scope in ("compile", "runtime")]
    LockFile.from_resolved_dependencies([*wanted, *at_run_time]).save(lock)


def fetch(lock: Path, folder: Path) -> list[Path]:
    """The jars of the lock file, as files in `folder`; those that are missing are downloaded first.

    A jar gets its name only when it is whole and right, so an interrupted fetch leaves nothing wrong behind
    and several may run at once.

    Raises:
        JarsError: a jar can neither be found here nor downloaded, or is not what the lock file says.
    """
    jars = read_lock(lock)
    missing = [jar for jar in jars if not (folder / jar.filename).exists()]
    if missing:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as landing, ThreadPoolExecutor(_AT_ONCE) as threads:
                list(threads.map(lambda jar: _download(jar, Path(landing), folder), missing))
        except OSError as error:  # requests' errors are OSErrors too
            msg = (
                f"{len(missing)} jars of {lock.name} are not in {folder} yet and cannot be fetched: {error}. "
                "They come from Maven Central, once: connect to the network and try again"
            )
            raise JarsError(msg) from error
    return [folder / jar.filename for jar in jars]


def _download(jar: Jar, landing: Path, folder: Path) -> None:
    from jgo.constants import default_maven_repo
    from jgo.maven import MavenContext

    maven = MavenContext(repo_cache=landing / "maven", local_repos=[default_maven_repo()], timeout=60)
    try:
        source = maven.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
    except RuntimeError as error:
        msg = f"{jar.group}:{jar.artifact}:{jar.version} cannot be fetched: {error}"
        raise JarsError(msg) from error
    found = hashlib.sha256(source.read_bytes()).hexdigest()
    if found != jar.sha256:
        msg = (
            f"{source} has the SHA-256 {found}, but {jar.sha256} is locked: "
            "remove the file if it is in ~/.m2, else do not trust the repository"
        )
        raise JarsError(msg)
    copy = landing / jar.filename
    shutil.copyfile(source, copy)
    copy.replace(folder / jar.filename)
