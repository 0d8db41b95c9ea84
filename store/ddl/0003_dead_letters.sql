CREATE TABLE dead_letters
(
    id String COMMENT 'topic/partition/offset of the refused record',
    topic LowCardinality(String),
    part UInt16,
    kafka_offset UInt64,
    arrived_at DateTime64(3, 'UTC'),
    reason LowCardinality(String),
    path String COMMENT 'where in the event, e.g. $.data.due_at',
    message String,
    type LowCardinality(String),
    source LowCardinality(String),
    event_id String,
    schema_version LowCardinality(String),
    payload String CODEC(ZSTD(3)) COMMENT 'the original text, personal data removed',
    payload_bytes UInt64 COMMENT 'size of the original'
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, part, kafka_offset);
