CREATE TABLE dead_letter_replays
(
    id String COMMENT 'of the dead letter',
    replayed_at DateTime64(3, 'UTC'),
    events UInt32 COMMENT 'how many were sent in its place'
)
ENGINE = ReplacingMergeTree(replayed_at)
ORDER BY id
COMMENT 'dead letters whose events were sent again';
