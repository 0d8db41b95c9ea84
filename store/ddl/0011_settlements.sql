-- Dossiers that were received and settled, with the time between, from the raw events: what the buckets cannot tell,
-- such as a median. Received and settled are the first of their kind, as compute has it.
CREATE VIEW settlements AS
SELECT
    unit,
    dossier,
    minIf(time, kind = 'filings.received') AS received_at,
    minIf(time, kind = 'filings.settled') AS settled_at,
    dateDiff('millisecond', received_at, settled_at) AS elapsed_ms
FROM events FINAL
WHERE kind IN ('filings.received', 'filings.settled') AND dossier != ''
GROUP BY unit, dossier
HAVING countIf(kind = 'filings.received') > 0 AND countIf(kind = 'filings.settled') > 0;
