-- Customers by month: the facts behind health scores and tiers. Run after model.sql. Only months that are asked,
-- those the back-test looks back to (three and six months before), and what these in turn look back to. Design page,
-- sections 9, 10.
--
-- A value's place among n is by mid-rank: 2 less + equal (equal counts itself), over 2 n. Integers as long as
-- possible, so that ties are ties and one division rounds once.

---------------------------------------------------------------------------------------------------------------------
-- Months and customers
---------------------------------------------------------------------------------------------------------------------

-- The months customers are scored in; none before history.
CREATE OR REPLACE TEMP TABLE scored_months AS
SELECT DISTINCT c.month, c.number, c.close_at, c.last_on, c.is_final, c.is_asked
FROM calendar AS c
CROSS JOIN history AS h
JOIN calendar AS asked ON asked.is_asked AND asked.number - c.number IN (0, 3, 6)
WHERE c.number >= h.first_number;

-- Which months each of them looks back to, and how far.
CREATE OR REPLACE TEMP TABLE scored_windows AS
SELECT s.number, c.number AS past_number, s.number - c.number AS months_back
FROM scored_months AS s
JOIN calendar AS c ON s.number - c.number BETWEEN 0 AND 3;

-- Who pays at the close of a scored month. Age counts from the cohort month, which nobody knows of a snapshots' base.
CREATE OR REPLACE TEMP TABLE present_customers AS
SELECT
  m.number,
  m.customer_id,
  m.close_mrr,
  m.number - m.active_number AS age_months,
  COALESCE(m.active_number = h.base_number, FALSE) AS is_base_cohort
FROM customer_months AS m
JOIN scored_months AS s ON s.number = m.number
CROSS JOIN history AS h
WHERE m.is_paying_at_close;

---------------------------------------------------------------------------------------------------------------------
-- Usage
---------------------------------------------------------------------------------------------------------------------

-- Days with a qualifying event.
CREATE OR REPLACE TEMP TABLE active_days AS
SELECT e.customer_id, c.number, CAST(COUNT(DISTINCT e.occurred_on) AS BIGINT) AS days
FROM usage_events AS e
JOIN calendar AS c ON c.month = CAST(DATE_TRUNC('month', e.occurred_on) AS DATE) AND e.occurred_on <= c.last_on
WHERE c.number IN (SELECT past_number FROM scored_windows)
  AND (
    NOT EXISTS (SELECT 1 FROM qualifying_events)
    OR e.event IN (SELECT q.event FROM qualifying_events AS q)
  )
GROUP BY e.customer_id, c.number;

-- This month's, and those of the three months before that do not lie before the cohort month.
CREATE OR REPLACE TEMP TABLE customer_usage AS
SELECT
  p.number,
  p.customer_id,
  LEAST(3, p.age_months) AS past_months,
  CAST(COALESCE(SUM(CASE WHEN w.months_back = 0 THEN d.days END), 0) AS BIGINT) AS days,
  CAST(COALESCE(SUM(CASE WHEN w.months_back BETWEEN 1 AND p.age_months THEN d.days END), 0) AS BIGINT) AS past_days
FROM present_customers AS p
JOIN scored_windows AS w ON w.number = p.number
LEFT JOIN active_days AS d ON d.customer_id = p.customer_id AND d.number = w.past_number
GROUP BY p.number, p.customer_id, p.age_months;

-- Where no paying customer did anything in all these months nothing is known of usage: it is missing, not low.
CREATE OR REPLACE TEMP VIEW usage_scores AS
SELECT
  number,
  customer_id,
  CASE WHEN trend IS NULL THEN percentile ELSE (percentile + trend) / 2 END AS score
FROM (
  SELECT
    u.number,
    u.customer_id,
    CAST(50 * (
      2 * (RANK() OVER (PARTITION BY u.number ORDER BY u.days) - 1) + COUNT(*) OVER (PARTITION BY u.number, u.days)
    ) AS DOUBLE) / CAST(COUNT(*) OVER (PARTITION BY u.number) AS DOUBLE) AS percentile,
    CASE
      WHEN u.past_months = 0 OR u.days + u.past_days = 0 THEN NULL
      WHEN u.past_days = 0 THEN CAST(100 AS DOUBLE)
      ELSE LEAST(
        CAST(100 AS DOUBLE), CAST(50 * u.days * u.past_months AS DOUBLE) / CAST(u.past_days AS DOUBLE)
      )
    END AS trend,
    SUM(u.days + u.past_days) OVER (PARTITION BY u.number) AS seen_days
  FROM customer_usage AS u
  CROSS JOIN job
  WHERE job.has_usage
) AS parts
WHERE seen_days > 0;

---------------------------------------------------------------------------------------------------------------------
-- Surveys
---------------------------------------------------------------------------------------------------------------------

-- Every answer on 0 to 100, and until when it is the latest of its respondent and kind.
CREATE OR REPLACE TEMP VIEW answers AS
SELECT
  a.customer_id,
  a.respondent_id,
  a.kind,
  a.answered_at,
  a.answered_on,
  CASE a.kind
    WHEN 'nps' THEN CAST(10 * a.score AS DOUBLE)
    ELSE CAST(100 * (a.score - 1) AS DOUBLE) / CAST(COALESCE(a.scale_max, 5) - 1 AS DOUBLE)
  END AS value,
  LEAD(a.answered_at) OVER (
    PARTITION BY a.customer_id, a.kind, a.respondent_id ORDER BY a.answered_at, a.response_id
  ) AS replaced_at
FROM surveys AS a
WHERE a.score IS NOT NULL;

-- Half as much weight for every 90 days.
CREATE OR REPLACE TEMP VIEW survey_scores AS
SELECT
  number,
  customer_id,
  SUM(weight * value ORDER BY kind, respondent_id NULLS FIRST) / SUM(weight ORDER BY kind, respondent_id NULLS FIRST)
    AS score
FROM (
  SELECT
    p.number,
    p.customer_id,
    a.kind,
    a.respondent_id,
    a.value,
    POWER(CAST(2 AS DOUBLE), -CAST(s.last_on - a.answered_on AS DOUBLE) / CAST(90 AS DOUBLE)) AS weight
  FROM present_customers AS p
  JOIN scored_months AS s ON s.number = p.number
  JOIN answers AS a
    ON a.customer_id = p.customer_id AND a.answered_at < s.close_at
      AND (a.replaced_at IS NULL OR a.replaced_at >= s.close_at)
) AS latest
GROUP BY number, customer_id;

---------------------------------------------------------------------------------------------------------------------
-- Support and payments, each over the month and the two before it
---------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE customer_tickets AS
SELECT t.customer_id, w.number, CAST(COUNT(*) AS BIGINT) AS tickets
FROM support_tickets AS t
JOIN calendar AS c ON c.month = CAST(DATE_TRUNC('month', t.opened_on) AS DATE) AND t.opened_on <= c.last_on
JOIN scored_windows AS w ON w.past_number = c.number AND w.months_back <= 2
GROUP BY t.customer_id, w.number;

CREATE OR REPLACE TEMP TABLE recent_costs AS
SELECT l.customer_id, w.number, CAST(SUM(l.ticks) AS BIGINT) AS ticks
FROM cost_lines AS l
JOIN scored_windows AS w ON w.past_number = l.number AND w.months_back <= 2
WHERE l.customer_id IS NOT NULL
GROUP BY l.customer_id, w.number;

CREATE OR REPLACE TEMP TABLE recent_revenue AS
SELECT r.customer_id, w.number, CAST(SUM(r.revenue - r.refunds) AS BIGINT) AS ticks
FROM customer_revenue AS r
JOIN scored_windows AS w ON w.past_number = r.number AND w.months_back <= 2
GROUP BY r.customer_id, w.number;

-- Cost per revenue is known of those with revenue; a quotient of the same two integers is the same float, so ties
-- hold.
CREATE OR REPLACE TEMP VIEW support_scores AS
SELECT
  number,
  customer_id,
  CASE
    WHEN by_tickets IS NULL THEN 100 - by_cost
    WHEN by_cost IS NULL THEN 100 - by_tickets
    ELSE ((100 - by_tickets) + (100 - by_cost)) / 2
  END AS score
FROM (
  SELECT
    x.number,
    x.customer_id,
    CASE WHEN job.has_tickets THEN
      CAST(50 * (
        2 * (RANK() OVER (PARTITION BY x.number ORDER BY x.tickets) - 1)
        + COUNT(*) OVER (PARTITION BY x.number, x.tickets)
      ) AS DOUBLE) / CAST(COUNT(*) OVER (PARTITION BY x.number) AS DOUBLE)
    END AS by_tickets,
    CASE WHEN x.cost_share IS NOT NULL THEN
      CAST(50 * (
        2 * (RANK() OVER (PARTITION BY x.number ORDER BY x.cost_share NULLS LAST) - 1)
        + COUNT(*) OVER (PARTITION BY x.number, x.cost_share)
      ) AS DOUBLE) / CAST(COUNT(x.cost_share) OVER (PARTITION BY x.number) AS DOUBLE)
    END AS by_cost
  FROM (
    SELECT
      p.number,
      p.customer_id,
      COALESCE(t.tickets, 0) AS tickets,
      CASE WHEN job.has_cost_customers AND job.has_invoices AND r.ticks > 0
        THEN CAST(COALESCE(l.ticks, 0) AS DOUBLE) / CAST(r.ticks AS DOUBLE)
      END AS cost_share
    FROM present_customers AS p
    CROSS JOIN job
    LEFT JOIN customer_tickets AS t ON t.customer_id = p.customer_id AND t.number = p.number
    LEFT JOIN recent_costs AS l ON l.customer_id = p.customer_id AND l.number = p.number
    LEFT JOIN recent_revenue AS r ON r.customer_id = p.customer_id AND r.number = p.number
  ) AS x
  CROSS JOIN job
) AS parts;

-- Customers with a payment that failed or was given back.
CREATE OR REPLACE TEMP TABLE payment_troubles AS
SELECT DISTINCT i.customer_id, w.number
FROM invoices AS i
JOIN calendar AS c ON c.month = CAST(DATE_TRUNC('month', i.paid_on) AS DATE) AND i.paid_on <= c.last_on
JOIN scored_windows AS w ON w.past_number = c.number AND w.months_back <= 2
WHERE i.status IN ('failed', 'uncollectible')
  OR (i.amount < 0 AND (i.status IS NULL OR i.status NOT IN ('void', 'failed', 'draft', 'open', 'uncollectible')));

-- Customers who paid less at a close than at the open before it, and still something.
CREATE OR REPLACE TEMP TABLE contractions AS
SELECT DISTINCT m.customer_id, w.number
FROM customer_months AS m
JOIN scored_windows AS w ON w.past_number = m.number AND w.months_back <= 2
WHERE m.is_paying_at_open AND m.is_paying_at_close AND m.close_mrr < m.open_mrr;

CREATE OR REPLACE TEMP VIEW commercial_scores AS
SELECT
  p.number,
  p.customer_id,
  CAST(
    100
    - CASE WHEN t.customer_id IS NULL THEN 0 ELSE 50 END
    - CASE WHEN k.customer_id IS NULL THEN 0 ELSE 50 END AS DOUBLE
  ) AS score
FROM present_customers AS p
LEFT JOIN payment_troubles AS t ON t.customer_id = p.customer_id AND t.number = p.number
LEFT JOIN contractions AS k ON k.customer_id = p.customer_id AND k.number = p.number;

---------------------------------------------------------------------------------------------------------------------
-- Tenure
---------------------------------------------------------------------------------------------------------------------

-- First losses by age over the final cells up to each scored month: of the cohorts seen from their beginning, and of
-- older ones from the first month of history on, where periods reach back beyond it.
CREATE OR REPLACE TEMP TABLE loss_pool AS
SELECT
  s.number,
  k.age_months,
  CAST(SUM(k.first_loss_at_risk) AS BIGINT) AS at_risk,
  CAST(SUM(k.first_loss_customers) AS BIGINT) AS losses
FROM scored_months AS s
JOIN cohort_cells AS k ON k.number <= s.number
WHERE k.dimension = 'all'
  AND k.is_final
  AND (NOT k.is_truncated OR (k.base_number IS NULL AND k.number >= k.first_number))
GROUP BY s.number, k.age_months;

-- The chance of being lost in the next month: the hazard at the next age, beyond the last one with 10 at risk that
-- one's.
CREATE OR REPLACE TEMP VIEW tenure_hazards AS
SELECT
  p.number,
  p.customer_id,
  CAST(l.losses AS DOUBLE) / CAST(l.at_risk AS DOUBLE) AS hazard,
  CAST(100 * (l.at_risk - l.losses) AS DOUBLE) / CAST(l.at_risk AS DOUBLE) AS score
FROM present_customers AS p
JOIN (
  SELECT number, MAX(age_months) AS last_age
  FROM loss_pool
  WHERE at_risk >= 10
  GROUP BY number
) AS k ON k.number = p.number AND k.last_age >= 1
JOIN loss_pool AS l ON l.number = p.number AND l.age_months = LEAST(p.age_months + 1, k.last_age) AND l.at_risk > 0
WHERE NOT p.is_base_cohort;

---------------------------------------------------------------------------------------------------------------------
-- Scores and tiers
---------------------------------------------------------------------------------------------------------------------

-- Sums in the order usage, survey, support, commercial, tenure; what is missing weighs nothing. Half of the weights may
-- miss a half by its last digit, and a score its band: both are compared to nine decimals.
CREATE OR REPLACE TEMP TABLE customer_scores AS
SELECT
  w.*,
  w.weight_present / w.weight_total AS coverage,
  CASE WHEN w.weight_present / w.weight_total >= 0.5e0 - 1e-9 THEN w.weighted_sum / w.weight_present END AS score,
  CASE
    WHEN w.weight_present / w.weight_total >= 0.5e0 - 1e-9 THEN
      CASE
        WHEN round_half_away(w.weighted_sum / w.weight_present * 1e9) >= 76e9 THEN 'green'
        WHEN round_half_away(w.weighted_sum / w.weight_present * 1e9) >= 51e9 THEN 'yellow'
        ELSE 'red'
      END
    ELSE 'unknown'
  END AS band
FROM (
  SELECT
    p.number,
    p.customer_id,
    p.close_mrr,
    CASE WHEN job.has_usage THEN v.days END AS active_days,
    t.hazard,
    u.score AS usage_score,
    a.score AS survey_score,
    s.score AS support_score,
    c.score AS commercial_score,
    t.score AS tenure_score,
    CASE WHEN u.score IS NULL THEN CAST(0 AS DOUBLE) ELSE job.weight_usage END
      + CASE WHEN a.score IS NULL THEN CAST(0 AS DOUBLE) ELSE job.weight_survey END
      + CASE WHEN s.score IS NULL THEN CAST(0 AS DOUBLE) ELSE job.weight_support END
      + CASE WHEN c.score IS NULL THEN CAST(0 AS DOUBLE) ELSE job.weight_commercial END
      + CASE WHEN t.score IS NULL THEN CAST(0 AS DOUBLE) ELSE job.weight_tenure END AS weight_present,
    job.weight_usage + job.weight_survey + job.weight_support + job.weight_commercial + job.weight_tenure
      AS weight_total,
    COALESCE(job.weight_usage * u.score, 0)
      + COALESCE(job.weight_survey * a.score, 0)
      + COALESCE(job.weight_support * s.score, 0)
      + COALESCE(job.weight_commercial * c.score, 0)
      + COALESCE(job.weight_tenure * t.score, 0) AS weighted_sum
  FROM present_customers AS p
  CROSS JOIN job
  JOIN customer_usage AS v ON v.number = p.number AND v.customer_id = p.customer_id
  LEFT JOIN usage_scores AS u ON u.number = p.number AND u.customer_id = p.customer_id
  LEFT JOIN survey_scores AS a ON a.number = p.number AND a.customer_id = p.customer_id
  LEFT JOIN support_scores AS s ON s.number = p.number AND s.customer_id = p.customer_id
  LEFT JOIN commercial_scores AS c ON c.number = p.number AND c.customer_id = p.customer_id
  LEFT JOIN tenure_hazards AS t ON t.number = p.number AND t.customer_id = p.customer_id
) AS w;

-- Mid-ranks in the months asked, as 2 less + equal over 2 n. Scores are sums of floats: they tie at nine decimals, so
-- that two customers who gave the same answer on different days do not differ by the last bit of a weight.
CREATE OR REPLACE TEMP TABLE customer_tiers AS
SELECT
  r.*,
  CASE
    WHEN COALESCE(3 * engagement_place >= 4 * engagement_n, TRUE)
      AND 3 * spend_place >= 4 * spend_n
      AND COALESCE(3 * survey_place >= 4 * survey_n, TRUE)
      AND COALESCE(3 * health_place >= 4 * health_n, TRUE)
      AND (engagement_place IS NOT NULL OR survey_place IS NOT NULL OR health_place IS NOT NULL) THEN 'super_fan'
    WHEN COALESCE(3 * engagement_place <= 2 * engagement_n AND 3 * spend_place <= 2 * spend_n, FALSE) OR band = 'red'
      THEN 'at_risk'
    ELSE 'core'
  END AS tier
FROM (
  SELECT
    number,
    customer_id,
    band,
    CASE WHEN active_days IS NOT NULL THEN
      2 * (RANK() OVER (PARTITION BY number ORDER BY active_days NULLS LAST) - 1)
      + COUNT(*) OVER (PARTITION BY number, active_days)
    END AS engagement_place,
    COUNT(active_days) OVER (PARTITION BY number) AS engagement_n,
    2 * (RANK() OVER (PARTITION BY number ORDER BY close_mrr) - 1)
      + COUNT(*) OVER (PARTITION BY number, close_mrr) AS spend_place,
    COUNT(*) OVER (PARTITION BY number) AS spend_n,
    CASE WHEN survey_key IS NOT NULL THEN
      2 * (RANK() OVER (PARTITION BY number ORDER BY survey_key NULLS LAST) - 1)
      + COUNT(*) OVER (PARTITION BY number, survey_key)
    END AS survey_place,
    COUNT(survey_key) OVER (PARTITION BY number) AS survey_n,
    CASE WHEN health_key IS NOT NULL THEN
      2 * (RANK() OVER (PARTITION BY number ORDER BY health_key NULLS LAST) - 1)
      + COUNT(*) OVER (PARTITION BY number, health_key)
    END AS health_place,
    COUNT(health_key) OVER (PARTITION BY number) AS health_n
  FROM (
    SELECT
      x.number, x.customer_id, x.band, x.active_days, x.close_mrr,
      round_half_away(x.survey_score * 1e9) AS survey_key,
      round_half_away(x.score * 1e9) AS health_key
    FROM customer_scores AS x
    JOIN scored_months AS s ON s.number = x.number AND s.is_asked
  ) AS valued
) AS r;
