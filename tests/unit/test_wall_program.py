"""The wall's server as the supervisor runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from urllib.request import urlopen

COMMAND = [sys.executable, "-m", "wall.server"]
NO_STORE = {"IOC_CLICKHOUSE": "http://127.0.0.1:9"}


def test_it_says_where_it_listens_serves_and_ends_at_sigterm() -> None:
    environment = os.environ | NO_STORE | {"IOC_WALL_HOST": "127.0.0.1", "IOC_WALL_PORT": "0"}
    with subprocess.Popen(COMMAND, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        word, _, address = server.stdout.readline().strip().partition(" ")
        assert word == "ready"
        with urlopen(f"http://{address}/healthz") as answer:  # our own address
            assert answer.read() == b"ok\n"
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = os.environ | NO_STORE | {"IOC_WALL_HOST": "127.0.0.1", "IOC_WALL_PORT": port}
        done = subprocess.run(
            COMMAND, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert f"cannot listen at 127.0.0.1:{port}" in done.stderr
    assert "IOC_WALL_PORT" in done.stderr
    assert "Traceback" not in done.stderr
