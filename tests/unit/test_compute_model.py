"""Whatever the order, the repeats and the cuts into groups: the stream's sums equal the reference's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from streams.core.arrivals import arrivals
from streams.core.buckets import DAY, HORIZON_S, HOUR, MINUTE
from streams.core.calendar import epoch_ms
from streams.core.compute import Delta, State
from streams.core.definitions import Definitions, EventFields
from streams.core.indicators import Indicator
from streams.core.sum_rows import Key, Value
from streams.core.units import Province, Text, Unit, Units
from tests.fixtures.lives import WORKING
from tests.unit.reference import FakeEvent, day_sums, stocks_at
from tests.unit.reference_course import ZONE

NAME = Text("x", "x")
UNITS = Units(
    [Province("40", NAME, ZONE.key, working=WORKING)],
    [Unit("a", NAME, "commune", "40", "40"), Unit("b", NAME, "office", "a", "40")],
)
ABOVE = {"a": ["a", "40"], "b": ["b", "a", "40"]}
KINDS = [
    EventFields("filings.received", {"channel": "string", "due_at": "timestamp"}),
    EventFields("filings.settled", {}),
    EventFields("filings.withdrawn", {}),
    EventFields("filings.supplement_asked", {}),
    EventFields("filings.supplement_given", {"due_at": "timestamp"}),
    EventFields("filings.paused", {}),
    EventFields("filings.resumed", {}),
    EventFields("filings.reopened", {}),
    EventFields("payments.paid", {"amount": "integer"}),
]


def indicator(**fields: object) -> Indicator:
    return Indicator(name=NAME, source="test", format="count", **fields)  # type: ignore[arg-type]


INDICATORS = [
    indicator(
        id="online",
        over=("dossiers",),
        at="received_at",
        numerator="channel = 'online'",
        denominator="true",
        by=("channel",),
    ),
    indicator(
        id="on_time",
        over=("dossiers",),
        at="settled_at",
        where="on_time IS NOT NULL",
        numerator="on_time",
        denominator="true",
    ),
    indicator(
        id="elapsed",
        over=("dossiers",),
        at="settled_at",
        where="elapsed_ms IS NOT NULL",
        numerator="elapsed_ms",
        denominator="true",
    ),
    indicator(
        id="elapsed_bins",
        over=("dossiers",),
        kind="histogram",
        at="settled_at",
        value="elapsed_ms",
        by=("channel",),
    ),
    indicator(
        id="processing",
        over=("dossiers",),
        at="settled_at",
        where="processing_ms IS NOT NULL",
        numerator="processing_ms",
        denominator="true",
    ),
    indicator(id="asked", over=("dossiers",), at="first_supplement_at", numerator="supplements"),
    indicator(id="irregular", over=("dossiers",), at="irregular_at", by=("irregularity",)),
    *(
        indicator(
            id=f"due_{days}",
            over=("dossiers",),
            kind="stock",
            from_=f"due_within_{days}_from",
            until=("overdue_from", "closed_at"),
        )
        for days in (1, 3)
    ),
    indicator(id="overdue", over=("dossiers",), kind="stock", from_="overdue_from", until=("closed_at",)),
    indicator(id="amount", over=("payments.paid",), numerator="amount"),
    indicator(id="amount_bins", over=("payments.paid",), kind="histogram", value="amount"),
    indicator(
        id="late",
        over=tuple(kind.kind for kind in KINDS),
        at="arrived_at",
        where="late",
        numerator="delay_ms",
        denominator="true",
        by=("type",),
    ),
]
STOCKS = ("overdue", "due_1", "due_3")
DEFINITIONS = Definitions(INDICATORS, KINDS, UNITS)

START = datetime(2024, 2, 27, tzinfo=UTC)
instants = st.one_of(
    st.integers(0, 6 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds)),
    st.integers(0, 6).map(lambda days: START + timedelta(days=days)),  # often the same for several events
    st.integers(-150, 0).map(lambda days: START + timedelta(days=days)),  # months late
)
dues = st.one_of(st.none(), instants)


@st.composite
def histories(draw: st.DrawFn) -> list[FakeEvent]:
    """Events of a few dossiers and payments; ids may repeat (a repeat is the same event), lives may be cut anywhere."""
    count = draw(st.integers(1, 25))
    events = []
    for number in range(count):
        kind = draw(st.sampled_from([k.kind for k in KINDS]))
        fields: dict[str, object] = {"dossier": f"d{draw(st.integers(0, 3))}"}
        if kind == "filings.received":
            fields |= {"channel": draw(st.sampled_from(["online", "direct"])), "due_at": draw(dues)}
        elif kind == "filings.supplement_given":
            fields |= {"due_at": draw(dues)}
        elif kind == "payments.paid":
            fields |= {"amount": draw(st.integers(0, 10**12))}
        events.append(
            FakeEvent(kind, f"e{number}", draw(st.sampled_from(["a", "b"])), draw(instants), fields)
        )
    repeats = draw(st.lists(st.sampled_from(events), max_size=5))
    return draw(st.permutations(events + repeats))


class Partition:
    """A state with its log, as compute keeps them."""

    def __init__(self) -> None:
        self.state = State(DEFINITIONS)
        self.log: list[Delta] = []

    def take(self, event: FakeEvent, arrived: datetime) -> None:
        (came,) = arrivals([(event, epoch_ms(event.time), epoch_ms(arrived))])
        self.state.apply(came)
        self.state.offsets["t"] = self.state.offsets.get("t", 0) + 1

    def commit(self) -> list[Value]:
        self.log.append(self.state.drain())
        return list(self.log[-1].buckets)

    def restored(self) -> State:
        state = State(DEFINITIONS)
        for delta in self.log:
            state.restore(delta)
        return state


def day_values(states: Iterable[State]) -> dict[Key, tuple[int, int]]:
    """The day buckets of some partitions, added up."""
    sums: defaultdict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for state in states:
        for rows in state._buckets.all(1000):
            for key, numerator, denominator in rows:
                if key.grain == DAY:
                    sums[key] = sums[key][0] + numerator, sums[key][1] + denominator
    return sums


@given(histories(), st.lists(st.integers(0, 30), max_size=4), st.booleans())
def test_sums_equal_the_reference(events: list[FakeEvent], cuts: list[int], restarts: bool) -> None:
    partitions = {"a": Partition(), "b": Partition()}  # units keep to their partition
    arrived = [START + timedelta(days=6, hours=at) for at in range(len(events))]
    for at, event in enumerate(events):
        partitions[event.subject].take(event, arrived[at])
        if at in cuts:
            for partition in partitions.values():
                partition.commit()
                if restarts:
                    partition.state = partition.restored()
    for partition in partitions.values():
        partition.commit()

    for states in (
        [partition.state for partition in partitions.values()],
        [partition.restored() for partition in partitions.values()],
        [from_snapshot(partition.state) for partition in partitions.values()],
    ):
        days = day_values(states)
        flows = {
            (key.indicator, key.unit, key.dims, datetime.fromtimestamp(key.bucket, ZONE).date()): (n, d)
            for key, (n, d) in days.items()
            if key.indicator not in STOCKS and (n or d)
        }
        assert flows == day_sums(events, arrived, ZONE, ABOVE)
        for unit in ("a", "b", "40"):
            for day in (date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 10)):
                midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp()
                stocks = dict.fromkeys(STOCKS, 0)
                for key, (n, _) in days.items():
                    if key.indicator in STOCKS and key.unit == unit and key.bucket <= midnight:
                        stocks[key.indicator] += n
                assert stocks == stocks_at(events, unit, day, ZONE, ABOVE)


@given(
    st.lists(
        st.tuples(st.integers(0, 3600), st.integers(0, 4 * 3600) | st.integers(0, 4 * 86_400)), max_size=40
    ),
    st.sets(st.integers(0, 40)),
)
def test_minutes_and_hours_hold_what_arrived_within_their_horizon(
    payments: list[tuple[int, int]], cuts: set[int]
) -> None:
    """Each payment: seconds since the one before it arrived, and seconds from when it was made until it arrived."""
    partition, arrived = Partition(), START
    told: dict[Key, int] = {}
    wanted: defaultdict[Key, int] = defaultdict(int)
    for number, (gap, delay) in enumerate(payments):
        arrived += timedelta(seconds=gap)
        paid = arrived - timedelta(seconds=delay)
        partition.take(FakeEvent("payments.paid", f"p{number}", "a", paid, {"amount": 1 + number}), arrived)
        for grain, seconds in ((MINUTE, 60), (HOUR, 3600)):
            bucket = int(paid.timestamp()) // seconds * seconds
            if arrived.timestamp() <= bucket + HORIZON_S[grain]:
                for unit in ABOVE["a"]:
                    wanted[Key("amount", unit, "", grain, bucket)] += 1 + number
        if number in cuts:
            told |= {key: numerator for key, numerator, _ in partition.commit()}
    told |= {key: numerator for key, numerator, _ in partition.commit()}
    fine = {key: amount for key, amount in told.items() if key.grain != DAY and key.indicator != "late"}
    assert fine == wanted


def from_snapshot(state: State) -> State:
    restored = State(DEFINITIONS)
    for delta in state.snapshot():
        restored.restore(delta)
    return restored
