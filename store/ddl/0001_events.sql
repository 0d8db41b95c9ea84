-- Raw events that passed every check. Identity is the sorting key: of repeats the one with the lowest offset is kept, as
-- compute counts the first and skips the rest; hence the version falls as the offset rises. Time is not in the key, since a
-- repeat may claim another time. Retention is by arrival, so that imported history is not deleted for being old.
CREATE TABLE events
(
    kind LowCardinality(String) COMMENT 'stream and what happened, e.g. filings.received',
    unit LowCardinality(String) COMMENT 'the responsible unit: the subject of the CloudEvent',
    source LowCardinality(String),
    id String,
    time DateTime64(3, 'UTC') COMMENT 'event time',
    arrived_at DateTime64(3, 'UTC') COMMENT 'stamped by the broker',
    dossier String COMMENT 'empty where the event is not about a dossier',
    data String CODEC(ZSTD(1)) COMMENT 'the data of the CloudEvent, JSON',
    part UInt16 COMMENT 'Kafka partition',
    kafka_offset UInt64,
    precedence UInt64 MATERIALIZED 18446744073709551615 - kafka_offset,
    INDEX by_time time TYPE minmax GRANULARITY 4
)
ENGINE = ReplacingMergeTree(precedence)
ORDER BY (kind, unit, source, id);
