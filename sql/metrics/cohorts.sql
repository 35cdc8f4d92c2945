-- Retention, survival and revenue of customers by the month they first paid. Design page, section 2.
-- Purchases have retention and revenue: a month without one is no loss, so nobody is at risk, and there is no MRR.
WITH summed AS (
  SELECT
    c.*,
    FIRST_VALUE(c.active_mrr) OVER cohort AS cohort_mrr,
    CAST(SUM(c.revenue) OVER cohort AS BIGINT) AS cumulative_revenue,
    -- Greenwood's sum; a cell that lost everybody adds nothing, the survival rate is 0 from there on
    SUM(
      CASE
        WHEN c.first_loss_at_risk > c.first_loss_customers
          THEN CAST(c.first_loss_customers AS DOUBLE) / CAST(c.first_loss_at_risk AS DOUBLE)
            / CAST(c.first_loss_at_risk - c.first_loss_customers AS DOUBLE)
        ELSE CAST(0 AS DOUBLE)
      END
    ) OVER cohort AS greenwood
  FROM cohort_cells AS c
  WINDOW cohort AS (
    PARTITION BY c.dimension, c.segment, c.cohort_number ORDER BY c.number
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
judged AS (
  SELECT
    s.*,
    job.is_snapshots,
    job.has_invoices,
    job.active = 'purchases' AS is_purchases,
    COALESCE(s.is_unknown_before AND s.number < s.first_number, FALSE) AS is_before_history,
    CAST(s.cohort_customers AS DOUBLE) AS n,
    CAST(s.active_customers AS DOUBLE) / CAST(NULLIF(s.cohort_customers, 0) AS DOUBLE) AS p,
    CAST(1.959963984540054e0 AS DOUBLE) AS z,
    -- nobody leaves a cohort's observation but by a loss, so the product of 1 - loss / at risk telescopes
    CAST(s.first_loss_at_risk - s.first_loss_customers AS DOUBLE) / CAST(NULLIF(s.cohort_customers, 0) AS DOUBLE)
      AS survival
  FROM summed AS s
  CROSS JOIN job
  WHERE s.is_asked
),
known AS (
  SELECT
    j.*,
    NOT j.is_before_history AND NOT j.is_truncated AS has_size,
    NOT j.is_before_history AND NOT j.is_truncated AND j.cohort_customers > 0 AS has_rate,
    NOT j.is_before_history AND NOT j.is_purchases AS has_risk
  FROM judged AS j
)
SELECT
  month,
  cohort_month,
  CAST(age_months AS BIGINT) AS age_months,
  dimension,
  segment,
  CASE WHEN has_size THEN cohort_customers END AS cohort_customers,
  CASE WHEN has_risk THEN at_risk_customers END AS at_risk_customers,
  CASE WHEN NOT is_before_history THEN active_customers END AS active_customers,
  CASE WHEN has_risk THEN churned_customers END AS churned_customers,
  CASE
    WHEN NOT has_risk THEN NULL
    WHEN age_months > 0 THEN CAST(0 AS BIGINT)
    WHEN NOT is_snapshots THEN cohort_customers - active_customers
  END AS new_and_churned_customers,
  CASE WHEN has_rate THEN p END AS customer_retention_rate,
  -- Wilson, 95 %; exact at the ends
  CASE
    WHEN NOT has_rate THEN NULL
    WHEN active_customers = 0 THEN CAST(0 AS DOUBLE)
    ELSE (p + z * z / (2 * n) - z * SQRT(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
  END AS customer_retention_rate_lower,
  CASE
    WHEN NOT has_rate THEN NULL
    WHEN active_customers = cohort_customers THEN CAST(1 AS DOUBLE)
    ELSE (p + z * z / (2 * n) + z * SQRT(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
  END AS customer_retention_rate_upper,
  CASE
    WHEN has_risk AND age_months > 0 AND at_risk_customers > 0
      THEN CAST(churned_customers AS DOUBLE) / CAST(at_risk_customers AS DOUBLE)
  END AS hazard_rate,
  CASE WHEN has_size AND has_risk THEN first_loss_at_risk END AS first_loss_at_risk,
  CASE WHEN has_size AND has_risk THEN first_loss_customers END AS first_loss_customers,
  CASE WHEN has_rate AND has_risk AND is_final THEN survival END AS survival_rate,
  CASE WHEN has_rate AND has_risk AND is_final THEN survival * SQRT(greenwood) END AS survival_standard_error,
  CASE WHEN has_size AND has_risk THEN money(cohort_mrr) END AS cohort_mrr,
  CASE WHEN has_risk THEN money(active_mrr) END AS active_mrr,
  CASE WHEN has_rate AND cohort_mrr <> 0 THEN CAST(active_mrr AS DOUBLE) / CAST(cohort_mrr AS DOUBLE) END
    AS revenue_retention_rate,
  CASE WHEN NOT is_before_history AND has_invoices THEN money(revenue) END AS revenue,
  CASE WHEN NOT is_before_history AND has_invoices THEN money(cumulative_revenue) END AS cumulative_revenue,
  CASE
    WHEN is_before_history THEN 'no_history'
    WHEN is_truncated THEN 'left_truncated'
    WHEN cohort_customers = 0 THEN 'empty_cohort'
    WHEN is_purchases THEN 'no_subscriptions'
    WHEN NOT is_final THEN 'not_final'
    WHEN age_months = 0 THEN 'age_zero'
    WHEN at_risk_customers = 0 THEN 'no_at_risk'
    WHEN cohort_mrr = 0 THEN 'no_mrr'
    WHEN NOT has_invoices THEN 'no_input'
  END AS null_reason,
  is_final
FROM known
ORDER BY month, cohort_month, age_months, dimension, segment
