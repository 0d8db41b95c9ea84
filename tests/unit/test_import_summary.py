from __future__ import annotations

from pathlib import Path

from producers.event import Refused
from producers.summary import Summary, Tally


def tally() -> Tally:
    made = Tally(read=7, sent=4)
    for line in range(2, 7):
        made.refuse(
            f"line {line}", Refused("unmapped_code", "$.data.channel", "the code 'fax' is not in the map")
        )
    made.refuse("line 9", Refused("bad_row", "$", "1 fields under 2 columns"))
    return made


def test_the_summary_shows_the_first_examples_of_each_reason() -> None:
    assert str(Summary(Path("r.csv"), "test", "finished", tally())) == "\n".join(
        [
            "r.csv: 7 rows read, 4 events sent, 6 refused",
            "  unmapped_code: 5",
            "    line 2: $.data.channel: the code 'fax' is not in the map",
            "    line 3: $.data.channel: the code 'fax' is not in the map",
            "    line 4: $.data.channel: the code 'fax' is not in the map",
            "  bad_row: 1",
            "    line 9: $: 1 fields under 2 columns",
            "Finished.",
        ]
    )


def test_the_exit_status() -> None:
    assert Summary(Path(), "test", "finished", Tally(sent=1)).exit_status == 0
    assert Summary(Path(), "test", "done before", Tally(sent=1)).exit_status == 0
    assert Summary(Path(), "test", "interrupted", Tally(sent=1)).exit_status == 130
    assert Summary(Path(), "test", "finished", Tally(read=1)).exit_status == 1
    assert "Nothing was sent" in str(Summary(Path(), "test", "finished", Tally(read=1)))
