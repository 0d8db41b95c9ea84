-- The configuration as tables, filled at start, so that dashboards can show names, levels and targets.
CREATE TABLE units
(
    code String,
    name_vi String,
    name_en String,
    level LowCardinality(String),
    parent String,
    province LowCardinality(String),
    time_zone LowCardinality(String),
    live Bool,
    loaded_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(loaded_at)
ORDER BY code;

CREATE TABLE indicators
(
    id String,
    name_vi String,
    name_en String,
    kind LowCardinality(String),
    format LowCardinality(String),
    target Nullable(Float64),
    better LowCardinality(String),
    source String,
    loaded_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(loaded_at)
ORDER BY id;
