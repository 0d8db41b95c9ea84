"""docs/add-a-source.md, followed literally: every block is pasted into a shell, every answer is what the page says."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from ioc.datafolder import running
from ioc.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.slow]

PAGE = Settings.config.parent / "docs/add-a-source.md"
BLOCK = re.compile(r"^```(\w+)( background)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    language: str
    background: bool
    text: str


class Shell:
    """A terminal in a folder of its own, and the others that the page asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.others: list[subprocess.Popen[bytes]] = []
        programs = folder / "bin"
        programs.mkdir()
        command = programs / "ioc"
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -m ioc "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        shutil.copytree(
            Settings.config, folder / "config", ignore=shutil.ignore_patterns("*.py", "__pycache__")
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith("IOC_")}
        self.environment = environment | {
            "PATH": f"{programs}:{environment['PATH']}",
            "PYTHONPATH": str(PAGE.parents[1]),
            "IOC_CONFIG": "my-province",
            "COLUMNS": "200",
        }

    def run(self, text: str) -> str:
        ran = subprocess.run(
            ["bash", "-c", text],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in ran.stdout, ran.stdout
        return ran.stdout

    def start(self, text: str) -> None:
        log = self.folder / f"{len(self.others)}.log"
        with log.open("wb") as output:
            text = text.replace("ioc up", "ioc up --port 0")  # other tests may have the usual one
            self.others.append(
                subprocess.Popen(
                    ["bash", "-c", re.sub(r"^(ioc )", r"exec \1", text, flags=re.MULTILINE)],
                    cwd=self.folder,
                    env=self.environment,
                    stdout=output,
                    stderr=output,
                )
            )
        said = "The wall: http://" if "ioc up" in text else "ready"
        self.until([said], lambda: log.read_text(encoding="utf-8"))

    def until(self, words: list[str], say: Callable[[], str], timeout_seconds: float = 120) -> None:
        """What the page shows is shown, if need be after some tries: figures take their seconds."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            said = say()
            absent = [word for word in words if word not in said]
            if not absent:
                return
            assert time.monotonic() < deadline, f"{absent} not in {said}"
            time.sleep(0.5)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path)
    yield made
    for other in reversed(made.others):
        other.send_signal(signal.SIGTERM)
    for other in reversed(made.others):
        assert other.wait(60) == 0


def test_the_page_is_true(shell: Shell) -> None:
    blocks = [Block(*found) for found in BLOCK.findall(PAGE.read_text(encoding="utf-8"))]
    assert {block.language for block in blocks} == {"sh", "text"}
    for block, answer in zip_longest(blocks, blocks[1:]):
        if block.background:
            shell.start(block.text)
        elif block.language == "sh":
            expected = answer.text.splitlines() if answer and answer.language == "text" else []
            shell.until(expected or [""], partial(shell.run, block.text))
    monitor = running(shell.folder / "var")
    assert monitor
    dashboard = requests.get(f"{monitor.wall}/api/dashboards/ioc-household-business", timeout=30)
    assert "household_capital" in dashboard.text
