from pathlib import Path

import pytest

from config.loader import load
from tests.fixtures.configuration import REGISTRY, SMALL, edited, problems, write

_CHANNEL = "${IOC_SMTP_URL}?to=${IOC_MAIL_DUTY}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "${IOC_MAIL_DUTY}",
            "${mail duty}",
            "5: 'mail duty' cannot be the name of an environment variable."
            " Write capitals, digits and '_', such as ${IOC_MAIL_DUTY}.",
        ),
        ("${IOC_MAIL_DUTY}", "$MAIL", f"5: a '$' that begins no variable. Write for example {_CHANNEL}."),
        (
            _CHANNEL,
            "mailto://desk:secret@example.org",
            "5: an address or a password stands in the file."
            " Keep it in an environment variable and write ${NAME} here.",
        ),
        (
            _CHANNEL,
            "duty desk",
            "5: this is no Apprise URL. It begins with a scheme such as ntfy:// or with a variable."
            f" Example: {_CHANNEL}.",
        ),
        ("language: vi", "language: fr", "4: 'language' cannot be 'fr'. Known: en, vi."),
        ("severity:", "severty:", "7: no alert has the label 'severty'. Did you mean 'severity'?"),
        ("critical,", "critcal,", "7: no alert has 'critcal' as its severity. Did you mean 'critical'?"),
        ("[filings]", "[filing]", "8: no alert has 'filing' as its stream. Did you mean 'filings'?"),
        (
            "[filings]",
            "filings",
            "8: 'stream' must be a list, not the text 'filings'. A list of the label's values."
            ' Example: ["critical", "warning"].',
        ),
        ("stream: [filings]", "unit: [40.justce]", "8: no alert has '40.justce' as its unit."
            " Did you mean '40.justice'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert problems(tmp_path, edited("recipients.yaml", old, new)) == [f"recipients.yaml:{expected}"]


def test_labels_of_a_rule_with_mistakes_are_no_mistakes(tmp_path: Path) -> None:
    files = edited("alerts/filings.yaml", "severity: warning", "severity: warn")
    assert len(problems(tmp_path, files)) == 1


def test_an_office_is_concerned_with_alerts_that_have_a_value_of_each_label(tmp_path: Path) -> None:
    [duty] = load(write(tmp_path, SMALL), REGISTRY).recipients
    assert duty.concerned({"severity": "critical", "stream": "filings", "unit": "40"})
    assert not duty.concerned({"severity": "info", "stream": "filings"})
    assert not duty.concerned({"severity": "critical"})
