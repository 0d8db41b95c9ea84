-- What histograms count: cases by value. A bin stands for its lowest value times 1.02, from which none of its values is
-- further away than 2 % (streams/core/sketch.py). quantileExactWeighted(0.9)(value, cases) is then the value that nine of
-- ten cases do not exceed, of any units and days. Parts are not added up first, which would take most of the time: a part
-- counts cases of its own, so none is less than 0.
CREATE VIEW indicator_bins AS
SELECT indicator, grain, unit, replaceRegexpOne(v.dims, ',?bin=[0-9]+$', '') AS dims, bucket, province, day,
       toUInt64(extract(v.dims, 'bin=([0-9]+)$')) * 1.02 AS value, toUInt64(numerator) AS cases
FROM indicator_values AS v FINAL
WHERE v.dims LIKE '%bin=%' AND numerator > 0;

-- The same of the windows that move with the clock.
CREATE VIEW indicator_quantiles AS
SELECT indicator, unit, dims, window, sum(counted) AS cases,
       quantilesExactWeighted(0.5, 0.9, 0.99)(value, counted) AS quantiles,
       quantiles[1] AS p50, quantiles[2] AS p90, quantiles[3] AS p99
FROM
(
    SELECT indicator, unit, replaceRegexpOne(w.dims, ',?bin=[0-9]+$', '') AS dims, window,
           toUInt64(extract(w.dims, 'bin=([0-9]+)$')) * 1.02 AS value, toUInt64(numerator) AS counted
    FROM indicator_windows AS w
    WHERE w.dims LIKE '%bin=%' AND numerator > 0
)
GROUP BY indicator, unit, dims, window;

-- Medians are made of sums now, which last longer than the events.
DROP VIEW settlements;
