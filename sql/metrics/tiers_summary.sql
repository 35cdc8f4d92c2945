-- Tiers per month and segment. Design page, section 10.
WITH counted AS (
  SELECT
    x.number,
    g.dimension,
    g.segment,
    COUNT(*) AS customers,
    COUNT(CASE WHEN x.tier = 'super_fan' THEN 1 END) AS super_fan_customers,
    COUNT(CASE WHEN x.tier = 'core' THEN 1 END) AS core_customers,
    COUNT(CASE WHEN x.tier = 'at_risk' THEN 1 END) AS at_risk_customers
  FROM customer_tiers AS x
  JOIN segment_spans AS g
    ON g.customer_id = x.customer_id AND g.from_number <= x.number AND x.number < g.until_number
  GROUP BY x.number, g.dimension, g.segment
)
SELECT
  t.month,
  t.dimension,
  t.segment,
  CASE WHEN NOT t.is_before_history THEN COALESCE(k.customers, 0) END AS customers,
  CASE WHEN NOT t.is_before_history THEN COALESCE(k.super_fan_customers, 0) END AS super_fan_customers,
  CASE WHEN NOT t.is_before_history THEN COALESCE(k.core_customers, 0) END AS core_customers,
  CASE WHEN NOT t.is_before_history THEN COALESCE(k.at_risk_customers, 0) END AS at_risk_customers,
  CASE
    WHEN t.is_before_history THEN 'no_history'
    WHEN COALESCE(k.customers, 0) = 0 THEN 'no_customers'
  END AS null_reason,
  t.is_final
FROM segment_months AS t
LEFT JOIN counted AS k ON k.number = t.number AND k.dimension = t.dimension AND k.segment = t.segment
WHERE t.is_asked
ORDER BY t.month, t.dimension, t.segment
