"""Ports: the preferred one when it is free, else the next."""

from __future__ import annotations

import socket

import pytest

from ioc.ports import PortTakenError, any_free, choose, free

HOST = "127.0.0.1"


def test_a_free_port_is_kept_and_a_taken_one_passed_over() -> None:
    with socket.create_server((HOST, 0)) as server:
        taken = server.getsockname()[1]
        assert not free(HOST, taken)
        assert choose(HOST, taken) > taken
    assert choose(HOST, taken) == taken


def test_any_free_port_can_be_listened_on() -> None:
    with socket.create_server((HOST, any_free(HOST))):
        pass


def test_no_free_port_says_where_it_looked() -> None:
    with socket.create_server((HOST, 0)) as server:
        taken = server.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"no free port on {HOST} from {taken} on"):
            choose(HOST, taken, tries=1)
