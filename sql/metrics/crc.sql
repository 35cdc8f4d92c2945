-- Retention cost per customer, per month, segment, category and window of 1 or 12 months. Design page, section 5.
WITH spine AS (
  SELECT c.month, c.number, c.is_final, s.dimension, s.segment, k.category, w.window_months
  FROM calendar AS c
  CROSS JOIN segments AS s
  CROSS JOIN (SELECT category FROM cost_lines UNION SELECT 'all') AS k
  CROSS JOIN (SELECT 1 AS window_months UNION ALL SELECT 12) AS w
  CROSS JOIN job
  WHERE c.is_asked AND job.has_costs
),
costs AS (
  SELECT
    p.number, p.dimension, p.segment, p.category, p.window_months,
    SUM(x.direct_cost) AS direct_cost,
    SUM(x.allocated_cost) AS allocated_cost
  FROM spine AS p
  JOIN segment_costs AS x
    ON x.dimension = p.dimension AND x.segment = p.segment AND x.category = p.category
      AND x.number > p.number - p.window_months AND x.number <= p.number
  GROUP BY p.number, p.dimension, p.segment, p.category, p.window_months
),
-- the months of a window together; whether it reaches before history or into the base month is the same in all rows
windows AS (
  SELECT
    p.number, p.dimension, p.segment, p.window_months,
    SUM(t.opening_customers + t.closing_customers) AS ends_customers,
    SUM(t.closing_mrr) AS closing_mrr,
    MAX(CASE WHEN t.is_base THEN 1 ELSE 0 END) AS bases,
    MAX(CASE WHEN t.number = p.number AND t.is_before_history THEN 1 ELSE 0 END) AS is_before,
    MAX(CASE WHEN t.number = p.number THEN t.opening_customers END) AS month_opening,
    MAX(CASE WHEN t.number = p.number THEN t.opening_customers - t.churned_customers END) AS month_retained
  FROM (SELECT DISTINCT number, dimension, segment, window_months FROM spine) AS p
  JOIN segment_months AS t
    ON t.dimension = p.dimension AND t.segment = p.segment
      AND t.number > p.number - p.window_months AND t.number <= p.number
  GROUP BY p.number, p.dimension, p.segment, p.window_months
),
judged AS (
  SELECT
    p.*,
    job.currency,
    w.is_before = 1 AS is_before_history,
    w.bases = 1 AS is_base,
    p.window_months = 12 AND COALESCE(p.number - 11 < h.first_number, TRUE) AS is_immature,
    CAST(COALESCE(x.direct_cost, 0) AS BIGINT) AS direct_cost,
    CAST(COALESCE(x.allocated_cost, 0) AS BIGINT) AS allocated_cost,
    CAST(COALESCE(x.direct_cost, 0) + COALESCE(x.allocated_cost, 0) AS BIGINT) AS cost,
    CAST(CASE WHEN p.window_months = 1 THEN w.month_opening ELSE COALESCE(y.opening_customers, 0) END AS BIGINT)
      AS opening_customers,
    CAST(CASE WHEN p.window_months = 1 THEN w.month_retained ELSE COALESCE(y.retained_customers, 0) END AS BIGINT)
      AS retained_customers,
    CAST(w.ends_customers AS BIGINT) AS ends_customers,
    CAST(w.closing_mrr AS BIGINT) AS closing_mrr
  FROM spine AS p
  CROSS JOIN job
  CROSS JOIN history AS h
  JOIN windows AS w
    ON w.number = p.number AND w.dimension = p.dimension AND w.segment = p.segment AND w.window_months = p.window_months
  LEFT JOIN segment_years AS y ON y.number = p.number AND y.dimension = p.dimension AND y.segment = p.segment
  LEFT JOIN costs AS x
    ON x.number = p.number AND x.dimension = p.dimension AND x.segment = p.segment AND x.category = p.category
      AND x.window_months = p.window_months
),
known AS (
  SELECT
    j.*,
    NOT is_before_history AND NOT is_immature AS has_cost,
    NOT is_before_history AND NOT is_immature AND NOT is_base AS has_customers
  FROM judged AS j
)
SELECT
  month,
  dimension,
  segment,
  currency,
  category,
  CAST(window_months AS BIGINT) AS window_months,
  CASE WHEN has_cost THEN money(direct_cost) END AS direct_cost,
  CASE WHEN has_cost THEN money(allocated_cost) END AS allocated_cost,
  CASE WHEN has_cost THEN money(cost) END AS retention_cost,
  CASE WHEN has_customers THEN opening_customers END AS opening_customers,
  CASE WHEN has_customers THEN retained_customers END AS retained_customers,
  CASE WHEN has_customers THEN CAST(ends_customers AS DOUBLE) / CAST(2 * window_months AS DOUBLE) END
    AS average_customers,
  CASE WHEN has_customers THEN money(div_round(cost, retained_customers)) END AS crc,
  CASE WHEN has_customers THEN money(div_round(wide(cost) * 2 * window_months, ends_customers)) END
    AS crc_per_average_customer,
  CASE WHEN has_cost AND closing_mrr <> 0 THEN CAST(cost AS DOUBLE) / CAST(closing_mrr AS DOUBLE) END
    AS cost_share_of_mrr,
  CASE
    WHEN is_before_history THEN 'no_history'
    WHEN is_base THEN 'no_opening'
    WHEN is_immature THEN 'not_mature'
    WHEN retained_customers = 0 THEN 'no_retained_customers'
    WHEN ends_customers = 0 THEN 'no_customers'
    WHEN closing_mrr = 0 THEN 'no_mrr'
  END AS null_reason,
  is_final
FROM known
ORDER BY month, dimension, segment, currency, category, window_months
