-- DuckDB's best formulation, second part: what twins' sql/customers.sql makes. Usage month by month, because the groups of one
-- month fit the caches and the memory of one month suffices; scores too.

CREATE TEMP TABLE usage_users (number INTEGER, id INTEGER, user_id VARCHAR, bits INTEGER);

-- for each month of usage
INSERT INTO usage_users
SELECT {number}, p.id, u.user_id, u.bits
FROM (
  SELECT customer_id, user_id, CAST(BIT_OR(1 << (DAY(occurred_at) - 1)) AS INTEGER) AS bits
  FROM ({events of the month})
  WHERE event IN (SELECT event FROM qualifying_events) AND occurred_at < (SELECT as_of_at FROM job)
  GROUP BY customer_id, user_id
) AS u
JOIN people AS p ON p.name = u.customer_id;

CREATE TEMP TABLE usage_customers AS
SELECT u.number, u.id, p.region, COALESCE(s.plan, k.code) AS plan, p.active_number, u.bits, CAST(BIT_COUNT(u.bits) AS INTEGER) AS days
FROM (SELECT number, id, BIT_OR(bits) AS bits FROM usage_users GROUP BY number, id) AS u
JOIN people AS p ON p.id = u.id
CROSS JOIN unknown_plan AS k
LEFT JOIN plan_spans AS s ON s.id = u.id AND s.from_number <= u.number AND u.number < s.until_number;

CREATE TEMP TABLE loss_pool AS
SELECT
  s.number, k.age_months, CAST(SUM(k.first_loss_at_risk) AS BIGINT) AS at_risk, CAST(SUM(k.first_loss_customers) AS BIGINT) AS losses
FROM scored_months AS s
JOIN cohort_cells AS k ON k.number <= s.number
WHERE k.dimension = 'all' AND k.is_final
GROUP BY s.number, k.age_months;

-- The hazard at the next age, for every age somebody has.
CREATE TEMP TABLE hazards AS
SELECT
  a.number, a.age_months,
  CAST(l.losses AS DOUBLE) / CAST(l.at_risk AS DOUBLE) AS hazard,
  CAST(100 * (l.at_risk - l.losses) AS DOUBLE) / CAST(l.at_risk AS DOUBLE) AS score
FROM (SELECT s.number, s.number - c.number AS age_months FROM scored_months AS s JOIN calendar AS c ON c.number <= s.number) AS a
JOIN (SELECT number, MAX(age_months) AS last_age FROM loss_pool WHERE at_risk >= 10 GROUP BY number) AS k
  ON k.number = a.number AND k.last_age >= 1
JOIN loss_pool AS l ON l.number = a.number AND l.age_months = LEAST(a.age_months + 1, k.last_age) AND l.at_risk > 0;

-- Answers, each counting from its month until that of the respondent's next. In the order the twin adds them up in, so that sums of
-- floats are the same to the last bit: a tie of health scores may hang on it.
CREATE TEMP TABLE latest AS
SELECT *
FROM (
  SELECT
    id, kind, respondent_id, number, answered_on,
    COALESCE(LEAD(number) OVER (PARTITION BY id, kind, respondent_id ORDER BY answered_at, response_id), 999999) AS next_number,
    CASE kind WHEN 'nps' THEN CAST(10 * score AS DOUBLE)
              ELSE CAST(100 * (score - 1) AS DOUBLE) / CAST(COALESCE(scale_max, 5) - 1 AS DOUBLE) END AS value
  FROM survey_answers
)
WHERE next_number > number
ORDER BY id, kind, respondent_id NULLS FIRST;

CREATE TEMP TABLE customer_scores (
  number INTEGER, id INTEGER, region SMALLINT, plan SMALLINT, close_mrr BIGINT, active_days INTEGER, hazard DOUBLE, usage_score DOUBLE,
  survey_score DOUBLE, support_score DOUBLE, commercial_score DOUBLE, tenure_score DOUBLE, weight_present DOUBLE, coverage DOUBLE,
  score DOUBLE, health_key BIGINT, band VARCHAR);

-- for each scored month
INSERT INTO customer_scores
WITH used AS (
  SELECT id, SUM(CASE WHEN number = {number} THEN days ELSE 0 END) AS days, SUM(CASE WHEN number < {number} THEN days ELSE 0 END) AS past_days
  FROM usage_customers
  WHERE number BETWEEN {number} - 3 AND {number} AND (number = {number} OR number >= active_number)
  GROUP BY id
),
asked AS (
  SELECT id, SUM(tickets) AS tickets FROM ticket_months WHERE number BETWEEN {number} - 2 AND {number} GROUP BY id
),
paid AS (
  SELECT id, SUM(revenue - refunds) AS ticks, BOOL_OR(is_trouble) AS is_trouble
  FROM invoice_months WHERE number BETWEEN {number} - 2 AND {number} GROUP BY id
),
cost AS (
  SELECT customer_id AS id, SUM(ticks) AS ticks
  FROM cost_lines WHERE customer_id IS NOT NULL AND number BETWEEN {number} - 2 AND {number} GROUP BY customer_id
),
less AS (
  SELECT DISTINCT id FROM events
  WHERE number BETWEEN {number} - 2 AND {number} AND is_open AND is_close AND close_mrr < open_mrr
),
said AS (
  SELECT id, SUM(weight * value) / SUM(weight) AS score
  FROM (
    SELECT id, value,
      POWER(CAST(2 AS DOUBLE),
        -CAST((SELECT last_on FROM calendar WHERE number = {number}) - answered_on AS DOUBLE) / CAST(90 AS DOUBLE)) AS weight
    FROM latest
    WHERE number <= {number} AND next_number > {number}
  )
  GROUP BY id
),
present AS MATERIALIZED (
  SELECT
    c.id, c.region, c.plan, c.close_mrr, LEAST(3, {number} - c.active_number) AS past_months,
    CAST(COALESCE(u.days, 0) AS INTEGER) AS days, CAST(COALESCE(u.past_days, 0) AS INTEGER) AS past_days,
    CAST(COALESCE(t.tickets, 0) AS INTEGER) AS tickets,
    CASE WHEN r.ticks > 0 THEN CAST(COALESCE(l.ticks, 0) AS DOUBLE) / CAST(r.ticks AS DOUBLE) END AS cost_share,
    CAST(100 - CASE WHEN r.is_trouble THEN 50 ELSE 0 END - CASE WHEN k.id IS NULL THEN 0 ELSE 50 END AS DOUBLE) AS commercial_score,
    v.score AS survey_score, h.hazard, h.score AS tenure_score
  FROM closes AS c
  LEFT JOIN used AS u ON u.id = c.id
  LEFT JOIN asked AS t ON t.id = c.id
  LEFT JOIN paid AS r ON r.id = c.id
  LEFT JOIN cost AS l ON l.id = c.id
  LEFT JOIN less AS k ON k.id = c.id
  LEFT JOIN said AS v ON v.id = c.id
  LEFT JOIN hazards AS h ON h.number = {number} AND h.age_months = {number} - c.active_number
  WHERE c.number = {number}
),
sizes AS (SELECT COUNT(*) AS n, COUNT(cost_share) AS cost_n, SUM(days + past_days) AS seen_days FROM present),
days_place AS (
  SELECT days, 2 * SUM(n) OVER (ORDER BY days) - n AS place FROM (SELECT days, COUNT(*) AS n FROM present GROUP BY days)
),
ticket_place AS (
  SELECT tickets, 2 * SUM(n) OVER (ORDER BY tickets) - n AS place FROM (SELECT tickets, COUNT(*) AS n FROM present GROUP BY tickets)
),
cost_place AS (
  SELECT cost_share, 2 * SUM(n) OVER (ORDER BY cost_share) - n AS place
  FROM (SELECT cost_share, COUNT(*) AS n FROM present WHERE cost_share IS NOT NULL GROUP BY cost_share)
),
ranked AS (
  SELECT
    p.*,
    CAST(50 * d.place AS DOUBLE) / CAST(s.n AS DOUBLE) AS percentile,
    CASE
      WHEN p.past_months = 0 OR p.days + p.past_days = 0 THEN NULL
      WHEN p.past_days = 0 THEN CAST(100 AS DOUBLE)
      ELSE LEAST(CAST(100 AS DOUBLE), CAST(50 * p.days * p.past_months AS DOUBLE) / CAST(p.past_days AS DOUBLE))
    END AS trend,
    CAST(50 * t.place AS DOUBLE) / CAST(s.n AS DOUBLE) AS by_tickets,
    CAST(50 * c.place AS DOUBLE) / CAST(s.cost_n AS DOUBLE) AS by_cost,
    s.seen_days
  FROM present AS p
  CROSS JOIN sizes AS s
  JOIN days_place AS d ON d.days = p.days
  JOIN ticket_place AS t ON t.tickets = p.tickets
  LEFT JOIN cost_place AS c ON c.cost_share = p.cost_share
),
components AS (
  SELECT
    r.*,
    CASE WHEN seen_days > 0 THEN CASE WHEN trend IS NULL THEN percentile ELSE (percentile + trend) / 2 END END AS usage_score,
    CASE WHEN by_cost IS NULL THEN 100 - by_tickets ELSE ((100 - by_tickets) + (100 - by_cost)) / 2 END AS support_score
  FROM ranked AS r
),
weighed AS (
  SELECT
    c.*,
    CASE WHEN usage_score IS NULL THEN CAST(0 AS DOUBLE) ELSE job.weight_usage END
      + CASE WHEN survey_score IS NULL THEN CAST(0 AS DOUBLE) ELSE job.weight_survey END
      + CASE WHEN support_score IS NULL THEN CAST(0 AS DOUBLE) ELSE job.weight_support END
      + CASE WHEN commercial_score IS NULL THEN CAST(0 AS DOUBLE) ELSE job.weight_commercial END
      + CASE WHEN tenure_score IS NULL THEN CAST(0 AS DOUBLE) ELSE job.weight_tenure END AS weight_present,
    job.weight_usage + job.weight_survey + job.weight_support + job.weight_commercial + job.weight_tenure AS weight_total,
    COALESCE(job.weight_usage * usage_score, 0) + COALESCE(job.weight_survey * survey_score, 0)
      + COALESCE(job.weight_support * support_score, 0) + COALESCE(job.weight_commercial * commercial_score, 0)
      + COALESCE(job.weight_tenure * tenure_score, 0) AS weighted_sum
  FROM components AS c
  CROSS JOIN job
),
scored AS (
  SELECT
    *, weight_present / weight_total AS coverage,
    CASE WHEN weight_present / weight_total >= 0.5e0 - 1e-9 THEN weighted_sum / weight_present END AS score,
    round_half_away(score * 1e9) AS health_key
  FROM weighed
)
SELECT
  {number}, id, region, plan, close_mrr, days, hazard, usage_score, survey_score, support_score, commercial_score, tenure_score,
  weight_present, coverage, score, health_key,
  CASE WHEN score IS NULL THEN 'unknown' WHEN health_key >= 76e9 THEN 'green' WHEN health_key >= 51e9 THEN 'yellow' ELSE 'red' END
FROM scored;

CREATE TEMP TABLE customer_tiers (
  number INTEGER, id INTEGER, region SMALLINT, plan SMALLINT, tier VARCHAR, engagement_rank DOUBLE, spend_rank DOUBLE, survey_rank DOUBLE,
  health_rank DOUBLE);

-- for each month asked
INSERT INTO customer_tiers
WITH valued AS (
  SELECT id, region, plan, band, active_days AS days, close_mrr, round_half_away(survey_score * 1e9) AS survey_key, health_key
  FROM customer_scores
  WHERE number = {number}
),
sizes AS (SELECT COUNT(*) AS n, COUNT(survey_key) AS survey_n, COUNT(health_key) AS health_n FROM valued),
days_place AS (
  SELECT days, 2 * SUM(n) OVER (ORDER BY days) - n AS place FROM (SELECT days, COUNT(*) AS n FROM valued GROUP BY days)
),
spend_place AS (
  SELECT close_mrr, 2 * SUM(n) OVER (ORDER BY close_mrr) - n AS place
  FROM (SELECT close_mrr, COUNT(*) AS n FROM valued GROUP BY close_mrr)
),
survey_place AS (
  SELECT survey_key, 2 * SUM(n) OVER (ORDER BY survey_key) - n AS place
  FROM (SELECT survey_key, COUNT(*) AS n FROM valued WHERE survey_key IS NOT NULL GROUP BY survey_key)
),
health_place AS (
  SELECT health_key, 2 * SUM(n) OVER (ORDER BY health_key) - n AS place
  FROM (SELECT health_key, COUNT(*) AS n FROM valued WHERE health_key IS NOT NULL GROUP BY health_key)
),
placed AS (
  SELECT v.*, d.place AS engagement_place, m.place AS spend_place, a.place AS survey_place, h.place AS health_place, s.*
  FROM valued AS v
  CROSS JOIN sizes AS s
  JOIN days_place AS d ON d.days = v.days
  JOIN spend_place AS m ON m.close_mrr = v.close_mrr
  LEFT JOIN survey_place AS a ON a.survey_key = v.survey_key
  LEFT JOIN health_place AS h ON h.health_key = v.health_key
)
SELECT
  {number}, id, region, plan,
  CASE
    WHEN 3 * engagement_place >= 4 * n AND 3 * spend_place >= 4 * n AND COALESCE(3 * survey_place >= 4 * survey_n, TRUE)
      AND COALESCE(3 * health_place >= 4 * health_n, TRUE) THEN 'super_fan'
    WHEN (3 * engagement_place <= 2 * n AND 3 * spend_place <= 2 * n) OR band = 'red' THEN 'at_risk'
    ELSE 'core'
  END,
  CAST(engagement_place AS DOUBLE) / CAST(2 * n AS DOUBLE), CAST(spend_place AS DOUBLE) / CAST(2 * n AS DOUBLE),
  CAST(survey_place AS DOUBLE) / CAST(2 * survey_n AS DOUBLE), CAST(health_place AS DOUBLE) / CAST(2 * health_n AS DOUBLE)
FROM placed;

-- Customers of one risk, of every predictor: how many, and how many of them were lost within three closes.
CREATE TEMP TABLE risk_sizes (number INTEGER, predictor VARCHAR, risk DOUBLE, size BIGINT, lost BIGINT);

-- for each tested month
INSERT INTO risk_sizes
WITH gone AS (
  SELECT DISTINCT id FROM events WHERE number BETWEEN {number} + 1 AND {number} + 3 AND is_open AND NOT is_close
),
outcomes AS MATERIALIZED (
  SELECT x.health_key, x.active_days, x.hazard, CASE WHEN g.id IS NULL THEN 0 ELSE 1 END AS lost
  FROM customer_scores AS x
  LEFT JOIN gone AS g ON g.id = x.id
  WHERE x.number = {number} AND x.score IS NOT NULL
)
SELECT {number}, 'health', -CAST(health_key AS DOUBLE), COUNT(*), SUM(lost) FROM outcomes GROUP BY health_key
UNION ALL
SELECT {number}, 'usage', -CAST(active_days AS DOUBLE), COUNT(*), SUM(lost) FROM outcomes GROUP BY active_days
UNION ALL
SELECT {number}, 'tenure', hazard, COUNT(*), SUM(lost) FROM outcomes WHERE hazard IS NOT NULL GROUP BY hazard;
