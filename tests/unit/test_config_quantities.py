import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import quantities
from config.quantities import QuantityError


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("0s", 0), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("2d", 172_800), ("1w1s", 604_801)],
)
def test_a_duration_is_written_as_in_prometheus(written: str, seconds: int) -> None:
    assert quantities.seconds(written) == seconds


@pytest.mark.parametrize("written", ["", "5", "5 m", "30m1h", "-5m", "1.5h", "5M", "5m\n", "٥m"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(QuantityError, match="Write a duration"):
        quantities.seconds(written)


@given(st.integers(0, 9999), st.integers(0, 59), st.integers(0, 59))
def test_the_parts_of_a_duration_add_up(hours: int, minutes: int, seconds: int) -> None:
    assert quantities.seconds(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds


@given(st.integers(0, 10_000))
def test_a_percentage_is_a_share_of_one(hundredths: int) -> None:
    written = f"{hundredths // 100}.{hundredths % 100:02} %"
    assert quantities.value(written, "percent") == hundredths / 10_000
