-- Indices of points, as config/index/*.yaml defines them: filled at start. Rows of an earlier configuration stay behind, so the
-- views look at those only that were loaded with the newest indicators, which are written last.
CREATE TABLE indices
(
    id LowCardinality(String),
    name_vi String,
    name_en String,
    tolerance Int32 COMMENT 'hundredths of a point',
    loaded_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(loaded_at)
ORDER BY id;

CREATE TABLE index_rows
(
    index_id LowCardinality(String),
    row_id LowCardinality(String),
    position UInt16,
    code LowCardinality(String),
    name_vi String,
    name_en String,
    source String,
    group_id LowCardinality(String),
    group_position UInt16,
    group_name_vi String,
    group_name_en String,
    most Int32 COMMENT 'hundredths of a point',
    full_at UInt8 COMMENT 'per cent of the cases that give all points',
    constant Bool,
    empty_full Bool COMMENT 'whether a unit without cases has all points',
    ranks UInt32 COMMENT 'so many cases of this row make a unit ranked; 0: not this row',
    loaded_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(loaded_at)
ORDER BY (index_id, row_id);

CREATE TABLE index_terms
(
    index_id LowCardinality(String),
    row_id LowCardinality(String),
    kind Enum8('flow' = 1, 'state' = 2, 'procedures' = 3) COMMENT 'over the period, at its end, or a use of procedures',
    term LowCardinality(String) COMMENT 'an indicator, or the use',
    loaded_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(loaded_at)
ORDER BY (index_id, row_id, kind, term);

CREATE TABLE index_classes
(
    index_id LowCardinality(String),
    class_id LowCardinality(String),
    name_vi String,
    name_en String,
    least Int32 COMMENT 'hundredths of a point',
    loaded_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(loaded_at)
ORDER BY (index_id, class_id);

-- Every unit with itself and with all above it.
CREATE TABLE unit_lines
(
    code LowCardinality(String),
    above LowCardinality(String),
    loaded_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(loaded_at)
ORDER BY (code, above);

-- Which procedures of a unit were used how in a month of its calendar, and since when. From raw events, and kept for good: how
-- many different ones there were is no sum of what days have.
CREATE TABLE procedure_uses
(
    unit LowCardinality(String),
    month Date32,
    use LowCardinality(String),
    procedure String,
    first_day SimpleAggregateFunction(min, Date32)
)
ENGINE = AggregatingMergeTree
ORDER BY (unit, month, use, procedure);

CREATE MATERIALIZED VIEW procedure_uses_of_events TO procedure_uses AS
SELECT unit, toStartOfMonth(day) AS month, use, procedure, min(day) AS first_day
FROM
(
    SELECT e.unit AS unit, JSONExtractString(e.data, 'procedure') AS procedure,
           toDate32(substring(toString(e.time, if(u.time_zone = '', 'UTC', u.time_zone)), 1, 10)) AS day,
           arrayJoin(arrayFilter(use -> use != '', if(e.kind = 'filings.received',
               ['received',
                if(JSONExtractString(e.data, 'channel') = 'online', 'filed_online', ''),
                if(JSONExtractBool(e.data, 'fee_obligation'), 'fee_asked', ''),
                if(JSONExtractBool(e.data, 'population_data_used'), 'population_data_used', '')],
               [if(JSONExtractString(e.data, 'method') IN ('online_national', 'online_ministry')
                   AND JSONExtractString(e.data, 'kind') IN ('fee', 'tax', 'land'), 'paid_online', '')]))) AS use
    FROM events AS e
    LEFT JOIN (SELECT code, time_zone FROM units FINAL) AS u ON e.unit = u.code
    WHERE e.kind IN ('filings.received', 'payments.paid') AND JSONExtractString(e.data, 'procedure') != ''
)
GROUP BY unit, month, use, procedure;

INSERT INTO procedure_uses
SELECT unit, toStartOfMonth(day) AS month, use, procedure, min(day) AS first_day
FROM
(
    SELECT e.unit AS unit, JSONExtractString(e.data, 'procedure') AS procedure,
           toDate32(substring(toString(e.time, if(u.time_zone = '', 'UTC', u.time_zone)), 1, 10)) AS day,
           arrayJoin(arrayFilter(use -> use != '', if(e.kind = 'filings.received',
               ['received',
                if(JSONExtractString(e.data, 'channel') = 'online', 'filed_online', ''),
                if(JSONExtractBool(e.data, 'fee_obligation'), 'fee_asked', ''),
                if(JSONExtractBool(e.data, 'population_data_used'), 'population_data_used', '')],
               [if(JSONExtractString(e.data, 'method') IN ('online_national', 'online_ministry')
                   AND JSONExtractString(e.data, 'kind') IN ('fee', 'tax', 'land'), 'paid_online', '')]))) AS use
    FROM events AS e
    LEFT JOIN (SELECT code, time_zone FROM units FINAL) AS u ON e.unit = u.code
    WHERE e.kind IN ('filings.received', 'payments.paid') AND JSONExtractString(e.data, 'procedure') != ''
)
GROUP BY unit, month, use, procedure;

-- The periods that have an index: months, quarters and years, named 2026-11, 2026-Q4 and 2026.
CREATE VIEW index_periods AS
SELECT 'month' AS kind, formatDateTime(first, '%Y-%m') AS id, formatDateTime(addMonths(first, -1), '%Y-%m') AS previous,
       addMonths(toDate32('2000-01-01'), arrayJoin(range(2400))) AS first, addDays(addMonths(first, 1), -1) AS last
UNION ALL
SELECT 'quarter', concat(toString(toYear(first)), '-Q', toString(toQuarter(first))),
       concat(toString(toYear(addMonths(first, -3))), '-Q', toString(toQuarter(addMonths(first, -3)))),
       addMonths(toDate32('2000-01-01'), 3 * arrayJoin(range(800))) AS first, addDays(addMonths(first, 3), -1)
UNION ALL
SELECT 'year', toString(toYear(first)), toString(toYear(first) - 1),
       addMonths(toDate32('2000-01-01'), 12 * arrayJoin(range(200))) AS first, addDays(addMonths(first, 12), -1);

-- What of a period has been by now, in the calendar of a province; the day before, while the period lasts; and the one before it.
CREATE VIEW index_spans AS
SELECT max(p.first) AS first, max(least(p.last, u.today)) AS last, max(p.last) AS end,
       max(if(p.last >= u.today AND p.first < u.today, addDays(u.today, -1), NULL)) AS day_before,
       max(b.first) AS first_before, max(b.last) AS last_before
FROM (SELECT * FROM index_periods WHERE id = {period:String}) AS p
INNER JOIN index_periods AS b ON p.previous = b.id
CROSS JOIN
(
    SELECT toDate32(substring(toString(now(), if(time_zone = '', 'UTC', time_zone)), 1, 10)) AS today
    FROM units FINAL
    WHERE code = {province:String}
) AS u;

-- The cases of each row that has any, of a province and its units, in four spans of days: the period to date, the period until
-- yesterday, the whole period before, and the period as it will end. What is a state is as it is when the span's last day
-- ends: known for coming days too, as far as it does not depend on what will still happen. One reading for all four.
CREATE VIEW index_cases AS
WITH
    (
        SELECT (first, last, ifNull(day_before, last), first_before, last_before, end)
        FROM index_spans(province = {province:String}, period = {period:String})
    ) AS span
SELECT unit, row_id, sumForEach(n) AS numerators, sumForEach(d) AS denominators
FROM
(
    SELECT v.unit AS unit, t.row_id AS row_id, if(t.kind = 'state', v.state_n, v.n) AS n, if(t.kind = 'state', v.state_d, v.d) AS d
    FROM
    (
        SELECT unit, indicator,
               [sumIf(numerator, day >= span.1 AND day <= span.2), sumIf(numerator, day >= span.1 AND day <= span.3),
                sumIf(numerator, day >= span.4 AND day <= span.5), sumIf(numerator, day >= span.1)] AS n,
               [sumIf(denominator, day >= span.1 AND day <= span.2), sumIf(denominator, day >= span.1 AND day <= span.3),
                sumIf(denominator, day >= span.4 AND day <= span.5), sumIf(denominator, day >= span.1)] AS d,
               [sumIf(numerator, day <= span.2), sumIf(numerator, day <= span.3),
                sumIf(numerator, day <= span.5), sum(numerator)] AS state_n,
               [sumIf(denominator, day <= span.2), sumIf(denominator, day <= span.3),
                sumIf(denominator, day <= span.5), sum(denominator)] AS state_d
        FROM indicator_values FINAL
        WHERE grain = 'day' AND day <= span.6
          AND unit IN (SELECT code FROM units WHERE province = {province:String})
          AND indicator IN (SELECT term FROM index_terms WHERE index_id = {index:String})
          AND (day >= span.4
               OR indicator IN (SELECT term FROM index_terms WHERE index_id = {index:String} AND kind = 'state'))
        GROUP BY unit, indicator
    ) AS v
    INNER JOIN
    (
        SELECT row_id, kind, term FROM index_terms FINAL
        WHERE index_id = {index:String} AND kind != 'procedures' AND loaded_at >= (SELECT max(loaded_at) FROM indicators)
    ) AS t ON v.indicator = t.term
    UNION ALL
    SELECT l.above, t.row_id,
           arrayMap(uses -> toInt64(uses),
               [uniqExactIf((p.unit, p.procedure), p.month >= span.1 AND p.first_day <= span.2),
                uniqExactIf((p.unit, p.procedure), p.month >= span.1 AND p.first_day <= span.3),
                uniqExactIf((p.unit, p.procedure), p.month >= span.4 AND p.first_day <= span.5),
                uniqExactIf((p.unit, p.procedure), p.month >= span.1)]),
           arrayResize([toInt64(0)], 4)
    FROM procedure_uses AS p
    INNER JOIN
    (
        SELECT code, above FROM unit_lines FINAL WHERE loaded_at >= (SELECT max(loaded_at) FROM indicators)
    ) AS l ON p.unit = l.code
    INNER JOIN
    (
        SELECT row_id, term FROM index_terms FINAL
        WHERE index_id = {index:String} AND kind = 'procedures' AND loaded_at >= (SELECT max(loaded_at) FROM indicators)
    ) AS t ON p.use = t.term
    WHERE p.month >= span.4 AND p.first_day <= span.6
      AND p.unit IN (SELECT code FROM units WHERE province = {province:String})
    GROUP BY l.above, t.row_id
)
GROUP BY unit, row_id;

-- The points of every row of every unit that exists in the period, as streams/core/index.py computes them: to date, and in the
-- other spans of index_cases. Besides, what one more per cent of the cases would gain, and how many cases are missing to all points.
CREATE VIEW index_points AS
SELECT u.code AS unit, u.level AS level, r.group_id AS group_id, r.row_id AS row_id, r.position AS position, r.most AS most,
       r.ranks AS ranks,
       if(empty(c.numerators), arrayResize([toInt64(0)], 4), c.numerators) AS numerators,
       if(empty(c.denominators), arrayResize([toInt64(0)], 4), c.denominators) AS denominators,
       numerators[1] AS numerator, denominators[1] AS denominator,
       if(denominator > 0, numerator / denominator, NULL) AS ratio,
       arrayMap((n, d) -> toInt32(multiIf(
           r.constant, r.most,
           d <= 0, if(r.empty_full, r.most, 0),
           least(r.most, intDiv(
               200 * toInt128(greatest(n, 0)) * r.most + r.full_at * toInt128(d), 2 * r.full_at * toInt128(d))))),
           arrayPushBack(numerators, numerator + intDiv(denominator + 99, 100)), arrayPushBack(denominators, denominator)) AS given,
       given[1] AS points, given[2] AS points_yesterday, given[3] AS points_before, given[4] AS points_at_end,
       given[5] - points AS percent_gain,
       if(r.constant OR denominator <= 0, NULL, greatest(0, intDiv(r.full_at * denominator + 99, 100) - numerator)) AS missing_cases
FROM
(
    SELECT code, level FROM units FINAL
    WHERE province = {province:String}
      AND ifNull(valid_from, toDate32('1900-01-01'))
          <= (SELECT last FROM index_spans(province = {province:String}, period = {period:String}))
      AND ifNull(valid_to, toDate32('2299-12-31'))
          > (SELECT first FROM index_spans(province = {province:String}, period = {period:String}))
) AS u
CROSS JOIN
(
    SELECT * FROM index_rows FINAL
    WHERE index_id = {index:String} AND loaded_at >= (SELECT max(loaded_at) FROM indicators)
) AS r
LEFT JOIN index_cases(index = {index:String}, province = {province:String}, period = {period:String}) AS c
    ON u.code = c.unit AND r.row_id = c.row_id;

-- The totals to date, with class, rank among the units of the level that have enough cases, what they have gained since the end of
-- yesterday and over the period before; and what they stand to lose until the period ends if nobody does anything, since it is
-- known which open cases will be overdue. `cases` are those of the row that ranks.
CREATE VIEW index_totals AS
SELECT unit, level, total, cases, is_ranked,
       (
           SELECT arraySort(c -> -c.1, groupArray((least, class_id)))
           FROM index_classes FINAL
           WHERE index_id = {index:String} AND loaded_at >= (SELECT max(loaded_at) FROM indicators)
       ) AS classes,
       arrayFirst(c -> total >= c.1, classes).2 AS class_id,
       if(is_ranked, rank() OVER (PARTITION BY level, is_ranked ORDER BY total DESC), NULL) AS rank,
       countIf(is_ranked) OVER (PARTITION BY level) AS peers,
       if((SELECT day_before FROM index_spans(province = {province:String}, period = {period:String})) IS NULL, NULL,
          total - yesterday) AS since_yesterday,
       if(cases_before > 0, total - before, NULL) AS since_period_before,
       points_at_risk, cases_at_risk
FROM
(
    SELECT unit, level, sum(points) AS total, sum(points_yesterday) AS yesterday, sum(points_before) AS before,
           total - sum(points_at_end) AS points_at_risk, sumIf(numerators[1] - numerators[4], ranks > 0) AS cases_at_risk,
           sumIf(denominator, ranks > 0) AS cases, sumIf(denominators[3], ranks > 0) AS cases_before,
           countIf(ranks > 0 AND denominator < ranks) = 0 AS is_ranked
    FROM index_points(index = {index:String}, province = {province:String}, period = {period:String})
    GROUP BY unit, level
);

-- Scores as others published them; what was read later takes the place of what was read before.
CREATE TABLE index_published
(
    index_id LowCardinality(String),
    unit LowCardinality(String),
    period LowCardinality(String) COMMENT '2026-11, 2026-Q4 or 2026',
    measure LowCardinality(String) COMMENT 'the id of a row or of a group, or total',
    score Int32 COMMENT 'hundredths of a point',
    numerator Nullable(Int64),
    denominator Nullable(Int64),
    read_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(read_at)
ORDER BY (index_id, unit, period, measure);

CREATE MATERIALIZED VIEW index_published_of_events TO index_published AS
SELECT JSONExtractString(data, 'index_code') AS index_id, unit,
       JSONExtractString(data, 'index_period') AS period, JSONExtractString(data, 'index_measure') AS measure,
       toInt32(JSONExtractInt(data, 'score_hundredths')) AS score,
       JSONExtract(data, 'published_numerator', 'Nullable(Int64)') AS numerator,
       JSONExtract(data, 'published_denominator', 'Nullable(Int64)') AS denominator,
       time AS read_at
FROM events
WHERE kind = 'updates.index_published';
