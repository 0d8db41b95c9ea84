from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from producers.checkpoint import Checkpoint, CheckpointError, CheckpointFile
from producers.event import Refused
from producers.source import File, Rule, Source
from producers.summary import Summary, Tally

RULE = Rule(type="filings.received", per="code", subject="unit", time="at", data={"dossier": "code"})
SOURCE = Source(name="test", source="/tests", file=File("csv"), events=(RULE,))


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    path.write_text("code,unit,at\n", encoding="utf-8")
    return path


def tally() -> Tally:
    made = Tally(read=7, sent=4)
    for line in range(2, 7):
        made.refuse(line, Refused("unmapped_code", "$.data.channel", "the code 'fax' is not in the map"))
    made.refuse(9, Refused("bad_row", "$", "1 fields under 2 columns"))
    return made


def test_what_was_saved_is_loaded(tmp_path: Path, register: Path) -> None:
    file = CheckpointFile(tmp_path / "imports", register, SOURCE, "cluster")
    assert file.load() == Checkpoint(Tally())
    file.save(Checkpoint(tally(), finished=True))
    again = CheckpointFile(tmp_path / "imports", register, SOURCE, "cluster")
    assert again.load() == Checkpoint(tally(), finished=True)
    assert [path.suffix for path in (tmp_path / "imports").iterdir()] == [".json"]


def test_another_import_has_another_checkpoint(tmp_path: Path, register: Path) -> None:
    first = CheckpointFile(tmp_path, register, SOURCE, "cluster").path
    assert CheckpointFile(tmp_path, register, SOURCE, "other").path != first
    mended = msgspec.structs.replace(SOURCE, time_zone="Asia/Ho_Chi_Minh")
    assert CheckpointFile(tmp_path, register, mended, "cluster").path != first
    moved = register.rename(tmp_path / "moved.csv")
    assert CheckpointFile(tmp_path, moved, SOURCE, "cluster").path == first
    moved.write_text("code,unit,at\n1,2,3\n", encoding="utf-8")
    assert CheckpointFile(tmp_path, moved, SOURCE, "cluster").path != first


def test_a_torn_checkpoint_says_what_to_do(tmp_path: Path, register: Path) -> None:
    file = CheckpointFile(tmp_path, register, SOURCE, "cluster")
    file.path.write_text('{"tally": {"re', encoding="utf-8")
    with pytest.raises(CheckpointError, match="remove it and start again"):
        file.load()


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path, register: Path) -> None:
    (tmp_path / "imports").write_text("a file", encoding="utf-8")
    with pytest.raises(CheckpointError, match="set IOC_DATA"):
        CheckpointFile(tmp_path / "imports", register, SOURCE, "cluster").save(Checkpoint(Tally()))


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
