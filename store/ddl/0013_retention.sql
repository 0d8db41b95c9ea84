-- What has to be known of rows that their retention has removed, so that the audit can tell what it can no longer recompute.

-- Rows of a group of config/retention.yaml that are older than this may be gone. Noted when a retention is changed; the
-- one in force is the table's own TTL.
CREATE TABLE removals
(
    what LowCardinality(String) COMMENT 'a key of config/retention.yaml',
    before SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY what;

-- How far in event time the events of each day of arrival reach.
CREATE TABLE arrival_days
(
    unit LowCardinality(String),
    day Date COMMENT 'of the arrival, UTC',
    newest SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'event time'
)
ENGINE = AggregatingMergeTree
ORDER BY (unit, day);

CREATE MATERIALIZED VIEW arrival_days_of_events TO arrival_days AS
SELECT unit, toDate(arrived_at) AS day, max(time) AS newest
FROM events
GROUP BY unit, day;

INSERT INTO arrival_days SELECT unit, toDate(arrived_at) AS day, max(time) FROM events GROUP BY unit, day;

-- When each dossier was first heard of, and every due date that it was ever given. Of its number only a hash is kept:
-- enough to know it again.
CREATE TABLE dossier_arrivals
(
    unit LowCardinality(String),
    dossier UInt64 COMMENT 'sipHash64 of the number',
    first_arrived_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    due_at SimpleAggregateFunction(groupUniqArrayArray, Array(DateTime64(3, 'UTC')))
)
ENGINE = AggregatingMergeTree
ORDER BY (unit, dossier);

CREATE MATERIALIZED VIEW dossier_arrivals_of_events TO dossier_arrivals AS
SELECT
    unit,
    sipHash64(e.dossier) AS dossier,
    min(arrived_at) AS first_arrived_at,
    groupUniqArray(parseDateTime64BestEffortOrNull(JSONExtractString(data, 'due_at'), 3, 'UTC')) AS due_at
FROM events AS e
WHERE e.dossier != ''
GROUP BY unit, sipHash64(e.dossier);

INSERT INTO dossier_arrivals
SELECT
    unit,
    sipHash64(e.dossier),
    min(arrived_at),
    groupUniqArray(parseDateTime64BestEffortOrNull(JSONExtractString(data, 'due_at'), 3, 'UTC'))
FROM events AS e
WHERE e.dossier != ''
GROUP BY unit, sipHash64(e.dossier);
