-- When each unit was last heard of, per kind of event: the age of the data without reading the events. A maximum does
-- not change when an event is written again, so the view may see repeats.
CREATE TABLE arrivals
(
    kind LowCardinality(String),
    unit LowCardinality(String),
    newest SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (kind, unit);

CREATE MATERIALIZED VIEW arrivals_of_events TO arrivals AS
SELECT kind, unit, max(arrived_at) AS newest
FROM events
GROUP BY kind, unit;

INSERT INTO arrivals SELECT kind, unit, max(arrived_at) FROM events GROUP BY kind, unit;
