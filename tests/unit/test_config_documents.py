from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.documents import parse, read
from tests.fixtures.configuration import SMALL

_CLOSE = "Close it; a text that holds a bracket, a comma or ': ' goes in quotes."
_ALIGN = "this line does not fit the indentation above it. Align it with its neighbours."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("22:30", "22:30"),
        ("2025-07-01", "2025-07-01"),
        ("00166", "00166"),
        ("1_000", "1_000"),
        (".5", ".5"),
        ("1e999", "1e999"),
        ("-12", -12),
        ("1.50", 1.5),
        ("true", True),
        ("~", None),
        ("{a: }", {"a": None}),
        ("[a, 'b: c']", ["a", "b: c"]),
        ("'12'", "12"),
    ],
)
def test_scalars_are_those_of_yaml_1_2_and_codes_stay_codes(text: str, value: object) -> None:
    document, problems = parse(text, "f.yaml")
    assert document is not None
    assert document.value == value
    assert problems == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ": the file is empty. Fill it or remove it."),
        ("# only a comment", ": the file is empty. Fill it or remove it."),
        ("a: 1\nb:\n\t- c", ":3: a tab character. Indent with spaces."),
        ("a: b: c", ":1: a ':' where no key can stand. Put a text with ': ' in quotes; check the indentation."),
        ("a: 1\nb: [1, 2\n", f":2: a bracket or brace that begins here is not closed. {_CLOSE}"),
        ("a: [", f":1: the file ends where a value is expected. {_CLOSE}"),
        ("a: 1\nb: 'x\n\n", ":2: a quotation mark is not closed. Close it."),
        ("- a\nb: c", f":2: {_ALIGN}"),
        (" a: 1\nb: 2", f":2: {_ALIGN}"),
        ("a\nb: 1", ":2: a ':' where no key can stand. Put a text with ': ' in quotes; check the indentation."),
        ("a: @b", ":1: a character that cannot begin a value. Put the text in quotes."),
        ("a: 1\n---\nb: 2", ":2: '---' begins a second document. Make it a file of its own."),
        ("a: *b", ":1: an alias (*name) without its anchor. Put a text that begins with * in quotes."),
        ("a: &x [1]\nb: *x", ":2: an alias (*name) repeats another entry. Write the entry out."),
        ("a: &x [*x]", ":1: an alias (*name) repeats another entry. Write the entry out."),
        ("a: !!python/name:os.system x", ":1: the tag !!python/name:os.system has no meaning here. Leave it away."),
        ("a: !!int x", ":1: the tag !!int has no meaning here. Leave it away."),
        ("a: 1\nb: 2\na: 3", ":3: the key 'a' stands here again, first in line 1. Remove one of the two."),
        ("1: a", ":1: the key '1' is not a text. Put it in quotes."),
        ("a: {{ b }}", ":1: the key is not a text. Put it in quotes."),
        ("[" * 5000, ": nested too deeply. A bracket may be missing its end."),
        ("a: 1\nb: \x00", ":2: the character U+0000 cannot stand in a text file. Remove it."),
    ],
)  # fmt: skip
def test_a_mistake_of_writing_is_named_with_its_line(text: str, expected: str) -> None:
    document, problems = parse(text, "f.yaml")
    assert document is None
    assert [str(problem) for problem in problems] == [f"f.yaml{expected}"]


def test_every_mistake_but_those_of_syntax_is_named() -> None:
    _, problems = parse("a: 1\na: 2\n3: x\nb: !x y\n", "f.yaml")
    assert [problem.line for problem in problems] == [2, 3, 4]


def test_a_file_in_another_encoding_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"a: 1\nb: \xe9\n")
    _, [problem] = read(path, "f.yaml")
    assert str(problem) == "f.yaml:2: this is not UTF-8 text. Save the file in UTF-8."


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: 1", encoding="utf-8-sig")
    document, _ = read(path, "f.yaml")
    assert document is not None
    assert document.value == {"a": 1}


def test_a_file_that_cannot_be_opened_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").mkdir()
    assert [str(p) for p in read(tmp_path / "f.yaml", "f.yaml")[1]] == [
        "f.yaml: cannot be read: Is a directory."
    ]


def test_a_problem_of_an_absent_key_stands_at_the_nearest_entry_above() -> None:
    document, _ = parse("a:\n  - b: 1\n  - c: 2\n", "f.yaml")
    assert document is not None
    assert document.problem(("a", 1, "x", "y"), "m").line == 3
    assert document.problem(("z",), "m").line == 1


@given(st.text())
def test_any_text_is_a_document_or_a_problem(text: str) -> None:
    document, problems = parse(text, "f.yaml")
    assert (document is None) == bool(problems)


@given(st.sampled_from(sorted(SMALL.values())), st.data())
def test_any_slip_of_the_keyboard_is_a_document_or_a_problem(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 3))
    typed = data.draw(st.text(st.sampled_from("\t\n :-[]{}'\"#&*!|>%@`,x1"), max_size=3))
    document, problems = parse(text[:at] + typed + text[at + cut :], "f.yaml")
    assert (document is None) == bool(problems)
