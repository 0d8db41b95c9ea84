-- The figure of a bucket: the newest version of each part, parts added up.
CREATE VIEW indicator_buckets AS
SELECT indicator, grain, unit, dims, bucket, any(province) AS province, any(day) AS day,
       sum(numerator) AS numerator, sum(denominator) AS denominator
FROM indicator_values FINAL
GROUP BY indicator, grain, unit, dims, bucket;

-- The windows that move with the clock. A flow adds up the window's buckets; a stock adds up every day until today,
-- whatever the window.
CREATE VIEW indicator_windows AS
WITH
    now() AS instant,
    toDate(toTimeZone(instant, time_zone)) AS today
SELECT indicator, unit, dims, window, sum(v.numerator) AS numerator, sum(v.denominator) AS denominator
FROM
(
    SELECT v.indicator, v.unit, v.dims, v.numerator, v.denominator,
           arrayJoin(arrayFilter(w -> w != '', multiIf(
               i.kind = 'stock',
                   [if(v.grain = 'day' AND v.day <= today, 'now', '')],
               v.grain = 'minute',
                   [if(v.bucket > instant - INTERVAL 15 MINUTE AND v.bucket <= instant, '15m', ''),
                    if(v.bucket > instant - INTERVAL 1 HOUR AND v.bucket <= instant, '1h', '')],
               v.grain = 'day' AND v.day <= today,
                   [if(v.day = today, 'today', ''),
                    if(v.day > today - 7, '7d', ''),
                    if(toStartOfMonth(v.day) = toStartOfMonth(today), 'month', ''),
                    if(toStartOfQuarter(v.day) = toStartOfQuarter(today), 'quarter', ''),
                    if(toStartOfYear(v.day) = toStartOfYear(today), 'year', '')],
               []))) AS window
    FROM indicator_values AS v FINAL
    INNER JOIN (SELECT code, time_zone FROM units FINAL) AS u ON v.unit = u.code
    INNER JOIN (SELECT id, kind FROM indicators FINAL) AS i ON v.indicator = i.id
    WHERE v.grain != 'hour' AND (i.kind = 'stock' OR v.bucket > instant - INTERVAL 367 DAY)
) AS v
GROUP BY indicator, unit, dims, window
SETTINGS allow_nonconst_timezone_arguments = 1;
