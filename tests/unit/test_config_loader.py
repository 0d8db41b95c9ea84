import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config.builders import dashboards
from config.documents import parse
from config.loader import load
from config.problems import ConfigurationError
from config.shapes import Sheet, Sheets, shape
from ioc.settings import Settings
from producers.source import KINDS
from tests.fixtures.configuration import REGISTRY, SMALL, edited, problems, write

SHIPPED = Settings().config


def test_the_small_configuration_of_these_tests_has_no_mistakes(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


def test_the_shipped_configuration_has_no_mistakes_and_what_it_must_have() -> None:
    configuration = load(SHIPPED)
    assert not configuration.units.provinces["receipt"].live
    assert {
        "online_filing_rate",
        "on_time_settlement",
        "overdue_backlog",
        "online_payment_rate",
        "records_cleaned",
    } <= configuration.indicators.keys()
    assert {rule.labels["stream"] for rule in configuration.alerts} <= set(configuration.registry.streams)


def test_mistakes_of_all_files_are_listed_at_once(tmp_path: Path) -> None:
    files = dict(SMALL)
    for name, old, new in (
        ("units/p.yaml", "level: commune", "levle: commune"),
        ("indicators/filings.yaml", "format: vnd", "format: dong"),
        ("indicators/filings.yaml", "[channel]", "[chanel]"),
        ("alerts/filings.yaml", "warning", "warn"),
        ("alerts/filings.yaml", "[province, commune]", "[province, village]"),
        ("recipients.yaml", "language: vi", "language: fr"),
        ("sources/register.yaml", "format: csv", "format: xls"),
        ("retention.yaml", "90 days", "90 Tage"),
    ):
        files[name] = files[name].replace(old, new)
    assert [problem.split(": ")[0] for problem in problems(tmp_path, files)] == [
        "alerts/filings.yaml:9",
        "indicators/filings.yaml:9",
        "indicators/filings.yaml:25",
        "recipients.yaml:4",
        "retention.yaml:8",
        "sources/register.yaml:3",
        "units/p.yaml:7",
        "units/p.yaml:7",
    ]


def test_a_folder_that_is_not_there_is_named_with_the_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path / "none", REGISTRY)
    assert [str(problem) for problem in raised.value.problems] == [
        f"{tmp_path}/none: there is no such folder. Name the folder of the configuration in IOC_CONFIG."
    ]


def test_a_part_without_files_is_a_problem(tmp_path: Path) -> None:
    files = {name: text for name, text in SMALL.items() if name != "recipients.yaml"}
    assert problems(tmp_path, files) == [
        "recipients.yaml: there is no such file. docs/configuration.md shows an example."
    ]


@pytest.mark.parametrize("name", ["alert/more.yaml", "alerts/more.yml", "recipient.yaml"])
def test_a_file_that_nothing_reads_is_a_problem(tmp_path: Path, name: str) -> None:
    [problem] = problems(tmp_path, {**SMALL, name: "alerts: []"})
    assert problem.startswith(f"{name}: nothing reads this file.")


def test_a_source_is_checked_against_the_event_types(tmp_path: Path) -> None:
    assert problems(tmp_path, edited("sources/register.yaml", "filings.received", "filings.recieved")) == [
        "sources/register.yaml:6: there is no event type filings.recieved of version 1."
        " Did you mean 'filings.received'?"
    ]
    assert problems(tmp_path, edited("sources/register.yaml", "name: register", "name: other")) == [
        "sources/register.yaml:1: a source is called as its file."
        " Name the file other.yaml, or the source 'register'."
    ]


def test_the_examples_of_the_documentation_have_no_mistakes(tmp_path: Path) -> None:
    text = (SHIPPED.parent / "docs/configuration.md").read_text(encoding="utf-8")
    every = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    of_kinds = {text.partition(":")[0]: text for text in every if text.partition(":")[0] in KINDS}
    units, codes, calendar, indicators, index, stream, dashboard, alerts, recipients, source, retention = (
        text for text in every if text not in of_kinds.values()
    )
    files = {
        "units/p.yaml": units,
        "codes/portal.yaml": codes,
        "calendars/vietnam.yaml": calendar,
        "indicators/filings.yaml": indicators,
        "index/decision-766.yaml": index,
        "alerts/filings.yaml": alerts,
        "recipients.yaml": recipients,
        "sources/land.yaml": source,
        "retention.yaml": retention,
    }
    for kind, block in of_kinds.items():
        name = f"of-{kind.replace('_', '-')}"
        small = SMALL["sources/register.yaml"].replace("name: register", f"name: {name}")
        files[f"sources/{name}.yaml"] = re.sub("^file:.*\n", block, small, flags=re.MULTILINE)
    assert problems(tmp_path, {**SMALL, **files}) == []
    assert shaped(stream, "stream").problems == []
    declared = shaped(dashboard, "dashboard")
    assert declared.problems == []
    assert dashboards.build(Sheets((declared,)), load(SHIPPED).indicators)[1] == []


def shaped(text: str, schema: str) -> Sheet:
    document, _ = parse(text, "errands.yaml")
    assert document is not None
    return shape(document, schema)


def _places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield (*at, key)
        yield from _places(below, (*at, key))


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=4,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(SMALL)), st.data())
def test_a_file_with_an_entry_dropped_renamed_or_retyped_loads_or_has_problems(
    name: str, data: st.DataObject
) -> None:
    content = yaml.safe_load(SMALL[name])
    *above, last = data.draw(st.sampled_from(list(_places(content))), label="place")
    parent = content
    for key in above:
        parent = parent[key]
    match data.draw(st.sampled_from(["drop", "rename", "retype"])):
        case "drop":
            del parent[last]
        case "rename" if isinstance(parent, dict):
            parent[data.draw(st.text(max_size=8))] = parent.pop(last)
        case _:
            parent[last] = data.draw(_ANYTHING)
    files = {**SMALL, name: yaml.safe_dump(content, allow_unicode=True)}
    with tempfile.TemporaryDirectory() as folder:
        try:
            load(write(Path(folder), files), REGISTRY)
        except ConfigurationError as error:
            assert error.problems
            for problem in error.problems:
                path = Path(problem.file)
                assert 0 <= problem.line <= len(path.read_text(encoding="utf-8").splitlines())
                assert problem.message
