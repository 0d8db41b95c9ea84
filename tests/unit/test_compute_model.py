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
from streams.core.stream import Cases
from streams.core.sum_rows import Key, Value
from streams.core.units import Province, Text, Unit, Units
from tests.fixtures.lives import WORKING
from tests.fixtures.streams import DOSSIERS, ERRAND_STREAM, ERRANDS, STREAMS
from tests.unit.reference import FakeEvent, day_sums, stocks_at
from tests.unit.reference_course import ZONE

NAME = Text("x", "x")
UNITS = Units(
    [Province("40", NAME, ZONE.key, working=WORKING)],
    [Unit("a", NAME, "commune", "40", "40"), Unit("b", NAME, "office", "a", "40")],
)
ABOVE = {"a": ["a", "40"], "b": ["b", "a", "40"]}
KINDS = [
    EventFields("filings.received", {"channel": "string", "due_at": "timestamp"}, DOSSIERS),
    EventFields("filings.settled", {}, DOSSIERS),
    EventFields("filings.withdrawn", {}, DOSSIERS),
    EventFields("filings.supplement_asked", {}, DOSSIERS),
    EventFields("filings.supplement_given", {"due_at": "timestamp"}, DOSSIERS),
    EventFields("filings.paused", {}, DOSSIERS),
    EventFields("filings.resumed", {}, DOSSIERS),
    EventFields("filings.reopened", {}, DOSSIERS),
    EventFields("payments.paid", {"amount": "integer", "cash": "boolean"}),
    EventFields("errands.given_out", {"channel": "string", "due_at": "timestamp"}, ERRANDS),
    EventFields("errands.begun", {}, ERRANDS),
    EventFields("errands.postponed", {"due_at": "timestamp"}, ERRANDS),
    EventFields("errands.talked_about", {}, ERRANDS),
    *(
        EventFields(kind, {}, ERRANDS)
        for kind, step in ERRANDS.steps.items()
        if step not in ("received", "refused")
    ),
]


def indicator(**fields: object) -> Indicator:
    return Indicator(name=NAME, source="test", format="count", **fields)  # type: ignore[arg-type]


def over_cases(cases: Cases, prefix: str) -> list[Indicator]:
    """Indicators over cases of a kind, named with a prefix."""
    over = (cases.name,)
    return [
        indicator(
            id=f"{prefix}online",
            over=over,
            at="received_at",
            numerator="channel = 'online'",
            denominator="true",
            by=("channel",),
        ),
        indicator(
            id=f"{prefix}on_time",
            over=over,
            at="settled_at",
            where="on_time IS NOT NULL",
            numerator="on_time",
            denominator="true",
        ),
        indicator(
            id=f"{prefix}elapsed",
            over=over,
            at="settled_at",
            where="elapsed_ms IS NOT NULL",
            numerator="elapsed_ms",
            denominator="true",
        ),
        indicator(
            id=f"{prefix}elapsed_bins",
            over=over,
            kind="histogram",
            at="settled_at",
            value="elapsed_ms",
            by=("channel",),
        ),
        indicator(
            id=f"{prefix}processing",
            over=over,
            at="settled_at",
            where="processing_ms IS NOT NULL",
            numerator="processing_ms",
            denominator="true",
        ),
        indicator(
            id=f"{prefix}late_by", over=over, at="settled_at", where="NOT on_time", numerator="late_ms"
        ),
        indicator(id=f"{prefix}asked", over=over, at="first_supplement_at", numerator="supplements"),
        indicator(id=f"{prefix}irregular", over=over, at="irregular_at", by=("irregularity",)),
        *(
            indicator(
                id=f"{prefix}due_{days}",
                over=over,
                kind="stock",
                from_=f"due_within_{days}_from",
                until=("overdue_from", "closed_at"),
            )
            for days in (1, 3)
        ),
        indicator(id=f"{prefix}overdue", over=over, kind="stock", from_="overdue_from", until=("closed_at",)),
        indicator(id=f"{prefix}done", over=over, kind="stock", from_="settled_at"),
    ]


INDICATORS = [
    *over_cases(DOSSIERS, ""),
    *over_cases(ERRANDS, "errands_"),
    indicator(
        id="errands_not_begun",
        over=("errands",),
        kind="stock",
        from_="received_at",
        until=("begun_at", "closed_at"),
    ),
    indicator(id="errands_begun", over=("errands",), kind="stock", from_="begun_at", until=("closed_at",)),
    indicator(id="amount", over=("payments.paid",), numerator="amount"),
    indicator(
        id="without_cash", over=("payments.paid",), numerator="amount * (NOT cash)", denominator="amount"
    ),
    indicator(
        id="balance", over=("payments.paid",), kind="stock", numerator="amount", denominator="NOT cash"
    ),
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
STOCKS = [one.id for one in INDICATORS if one.kind == "stock"]
DEFINITIONS = {
    stream.name: Definitions(INDICATORS, KINDS, UNITS, stream)
    for stream in (STREAMS["filings"], STREAMS["payments"], ERRAND_STREAM)
}

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
        name = f"d{draw(st.integers(0, 3))}"  # errands may be named as dossiers of their unit are
        fields: dict[str, object] = {"errand": name} if kind.startswith("errands.") else {"dossier": name}
        if kind in ("filings.received", "errands.given_out"):
            fields |= {"channel": draw(st.sampled_from(["online", "direct"])), "due_at": draw(dues)}
        elif kind in ("filings.supplement_given", "errands.postponed"):
            fields |= {"due_at": draw(dues)}
        elif kind == "payments.paid":
            cash = draw(st.sampled_from([True, False, None]))
            fields |= {"amount": draw(st.integers(0, 10**12)), "cash": cash}
        events.append(
            FakeEvent(kind, f"e{number}", draw(st.sampled_from(["a", "b"])), draw(instants), fields)
        )
    repeats = draw(st.lists(st.sampled_from(events), max_size=5))
    return draw(st.permutations(events + repeats))


class Partition:
    """The states of one partition number with their logs, as compute keeps them."""

    def __init__(self) -> None:
        self.states = {stream: State(wanted) for stream, wanted in DEFINITIONS.items()}
        self.log: list[tuple[str, Delta]] = []

    def take(self, event: FakeEvent, arrived: datetime) -> None:
        (came,) = arrivals([(event, epoch_ms(event.time), epoch_ms(arrived))])
        state = self.states[event.stream]
        state.apply(came)
        state.offsets["t"] = state.offsets.get("t", 0) + 1

    def commit(self) -> list[Value]:
        deltas = [(stream, state.drain()) for stream, state in self.states.items()]
        self.log += deltas
        return [value for _, delta in deltas for value in delta.buckets]

    def restored(self) -> dict[str, State]:
        states = {stream: State(wanted) for stream, wanted in DEFINITIONS.items()}
        for stream, delta in self.log:
            states[stream].restore(delta)
        return states


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
                    partition.states = partition.restored()
    for partition in partitions.values():
        partition.commit()

    for states in (
        [state for partition in partitions.values() for state in partition.states.values()],
        [state for partition in partitions.values() for state in partition.restored().values()],
        [
            from_snapshot(stream, state)
            for partition in partitions.values()
            for stream, state in partition.states.items()
        ],
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
                expected = stocks_at(events, unit, day, ZONE, ABOVE)
                assert stocks == {name: expected[name] for name in STOCKS}


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
        partition.take(
            FakeEvent("payments.paid", f"p{number}", "a", paid, {"amount": 1 + number, "cash": True}), arrived
        )
        for grain, seconds in ((MINUTE, 60), (HOUR, 3600)):
            bucket = int(paid.timestamp()) // seconds * seconds
            if arrived.timestamp() <= bucket + HORIZON_S[grain]:
                for unit in ABOVE["a"]:
                    wanted[Key("amount", unit, "", grain, bucket)] += 1 + number
        if number in cuts:
            told |= {key: numerator for key, numerator, _ in partition.commit()}
    told |= {key: numerator for key, numerator, _ in partition.commit()}
    fine = {key: amount for key, amount in told.items() if key.grain != DAY and key.indicator == "amount"}
    assert fine == wanted


def from_snapshot(stream: str, state: State) -> State:
    restored = State(DEFINITIONS[stream])
    for delta in state.snapshot():
        restored.restore(delta)
    return restored
