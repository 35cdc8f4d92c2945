-- Net promoter score, per month and segment. Design page, section 7.
WITH counted AS (
  SELECT
    a.number,
    g.dimension,
    g.segment,
    COUNT(*) AS responses,
    COUNT(CASE WHEN a.score >= 9 THEN 1 END) AS promoters,
    COUNT(CASE WHEN a.score <= job.detractor_max THEN 1 END) AS detractors
  FROM monthly_answers AS a
  CROSS JOIN job
  JOIN segment_spans AS g
    ON g.customer_id = a.customer_id AND g.from_number <= a.number AND a.number < g.until_number
  WHERE a.kind = 'nps'
  GROUP BY a.number, g.dimension, g.segment
),
spine AS (
  SELECT
    c.month,
    c.is_final,
    s.dimension,
    s.segment,
    CAST(COALESCE(t.responses, 0) AS BIGINT) AS responses,
    CAST(COALESCE(t.promoters, 0) AS BIGINT) AS promoters,
    CAST(COALESCE(t.detractors, 0) AS BIGINT) AS detractors
  FROM calendar AS c
  CROSS JOIN segments AS s
  CROSS JOIN job
  LEFT JOIN counted AS t ON t.number = c.number AND t.dimension = s.dimension AND t.segment = s.segment
  WHERE c.is_asked AND job.has_surveys
),
-- adjusted Wald: three more answers, a quarter of them each way and the rest passive
adjusted AS (
  SELECT
    p.*,
    CAST(responses + 3 AS DOUBLE) AS n,
    (CAST(promoters AS DOUBLE) + 0.75e0) / CAST(responses + 3 AS DOUBLE) AS p,
    (CAST(detractors AS DOUBLE) + 0.75e0) / CAST(responses + 3 AS DOUBLE) AS q,
    CAST(1.959963984540054e0 AS DOUBLE) AS z
  FROM spine AS p
)
SELECT
  month,
  dimension,
  segment,
  responses,
  promoters,
  responses - promoters - detractors AS passives,
  detractors,
  CASE WHEN responses > 0 THEN CAST(100 * (promoters - detractors) AS DOUBLE) / CAST(responses AS DOUBLE) END AS nps,
  CASE WHEN responses > 0
    THEN GREATEST(CAST(-100 AS DOUBLE), 100 * (p - q - z * SQRT((p + q - (p - q) * (p - q)) / n))) END AS nps_lower,
  CASE WHEN responses > 0
    THEN LEAST(CAST(100 AS DOUBLE), 100 * (p - q + z * SQRT((p + q - (p - q) * (p - q)) / n))) END AS nps_upper,
  CASE WHEN responses = 0 THEN 'no_responses' END AS null_reason,
  is_final
FROM adjusted
ORDER BY month, dimension, segment
