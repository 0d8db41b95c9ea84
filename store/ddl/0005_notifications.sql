-- Receipts: who was told what, when, and whether it worked. Addresses stay out; a recipient is known by its id.
CREATE TABLE notifications
(
    fingerprint String,
    starts_at DateTime64(3, 'UTC'),
    state LowCardinality(String),
    recipient LowCardinality(String),
    channel LowCardinality(String),
    attempt UInt16,
    at DateTime64(3, 'UTC'),
    outcome LowCardinality(String) COMMENT 'delivered or failed',
    detail String
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (fingerprint, starts_at, state, recipient, channel, attempt);
