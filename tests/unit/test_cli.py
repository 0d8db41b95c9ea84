"""The command as a person meets it: help, examples, messages and exit statuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ioc.cli import Commands, app
from ioc.errors import UserError

RUN = CliRunner()


def commands(group: typer.core.TyperGroup, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    """Every command and its help, by the words one types."""
    found: dict[tuple[str, ...], str] = {}
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            found |= commands(command, (*path, name))
        else:
            found[*path, name] = command.help or ""
    return found


ALL = commands(typer.main.get_group(app))


@pytest.mark.parametrize("words", ALL)
def test_every_command_has_an_example_of_itself(words: tuple[str, ...]) -> None:
    assert f"Example: ioc {' '.join(words)}" in " ".join(ALL[words].split())
    shown = RUN.invoke(app, [*words, "--help"])
    assert shown.exit_code == 0
    assert "Example: ioc" in shown.output


def test_help_names_every_command_and_what_it_does() -> None:
    shown = RUN.invoke(app, ["--help"])
    assert "..." not in shown.output.partition("Commands:")[2]
    for words in ALL:
        assert f"  {words[0]} " in shown.output


def test_version_for_people_and_for_scripts() -> None:
    assert "ioc-monitor" in RUN.invoke(app, ["version"]).output
    assert json.loads(RUN.invoke(app, ["version", "--json"]).output)["ioc-monitor"]


def failing(error: Exception) -> typer.Typer:
    failing_app = typer.Typer(cls=Commands, pretty_exceptions_enable=False)

    @failing_app.callback()
    def options(debug: bool = False) -> None: ...

    @failing_app.command()
    def fail() -> None:
        raise error

    return failing_app


class TwoError(UserError):
    exit_status = 2


@pytest.mark.parametrize(
    ("error", "status"), [(UserError("no such file: x. Name another"), 1), (TwoError("y"), 2)]
)
def test_a_users_mistake_is_a_message_and_a_status(error: UserError, status: int) -> None:
    result = RUN.invoke(failing(error), ["fail"])
    assert result.exit_code == status
    assert result.stderr == f"error: {error}\n"
    assert result.stdout == ""


def test_debug_lets_the_traceback_through() -> None:
    result = RUN.invoke(failing(UserError("x")), ["--debug", "fail"])
    assert isinstance(result.exception, UserError)


def test_our_own_mistake_is_not_hidden() -> None:
    assert isinstance(RUN.invoke(failing(KeyError("x")), ["fail"]).exception, KeyError)


def test_check_passes_the_shipped_configuration() -> None:
    result = RUN.invoke(app, ["check"])
    assert result.exit_code == 0, result.output
    assert "everything is right" in result.stdout


def test_check_lists_mistakes_with_file_line_and_advice(tmp_path: Path) -> None:
    units = tmp_path / "units" / "x.yaml"
    units.parent.mkdir()
    units.write_text("province:\n  code: [\n", encoding="utf-8")
    (tmp_path / "stray.yaml").write_text("a: 1\n", encoding="utf-8")
    result = RUN.invoke(app, ["check", "--config", str(tmp_path)])
    assert result.exit_code == 2
    assert re.search(r"x\.yaml:\d+: ", result.stderr)
    assert "stray.yaml: nothing reads this file" in result.stderr
    listed = json.loads(RUN.invoke(app, ["check", "--config", str(tmp_path), "--json"]).stdout)
    assert {Path(problem["file"]).name for problem in listed} >= {"x.yaml", "stray.yaml"}


def test_push_asks_which_grafana(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IOC_GRAFANA_URL", raising=False)
    result = RUN.invoke(app, ["dashboards", "push"])
    assert result.exit_code == 2
    assert "Set IOC_GRAFANA_URL" in result.stderr


def test_a_missing_register_is_named_before_a_broker_is_asked(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["import", str(tmp_path / "none.csv"), "--source", "receipt"])
    assert result.exit_code == 1
    assert "none.csv: there is no such file" in result.output


def test_a_store_that_is_away_is_one_line_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IOC_DATA", str(tmp_path))
    monkeypatch.setenv("IOC_CLICKHOUSE", "http://127.0.0.1:1")
    result = RUN.invoke(app, ["audit"])
    assert result.exit_code == 1
    assert "no ClickHouse answers at http://127.0.0.1:1: start one (ioc up)" in result.output
