-- Customer satisfaction, per month and segment. Design page, section 7.
-- Scales of 3, 5, 7 and 10 points: (score - 1) / (scale - 1) in integers of 1/36, since 2, 4, 6 and 9 all divide 36.
WITH counted AS (
  SELECT
    a.number,
    g.dimension,
    g.segment,
    COUNT(*) AS responses,
    COUNT(CASE WHEN a.score >= CASE a.scale_max WHEN 3 THEN 3 WHEN 5 THEN 4 WHEN 7 THEN 6 ELSE 8 END THEN 1 END)
      AS satisfied,
    SUM((a.score - 1) * CASE a.scale_max WHEN 3 THEN 18 WHEN 5 THEN 9 WHEN 7 THEN 6 ELSE 4 END) AS score_36ths
  FROM monthly_answers AS a
  JOIN segment_spans AS g
    ON g.customer_id = a.customer_id AND g.from_number <= a.number AND a.number < g.until_number
  WHERE a.kind = 'csat'
  GROUP BY a.number, g.dimension, g.segment
),
spine AS (
  SELECT
    c.month,
    c.is_final,
    s.dimension,
    s.segment,
    CAST(COALESCE(t.responses, 0) AS BIGINT) AS responses,
    CAST(COALESCE(t.satisfied, 0) AS BIGINT) AS satisfied,
    CAST(t.responses AS DOUBLE) AS n,
    CAST(t.satisfied AS DOUBLE) / CAST(t.responses AS DOUBLE) AS p,
    CAST(1.959963984540054e0 AS DOUBLE) AS z,
    CAST(t.score_36ths AS DOUBLE) / CAST(36 * t.responses AS DOUBLE) AS mean_score
  FROM calendar AS c
  CROSS JOIN segments AS s
  CROSS JOIN job
  LEFT JOIN counted AS t ON t.number = c.number AND t.dimension = s.dimension AND t.segment = s.segment
  WHERE c.is_asked AND job.has_surveys
)
SELECT
  month,
  dimension,
  segment,
  responses,
  satisfied,
  p AS csat,
  -- Wilson, 95 %; exact at the ends
  CASE
    WHEN responses = 0 THEN NULL
    WHEN satisfied = 0 THEN CAST(0 AS DOUBLE)
    ELSE (p + z * z / (2 * n) - z * SQRT(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
  END AS csat_lower,
  CASE
    WHEN responses = 0 THEN NULL
    WHEN satisfied = responses THEN CAST(1 AS DOUBLE)
    ELSE (p + z * z / (2 * n) + z * SQRT(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
  END AS csat_upper,
  mean_score,
  CASE WHEN responses = 0 THEN 'no_responses' END AS null_reason,
  is_final
FROM spine
ORDER BY month, dimension, segment
