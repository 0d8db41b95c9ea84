-- Dossiers are one kind of case among others: what is known of each for good is kept by stream, since a task may be named
-- as a dossier of the same unit is.
CREATE TABLE case_arrivals
(
    unit LowCardinality(String),
    stream LowCardinality(String),
    case_hash UInt64 COMMENT 'sipHash64 of the number or name',
    first_arrived_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    due_at SimpleAggregateFunction(groupUniqArrayArray, Array(DateTime64(3, 'UTC'))),
    first_time SimpleAggregateFunction(min, DateTime64(3, 'UTC')) DEFAULT toDateTime64('2299-01-01', 3, 'UTC'),
    last_time SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (unit, stream, case_hash);

CREATE MATERIALIZED VIEW case_arrivals_of_events TO case_arrivals AS
SELECT
    unit,
    splitByChar('.', kind)[1] AS stream,
    sipHash64(e.dossier) AS case_hash,
    min(arrived_at) AS first_arrived_at,
    groupUniqArray(parseDateTime64BestEffortOrNull(JSONExtractString(data, 'due_at'), 3, 'UTC')) AS due_at,
    min(time) AS first_time,
    max(time) AS last_time
FROM events AS e
WHERE e.dossier != ''
GROUP BY unit, stream, case_hash;

-- until now all cases were dossiers
INSERT INTO case_arrivals SELECT unit, 'filings', dossier, first_arrived_at, due_at, first_time, last_time FROM dossier_arrivals;

DROP VIEW dossier_arrivals_of_events;

DROP TABLE dossier_arrivals;

ALTER TABLE events COMMENT COLUMN dossier 'the case that the event is about: a dossier, a task; empty where it is about none';
