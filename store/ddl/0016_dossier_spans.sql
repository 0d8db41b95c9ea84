-- For how long each dossier was heard of. A suspension moves its deadline by no more than that, so the days on which it may
-- count are known even where its events are gone.
ALTER TABLE dossier_arrivals
    ADD COLUMN first_time SimpleAggregateFunction(min, DateTime64(3, 'UTC')) DEFAULT toDateTime64('2299-01-01', 3, 'UTC'),
    ADD COLUMN last_time SimpleAggregateFunction(max, DateTime64(3, 'UTC'));

DROP VIEW dossier_arrivals_of_events;

CREATE MATERIALIZED VIEW dossier_arrivals_of_events TO dossier_arrivals AS
SELECT
    unit,
    sipHash64(e.dossier) AS dossier,
    min(arrived_at) AS first_arrived_at,
    groupUniqArray(parseDateTime64BestEffortOrNull(JSONExtractString(data, 'due_at'), 3, 'UTC')) AS due_at,
    min(time) AS first_time,
    max(time) AS last_time
FROM events AS e
WHERE e.dossier != ''
GROUP BY unit, sipHash64(e.dossier);

-- also what came between the two views
INSERT INTO dossier_arrivals
SELECT
    unit,
    sipHash64(e.dossier),
    min(arrived_at),
    groupUniqArray(parseDateTime64BestEffortOrNull(JSONExtractString(data, 'due_at'), 3, 'UTC')),
    min(time),
    max(time)
FROM events AS e
WHERE e.dossier != ''
GROUP BY unit, sipHash64(e.dossier);
