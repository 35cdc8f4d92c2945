-- Earlier forecasts of a month against what it became: row M scores what was forecast at the close of M - horizon.
-- Design page, section 11. What a fit decides is null here.
WITH horizons AS (
  SELECT CAST(UNNEST(GENERATE_SERIES(1, 12)) AS BIGINT) AS horizon_month
),
-- the final months of history known when a forecast was made
learnt AS (
  SELECT c.number, COUNT(t.number) AS months
  FROM calendar AS c
  CROSS JOIN history AS h
  JOIN calendar AS t
    ON t.number <= c.number AND t.is_final AND t.number >= h.first_number
      AND (h.base_number IS NULL OR t.number > h.base_number)
  GROUP BY c.number
)
SELECT
  t.month,
  t.dimension,
  t.segment,
  job.currency,
  h.horizon_month,
  CAST(t.month - TO_MONTHS(CAST(h.horizon_month AS INTEGER)) AS DATE) AS projected_month,
  CASE WHEN NOT t.is_before_history THEN t.closing_customers END AS actual_customers,
  CASE WHEN NOT t.is_before_history THEN money(t.closing_mrr) END AS actual_mrr,
  CAST(NULL AS DOUBLE) AS expected_customers,
  CAST(NULL AS DECIMAL(18, 4)) AS expected_mrr,
  CAST(NULL AS DOUBLE) AS customers_error,
  CAST(NULL AS DOUBLE) AS mrr_error,
  CAST(NULL AS BOOLEAN) AS is_within_80,
  CAST(NULL AS BOOLEAN) AS is_within_95,
  CAST(NULL AS BOOLEAN) AS is_mrr_within_80,
  CAST(NULL AS BOOLEAN) AS is_mrr_within_95,
  CASE
    WHEN t.is_before_history THEN 'no_history'
    WHEN NOT t.is_final OR COALESCE(l.months, 0) < 6 THEN 'not_mature'
    WHEN COALESCE(base.closing_customers, 0) = 0 THEN 'no_customers'
  END AS null_reason,
  t.is_final
FROM segment_months AS t
CROSS JOIN horizons AS h
CROSS JOIN job
LEFT JOIN learnt AS l ON l.number = t.number - h.horizon_month
LEFT JOIN segment_months AS base
  ON base.number = t.number - h.horizon_month AND base.dimension = t.dimension AND base.segment = t.segment
WHERE t.is_asked
ORDER BY t.month, t.dimension, t.segment, job.currency, h.horizon_month
