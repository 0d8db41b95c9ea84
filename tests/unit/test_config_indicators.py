from pathlib import Path

import pytest

from config.loader import load
from tests.fixtures.configuration import REGISTRY, SMALL, edited, problems, write

_EXPRESSION = "docs/configuration.md shows what an expression may hold."
_PERCENT = "The indicator is a percentage: write one from 0 % to 100 %, with its sign."
_INSTANTS = (
    "received_at, due_at, due_within_1_from, due_within_2_from, due_within_3_from, overdue_from,"
    " first_supplement_at, second_supplement_at, settled_at, closed_at, irregular_at"
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "id: backlog",
            "id: online_rate",
            "12: the id 'online_rate' is taken in line 2. Give one of the two another id.",
        ),
        (
            "id: backlog",
            "id: Backlog",
            "12: 'id' cannot be 'Backlog'. The indicator's name in rules, tables and dashboards:"
            " lower-case letters, digits and '_'. Example: online_filing_rate.",
        ),
        (
            "source: made up",
            "source:",
            "4: 'source' must be a text, not empty. Where the definition comes from."
            " Example: Decision 766/QĐ-TTg, row 3.3.",
        ),
        ("over: dossiers", "over: dossier", "5: unknown kind of event 'dossier'. Did you mean 'dossiers'?"),
        (
            "[payments.paid]",
            "[payments.payed]",
            "23: unknown kind of event 'payments.payed'. Did you mean 'payments.paid'?",
        ),
        (
            "[payments.paid]",
            "[dossiers, payments.paid]",
            "23: 'dossiers' stands beside kinds of events. Write over: dossiers, or only kinds of events.",
        ),
        (
            "at: received_at",
            "at: recieved_at",
            "6: 'recieved_at' is no instant of dossiers. Did you mean 'received_at'?",
        ),
        ("    at: received_at\n", "", f"2: a flow over dossiers needs 'at'. Name one of {_INSTANTS}."),
        ("    from: received_at\n", "", f"12: a stock over dossiers needs 'from'. Name one of {_INSTANTS}."),
        (
            "kind: stock",
            "kind: stock\n    at: received_at",
            "17: 'at' has no meaning for a stock. A stock over dossiers has 'from' and 'until'.",
        ),
        (
            "format: vnd",
            "format: vnd\n    at: time_of_day",
            "26: events count when they happened or when they arrived. Write one of: time, arrived_at.",
        ),
        ("format: vnd", "format: vnd\n    from: time", "26: 'from' has no meaning for events. Remove it."),
        (
            "format: vnd",
            "format: vnd\n    kind: stock\n    from: time",
            "27: 'from' has no meaning for events. Remove it.",
        ),
        (
            "channel = 'online'",
            "chanel = 'online'",
            "7: in \"chanel = 'online'\": unknown column 'chanel'; did you mean 'channel'? " + _EXPRESSION,
        ),
        (
            "channel = 'online'",
            "channel",
            "7: 'numerator' is of type string, but must be boolean or integer. Compare it with something.",
        ),
        (
            "numerator: channel",
            "where: components\n    numerator: channel",
            "7: 'where' is of type integer, but must be boolean. Compare it with something.",
        ),
        ("by: [channel]", "by: [chanel]", "9: unknown column 'chanel'. Did you mean 'channel'?"),
        (
            "by: [channel]",
            "by: channel",
            "9: 'by' must be a list, not the text 'channel'. The dimensions that are kept apart."
            ' Example: ["channel"].',
        ),
        ("by: [channel]", "by: [channel, channel]", "9: 'by' names something twice. Remove the repetition."),
        (
            '    denominator: "true"\n',
            "",
            "9: the format 'percent' needs a denominator. Add one, such as true.",
        ),
        (
            "format: vnd",
            "format: vnd\n    denominator: true",
            "26: the format 'vnd' has no denominator. Remove it, or choose the format 'percent'.",
        ),
        ("format: vnd", "format: dong", "25: 'format' cannot be 'dong'. Known: count, days, percent, vnd."),
        ("70 %", "0.7", f"11: the target '0.7' does not fit. {_PERCENT}"),
        ("70 %", "170 %", f"11: the target '170 %' does not fit. {_PERCENT}"),
        (
            "format: vnd",
            "format: vnd\n    target: 5 %",
            "26: the target '5 %' does not fit. The indicator is an amount in VND: write a number.",
        ),
        (
            "format: vnd",
            "format: days\n    denominator: true\n    target: 30",
            "27: the target '30' does not fit. The indicator is a duration: write one such as 30d or 12h.",
        ),
        (
            "target: 70 %",
            "target: -3",
            "11: 'target' must be at least 0, not -3. What the indicator is measured against, in its format."
            " Example: 55 %.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert f"indicators/filings.yaml:{expected}" in problems(
        tmp_path, edited("indicators/filings.yaml", old, new)
    )


_HISTOGRAM = "kind: histogram\n    value: amount_vnd\n    format: vnd"
_NUMBERS = "amount_vnd, delay_ms, payments"


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            "numerator: amount_vnd\n    format: vnd\n    value: amount_vnd",
            "26: 'value' has no meaning for a flow. Write kind: histogram, or remove it.",
        ),
        (
            "kind: histogram\n    format: vnd",
            f"20: a histogram needs 'value'. Name the column whose quantiles are wanted, one of: {_NUMBERS}.",
        ),
        (
            _HISTOGRAM.replace("amount_vnd", "amount"),
            "25: unknown column 'amount'. Did you mean 'amount_vnd'?",
        ),
        (
            _HISTOGRAM.replace("amount_vnd", "method"),
            f"25: 'method' is no column of whole numbers. Quantiles are of one of: {_NUMBERS}.",
        ),
        (
            f"{_HISTOGRAM}\n    denominator: true",
            "27: 'denominator' has no meaning for a histogram."
            " Remove it: rows are counted, and a rule names a quantile and a threshold of its own.",
        ),
        (
            _HISTOGRAM.replace("format: vnd", "format: percent"),
            "26: a histogram has no percentage. Its format is that of its value: days, vnd or count.",
        ),
    ],
)
def test_a_histogram_has_a_value_and_no_terms(tmp_path: Path, new: str, expected: str) -> None:
    files = edited("indicators/filings.yaml", "numerator: amount_vnd\n    format: vnd", new)
    assert problems(tmp_path, files) == [f"indicators/filings.yaml:{expected}"]


def test_a_histogram_counts_what_has_a_value(tmp_path: Path) -> None:
    files = edited("indicators/filings.yaml", "numerator: amount_vnd\n    format: vnd", _HISTOGRAM)
    amount = load(write(tmp_path, files), REGISTRY).indicators["amount"]
    assert (amount.condition, amount.dimensions) == ("(true) AND amount_vnd IS NOT NULL", ("bin",))


@pytest.mark.parametrize("column", ["due_at", "procedure", "essential", "components"])
def test_a_dimension_has_few_values(tmp_path: Path, column: str) -> None:
    [problem] = problems(tmp_path, edited("indicators/filings.yaml", "[channel]", f"[{column}]"))
    assert problem.startswith(
        f"indicators/filings.yaml:9: '{column}' cannot be a dimension. A dimension is one of: "
    )
    assert "channel" in problem
    assert "outcome" in problem


def test_true_needs_no_quotes(tmp_path: Path) -> None:
    files = edited("indicators/filings.yaml", 'denominator: "true"', "denominator: true")
    assert load(write(tmp_path, files), REGISTRY).indicators["online_rate"].denominator == "true"


@pytest.mark.parametrize(
    ("form", "written", "target"),
    [
        ("percent\n    denominator: true", "55.5 %", 0.555),
        ("days\n    denominator: true", "36h", 1.5),
        ("vnd", "2000000", 2_000_000),
        ("count", "12", 12),
    ],
)
def test_a_target_is_in_the_unit_that_rules_compare(
    tmp_path: Path, form: str, written: str, target: float
) -> None:
    files = edited("indicators/filings.yaml", "format: vnd", f"format: {form}\n    target: {written}")
    assert load(write(tmp_path, files), REGISTRY).indicators["amount"].target == target


def test_an_id_given_twice_does_not_lead_to_problems_elsewhere(tmp_path: Path) -> None:
    files = edited("indicators/filings.yaml", "id: backlog", "id: online_rate")
    assert len(problems(tmp_path, files)) == 1


def test_what_names_an_indicator_with_mistakes_is_no_mistake(tmp_path: Path) -> None:
    files = edited("indicators/filings.yaml", "target: 70 %", "traget: 70 %")
    assert problems(tmp_path, files) == [
        "indicators/filings.yaml:11: unknown key 'traget'. Did you mean 'target'?"
    ]


def test_an_indicator_may_stand_in_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    files = {**SMALL, "indicators/filings.yaml": "indicators: ["}
    assert problems(tmp_path, files) == [
        "indicators/filings.yaml:1: the file ends where a value is expected."
        " Close it; a text that holds a bracket, a comma or ': ' goes in quotes."
    ]
