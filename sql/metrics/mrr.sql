-- Monthly recurring revenue and its movements, per month and segment. Design page, section 3.
-- Rates divide by the opening MRR at this month's exchange rate, so that the rate of exchange is no movement.
WITH counted AS (
  SELECT
    t.*,
    job.currency,
    NOT t.is_before_history AND NOT t.is_base AS has_movements,
    NOT t.is_before_history AND NOT t.is_base AND t.opening_mrr_revalued <> 0 AS has_rate,
    NOT t.is_before_history AND NOT t.is_base
      AND COALESCE(y.mrr_then, 0) <> 0 AND COALESCE(t.number - 12 >= h.first_number, FALSE) AS has_year,
    NOT t.is_before_history AND NOT t.is_base AND t.churned_mrr + t.contraction_mrr <> 0 AS has_outflow,
    CAST(t.opening_mrr_revalued AS DOUBLE) AS opening,
    CAST(y.mrr_then AS DOUBLE) AS mrr_then,
    CAST(y.kept_mrr AS DOUBLE) AS kept_mrr_12m,
    CAST(y.mrr_now AS DOUBLE) AS mrr_now
  FROM segment_months AS t
  CROSS JOIN job
  CROSS JOIN history AS h
  LEFT JOIN segment_years AS y ON y.number = t.number AND y.dimension = t.dimension AND y.segment = t.segment
  WHERE t.is_asked
)
SELECT
  month,
  dimension,
  segment,
  currency,
  CASE WHEN has_movements THEN money(opening_mrr) END AS opening_mrr,
  CASE WHEN has_movements THEN money(new_mrr) END AS new_mrr,
  CASE WHEN has_movements THEN money(expansion_mrr) END AS expansion_mrr,
  CASE WHEN has_movements THEN money(reactivation_mrr) END AS reactivation_mrr,
  CASE WHEN has_movements THEN money(contraction_mrr) END AS contraction_mrr,
  CASE WHEN has_movements THEN money(churned_mrr) END AS churned_mrr,
  CASE WHEN has_movements THEN money(opening_mrr_revalued - opening_mrr) END AS fx_mrr,
  CASE WHEN NOT is_before_history THEN money(closing_mrr) END AS closing_mrr,
  CASE WHEN NOT is_before_history THEN money(12 * closing_mrr) END AS arr,
  CASE WHEN has_rate THEN CAST(kept_mrr AS DOUBLE) / opening END AS gross_revenue_retention,
  CASE WHEN has_rate THEN CAST(closing_mrr_of_opening AS DOUBLE) / opening END AS net_revenue_retention,
  CASE WHEN has_year THEN kept_mrr_12m / mrr_then END AS gross_revenue_retention_12m,
  CASE WHEN has_year THEN mrr_now / mrr_then END AS net_revenue_retention_12m,
  CASE WHEN has_rate THEN CAST(churned_mrr + contraction_mrr AS DOUBLE) / opening END AS gross_mrr_churn_rate,
  CASE WHEN has_rate THEN CAST(churned_mrr + contraction_mrr - expansion_mrr AS DOUBLE) / opening END
    AS net_mrr_churn_rate,
  CASE
    WHEN has_outflow
      THEN CAST(new_mrr + expansion_mrr + reactivation_mrr AS DOUBLE) / CAST(churned_mrr + contraction_mrr AS DOUBLE)
  END AS quick_ratio,
  CASE
    WHEN is_before_history THEN 'no_history'
    WHEN is_base THEN 'no_opening'
    WHEN NOT has_rate THEN 'no_opening_customers'
    WHEN NOT has_year THEN 'not_mature'
    WHEN NOT has_outflow THEN 'no_outflow'
  END AS null_reason,
  is_final
FROM counted
ORDER BY month, dimension, segment, currency
