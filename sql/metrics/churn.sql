-- Customers won and lost, and the churn rate, per month and segment. Design page, section 1.
WITH counted AS (
  SELECT
    t.*,
    job.is_snapshots,
    CASE
      WHEN t.is_before_history THEN 'no_history'
      WHEN t.is_base THEN 'no_opening'
      WHEN t.opening_customers = 0 THEN 'no_opening_customers'
      WHEN job.is_snapshots THEN 'no_input'
    END AS null_reason,
    NOT t.is_before_history AND NOT t.is_base AS has_movements,
    NOT t.is_before_history AND NOT t.is_base AND t.opening_customers > 0 AS has_rate,
    CAST(t.opening_customers AS DOUBLE) AS n,
    CAST(t.churned_customers AS DOUBLE) / CAST(NULLIF(t.opening_customers, 0) AS DOUBLE) AS p,
    CAST(1.959963984540054e0 AS DOUBLE) AS z
  FROM segment_months AS t
  CROSS JOIN job
  WHERE t.is_asked
)
SELECT
  month,
  dimension,
  segment,
  CASE WHEN has_movements THEN opening_customers END AS opening_customers,
  CASE WHEN has_movements THEN new_customers END AS new_customers,
  CASE WHEN has_movements THEN reactivated_customers END AS reactivated_customers,
  CASE WHEN has_movements THEN churned_customers END AS churned_customers,
  CASE WHEN has_movements AND NOT is_snapshots THEN new_and_churned_customers END AS new_and_churned_customers,
  CASE WHEN NOT is_before_history THEN closing_customers END AS closing_customers,
  CASE WHEN has_rate THEN p END AS customer_churn_rate,
  -- Wilson, 95 %; exact at the ends
  CASE
    WHEN NOT has_rate THEN NULL
    WHEN churned_customers = 0 THEN CAST(0 AS DOUBLE)
    ELSE (p + z * z / (2 * n) - z * SQRT(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
  END AS customer_churn_rate_lower,
  CASE
    WHEN NOT has_rate THEN NULL
    WHEN churned_customers = opening_customers THEN CAST(1 AS DOUBLE)
    ELSE (p + z * z / (2 * n) + z * SQRT(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
  END AS customer_churn_rate_upper,
  CASE
    WHEN has_rate AND NOT is_snapshots THEN CAST(churned_customers + new_and_churned_customers AS DOUBLE) / n
  END AS customer_churn_rate_including_new,
  null_reason,
  is_final
FROM counted
ORDER BY month, dimension, segment
