-- DuckDB's best formulation, first part: what twins' sql/model.sql makes, for jobs as `tenure sample` writes them (periods, UTC,
-- `active = "paying"`, amounts of two decimals, dimensions region and plan). benches/best.py fills in what stands in braces
-- and puts the twin's own statements where `-- twin:` names them.
--
-- What differs: customers are dense integers; a customer-month that changes nothing (all but its first and last of a
-- subscription row) is never grouped; a segment is two small codes of a row rather than a join with three rows; sums are taken once
-- by month, region and plan and rolled up; integer arithmetic is 64 bits wide; usage becomes a bitmap of days a month.

-- twin: local_date one_midnight local_midnight read_day read_instant
-- twin: wide div_round div_floor round_half_away units8 convert money

CREATE TEMP MACRO month_of(t) AS CAST(EXTRACT(YEAR FROM t) * 12 + EXTRACT(MONTH FROM t) AS INTEGER);
CREATE TEMP MACRO cents(amount) AS CAST(ROUND(CAST(amount AS DOUBLE) * 100) AS BIGINT);
CREATE TEMP MACRO rdiv(n, d) AS CASE WHEN n < 0 THEN -((2 * -n + d) // (2 * d)) ELSE (2 * n + d) // (2 * d) END;
CREATE TEMP MACRO conv(ticks, rate) AS CASE WHEN rate = 100000000 THEN ticks ELSE rdiv(ticks * rate, 100000000) END;

---------------------------------------------------------------------------------------------------------------------
-- Inputs: small ones as tables, of usage and invoices for now the first file, which holds their first day
---------------------------------------------------------------------------------------------------------------------

-- twin: source_customers customers customer_dimensions

CREATE TEMP TABLE subscriptions AS {body of subscriptions};

-- twin: subscription_snapshots

CREATE TEMP VIEW invoices AS {first file of source_invoices};
CREATE TEMP VIEW usage_events AS {first file of source_events};
CREATE TEMP TABLE surveys AS SELECT *, CAST(answered_at AS DATE) AS answered_on FROM ({body of source_surveys});
CREATE TEMP TABLE support_tickets AS SELECT customer_id, opened_at FROM ({body of source_tickets});

-- twin: source_costs source_cost_lines retention_costs retention_cost_dimensions source_rates fx_rates
-- twin: job dimensions excluded_statuses qualifying_events months calendar rate_spans month_rates

CREATE TEMP TABLE rates AS
SELECT n.number, n.currency, CAST(n.rate_units AS BIGINT) AS rate, CAST(b.rate_units AS BIGINT) AS rate_before
FROM month_rates AS n
LEFT JOIN month_rates AS b ON b.number = n.number - 1 AND b.currency = n.currency;

CREATE TEMP TABLE day_rates AS
SELECT r.currency, d.rate_on, r.rate_units, CAST(r.rate_units AS BIGINT) AS rate
FROM (
  SELECT CAST(UNNEST(generate_series((SELECT MIN(month) FROM calendar), (SELECT as_of_on FROM job), INTERVAL 1 DAY)) AS DATE)
    AS rate_on
) AS d
JOIN rate_spans AS r ON r.from_on <= d.rate_on AND d.rate_on < r.until_on;

CREATE TEMP TABLE ids AS
WITH known AS (
  SELECT customer_id AS name FROM source_customers
  UNION
  SELECT customer_id FROM subscriptions
),
others AS (
  SELECT customer_id AS name FROM ({body of source_invoices})
  UNION ALL SELECT customer_id FROM retention_costs
  UNION ALL SELECT customer_id FROM surveys
  UNION ALL SELECT customer_id FROM support_tickets
)
SELECT CAST(ROW_NUMBER() OVER (ORDER BY name) AS INTEGER) AS id, name
FROM (
  SELECT name FROM known
  UNION ALL
  SELECT DISTINCT o.name FROM others AS o ANTI JOIN known AS k ON k.name = o.name WHERE o.name IS NOT NULL
);

-- twin: existing_rows segments

CREATE TEMP TABLE codes AS
SELECT dimension, segment, CAST(ROW_NUMBER() OVER (ORDER BY dimension, segment) AS SMALLINT) AS code FROM segments;

-- Every pair of codes in its three segments.
CREATE TEMP TABLE rollup_pairs AS
SELECT r.code AS region, p.code AS plan, g.dimension, g.segment
FROM codes AS r
JOIN codes AS p ON r.dimension = 'region' AND p.dimension = 'plan'
JOIN codes AS g ON g.code IN (r.code, p.code) OR g.dimension = 'all';

---------------------------------------------------------------------------------------------------------------------
-- Service: a row runs from month from_number until until_number, at the closes of [from_number, until_number)
---------------------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE service AS
SELECT
  i.id, k.code AS plan, r.currency, r.ticks, r.runs_from, r.runs_until,
  month_of(r.runs_from) AS from_number,
  month_of(r.runs_until) AS until_number,
  r.runs_until = DATE_TRUNC('month', r.runs_until) AS ends_at_open,
  CAST(ROW_NUMBER() OVER (ORDER BY r.subscription_id) AS INTEGER) AS place
FROM (
  SELECT
    s.subscription_id, s.customer_id,
    COALESCE(s.plan, '(unknown)') AS plan,
    COALESCE(s.currency, job.currency) AS currency,
    CASE WHEN s.ended_at < job.as_of_at THEN s.ended_at ELSE TIMESTAMP '9999-12-31 00:00:00' END AS runs_until,
    CASE
      WHEN s.trial_ended_at >= job.as_of_at THEN NULL
      WHEN s.trial_ended_at IS NULL AND s.status = 'trialing' THEN NULL
      WHEN s.trial_ended_at > s.started_at THEN s.trial_ended_at
      ELSE s.started_at
    END AS runs_from,
    rdiv(
      (cents(s.amount) * COALESCE(cents(s.quantity), 100) - COALESCE(cents(s.discount), 0) * 100)
        * CASE s."interval" WHEN 'week' THEN 13 WHEN 'day' THEN 487 ELSE 1 END,
      COALESCE(s.interval_count, 1)
        * CASE s."interval" WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 WHEN 'week' THEN 3 WHEN 'day' THEN 16 END
    ) AS ticks
  FROM subscriptions AS s
  CROSS JOIN job
  WHERE s.started_at < job.as_of_at AND NOT EXISTS (SELECT 1 FROM excluded_statuses AS x WHERE x.status = s.status)
) AS r
JOIN ids AS i ON i.name = r.customer_id
JOIN codes AS k ON k.dimension = 'plan' AND k.segment = r.plan
WHERE r.ticks > 0 AND r.runs_from < r.runs_until;

-- Everybody: region, first month, and the plan of the first instant.
CREATE TEMP TABLE people AS
SELECT
  i.id, i.name, COALESCE(k.code, u.code) AS region, f.active_number, f.cohort_plan
FROM ids AS i
JOIN codes AS u ON u.dimension = 'region' AND u.segment = '(unknown)'
LEFT JOIN source_customers AS c ON c.customer_id = i.name
LEFT JOIN codes AS k ON k.dimension = 'region' AND k.segment = c.d0
LEFT JOIN (
  SELECT
    s.id, MIN(s.from_number) AS active_number,
    ARG_MIN(s.plan, (s.runs_from, -conv(s.ticks, r.rate), s.place)) AS cohort_plan
  FROM service AS s
  JOIN rates AS r ON r.number = s.from_number AND r.currency = s.currency
  GROUP BY s.id
) AS f ON f.id = i.id;

CREATE TEMP VIEW firsts AS
SELECT id AS customer_id, active_number, active_number AS paid_number FROM people WHERE active_number IS NOT NULL;

-- twin: history

-- Customers with rows that overlap: all their months are grouped.
CREATE TEMP TABLE tangled AS
SELECT DISTINCT id
FROM (
  SELECT id, from_number, MAX(until_number) OVER (
    PARTITION BY id ORDER BY from_number, until_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM service
)
WHERE before > from_number;

-- Months in which something begins or ends, and all those of the tangled.
CREATE TEMP TABLE events AS
WITH touched AS (
  SELECT s.*, s.from_number AS number FROM service AS s ANTI JOIN tangled AS t ON t.id = s.id
  UNION ALL
  SELECT s.*, s.until_number
  FROM service AS s ANTI JOIN tangled AS t ON t.id = s.id
  WHERE s.until_number > s.from_number AND s.until_number <= (SELECT MAX(number) FROM calendar)
  UNION ALL
  SELECT s.*, UNNEST(generate_series(s.from_number, LEAST(s.until_number, (SELECT MAX(number) FROM calendar))))
  FROM service AS s SEMI JOIN tangled AS t ON t.id = s.id
),
rated AS (
  SELECT
    t.*, r.rate, r.rate_before,
    t.number > t.from_number AS is_open,
    t.number < t.until_number AS is_close,
    conv(t.ticks, r.rate) AS mrr
  FROM touched AS t
  JOIN rates AS r ON r.number = t.number AND r.currency = t.currency
),
by_currency AS (
  SELECT
    id, number, currency, ANY_VALUE(rate) AS rate, ANY_VALUE(rate_before) AS rate_before,
    BOOL_OR(is_open) AS is_open,
    BOOL_OR(is_close) AS is_close,
    BOOL_OR(NOT (number = until_number AND ends_at_open)) AS is_in_month,
    CAST(SUM(CASE WHEN is_open THEN ticks ELSE 0 END) AS BIGINT) AS open_ticks,
    CAST(SUM(CASE WHEN is_close THEN ticks ELSE 0 END) AS BIGINT) AS close_ticks,
    MIN((
      CASE WHEN is_close THEN 0 WHEN is_open THEN 1 ELSE 2 END,
      CASE WHEN is_close OR is_open THEN 0 ELSE -epoch_us(runs_until) END, -mrr, place, plan)) AS main,
    MIN((-epoch_us(runs_until), -mrr, place, plan)) AS last
  FROM rated
  GROUP BY id, number, currency
),
grouped AS (
  SELECT
    id, number,
    BOOL_OR(is_open) AS is_open, BOOL_OR(is_close) AS is_close, BOOL_OR(is_in_month) AS is_in_month,
    CAST(SUM(CASE WHEN open_ticks = 0 THEN 0 ELSE conv(open_ticks, rate_before) END) AS BIGINT) AS open_mrr_before,
    CAST(SUM(conv(open_ticks, rate)) AS BIGINT) AS open_mrr,
    CAST(SUM(conv(close_ticks, rate)) AS BIGINT) AS close_mrr,
    MIN(main)[5] AS plan, MIN(last)[4] AS last_plan
  FROM by_currency
  GROUP BY id, number
)
SELECT g.*, p.region, p.active_number, p.cohort_plan FROM grouped AS g JOIN people AS p ON p.id = g.id;

-- Months of a row that nothing happens in.
CREATE TEMP VIEW stays AS
SELECT s.id, s.number, s.plan, conv(s.ticks, r.rate_before) AS before, conv(s.ticks, r.rate) AS mrr
FROM (
  SELECT id, plan, currency, ticks,
    UNNEST(generate_series(from_number + 1, LEAST(until_number - 1, (SELECT MAX(number) FROM calendar)))) AS number
  FROM service AS s ANTI JOIN tangled AS t ON t.id = s.id
  WHERE until_number > from_number + 1
) AS s
JOIN rates AS r ON r.number = s.number AND r.currency = s.currency;

-- The plan of a customer over [from_number, until_number); before the first it is unknown.
CREATE TEMP TABLE plan_spans AS
SELECT id, number AS from_number, LEAD(number, 1, 999999) OVER (PARTITION BY id ORDER BY number) AS until_number, plan
FROM (
  SELECT id, number, plan, LAG(plan) OVER (PARTITION BY id ORDER BY number) AS plan_before
  FROM (
    SELECT id, number, plan FROM events
    UNION ALL
    SELECT e.id, e.number + 1, e.last_plan
    FROM events AS e ANTI JOIN events AS n ON n.id = e.id AND n.number = e.number + 1
    WHERE NOT e.is_close
  )
)
WHERE plan_before IS NULL OR plan_before <> plan;

CREATE TEMP TABLE unknown_plan AS SELECT code FROM codes WHERE dimension = 'plan' AND segment = '(unknown)';

-- The twins' shape, for the small tables that still want it.
CREATE TEMP VIEW segment_spans AS
SELECT id AS customer_id, 'all' AS dimension, 'all' AS segment, 0 AS from_number, 999999 AS until_number FROM people
UNION ALL
SELECT p.id, 'region', k.segment, 0, 999999 FROM people AS p JOIN codes AS k ON k.code = p.region
UNION ALL
SELECT s.id, 'plan', k.segment, s.from_number, s.until_number FROM plan_spans AS s JOIN codes AS k ON k.code = s.plan
UNION ALL
SELECT id, 'plan', '(unknown)', 0, COALESCE(active_number, 999999) FROM people;

---------------------------------------------------------------------------------------------------------------------
-- Customers and MRR by month and segment; customers at each close
---------------------------------------------------------------------------------------------------------------------

-- The months customers are scored in, and which each looks back to.
-- twin: scored_months scored_windows

CREATE TEMP TABLE stay_sums AS
SELECT
  s.number, p.region, s.plan,
  CASE WHEN c.is_asked THEN p.active_number END AS cohort_number,
  CASE WHEN c.is_asked THEN p.cohort_plan END AS cohort_plan,
  COUNT(*) AS n, CAST(SUM(s.before) AS BIGINT) AS before, CAST(SUM(s.mrr) AS BIGINT) AS mrr
FROM stays AS s
JOIN people AS p ON p.id = s.id
JOIN calendar AS c ON c.number = s.number
GROUP BY ALL;

-- Who pays at the close of a scored month.
CREATE TEMP TABLE closes AS
SELECT s.number, s.id, p.region, s.plan, s.mrr AS close_mrr, p.active_number
FROM stays AS s
JOIN people AS p ON p.id = s.id
WHERE s.number IN (SELECT number FROM scored_months)
UNION ALL
SELECT number, id, region, plan, close_mrr, active_number
FROM events
WHERE is_close AND number IN (SELECT number FROM scored_months);

CREATE TEMP TABLE month_sums AS
SELECT
  number, region, plan,
  COUNT(CASE WHEN is_open THEN 1 END) AS opening_customers,
  COUNT(CASE WHEN is_close AND active_number = number THEN 1 END) AS new_customers,
  COUNT(CASE WHEN is_close AND NOT is_open AND active_number < number THEN 1 END) AS reactivated_customers,
  COUNT(CASE WHEN is_open AND NOT is_close THEN 1 END) AS churned_customers,
  COUNT(CASE WHEN NOT is_close AND active_number = number THEN 1 END) AS new_and_churned_customers,
  COUNT(CASE WHEN is_close THEN 1 END) AS closing_customers,
  COUNT(CASE WHEN is_in_month THEN 1 END) AS in_month,
  SUM(open_mrr_before) AS opening_mrr,
  SUM(open_mrr) AS opening_mrr_revalued,
  SUM(CASE WHEN NOT is_open AND active_number = number THEN close_mrr END) AS new_mrr,
  SUM(CASE WHEN is_open AND is_close AND close_mrr > open_mrr THEN close_mrr - open_mrr END) AS expansion_mrr,
  SUM(CASE WHEN NOT is_open AND active_number < number THEN close_mrr END) AS reactivation_mrr,
  SUM(CASE WHEN is_open AND is_close AND close_mrr < open_mrr THEN open_mrr - close_mrr END) AS contraction_mrr,
  SUM(CASE WHEN is_open AND NOT is_close THEN open_mrr END) AS churned_mrr,
  SUM(close_mrr) AS closing_mrr,
  SUM(CASE WHEN is_open THEN LEAST(open_mrr, close_mrr) END) AS kept_mrr,
  SUM(CASE WHEN is_open THEN close_mrr END) AS closing_mrr_of_opening
FROM events
GROUP BY number, region, plan
UNION ALL BY NAME
SELECT
  number, region, plan, SUM(n) AS opening_customers, SUM(n) AS closing_customers, SUM(n) AS in_month,
  SUM(before) AS opening_mrr, SUM(mrr) AS opening_mrr_revalued, SUM(mrr) AS closing_mrr, SUM(mrr) AS kept_mrr,
  SUM(mrr) AS closing_mrr_of_opening
FROM stay_sums
GROUP BY number, region, plan;

CREATE TEMP TABLE segment_months AS
SELECT
  c.month, c.number, c.is_asked, c.is_final, s.dimension, s.segment, FALSE AS is_before_history, FALSE AS is_base,
  CAST(COALESCE(t.opening_customers, 0) AS BIGINT) AS opening_customers,
  CAST(COALESCE(t.new_customers, 0) AS BIGINT) AS new_customers,
  CAST(COALESCE(t.reactivated_customers, 0) AS BIGINT) AS reactivated_customers,
  CAST(COALESCE(t.churned_customers, 0) AS BIGINT) AS churned_customers,
  CAST(COALESCE(t.new_and_churned_customers, 0) AS BIGINT) AS new_and_churned_customers,
  CAST(COALESCE(t.closing_customers, 0) AS BIGINT) AS closing_customers,
  CAST(COALESCE(t.closing_customers, 0) AS BIGINT) AS paying_at_close,
  CAST(COALESCE(t.in_month, 0) AS BIGINT) AS in_month,
  CAST(COALESCE(t.opening_mrr, 0) AS BIGINT) AS opening_mrr,
  CAST(COALESCE(t.opening_mrr_revalued, 0) AS BIGINT) AS opening_mrr_revalued,
  CAST(COALESCE(t.new_mrr, 0) AS BIGINT) AS new_mrr,
  CAST(COALESCE(t.expansion_mrr, 0) AS BIGINT) AS expansion_mrr,
  CAST(COALESCE(t.reactivation_mrr, 0) AS BIGINT) AS reactivation_mrr,
  CAST(COALESCE(t.contraction_mrr, 0) AS BIGINT) AS contraction_mrr,
  CAST(COALESCE(t.churned_mrr, 0) AS BIGINT) AS churned_mrr,
  CAST(COALESCE(t.closing_mrr, 0) AS BIGINT) AS closing_mrr,
  CAST(COALESCE(t.kept_mrr, 0) AS BIGINT) AS kept_mrr,
  CAST(COALESCE(t.closing_mrr_of_opening, 0) AS BIGINT) AS closing_mrr_of_opening
FROM calendar AS c
CROSS JOIN segments AS s
LEFT JOIN (
  SELECT number, dimension, segment, SUM(COLUMNS(* EXCLUDE (number, region, plan, dimension, segment)))
  FROM month_sums JOIN rollup_pairs USING (region, plan)
  GROUP BY number, dimension, segment
) AS t ON t.number = c.number AND t.dimension = s.dimension AND t.segment = s.segment;

-- Customers of 12 closes ago in the months asked, by the segment they are in now.
CREATE TEMP TABLE segment_years AS
WITH then_rows AS (
  SELECT t.id, t.number, conv(t.ticks, r.rate) AS mrr
  FROM (
    SELECT id, currency, ticks,
      UNNEST(generate_series(
        GREATEST(from_number + 12, (SELECT MIN(number) FROM calendar WHERE is_asked)),
        LEAST(until_number + 11, (SELECT MAX(number) FROM calendar WHERE is_asked)))) AS number
    FROM service AS s ANTI JOIN tangled AS g ON g.id = s.id
  ) AS t
  JOIN rates AS r ON r.number = t.number AND r.currency = t.currency
  UNION ALL
  SELECT id, number, CAST(SUM(conv(ticks, rate)) AS BIGINT)
  FROM (
    SELECT t.id, t.number, t.currency, r.rate, CAST(SUM(t.ticks) AS BIGINT) AS ticks
    FROM (
      SELECT id, currency, ticks, UNNEST(generate_series(from_number + 12, until_number + 11)) AS number
      FROM (SELECT s.* REPLACE (LEAST(s.until_number, (SELECT MAX(number) FROM calendar)) AS until_number)
            FROM service AS s SEMI JOIN tangled AS g ON g.id = s.id)
    ) AS t
    JOIN rates AS r ON r.number = t.number AND r.currency = t.currency
    GROUP BY t.id, t.number, t.currency, r.rate
  )
  WHERE number IN (SELECT number FROM calendar WHERE is_asked)
  GROUP BY id, number
),
placed AS (
  SELECT
    a.number, p.region,
    COALESCE(m.plan, (SELECT x.plan FROM plan_spans AS x
      WHERE x.id = a.id AND x.from_number <= a.number AND a.number < x.until_number)) AS plan,
    m.id IS NOT NULL AS is_kept, a.mrr AS mrr_then, COALESCE(m.close_mrr, 0) AS mrr_now
  FROM then_rows AS a
  JOIN people AS p ON p.id = a.id
  LEFT JOIN closes AS m ON m.id = a.id AND m.number = a.number
),
sums AS (
  SELECT
    number, region, plan, COUNT(*) AS opening_customers, COUNT(CASE WHEN is_kept THEN 1 END) AS retained_customers,
    SUM(mrr_then) AS mrr_then, SUM(LEAST(mrr_then, mrr_now)) AS kept_mrr, SUM(mrr_now) AS mrr_now
  FROM placed
  GROUP BY number, region, plan
)
SELECT
  number, dimension, segment,
  CAST(SUM(opening_customers) AS BIGINT) AS opening_customers, CAST(SUM(retained_customers) AS BIGINT) AS retained_customers,
  CAST(SUM(mrr_then) AS BIGINT) AS mrr_then, CAST(SUM(kept_mrr) AS BIGINT) AS kept_mrr, CAST(SUM(mrr_now) AS BIGINT) AS mrr_now
FROM sums JOIN rollup_pairs USING (region, plan)
GROUP BY number, dimension, segment;

---------------------------------------------------------------------------------------------------------------------
-- What customers answer, ask and pay
---------------------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE survey_answers AS
SELECT p.id, s.response_id, s.respondent_id, s.kind, s.score, s.scale_max, s.answered_at, s.answered_on, month_of(s.answered_at) AS number
FROM surveys AS s
JOIN people AS p ON p.name = s.customer_id
WHERE s.score IS NOT NULL AND s.answered_at < (SELECT as_of_at FROM job);

CREATE TEMP TABLE monthly_answers AS
SELECT
  id AS customer_id, number, kind,
  ARG_MAX((score, COALESCE(scale_max, CASE kind WHEN 'csat' THEN 5 ELSE 10 END)), (answered_at, response_id)) AS answer,
  answer[1] AS score, answer[2] AS scale_max
FROM survey_answers
WHERE number IN (SELECT number FROM calendar WHERE is_asked)
GROUP BY number, kind, id, respondent_id;

CREATE TEMP TABLE ticket_months AS
SELECT p.id, month_of(t.opened_at) AS number, COUNT(*) AS tickets
FROM support_tickets AS t
JOIN people AS p ON p.name = t.customer_id
WHERE t.opened_at < (SELECT as_of_at FROM job) AND month_of(t.opened_at) >= (SELECT MIN(past_number) FROM scored_windows)
GROUP BY ALL;

-- Paid only where costs are allocated by tickets, which is not so here.
CREATE TEMP TABLE segment_tickets AS SELECT 0 AS number, '' AS dimension, '' AS segment, 0 AS tickets WHERE FALSE;

CREATE TEMP TABLE invoice_months AS
SELECT
  id, number,
  CAST(SUM(CASE WHEN is_paid AND ticks > 0 THEN ticks ELSE 0 END) AS BIGINT) AS revenue,
  CAST(SUM(CASE WHEN is_paid AND ticks < 0 THEN -ticks ELSE 0 END) AS BIGINT) AS refunds,
  BOOL_OR(is_paid AND ticks <> 0) AS is_counted,
  BOOL_OR(is_failed OR (is_paid AND ticks < 0)) AS is_trouble
FROM (
  SELECT
    p.id, month_of(i.paid_at) AS number,
    conv(cents(i.amount) * 100, r.rate) AS ticks,
    i.status IS NULL OR i.status NOT IN ('void', 'failed', 'draft', 'open', 'uncollectible') AS is_paid,
    COALESCE(i.status IN ('failed', 'uncollectible'), FALSE) AS is_failed
  FROM ({body of source_invoices}) AS i
  CROSS JOIN job
  JOIN people AS p ON p.name = i.customer_id
  LEFT JOIN day_rates AS r ON r.currency = COALESCE(i.currency, job.currency) AND r.rate_on = CAST(i.paid_at AS DATE)
  WHERE i.paid_at < job.as_of_at
)
GROUP BY id, number;

-- With the segment of its month, and whether the customer pays in it.
CREATE TEMP TABLE revenue AS
SELECT
  r.id, r.number, p.region, COALESCE(s.plan, u.code) AS plan, p.active_number, p.cohort_plan, r.revenue, r.refunds,
  EXISTS (
    SELECT 1 FROM service AS v
    WHERE v.id = r.id AND v.from_number <= r.number AND r.number <= v.until_number - CAST(v.ends_at_open AS INTEGER)
  ) AS is_in_month
FROM invoice_months AS r
JOIN people AS p ON p.id = r.id
CROSS JOIN unknown_plan AS u
LEFT JOIN plan_spans AS s ON s.id = r.id AND s.from_number <= r.number AND r.number < s.until_number
WHERE r.is_counted;

-- How net revenue is spread: exactly in the months asked, as sums in the others. Who pays in a month without an invoice has none.
CREATE TEMP TABLE spread_sums AS
SELECT
  r.number, r.region, r.plan, CASE WHEN c.is_asked THEN r.revenue - r.refunds ELSE 0 END AS net_revenue,
  COUNT(*) AS customers, CAST(SUM(r.revenue) AS BIGINT) AS revenue, CAST(SUM(r.refunds) AS BIGINT) AS refunds
FROM revenue AS r
JOIN calendar AS c ON c.number = r.number
GROUP BY ALL
UNION ALL
SELECT number, region, plan, 0, CAST(SUM(n) AS BIGINT), 0, 0
FROM (
  SELECT number, region, plan, SUM(in_month) AS n FROM month_sums GROUP BY number, region, plan
  UNION ALL
  SELECT number, region, plan, -COUNT(*) FROM revenue WHERE is_in_month GROUP BY number, region, plan
)
GROUP BY number, region, plan
HAVING SUM(n) > 0;

CREATE TEMP TABLE revenue_spread AS
SELECT
  number, dimension, segment, net_revenue, CAST(SUM(customers) AS BIGINT) AS customers, CAST(SUM(revenue) AS BIGINT) AS revenue,
  CAST(SUM(refunds) AS BIGINT) AS refunds
FROM spread_sums JOIN rollup_pairs USING (region, plan)
GROUP BY number, dimension, segment, net_revenue;

-- twin: segment_revenue

---------------------------------------------------------------------------------------------------------------------
-- Cohorts: cells of asked months, and of others what losses and revenue to date need
---------------------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE cohort_members AS
SELECT active_number AS cohort_number, dimension, segment, SUM(n) AS members
FROM (
  SELECT active_number, region, cohort_plan AS plan, COUNT(*) AS n FROM people WHERE active_number IS NOT NULL GROUP BY ALL
) JOIN rollup_pairs USING (region, plan)
GROUP BY ALL;

CREATE TEMP TABLE cohort_sums AS
SELECT
  cohort_number, number, dimension, segment, SUM(at_risk_customers) AS at_risk_customers, SUM(active_customers) AS active_customers,
  SUM(churned_customers) AS churned_customers, SUM(active_mrr) AS active_mrr, SUM(lost) AS lost, SUM(revenue) AS revenue
FROM (
  SELECT
    active_number AS cohort_number, number, region, cohort_plan AS plan,
    COUNT(CASE WHEN is_open THEN 1 END) AS at_risk_customers,
    COUNT(CASE WHEN is_close THEN 1 END) AS active_customers,
    COUNT(CASE WHEN is_open AND NOT is_close THEN 1 END) AS churned_customers,
    SUM(close_mrr) AS active_mrr
  FROM events
  GROUP BY ALL
  UNION ALL BY NAME
  SELECT
    cohort_number, number, region, cohort_plan AS plan, SUM(n) AS at_risk_customers, SUM(n) AS active_customers,
    SUM(mrr) AS active_mrr
  FROM stay_sums
  WHERE cohort_number IS NOT NULL
  GROUP BY ALL
  UNION ALL BY NAME
  SELECT cohort_number, number, region, plan, COUNT(*) AS lost
  FROM (
    SELECT
      id, MIN(number) AS number, ANY_VALUE(active_number) AS cohort_number, ANY_VALUE(region) AS region,
      ANY_VALUE(cohort_plan) AS plan
    FROM events
    WHERE NOT is_close AND (is_open OR number = active_number)
    GROUP BY id
  )
  GROUP BY ALL
  UNION ALL BY NAME
  SELECT
    active_number AS cohort_number, GREATEST(number, active_number) AS number, region, cohort_plan AS plan,
    SUM(revenue - refunds) AS revenue
  FROM revenue
  WHERE active_number IS NOT NULL
  GROUP BY ALL
) JOIN rollup_pairs USING (region, plan)
GROUP BY cohort_number, number, dimension, segment;

CREATE TEMP TABLE cohort_cells AS
SELECT
  cells.*, cells.cohort_customers - cells.lost_before AS first_loss_at_risk, FALSE AS is_truncated
FROM (
  SELECT
    c.month, c.number, c.is_asked, c.is_final, cohort.month AS cohort_month, cohort.number AS cohort_number,
    c.number - cohort.number AS age_months, s.dimension, s.segment, h.is_unknown_before, h.first_number, h.base_number,
    CAST(COALESCE(size.members, 0) AS BIGINT) AS cohort_customers,
    CAST(COALESCE(t.at_risk_customers, 0) AS BIGINT) AS at_risk_customers,
    CAST(COALESCE(t.active_customers, 0) AS BIGINT) AS active_customers,
    CAST(COALESCE(t.churned_customers, 0) AS BIGINT) AS churned_customers,
    CAST(COALESCE(t.active_mrr, 0) AS BIGINT) AS active_mrr,
    CAST(COALESCE(t.lost, 0) AS BIGINT) AS first_loss_customers,
    CAST(COALESCE(SUM(t.lost) OVER (
      PARTITION BY s.dimension, s.segment, cohort.number ORDER BY c.number
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS BIGINT) AS lost_before,
    CAST(COALESCE(t.revenue, 0) AS BIGINT) AS revenue
  FROM calendar AS c
  CROSS JOIN history AS h
  JOIN calendar AS cohort ON cohort.number <= c.number AND cohort.number >= h.first_number
  CROSS JOIN segments AS s
  LEFT JOIN cohort_members AS size
    ON size.dimension = s.dimension AND size.segment = s.segment AND size.cohort_number = cohort.number
  LEFT JOIN cohort_sums AS t
    ON t.dimension = s.dimension AND t.segment = s.segment AND t.cohort_number = cohort.number AND t.number = c.number
) AS cells;

---------------------------------------------------------------------------------------------------------------------
-- Retention costs
---------------------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE cost_lines AS
SELECT
  l.line_id, month_of(l.incurred_on) AS number, l.category, p.id AS customer_id,
  conv(cents(l.amount) * 100, r.rate) AS ticks
FROM retention_costs AS l
CROSS JOIN job
LEFT JOIN people AS p ON p.name = l.customer_id
LEFT JOIN day_rates AS r ON r.currency = COALESCE(l.currency, job.currency) AND r.rate_on = l.incurred_on
WHERE l.incurred_on <= job.as_of_on;

-- twin: named_costs spread_costs segment_costs
