-- Every change of an alert's state: firing, resolved. One alert is (fingerprint, starts_at).
CREATE TABLE alert_transitions
(
    fingerprint String,
    starts_at DateTime64(3, 'UTC'),
    state LowCardinality(String),
    at DateTime64(3, 'UTC') COMMENT 'when it was decided',
    ends_at Nullable(DateTime64(3, 'UTC')),
    alertname LowCardinality(String),
    unit LowCardinality(String),
    severity LowCardinality(String),
    labels Map(LowCardinality(String), String),
    summary_vi String,
    summary_en String,
    description_vi String,
    description_en String,
    value Nullable(Float64),
    numerator Int64,
    denominator Int64,
    threshold Float64
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (fingerprint, starts_at, state);
