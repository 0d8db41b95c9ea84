-- By which definitions the past was counted: compute counts new events by the configuration that it was started with, earlier
-- days follow by `ioc rebuild` only.
CREATE TABLE counted_by
(
    what String COMMENT 'the id of an indicator, or empty: the units and their calendars',
    digest UInt64,
    since DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(since)
ORDER BY what;
