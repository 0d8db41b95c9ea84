-- Today is the local date of each unit's province. Of the functions that take a time zone only a few take another one in
-- every row; toTimeZone, once allowed to, silently answers in the server's, which is yesterday until 07:00 in Vietnam.
CREATE OR REPLACE VIEW indicator_windows AS
WITH now() AS instant
SELECT indicator, unit, dims, window, sum(v.numerator) AS numerator, sum(v.denominator) AS denominator
FROM
(
    SELECT v.indicator, v.unit, v.dims, v.numerator, v.denominator,
           arrayJoin(arrayFilter(w -> w != '', multiIf(
               i.kind = 'stock',
                   [if(v.grain = 'day' AND v.day <= u.today, 'now', '')],
               v.grain = 'minute',
                   [if(v.bucket > instant - INTERVAL 15 MINUTE AND v.bucket <= instant, '15m', ''),
                    if(v.bucket > instant - INTERVAL 1 HOUR AND v.bucket <= instant, '1h', '')],
               v.grain = 'day' AND v.day <= u.today,
                   [if(v.day = u.today, 'today', ''),
                    if(v.day > u.today - 7, '7d', ''),
                    if(toStartOfMonth(v.day) = toStartOfMonth(u.today), 'month', ''),
                    if(toStartOfQuarter(v.day) = toStartOfQuarter(u.today), 'quarter', ''),
                    if(toStartOfYear(v.day) = toStartOfYear(u.today), 'year', '')],
               []))) AS window
    FROM indicator_values AS v FINAL
    INNER JOIN
    (
        SELECT code, toDate(substring(toString(instant, time_zone), 1, 10)) AS today
        FROM units FINAL
    ) AS u ON v.unit = u.code
    INNER JOIN (SELECT id, kind FROM indicators FINAL) AS i ON v.indicator = i.id
    WHERE v.grain != 'hour' AND (i.kind = 'stock' OR v.bucket > instant - INTERVAL 367 DAY)
) AS v
GROUP BY indicator, unit, dims, window;
