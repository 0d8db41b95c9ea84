from config.problems import ConfigurationError, Problem, did_you_mean, render


def test_a_problem_reads_as_place_message_and_hint() -> None:
    problem = Problem(
        "config/alerts/filings.yaml",
        12,
        "unknown indicator 'online_rate'",
        "Did you mean 'online_filing_rate'?",
    )
    assert render([problem]) == (
        "config/alerts/filings.yaml:12: unknown indicator 'online_rate'. Did you mean 'online_filing_rate'?"
    )


def test_a_problem_of_a_whole_file_names_no_line() -> None:
    assert str(Problem("config/units", 0, "no such folder")) == "config/units: no such folder."


def test_problems_stand_in_the_order_of_the_files_and_lines_each_once() -> None:
    later, earlier = Problem("b.yaml", 2, "second"), Problem("a.yaml", 10, "first")
    error = ConfigurationError([later, earlier, later])
    assert error.problems == (earlier, later)
    assert str(error).splitlines() == ["a.yaml:10: first.", "b.yaml:2: second."]


def test_the_hint_for_an_unknown_word_is_the_nearest_else_the_choice_else_nothing() -> None:
    assert did_you_mean("treshold", ["threshold", "target"]) == "Did you mean 'threshold'?"
    assert did_you_mean("xyz", ["threshold", "target"]) == "Known: target, threshold."
    assert did_you_mean("xyz", map(str, range(1000))) == ""
    assert did_you_mean("xyz", []) == ""
