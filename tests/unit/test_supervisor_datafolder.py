"""Who runs on a data folder: one at a time, findable, and free again whatever ended it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ioc.datafolder import DataFolderError, InUseError, Running, current_settings, lock, running

HOLD = """
import os, pathlib, subprocess, sys, time
from ioc.datafolder import DataFolderError, InUseError, Running, current_settings, lock, running
with lock(pathlib.Path(sys.argv[1])) as held:
    if len(sys.argv) > 2:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.5)"], pass_fds=(held.descriptor,),
                         stdout=subprocess.DEVNULL)
    print("held", flush=True)
    time.sleep(600)
"""


def hold(folder: Path, *more: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), *more], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_what_runs_can_be_found_by_others_until_it_ends(tmp_path: Path) -> None:
    assert running(tmp_path / "var") is None
    with lock(tmp_path / "var") as held:
        assert running(tmp_path / "var") == Running(os.getpid())
        full = Running(
            os.getpid(), "127.0.0.1:9092", "http://default@127.0.0.1:8123", "http://127.0.0.1:8088"
        )
        held.publish(full)
        assert running(tmp_path / "var") == full
    assert running(tmp_path / "var") is None
    with lock(tmp_path / "var"):
        pass


def test_a_second_one_is_refused_and_told_the_first_ones_process(tmp_path: Path) -> None:
    with hold(tmp_path) as first:
        with pytest.raises(InUseError, match=f"in use by process {first.pid}"), lock(tmp_path):
            pass
        first.kill()
    with lock(tmp_path):
        pass


def test_the_lock_is_waited_for_while_the_programs_of_a_killed_one_are_ended(tmp_path: Path) -> None:
    with hold(tmp_path, "with a program that outlives it") as first:
        first.kill()
    assert running(tmp_path) == Running(first.pid)
    with lock(tmp_path):
        assert running(tmp_path) == Running(os.getpid())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderError, match=r"file/var cannot be used: Not a directory.*IOC_DATA"):
        lock(tmp_path / "file" / "var").__enter__()


def test_commands_find_what_runs_unless_the_environment_says_otherwise(tmp_path: Path) -> None:
    environ = {"IOC_DATA": str(tmp_path)}
    before = current_settings(environ)
    with lock(tmp_path) as held:
        held.publish(
            Running(os.getpid(), "127.0.0.1:9093", "http://default@127.0.0.1:8124", "http://127.0.0.1:8089")
        )
        found = current_settings(environ)
        told = current_settings(environ | {"IOC_KAFKA": "broker:9092", "IOC_WALL_PORT": "80"})
    assert (found.kafka, found.clickhouse, found.wall_port) == (
        "127.0.0.1:9093",
        "http://default@127.0.0.1:8124",
        8089,
    )
    assert (told.kafka, told.wall_port) == ("broker:9092", 80)
    assert current_settings(environ) == before
