-- Average revenue per customer, per month and segment. Design page, section 4.
-- Quantiles interpolate linearly at (customers - 1) x 1/2 and x 9/10, in integers: neighbours a and b of a position with
-- remainder r out of q give (a (q - r) + b r) / q.
WITH placed AS (
  SELECT
    d.*,
    SUM(d.customers) OVER (PARTITION BY d.number, d.dimension, d.segment ORDER BY d.net_revenue) AS until_place,
    t.customers AS n,
    t.revenue - t.refunds AS net_total
  FROM revenue_spread AS d
  JOIN calendar AS c ON c.number = d.number AND c.is_asked
  JOIN segment_revenue AS t ON t.number = d.number AND t.dimension = d.dimension AND t.segment = d.segment
),
-- a customer's place counts from 0; the customers of a row hold the places [from_place, until_place)
ends AS (
  SELECT
    p.*,
    p.until_place - p.customers AS from_place,
    div_floor(p.n - 1, 2) AS median_place,
    MOD(p.n - 1, 2) AS median_rest,
    div_floor(9 * (p.n - 1), 10) AS p90_place,
    MOD(9 * (p.n - 1), 10) AS p90_rest
  FROM placed AS p
),
quantiles AS (
  SELECT
    number,
    dimension,
    segment,
    MAX(median_rest) AS median_rest,
    MAX(p90_rest) AS p90_rest,
    MAX(CASE WHEN from_place <= median_place AND median_place < until_place THEN net_revenue END) AS median_low,
    MAX(CASE WHEN from_place <= median_place + 1 AND median_place + 1 < until_place THEN net_revenue END) AS median_high,
    MAX(CASE WHEN from_place <= p90_place AND p90_place < until_place THEN net_revenue END) AS p90_low,
    MAX(CASE WHEN from_place <= p90_place + 1 AND p90_place + 1 < until_place THEN net_revenue END) AS p90_high,
    CAST(SUM(CASE WHEN wide(net_revenue) * n > net_total THEN customers ELSE 0 END) AS BIGINT) AS above
  FROM ends
  GROUP BY number, dimension, segment
),
counted AS (
  SELECT
    t.month,
    t.dimension,
    t.segment,
    t.is_final,
    t.is_before_history,
    job.currency,
    job.has_invoices,
    job.active = 'purchases' AS is_purchases,
    NOT t.is_before_history AND job.has_invoices AS has_revenue,
    NOT t.is_before_history AND job.has_invoices AND COALESCE(r.customers, 0) > 0 AS has_mean,
    COALESCE(r.customers, 0) AS customers,
    COALESCE(r.revenue, 0) AS revenue,
    COALESCE(r.refunds, 0) AS refunds,
    t.closing_mrr,
    t.paying_at_close AS closing_customers,
    q.median_low, COALESCE(q.median_high, 0) AS median_high, q.median_rest,
    q.p90_low, COALESCE(q.p90_high, 0) AS p90_high, q.p90_rest,
    q.above
  FROM segment_months AS t
  CROSS JOIN job
  LEFT JOIN segment_revenue AS r ON r.number = t.number AND r.dimension = t.dimension AND r.segment = t.segment
  LEFT JOIN quantiles AS q ON q.number = t.number AND q.dimension = t.dimension AND q.segment = t.segment
  WHERE t.is_asked
)
SELECT
  month,
  dimension,
  segment,
  currency,
  CASE WHEN has_revenue THEN money(revenue) END AS revenue,
  CASE WHEN has_revenue THEN money(refunds) END AS refunds,
  CASE WHEN has_revenue THEN money(revenue - refunds) END AS net_revenue,
  CASE WHEN NOT is_before_history THEN CAST(customers AS BIGINT) END AS customers,
  CASE WHEN has_mean THEN money(div_round(revenue - refunds, customers)) END AS arpc,
  CASE WHEN has_mean
    THEN money(div_round(wide(median_low) * (2 - median_rest) + wide(median_high) * median_rest, 2))
  END AS median_revenue,
  CASE WHEN has_mean
    THEN money(div_round(wide(p90_low) * (10 - p90_rest) + wide(p90_high) * p90_rest, 10))
  END AS p90_revenue,
  CASE WHEN has_mean THEN CAST(above AS DOUBLE) / CAST(customers AS DOUBLE) END AS share_above_arpc,
  CASE WHEN NOT is_before_history AND NOT is_purchases THEN money(closing_mrr) END AS closing_mrr,
  CASE WHEN NOT is_before_history AND NOT is_purchases THEN closing_customers END AS closing_customers,
  CASE WHEN NOT is_before_history AND NOT is_purchases THEN money(div_round(closing_mrr, closing_customers)) END
    AS arpa,
  CASE
    WHEN is_before_history THEN 'no_history'
    WHEN NOT has_invoices THEN 'no_input'
    WHEN customers = 0 THEN 'no_customers'
    WHEN is_purchases THEN 'no_subscriptions'
    WHEN closing_customers = 0 THEN 'no_closing_customers'
  END AS null_reason,
  is_final
FROM counted
ORDER BY month, dimension, segment, currency
