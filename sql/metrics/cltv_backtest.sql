-- What lifetime projections made some months ago expected, and what happened since. Design page, section 6.
-- Row M holds the outcome, at the close of M, of what was projected at the close of M - horizon. What was projected is
-- a model's to say; here is what happened: to the customers never lost by then, of cohorts seen from their beginning,
-- in the segment they began in.
WITH spine AS (
  SELECT
    t.month,
    t.number,
    t.dimension,
    t.segment,
    t.is_final,
    t.is_before_history,
    y.method,
    h.horizon,
    t.number - h.horizon AS past_number
  FROM segment_months AS t
  CROSS JOIN (
    SELECT 'constant' AS method UNION ALL SELECT 'empirical' UNION ALL SELECT 'sbg' UNION ALL SELECT 'bdw'
  ) AS y
  CROSS JOIN (SELECT 3 AS horizon UNION ALL SELECT 6 UNION ALL SELECT 12 UNION ALL SELECT 24) AS h
  WHERE t.is_asked
),
-- those left at the close of the projected month, and at every close since
survivors AS (
  SELECT
    p.number,
    p.past_number,
    k.dimension,
    k.segment,
    k.number AS at_number,
    CAST(SUM(k.first_loss_at_risk - k.first_loss_customers) AS BIGINT) AS customers
  FROM (SELECT DISTINCT number, past_number FROM spine) AS p
  JOIN cohort_cells AS k
    ON k.cohort_number <= p.past_number AND k.number >= p.past_number AND k.number <= p.number AND NOT k.is_truncated
  GROUP BY p.number, p.past_number, k.dimension, k.segment, k.number
),
-- what one customer left in a month, in ticks
margins AS (
  SELECT
    t.number,
    t.dimension,
    t.segment,
    CAST(t.closing_mrr AS DOUBLE) / CAST(NULLIF(t.paying_at_close, 0) AS DOUBLE) * job.gross_margin
      - CASE
          WHEN NOT job.has_costs THEN CAST(0 AS DOUBLE)
          ELSE 2 * CAST(COALESCE(x.direct_cost + x.allocated_cost, 0) AS DOUBLE)
            / CAST(NULLIF(t.opening_customers + t.closing_customers, 0) AS DOUBLE)
        END AS margin
  FROM segment_months AS t
  CROSS JOIN job
  LEFT JOIN segment_costs AS x
    ON x.number = t.number AND x.dimension = t.dimension AND x.segment = t.segment AND x.category = 'all'
),
outcomes AS (
  SELECT
    v.number,
    v.past_number,
    v.dimension,
    v.segment,
    CAST(SUM(CASE WHEN v.at_number = v.past_number THEN v.customers ELSE 0 END) AS BIGINT) AS customers,
    CAST(SUM(CASE WHEN v.at_number > v.past_number THEN v.customers ELSE 0 END) AS BIGINT) AS customer_months,
    SUM(CASE WHEN v.at_number > v.past_number AND v.customers > 0 THEN CAST(v.customers AS DOUBLE) * m.margin
             ELSE CAST(0 AS DOUBLE) END) AS value,
    -- survivors of a segment that nobody pays in any more (they moved to another plan): there is no margin to take
    BOOL_OR(v.at_number > v.past_number AND v.customers > 0 AND m.margin IS NULL) AS is_unpriced
  FROM survivors AS v
  JOIN margins AS m ON m.number = v.at_number AND m.dimension = v.dimension AND m.segment = v.segment
  GROUP BY v.number, v.past_number, v.dimension, v.segment
),
judged AS (
  SELECT
    p.*,
    job.currency,
    COALESCE(o.customers, 0) AS customers,
    COALESCE(o.customer_months, 0) AS customer_months,
    CASE WHEN NOT COALESCE(o.is_unpriced, FALSE) THEN COALESCE(o.value, CAST(0 AS DOUBLE)) END AS value,
    NOT p.is_before_history AND p.is_final AND COALESCE(p.past_number >= h.first_number + 6, FALSE) AS is_mature
  FROM spine AS p
  CROSS JOIN job
  CROSS JOIN history AS h
  LEFT JOIN outcomes AS o
    ON o.number = p.number AND o.past_number = p.past_number AND o.dimension = p.dimension AND o.segment = p.segment
)
SELECT
  month,
  dimension,
  segment,
  currency,
  method,
  CAST(horizon AS BIGINT) AS horizon_months,
  CAST(month - horizon * INTERVAL '1' MONTH AS DATE) AS projected_month,
  CASE WHEN is_mature THEN customers END AS customers,
  CAST(NULL AS DOUBLE) AS projected_customer_months,
  CASE WHEN is_mature THEN customer_months END AS actual_customer_months,
  CAST(NULL AS DOUBLE) AS bias,
  CAST(NULL AS DECIMAL(18, 4)) AS projected_value,
  CASE WHEN is_mature THEN money(round_half_away(value)) END AS actual_value,
  CASE
    WHEN is_before_history THEN 'no_history'
    WHEN NOT is_mature THEN 'not_mature'
    WHEN customers = 0 THEN 'no_customers'
    ELSE '(fitted)'
  END AS null_reason,
  is_final
FROM judged
ORDER BY month, dimension, segment, currency, method, horizon_months
