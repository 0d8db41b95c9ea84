-- What compute emits: absolute sums per bucket. A repeat or a replay writes the same row again; the higher version wins.
-- A parent unit has one row per Kafka partition (part): its figure is their sum.
CREATE TABLE indicator_values
(
    indicator LowCardinality(String),
    grain Enum8('minute' = 1, 'hour' = 2, 'day' = 3),
    unit LowCardinality(String),
    dims LowCardinality(String) COMMENT 'empty, or channel=online',
    bucket DateTime64(0, 'UTC') COMMENT 'start of the bucket; of a day: local midnight',
    part UInt16,
    province LowCardinality(String),
    day Date32 COMMENT 'local date of the bucket in the calendar of the province',
    numerator Int64,
    denominator Int64 COMMENT '0 for counts and sums',
    version UInt64,
    updated_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (indicator, grain, unit, dims, bucket, part);
