-- Health per month and segment. Design page, section 9.
WITH counted AS (
  SELECT
    x.number,
    g.dimension,
    g.segment,
    COUNT(*) AS customers,
    COUNT(x.score) AS scored_customers,
    COUNT(CASE WHEN x.band = 'green' THEN 1 END) AS green_customers,
    COUNT(CASE WHEN x.band = 'yellow' THEN 1 END) AS yellow_customers,
    COUNT(CASE WHEN x.band = 'red' THEN 1 END) AS red_customers,
    COUNT(CASE WHEN x.band = 'unknown' THEN 1 END) AS unknown_customers,
    SUM(x.score ORDER BY x.customer_id) AS score_sum,
    SUM(x.coverage ORDER BY x.customer_id) AS coverage_sum
  FROM customer_scores AS x
  JOIN scored_months AS s ON s.number = x.number AND s.is_asked
  JOIN segment_spans AS g
    ON g.customer_id = x.customer_id AND g.from_number <= x.number AND x.number < g.until_number
  GROUP BY x.number, g.dimension, g.segment
)
SELECT
  t.month,
  t.dimension,
  t.segment,
  CASE WHEN NOT t.is_before_history THEN COALESCE(k.customers, 0) END AS customers,
  CASE WHEN NOT t.is_before_history THEN COALESCE(k.scored_customers, 0) END AS scored_customers,
  CASE WHEN NOT t.is_before_history THEN COALESCE(k.green_customers, 0) END AS green_customers,
  CASE WHEN NOT t.is_before_history THEN COALESCE(k.yellow_customers, 0) END AS yellow_customers,
  CASE WHEN NOT t.is_before_history THEN COALESCE(k.red_customers, 0) END AS red_customers,
  CASE WHEN NOT t.is_before_history THEN COALESCE(k.unknown_customers, 0) END AS unknown_customers,
  k.score_sum / CAST(NULLIF(k.scored_customers, 0) AS DOUBLE) AS mean_score,
  k.coverage_sum / CAST(NULLIF(k.customers, 0) AS DOUBLE) AS mean_coverage,
  CASE
    WHEN t.is_before_history THEN 'no_history'
    WHEN COALESCE(k.customers, 0) = 0 THEN 'no_customers'
    WHEN k.scored_customers = 0 THEN 'low_coverage'
  END AS null_reason,
  t.is_final
FROM segment_months AS t
LEFT JOIN counted AS k ON k.number = t.number AND k.dimension = t.dimension AND k.segment = t.segment
WHERE t.is_asked
ORDER BY t.month, t.dimension, t.segment
