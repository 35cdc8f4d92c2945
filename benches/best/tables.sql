-- DuckDB's best formulation, third part: the tables. Most are small sums by now and the twins' own statements. The two with a row
-- per customer are views, written as they are computed, in no order.

-- twin: churn cohorts mrr arpc crc

-- twin: cltv
--   "COUNT(*) AS customers,\n    -- some" => "SUM(k.members) AS customers,\n    -- some"

-- twin: cltv_backtest nps csat forecast forecast_backtest

CREATE TEMP TABLE engagement_sums AS
WITH by_customer AS (
  SELECT
    u.number, u.region, u.plan, SUM(u.days) AS customer_days, COUNT(*) AS customers,
    COUNT(CASE WHEN u.bits >> CAST(EXTRACT(DAY FROM c.last_on) - 7 AS INTEGER) <> 0 THEN 1 END) AS weekly_customers
  FROM usage_customers AS u
  JOIN calendar AS c ON c.number = u.number AND c.is_asked
  GROUP BY ALL
),
by_user AS (
  SELECT number, user_id, MIN(id) AS id, MAX(id) AS last_id, BIT_OR(bits) AS bits
  FROM usage_users
  WHERE user_id IS NOT NULL AND number IN (SELECT number FROM calendar WHERE is_asked)
  GROUP BY number, user_id
),
own AS (
  SELECT c.number, c.region, c.plan, SUM(BIT_COUNT(u.bits)) AS user_days, COUNT(*) AS users
  FROM by_user AS u
  JOIN usage_customers AS c ON c.number = u.number AND c.id = u.id
  WHERE u.id = u.last_id
  GROUP BY ALL
),
-- users of several customers are counted once in each segment
shared AS (
  SELECT number, dimension, segment, SUM(BIT_COUNT(bits)) AS user_days, COUNT(*) AS users
  FROM (
    SELECT u.number, r.dimension, r.segment, u.user_id, BIT_OR(u.bits) AS bits
    FROM usage_users AS u
    JOIN by_user AS b ON b.number = u.number AND b.user_id = u.user_id AND b.id <> b.last_id
    JOIN usage_customers AS c ON c.number = u.number AND c.id = u.id
    JOIN rollup_pairs AS r ON r.region = c.region AND r.plan = c.plan
    GROUP BY ALL
  )
  GROUP BY ALL
)
SELECT
  number, dimension, segment, SUM(customer_days) AS customer_days, SUM(customers) AS customers,
  SUM(weekly_customers) AS weekly_customers, SUM(user_days) AS user_days, SUM(users) AS users
FROM (
  SELECT * FROM by_customer JOIN rollup_pairs USING (region, plan)
  UNION ALL BY NAME
  SELECT * FROM own JOIN rollup_pairs USING (region, plan)
  UNION ALL BY NAME
  SELECT * FROM shared
)
GROUP BY number, dimension, segment;

CREATE TEMP TABLE engagement AS
WITH spine AS (
  SELECT
    c.month, c.is_final, s.dimension, s.segment, job.has_users,
    CAST(EXTRACT(DAY FROM c.last_on) AS DOUBLE) AS days,
    CAST(COALESCE(t.customer_days, 0) AS BIGINT) AS customer_days,
    CAST(COALESCE(t.customers, 0) AS BIGINT) AS customers,
    CAST(COALESCE(t.weekly_customers, 0) AS BIGINT) AS weekly_customers,
    CAST(COALESCE(t.user_days, 0) AS BIGINT) AS user_days,
    CAST(COALESCE(t.users, 0) AS BIGINT) AS users
  FROM calendar AS c
  CROSS JOIN segments AS s
  CROSS JOIN job
  LEFT JOIN engagement_sums AS t ON t.number = c.number AND t.dimension = s.dimension AND t.segment = s.segment
  WHERE c.is_asked AND job.has_usage
)
SELECT
  month, dimension, segment, customer_days AS active_days_total, customers AS monthly_active_customers,
  CAST(customer_days AS DOUBLE) / days AS average_daily_active_customers,
  CASE WHEN customers > 0 THEN CAST(customer_days AS DOUBLE) / (days * CAST(customers AS DOUBLE)) END AS engagement_score,
  weekly_customers AS weekly_active_customers,
  CASE WHEN has_users THEN users END AS monthly_active_users,
  CASE WHEN has_users THEN CAST(user_days AS DOUBLE) / days END AS average_daily_active_users,
  CASE WHEN has_users AND users > 0 THEN CAST(user_days AS DOUBLE) / (days * CAST(users AS DOUBLE)) END AS user_engagement_score,
  CASE WHEN customers = 0 THEN 'no_active_customers' WHEN NOT has_users THEN 'no_input' WHEN users = 0 THEN 'no_active_users' END
    AS null_reason,
  is_final
FROM spine;

CREATE TEMP VIEW health AS
SELECT
  s.month, p.name AS customer_id, x.score, x.band, x.coverage, x.usage_score, x.survey_score, x.support_score, x.commercial_score,
  x.tenure_score,
  CASE WHEN x.score IS NOT NULL THEN job.weight_usage * x.usage_score / x.weight_present END AS usage_contribution,
  CASE WHEN x.score IS NOT NULL THEN job.weight_survey * x.survey_score / x.weight_present END AS survey_contribution,
  CASE WHEN x.score IS NOT NULL THEN job.weight_support * x.support_score / x.weight_present END AS support_contribution,
  CASE WHEN x.score IS NOT NULL THEN job.weight_commercial * x.commercial_score / x.weight_present END AS commercial_contribution,
  CASE WHEN x.score IS NOT NULL THEN job.weight_tenure * x.tenure_score / x.weight_present END AS tenure_contribution,
  CASE WHEN x.score IS NULL THEN 'low_coverage' END AS null_reason,
  s.is_final
FROM customer_scores AS x
JOIN scored_months AS s ON s.number = x.number AND s.is_asked
JOIN people AS p ON p.id = x.id
CROSS JOIN job;

CREATE TEMP TABLE health_summary AS
WITH sums AS (
  SELECT
    number, region, plan, COUNT(*) AS customers, COUNT(score) AS scored_customers,
    COUNT(CASE WHEN band = 'green' THEN 1 END) AS green_customers, COUNT(CASE WHEN band = 'yellow' THEN 1 END) AS yellow_customers,
    COUNT(CASE WHEN band = 'red' THEN 1 END) AS red_customers, COUNT(CASE WHEN band = 'unknown' THEN 1 END) AS unknown_customers,
    FSUM(score) AS score_sum, FSUM(coverage) AS coverage_sum
  FROM customer_scores
  GROUP BY number, region, plan
),
counted AS (
  SELECT number, dimension, segment, SUM(COLUMNS(* EXCLUDE (number, region, plan, dimension, segment)))
  FROM sums JOIN rollup_pairs USING (region, plan)
  GROUP BY number, dimension, segment
)
SELECT
  t.month, t.dimension, t.segment,
  COALESCE(k.customers, 0) AS customers, COALESCE(k.scored_customers, 0) AS scored_customers,
  COALESCE(k.green_customers, 0) AS green_customers, COALESCE(k.yellow_customers, 0) AS yellow_customers,
  COALESCE(k.red_customers, 0) AS red_customers, COALESCE(k.unknown_customers, 0) AS unknown_customers,
  k.score_sum / CAST(NULLIF(k.scored_customers, 0) AS DOUBLE) AS mean_score,
  k.coverage_sum / CAST(NULLIF(k.customers, 0) AS DOUBLE) AS mean_coverage,
  CASE WHEN COALESCE(k.customers, 0) = 0 THEN 'no_customers' WHEN k.scored_customers = 0 THEN 'low_coverage' END AS null_reason,
  t.is_final
FROM segment_months AS t
LEFT JOIN counted AS k ON k.number = t.number AND k.dimension = t.dimension AND k.segment = t.segment
WHERE t.is_asked;

-- The sums over customers are there already.
-- twin: health_backtest
--   "tested_months AS ( … ) AS g\n" => "ties AS (\n  SELECT\n    g.*,\n    CAST(COALESCE(SUM(size) OVER below, 0) AS BIGINT) AS size_below,\n    CAST(COALESCE(SUM(size - lost) OVER below, 0) AS BIGINT) AS kept_below,\n    CAST(SUM(size) OVER everybody AS BIGINT) AS n,\n    CAST(SUM(lost) OVER everybody AS BIGINT) AS lost_n\n  FROM risk_sizes AS g\n"

CREATE TEMP VIEW tiers AS
SELECT s.month, p.name AS customer_id, t.tier, t.engagement_rank, t.spend_rank, t.survey_rank, t.health_rank, s.is_final
FROM customer_tiers AS t
JOIN scored_months AS s ON s.number = t.number
JOIN people AS p ON p.id = t.id;

CREATE TEMP TABLE tiers_summary AS
WITH sums AS (
  SELECT
    number, region, plan, COUNT(*) AS customers, COUNT(CASE WHEN tier = 'super_fan' THEN 1 END) AS super_fan_customers,
    COUNT(CASE WHEN tier = 'core' THEN 1 END) AS core_customers, COUNT(CASE WHEN tier = 'at_risk' THEN 1 END) AS at_risk_customers
  FROM customer_tiers
  GROUP BY number, region, plan
),
counted AS (
  SELECT number, dimension, segment, SUM(COLUMNS(* EXCLUDE (number, region, plan, dimension, segment)))
  FROM sums JOIN rollup_pairs USING (region, plan)
  GROUP BY number, dimension, segment
)
SELECT
  t.month, t.dimension, t.segment, COALESCE(k.customers, 0) AS customers, COALESCE(k.super_fan_customers, 0) AS super_fan_customers,
  COALESCE(k.core_customers, 0) AS core_customers, COALESCE(k.at_risk_customers, 0) AS at_risk_customers,
  CASE WHEN COALESCE(k.customers, 0) = 0 THEN 'no_customers' END AS null_reason, t.is_final
FROM segment_months AS t
LEFT JOIN counted AS k ON k.number = t.number AND k.dimension = t.dimension AND k.segment = t.segment
WHERE t.is_asked;
