-- Whether health foretold who would leave, beside two simpler predictors. Design page, section 9. Row M looks at
-- scores s of three months before: lost are those not paying at one at least of the three closes since. Predicted is
-- the loss rate that was seen at s in the same decile of scores three months older, the base rate for a decile nobody was in
-- then.
WITH tested_months AS (
  SELECT DISTINCT s.number
  FROM scored_months AS s
  JOIN calendar AS c ON c.is_asked AND c.number - s.number IN (3, 6)
),
outcomes AS (
  SELECT
    x.number,
    x.customer_id,
    x.score,
    x.active_days,
    x.hazard,
    CASE WHEN COUNT(m.customer_id) < 3 THEN 1 ELSE 0 END AS lost
  FROM customer_scores AS x
  JOIN tested_months AS s ON s.number = x.number
  LEFT JOIN customer_months AS m
    ON m.customer_id = x.customer_id AND m.number BETWEEN x.number + 1 AND x.number + 3 AND m.is_paying_at_close
  WHERE x.score IS NOT NULL
  GROUP BY x.number, x.customer_id, x.score, x.active_days, x.hazard
),
-- the larger, the riskier; scores tie at nine decimals, as in tiers
risks AS (
  SELECT number, 'health' AS predictor, -CAST(round_half_away(score * 1e9) AS DOUBLE) AS risk, lost
  FROM outcomes
  UNION ALL
  SELECT number, 'usage', -CAST(active_days AS DOUBLE), lost
  FROM outcomes
  WHERE active_days IS NOT NULL
  UNION ALL
  SELECT number, 'tenure', hazard, lost
  FROM outcomes
  WHERE hazard IS NOT NULL
),
-- customers of one risk, from the least risk to the largest
ties AS (
  SELECT
    g.*,
    CAST(COALESCE(SUM(size) OVER below, 0) AS BIGINT) AS size_below,
    CAST(COALESCE(SUM(size - lost) OVER below, 0) AS BIGINT) AS kept_below,
    CAST(SUM(size) OVER everybody AS BIGINT) AS n,
    CAST(SUM(lost) OVER everybody AS BIGINT) AS lost_n
  FROM (
    SELECT number, predictor, risk, CAST(COUNT(*) AS BIGINT) AS size, CAST(SUM(lost) AS BIGINT) AS lost
    FROM risks
    GROUP BY number, predictor, risk
  ) AS g
  WINDOW
    below AS (PARTITION BY number, predictor ORDER BY risk ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
    everybody AS (PARTITION BY number, predictor)
),
-- the riskiest tenth counts tenths of customers: n of them, of which a tie has up to ten times its size
placed AS (
  SELECT
    t.*,
    LEAST(10, 1 + div_floor(5 * (2 * size_below + size), n)) AS decile,
    LEAST(10 * size, GREATEST(0, n - 10 * (n - size_below - size))) AS top_tenths
  FROM ties AS t
),
deciles AS (
  SELECT number, predictor, decile, CAST(SUM(size) AS BIGINT) AS customers, CAST(SUM(lost) AS BIGINT) AS lost
  FROM placed
  GROUP BY number, predictor, decile
  UNION ALL
  SELECT number, predictor, 0, CAST(SUM(size) AS BIGINT), CAST(SUM(lost) AS BIGINT)
  FROM placed
  GROUP BY number, predictor
),
-- 2 x pairs of a lost and a kept one in the right order, ties half; losses of whole ties in the top tenth and of the
-- one cut
ranked AS (
  SELECT
    number,
    predictor,
    MAX(n) AS n,
    MAX(lost_n) AS lost_n,
    CAST(SUM(wide(lost) * (2 * kept_below + size - lost)) AS DOUBLE) AS pairs,
    SUM(CASE WHEN top_tenths = 10 * size THEN 10 * lost ELSE 0 END) AS whole_lost,
    COALESCE(MAX(CASE WHEN top_tenths > 0 AND top_tenths < 10 * size THEN size END), 1) AS cut_size,
    COALESCE(MAX(CASE WHEN top_tenths > 0 AND top_tenths < 10 * size THEN lost * top_tenths END), 0) AS cut_lost
  FROM placed
  GROUP BY number, predictor
),
-- what each decile was predicted to lose, and the base rate, both as seen three months earlier
predicted AS (
  SELECT
    d.number,
    d.predictor,
    d.decile,
    d.customers,
    d.lost,
    COALESCE(
      CAST(b.lost AS DOUBLE) / CAST(b.customers AS DOUBLE), CAST(base.lost AS DOUBLE) / CAST(base.customers AS DOUBLE)
    ) AS rate,
    CAST(base.lost AS DOUBLE) / CAST(base.customers AS DOUBLE) AS base_rate
  FROM deciles AS d
  LEFT JOIN deciles AS b ON b.number = d.number - 3 AND b.predictor = d.predictor AND b.decile = d.decile
  JOIN deciles AS base ON base.number = d.number - 3 AND base.predictor = d.predictor AND base.decile = 0
  WHERE d.decile > 0
),
judged AS (
  SELECT
    number,
    predictor,
    SUM(customers * rate ORDER BY decile) / CAST(SUM(customers) AS DOUBLE) AS mean_risk,
    SUM(lost * (1 - rate) * (1 - rate) + (customers - lost) * rate * rate ORDER BY decile)
      / CAST(SUM(customers) AS DOUBLE) AS brier,
    SUM(lost * (1 - base_rate) * (1 - base_rate) + (customers - lost) * base_rate * base_rate ORDER BY decile)
      / CAST(SUM(customers) AS DOUBLE) AS brier_base_rate
  FROM predicted
  GROUP BY number, predictor
),
spine AS (
  SELECT
    c.month,
    c.number - 3 AS number,
    c.is_final,
    p.predictor,
    d.decile,
    COALESCE(c.number - 3 >= h.first_number, FALSE) AS is_mature,
    p.predictor <> 'usage' OR job.has_usage AS has_input
  FROM calendar AS c
  CROSS JOIN history AS h
  CROSS JOIN job
  CROSS JOIN (SELECT 'health' AS predictor UNION ALL SELECT 'usage' UNION ALL SELECT 'tenure') AS p
  CROSS JOIN (SELECT CAST(UNNEST(GENERATE_SERIES(0, 10)) AS BIGINT) AS decile) AS d
  WHERE c.is_asked
)
SELECT
  s.month,
  s.predictor,
  s.decile,
  CAST(s.month - INTERVAL 3 MONTH AS DATE) AS scored_month,
  CASE WHEN s.is_mature AND s.has_input THEN COALESCE(d.customers, 0) END AS customers,
  CASE WHEN s.is_mature AND s.has_input THEN COALESCE(d.lost, 0) END AS lost_customers,
  CAST(d.lost AS DOUBLE) / CAST(d.customers AS DOUBLE) AS lost_rate,
  CASE WHEN s.decile = 0 THEN j.mean_risk ELSE p.rate END AS mean_risk,
  CASE WHEN s.decile = 0 AND r.lost_n BETWEEN 1 AND r.n - 1
    THEN r.pairs / CAST(2 * r.lost_n * (r.n - r.lost_n) AS DOUBLE)
  END AS auc,
  CASE WHEN s.decile = 0 AND r.lost_n > 0
    THEN CAST(r.whole_lost * r.cut_size + r.cut_lost AS DOUBLE) / CAST(r.cut_size * r.lost_n AS DOUBLE)
  END AS top_decile_lift,
  CASE WHEN s.decile = 0 THEN j.brier END AS brier,
  CASE WHEN s.decile = 0 THEN j.brier_base_rate END AS brier_base_rate,
  CASE
    WHEN NOT s.is_mature THEN 'not_mature'
    WHEN NOT s.has_input THEN 'no_input'
    WHEN d.customers IS NULL THEN 'no_customers'
    WHEN j.mean_risk IS NULL THEN 'not_mature'
    WHEN s.decile = 0 AND (d.lost = 0 OR d.lost = d.customers) THEN 'too_few'
  END AS null_reason,
  s.is_final
FROM spine AS s
LEFT JOIN deciles AS d ON d.number = s.number AND d.predictor = s.predictor AND d.decile = s.decile
LEFT JOIN ranked AS r ON r.number = s.number AND r.predictor = s.predictor
LEFT JOIN predicted AS p ON p.number = s.number AND p.predictor = s.predictor AND p.decile = s.decile
LEFT JOIN judged AS j ON j.number = s.number AND j.predictor = s.predictor
ORDER BY s.month, s.predictor, s.decile
