-- Forecast of the next twelve months. Design page, section 11. What a fit decides is null here: the base and the
-- reasons are compared, golden cases and the run's own checks cover the rest.
WITH horizons AS (
  SELECT CAST(UNNEST(GENERATE_SERIES(1, 12)) AS BIGINT) AS horizon_month
),
-- the months a forecast learns from: final ones of history, of snapshots without the base
learnt AS (
  SELECT c.number, COUNT(t.number) AS months
  FROM calendar AS c
  CROSS JOIN history AS h
  LEFT JOIN calendar AS t
    ON t.number <= c.number AND t.is_final AND t.number >= h.first_number
      AND (h.base_number IS NULL OR t.number > h.base_number)
  WHERE c.is_asked
  GROUP BY c.number
)
SELECT
  t.month,
  t.dimension,
  t.segment,
  job.currency,
  h.horizon_month,
  CAST(t.month + TO_MONTHS(CAST(h.horizon_month AS INTEGER)) AS DATE) AS forecast_month,
  CASE WHEN NOT t.is_before_history THEN t.closing_customers END AS base_customers,
  CASE WHEN NOT t.is_before_history THEN money(t.closing_mrr) END AS base_mrr,
  CAST(NULL AS DOUBLE) AS expected_customers,
  CAST(NULL AS DOUBLE) AS expected_customers_lower_80,
  CAST(NULL AS DOUBLE) AS expected_customers_upper_80,
  CAST(NULL AS DOUBLE) AS expected_customers_lower_95,
  CAST(NULL AS DOUBLE) AS expected_customers_upper_95,
  CAST(NULL AS DOUBLE) AS expected_churned_customers,
  CAST(NULL AS DOUBLE) AS expected_new_customers,
  CAST(NULL AS DECIMAL(18, 4)) AS expected_mrr,
  CAST(NULL AS DECIMAL(18, 4)) AS expected_mrr_lower_80,
  CAST(NULL AS DECIMAL(18, 4)) AS expected_mrr_upper_80,
  CAST(NULL AS DECIMAL(18, 4)) AS expected_mrr_lower_95,
  CAST(NULL AS DECIMAL(18, 4)) AS expected_mrr_upper_95,
  CASE
    WHEN t.is_before_history THEN 'no_history'
    WHEN l.months < 6 THEN 'not_mature'
    WHEN t.closing_customers = 0 THEN 'no_customers'
  END AS null_reason,
  t.is_final
FROM segment_months AS t
CROSS JOIN horizons AS h
CROSS JOIN job
JOIN learnt AS l ON l.number = t.number
WHERE t.is_asked
ORDER BY t.month, t.dimension, t.segment, job.currency, h.horizon_month
