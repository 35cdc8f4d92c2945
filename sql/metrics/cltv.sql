-- Customer lifetime value by method and horizon (months of payments; 0 is without end). Design page, section 6.
-- Money is in ticks and floating until the last rounding. d is the monthly discount, c the monthly churn rate, m the
-- monthly margin of a customer; q = (1 - c) / (1 + d) is the worth of the next payment in payments of today.
-- Nothing is fitted here: what a model or a resampling decides is NULL, and so is its reason `(fitted)`.
WITH parameters AS (
  SELECT
    job.*,
    POWER(1 + job.discount_rate_annual, CAST(1 AS DOUBLE) / CAST(12 AS DOUBLE)) - 1 AS d
  FROM job
),
methods AS (
  SELECT 'historical' AS method, 0 AS horizon
  UNION ALL SELECT 'purchase_value', 0
  UNION ALL SELECT 'simple', 0
  UNION ALL SELECT m.method, h.horizon
  FROM (
    SELECT 'constant_pv' AS method UNION ALL SELECT 'empirical' UNION ALL SELECT 'sbg' UNION ALL SELECT 'bdw'
  ) AS m
  CROSS JOIN (
    SELECT 12 AS horizon UNION ALL SELECT 24 UNION ALL SELECT 36 UNION ALL SELECT 60 UNION ALL SELECT 0
  ) AS h
),
-- the last six final months up to each month asked
recent_months AS (
  SELECT number, past_number
  FROM (
    SELECT
      c.number,
      t.number AS past_number,
      ROW_NUMBER() OVER (PARTITION BY c.number ORDER BY t.number DESC) AS place
    FROM calendar AS c
    CROSS JOIN history AS h
    JOIN calendar AS t ON t.number <= c.number AND t.number >= h.first_number AND t.is_final
    WHERE c.is_asked AND (h.base_number IS NULL OR t.number > h.base_number)
  ) AS ranked
  WHERE place <= 6
),
recent AS (
  SELECT
    l.number,
    t.dimension,
    t.segment,
    SUM(t.closing_mrr) AS closing_mrr,
    SUM(t.paying_at_close) AS paying_at_close,
    SUM(t.opening_customers) AS opening_customers,
    SUM(t.churned_customers) AS churned_customers,
    SUM(t.opening_customers + t.closing_customers) AS ends_customers,
    SUM(COALESCE(x.direct_cost + x.allocated_cost, 0)) AS retention_cost,
    SUM(COALESCE(r.revenue - r.refunds, 0)) AS net_revenue,
    SUM(COALESCE(r.customers, 0)) AS revenue_customers
  FROM recent_months AS l
  JOIN segment_months AS t ON t.number = l.past_number
  LEFT JOIN segment_costs AS x
    ON x.number = t.number AND x.dimension = t.dimension AND x.segment = t.segment AND x.category = 'all'
  LEFT JOIN segment_revenue AS r ON r.number = t.number AND r.dimension = t.dimension AND r.segment = t.segment
  GROUP BY l.number, t.dimension, t.segment
),
-- everything up to each month asked, also from before the first customer, and everybody ever acquired
ever AS (
  SELECT
    c.number,
    t.dimension,
    t.segment,
    SUM(COALESCE(x.direct_cost + x.allocated_cost, 0)) AS retention_cost,
    SUM(COALESCE(r.revenue - r.refunds, 0)) AS net_revenue
  FROM calendar AS c
  JOIN segment_months AS t ON t.number <= c.number
  LEFT JOIN segment_costs AS x
    ON x.number = t.number AND x.dimension = t.dimension AND x.segment = t.segment AND x.category = 'all'
  LEFT JOIN segment_revenue AS r ON r.number = t.number AND r.dimension = t.dimension AND r.segment = t.segment
  WHERE c.is_asked
  GROUP BY c.number, t.dimension, t.segment
),
acquired AS (
  SELECT
    c.number,
    k.dimension,
    k.segment,
    COUNT(*) AS customers,
    -- some came before the known history, where others came and left unseen
    MAX(CASE WHEN h.is_unknown_before AND k.cohort_number < h.first_number THEN 1
             WHEN k.cohort_number = h.base_number THEN 1 ELSE 0 END) = 1 AS is_truncated
  FROM calendar AS c
  CROSS JOIN history AS h
  JOIN cohort_members AS k ON k.cohort_number <= c.number
  WHERE c.is_asked
  GROUP BY c.number, k.dimension, k.segment
),
-- first losses by age, over the final cells of history. Members of cohorts older than history enter at the age they
-- have in its first month, less those lost before; the customers of a first snapshot have no known age and stay out.
pooled AS (
  SELECT
    c.number,
    k.dimension,
    k.segment,
    k.age_months,
    SUM(k.first_loss_at_risk) AS at_risk,
    SUM(k.first_loss_customers) AS losses
  FROM calendar AS c
  JOIN cohort_cells AS k
    ON k.number <= c.number AND k.number >= k.first_number AND k.is_final
      AND NOT COALESCE(k.cohort_number = k.base_number, FALSE)
  WHERE c.is_asked
  GROUP BY c.number, k.dimension, k.segment, k.age_months
),
loss_totals AS (
  SELECT number, dimension, segment, SUM(losses) AS losses
  FROM pooled
  GROUP BY number, dimension, segment
),
-- K, the last age with 10 at risk (of the segment; of all customers for a small segment, which borrows theirs), before any
-- age at which nobody is: beyond such a gap (a history shorter than the life of its customers) the curve is unknown
last_ages AS (
  SELECT t.number, t.dimension, t.segment, MAX(p.age_months) AS last_age
  FROM loss_totals AS t
  JOIN pooled AS p
    ON p.number = t.number
      AND p.dimension = CASE WHEN t.losses < 30 THEN 'all' ELSE t.dimension END
      AND p.segment = CASE WHEN t.losses < 30 THEN 'all' ELSE t.segment END
  LEFT JOIN (
    SELECT number, dimension, segment, MIN(age_months) AS age_months
    FROM pooled
    WHERE at_risk = 0
    GROUP BY number, dimension, segment
  ) AS gap ON gap.number = p.number AND gap.dimension = p.dimension AND gap.segment = p.segment
  WHERE p.at_risk >= 10 AND (gap.age_months IS NULL OR p.age_months < gap.age_months)
  GROUP BY t.number, t.dimension, t.segment
),
hazards AS (
  SELECT
    p.number,
    p.dimension,
    p.segment,
    p.age_months,
    CASE
      WHEN p.dimension <> 'all' AND t.losses < 30
        THEN (CAST(p.losses AS DOUBLE) + 30 * CAST(pool.losses AS DOUBLE) / CAST(pool.at_risk AS DOUBLE))
          / (CAST(p.at_risk AS DOUBLE) + 30)
      ELSE CAST(p.losses AS DOUBLE) / CAST(NULLIF(p.at_risk, 0) AS DOUBLE)
    END AS hazard
  FROM pooled AS p
  JOIN last_ages AS k
    ON k.number = p.number AND k.dimension = p.dimension AND k.segment = p.segment AND p.age_months <= k.last_age
  JOIN loss_totals AS t ON t.number = p.number AND t.dimension = p.dimension AND t.segment = p.segment
  JOIN pooled AS pool ON pool.number = p.number AND pool.dimension = 'all' AND pool.age_months = p.age_months
),
-- product of 1 - hazard over the ages so far, as a sum of logarithms; 0 once a hazard was 1, unknown after a gap
survival AS (
  SELECT
    number,
    dimension,
    segment,
    age_months,
    CASE
      WHEN MAX(CASE WHEN hazard >= 1 THEN 1 ELSE 0 END) OVER ages = 1 THEN CAST(0 AS DOUBLE)
      WHEN MAX(CASE WHEN hazard IS NULL THEN 1 ELSE 0 END) OVER ages = 1 THEN NULL
      ELSE EXP(SUM(CASE WHEN hazard < 1 THEN LN(1 - hazard) ELSE CAST(0 AS DOUBLE) END) OVER ages)
    END AS survival
  FROM hazards
  WINDOW ages AS (
    PARTITION BY number, dimension, segment ORDER BY age_months ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
-- payments 0 to horizon - 1: the first is certain, losses of age 0 fall on the second
observed AS (
  SELECT
    s.number,
    s.dimension,
    s.segment,
    m.horizon,
    SUM(s.worth) AS discounted,
    SUM(s.survival) AS lifetime
  FROM methods AS m
  CROSS JOIN parameters AS j
  JOIN (
    SELECT
      v.number, v.dimension, v.segment, v.age_months,
      CASE WHEN v.age_months = 0 THEN CAST(1 AS DOUBLE) ELSE v.survival END AS survival,
      CASE WHEN v.age_months = 0 THEN CAST(1 AS DOUBLE) ELSE v.survival / POWER(1 + p.d, v.age_months) END AS worth
    FROM survival AS v
    CROSS JOIN parameters AS p
  ) AS s ON s.age_months < m.horizon
  WHERE m.method = 'empirical'
  GROUP BY s.number, s.dimension, s.segment, m.horizon
  HAVING COUNT(s.survival) = m.horizon
),
bases AS (
  SELECT
    t.month,
    t.number,
    t.dimension,
    t.segment,
    t.is_final,
    t.is_before_history,
    j.currency,
    j.discount_rate_annual,
    j.has_costs,
    j.has_invoices,
    j.active = 'purchases' AS is_purchases,
    j.d,
    n.number IS NOT NULL AS is_mature,
    CAST(n.opening_customers AS BIGINT) AS opening_customers,
    CAST(n.churned_customers AS BIGINT) AS churned_customers,
    CAST(n.churned_customers AS DOUBLE) / CAST(NULLIF(n.opening_customers, 0) AS DOUBLE) AS c,
    CAST(n.closing_mrr AS DOUBLE) / CAST(NULLIF(n.paying_at_close, 0) AS DOUBLE) * j.gross_margin
      - CASE
          WHEN NOT j.has_costs THEN CAST(0 AS DOUBLE)
          ELSE 2 * CAST(n.retention_cost AS DOUBLE) / CAST(NULLIF(n.ends_customers, 0) AS DOUBLE)
        END AS m,
    CAST(n.net_revenue AS DOUBLE) / CAST(NULLIF(n.revenue_customers, 0) AS DOUBLE) AS net_per_customer,
    CAST(COALESCE(a.customers, 0) AS BIGINT) AS acquired_customers,
    COALESCE(a.is_truncated, FALSE) AS is_truncated,
    -- money follows customers from plan to plan, acquisitions do not
    t.dimension <> 'plan' OR j.active = 'purchases' AS is_constant,
    (CAST(COALESCE(e.net_revenue, 0) AS DOUBLE) * j.gross_margin - CAST(COALESCE(e.retention_cost, 0) AS DOUBLE))
      / CAST(NULLIF(a.customers, 0) AS DOUBLE) AS historical,
    CAST(COALESCE(l.losses, 0) AS BIGINT) AS first_losses,
    k.last_age
  FROM segment_months AS t
  CROSS JOIN parameters AS j
  LEFT JOIN recent AS n ON n.number = t.number AND n.dimension = t.dimension AND n.segment = t.segment
  LEFT JOIN ever AS e ON e.number = t.number AND e.dimension = t.dimension AND e.segment = t.segment
  LEFT JOIN acquired AS a ON a.number = t.number AND a.dimension = t.dimension AND a.segment = t.segment
  LEFT JOIN loss_totals AS l ON l.number = t.number AND l.dimension = t.dimension AND l.segment = t.segment
  LEFT JOIN last_ages AS k ON k.number = t.number AND k.dimension = t.dimension AND k.segment = t.segment
  WHERE t.is_asked
),
valued AS (
  SELECT
    b.*,
    y.method,
    y.horizon,
    -- 1 + q + … over the horizon, and the same without discount
    CASE
      WHEN y.horizon = 0 THEN (1 + b.d) / NULLIF(b.d + b.c, 0)
      WHEN b.d + b.c = 0 THEN CAST(y.horizon AS DOUBLE)
      ELSE (1 - POWER((1 - b.c) / (1 + b.d), y.horizon)) / ((b.d + b.c) / (1 + b.d))
    END AS discounted_payments,
    CASE
      WHEN y.horizon = 0 THEN 1 / NULLIF(b.c, 0)
      WHEN b.c = 0 THEN CAST(y.horizon AS DOUBLE)
      ELSE (1 - POWER(1 - b.c, y.horizon)) / b.c
    END AS expected_payments,
    o.discounted AS observed_discounted,
    o.lifetime AS observed_lifetime
  FROM bases AS b
  CROSS JOIN methods AS y
  LEFT JOIN observed AS o
    ON y.method = 'empirical' AND o.number = b.number AND o.dimension = b.dimension AND o.segment = b.segment
      AND o.horizon = y.horizon
),
judged AS (
  SELECT
    v.*,
    CASE
      WHEN is_purchases AND method NOT IN ('historical', 'purchase_value') THEN 'no_subscriptions'
      WHEN is_before_history THEN 'no_history'
      WHEN method <> 'historical' AND NOT is_mature THEN 'not_mature'
      WHEN method IN ('historical', 'purchase_value') AND NOT has_invoices THEN 'no_input'
      WHEN method = 'historical' AND NOT is_constant THEN 'not_constant'
      WHEN method = 'historical' AND acquired_customers = 0 THEN 'no_customers'
      WHEN method = 'historical' AND is_truncated THEN 'left_truncated'
      WHEN method = 'purchase_value' AND (net_per_customer IS NULL OR c IS NULL) THEN 'no_customers'
      WHEN method IN ('simple', 'constant_pv') AND (m IS NULL OR c IS NULL) THEN 'no_customers'
      WHEN method IN ('empirical', 'sbg', 'bdw') AND m IS NULL THEN 'no_customers'
      WHEN method IN ('purchase_value', 'simple') AND c = 0 THEN 'zero_churn'
      WHEN method = 'constant_pv' AND horizon = 0 AND c = 0 THEN 'zero_churn'
      WHEN method IN ('sbg', 'bdw') THEN '(fitted)'
      WHEN method = 'empirical' AND last_age IS NULL THEN 'too_few'
      -- payments 0 to K are observed, later ones follow the model
      WHEN method = 'empirical' AND (horizon = 0 OR horizon > last_age + 1) THEN '(fitted)'
      WHEN method = 'empirical' AND observed_discounted IS NULL THEN 'too_few'
    END AS null_reason
  FROM valued AS v
),
measured AS (
  SELECT
    j.*,
    COALESCE(null_reason NOT IN ('no_history', 'not_mature', 'no_subscriptions'), TRUE) AS has_base,
    CASE method
      WHEN 'historical' THEN CASE WHEN has_invoices AND is_constant AND NOT is_truncated THEN historical END
      WHEN 'purchase_value' THEN CASE WHEN has_invoices THEN net_per_customer / NULLIF(c, 0) END
      WHEN 'simple' THEN m / NULLIF(c, 0)
      WHEN 'constant_pv' THEN m * discounted_payments
      WHEN 'empirical' THEN m * observed_discounted
    END AS value,
    -- no loss among n: the rate is below 1 - 0.05^(1/n) with 95 % confidence
    CASE WHEN method = 'simple' AND c = 0
      THEN m / (1 - POWER(CAST(0.05e0 AS DOUBLE), CAST(1 AS DOUBLE) / CAST(opening_customers AS DOUBLE))) END
      AS value_lower,
    CASE
      WHEN method <> 'constant_pv' THEN NULL
      WHEN horizon = 0 THEN m * (1 - c) / NULLIF(d + c, 0)
      ELSE m * (1 - c) / (1 + d) * discounted_payments
    END AS residual_value,
    CASE
      WHEN method = 'simple' THEN 1 / NULLIF(c, 0)
      WHEN method = 'constant_pv' THEN expected_payments
      WHEN method = 'empirical' THEN observed_lifetime
    END AS lifetime_months
  FROM judged AS j
)
SELECT
  month,
  dimension,
  segment,
  currency,
  method,
  CAST(horizon AS BIGINT) AS horizon_months,
  CASE WHEN has_base THEN money(round_half_away(value)) END AS value,
  CASE WHEN has_base THEN money(round_half_away(value_lower)) END AS value_lower,
  CAST(NULL AS DECIMAL(18, 4)) AS value_upper,
  CASE WHEN has_base THEN money(round_half_away(residual_value)) END AS residual_value,
  CASE WHEN has_base AND method NOT IN ('historical', 'purchase_value') THEN money(round_half_away(m)) END
    AS monthly_margin,
  CASE WHEN has_base AND method IN ('purchase_value', 'simple', 'constant_pv') THEN c END AS churn_rate,
  CASE WHEN has_base THEN lifetime_months END AS lifetime_months,
  CASE
    WHEN NOT is_before_history AND NOT is_purchases AND method IN ('constant_pv', 'empirical', 'sbg', 'bdw')
      THEN discount_rate_annual
  END AS discount_rate_annual,
  CASE
    WHEN NOT has_base THEN NULL
    WHEN method <> 'historical' THEN opening_customers
    WHEN is_constant AND NOT is_truncated THEN acquired_customers
  END AS customers,
  CASE
    WHEN NOT has_base OR method = 'historical' THEN NULL
    WHEN method IN ('empirical', 'sbg', 'bdw') THEN first_losses
    ELSE churned_customers
  END AS churn_events,
  CASE WHEN null_reason IS NULL AND method = 'empirical' THEN CAST(0 AS DOUBLE) END AS share_extrapolated,
  CAST(NULL AS DOUBLE) AS mean_churn,
  CAST(NULL AS DOUBLE) AS polarisation,
  CAST(NULL AS BOOLEAN) AS converged,
  CASE WHEN has_base AND method IN ('empirical', 'sbg', 'bdw') THEN dimension <> 'all' AND first_losses < 30 END
    AS is_shrunk,
  CAST(NULL AS BOOLEAN) AS is_homogeneous,
  CASE WHEN NOT is_before_history AND COALESCE(null_reason <> 'no_subscriptions', TRUE) THEN has_costs END AS has_costs,
  null_reason,
  is_final
FROM measured
ORDER BY month, dimension, segment, currency, method, horizon_months
