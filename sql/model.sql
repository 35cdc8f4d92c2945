-- Shared intermediates of the metric twins. Reads only the canonical views (job, months, dimensions, …); definitions:
-- design page `metrics.md`. Money here is integer ticks of 1/10 000; months are numbered (year * 12 + month), so that
-- "12 months ago" is a subtraction. An instant e stands for the state just before e: something that runs over [a, b)
-- is on at e when a < e and b >= e. "Active" follows definitions.active; "paying" is always by MRR. One long file, because
-- each part builds on the one before: time, service, customers by month, segments, answers and usage, sums, revenue,
-- cohorts, costs.

---------------------------------------------------------------------------------------------------------------------
-- Time and exchange rates
---------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE calendar AS
SELECT
  month,
  CAST(EXTRACT(YEAR FROM month) * 12 + EXTRACT(MONTH FROM month) AS INTEGER) AS number,
  start_at,
  next_start_at,
  close_at,
  last_on,
  is_final,
  is_asked
FROM months;

-- Integer rates: units of 1/100 000 000, valid from from_on until the day before until_on. The reporting currency is 1.
CREATE OR REPLACE TEMP TABLE rate_spans AS
SELECT
  fx_rates.currency,
  fx_rates.rate_date AS from_on,
  COALESCE(
    LEAD(fx_rates.rate_date) OVER (PARTITION BY fx_rates.currency ORDER BY fx_rates.rate_date), DATE '9999-12-31'
  ) AS until_on,
  units8(fx_rates.rate) AS rate_units
FROM fx_rates
CROSS JOIN job
WHERE fx_rates.currency <> job.currency
UNION ALL
SELECT currency, DATE '0001-01-01', DATE '9999-12-31', wide(100000000)
FROM job;

-- The rate MRR of a month is valued at: the latest on or before its last day.
CREATE OR REPLACE TEMP TABLE month_rates AS
SELECT calendar.number, rate_spans.currency, rate_spans.rate_units
FROM calendar
JOIN rate_spans ON rate_spans.from_on <= calendar.last_on AND calendar.last_on < rate_spans.until_on;

-- Invoices that were paid, in their month. Those of exactly 0 are among them.
CREATE OR REPLACE TEMP VIEW paid_invoices AS
SELECT i.customer_id, i.paid_on, i.amount, i.currency, c.number, c.start_at, c.close_at
FROM invoices AS i
JOIN calendar AS c ON c.month = CAST(DATE_TRUNC('month', i.paid_on) AS DATE) AND i.paid_on <= c.last_on
WHERE i.status IS NULL OR i.status NOT IN ('void', 'failed', 'draft', 'open', 'uncollectible');

---------------------------------------------------------------------------------------------------------------------
-- Service: who runs what, and pays what, from when to when
---------------------------------------------------------------------------------------------------------------------

-- Both shapes as rows that exist at T, excluded statuses left out. pays_from is null where no payment ever began.
-- A month's last snapshot becomes a row that runs through that month and ends with it.
CREATE OR REPLACE TEMP VIEW existing_rows AS
SELECT
  s.subscription_id,
  s.customer_id,
  s.started_at AS active_from,
  CASE WHEN s.ended_at < job.as_of_at THEN s.ended_at ELSE TIMESTAMP '9999-12-31 00:00:00' END AS active_until,
  CASE
    WHEN s.trial_ended_at >= job.as_of_at THEN NULL
    WHEN s.trial_ended_at IS NULL AND s.status = 'trialing' THEN NULL
    WHEN s.trial_ended_at > s.started_at THEN s.trial_ended_at
    ELSE s.started_at
  END AS pays_from,
  s.mrr, s.amount, s."interval", s.interval_count, s.quantity, s.discount, s.currency, s.status, s.plan
FROM subscriptions AS s
CROSS JOIN job
WHERE NOT job.is_snapshots
  AND s.started_at < job.as_of_at
  AND NOT EXISTS (SELECT 1 FROM excluded_statuses AS x WHERE x.status = s.status)
UNION ALL
SELECT
  s.subscription_id,
  s.customer_id,
  closing.start_at,
  closing.close_at,
  CASE WHEN s.status = 'trialing' THEN NULL ELSE closing.start_at END,
  s.mrr, s.amount, s."interval", s.interval_count, s.quantity, s.discount, s.currency, s.status, s.plan
FROM subscription_snapshots AS s
CROSS JOIN job
JOIN (
  SELECT calendar.start_at, calendar.close_at, MAX(d.snapshot_date) AS snapshot_date
  FROM calendar
  JOIN subscription_snapshots AS d ON d.snapshot_date BETWEEN calendar.month AND calendar.last_on
  GROUP BY calendar.start_at, calendar.close_at
) AS closing ON closing.snapshot_date = s.snapshot_date
WHERE job.is_snapshots
  AND NOT EXISTS (SELECT 1 FROM excluded_statuses AS x WHERE x.status = s.status);

-- Monthly amount in ticks of the row's own currency, rounded once. Factors: month 1, quarter 1/3, year 1/12, week 13/3,
-- day 487/16. amount x quantity has scale 16, hence the 10^12 between it and ticks.
CREATE OR REPLACE TEMP VIEW priced_rows AS
SELECT
  e.subscription_id,
  e.customer_id,
  COALESCE(e.currency, job.currency) AS currency,
  COALESCE(e.plan, '(unknown)') AS plan,
  e.active_from,
  e.active_until,
  e.pays_from,
  CAST(COALESCE(
    CASE
      WHEN job.mrr_is_given THEN div_round(units8(e.mrr), 10000)
      ELSE div_round(
        (
          units8(e.amount) * units8(COALESCE(e.quantity, 1))
          - units8(COALESCE(e.discount, 0)) * wide(100000000)
        ) * CASE e."interval" WHEN 'week' THEN 13 WHEN 'day' THEN 487 ELSE 1 END,
        wide(1000000000000) * COALESCE(e.interval_count, 1)
        * CASE e."interval"
            WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 WHEN 'week' THEN 3 WHEN 'day' THEN 16
          END
      )
    END, 0) AS BIGINT) AS ticks
FROM existing_rows AS e
CROSS JOIN job;

-- Rows that count: [runs_from, runs_until) by definitions.active; `ticks` a month are paid over [pays_from, runs_until),
-- pays_from null where nothing is. For purchases, a month with an invoice that is no refund is a month of service: on
-- at its close, and so at the open of the next.
CREATE OR REPLACE TEMP TABLE service AS
SELECT
  p.subscription_id,
  p.customer_id,
  p.currency,
  p.plan,
  CASE WHEN job.active = 'entitled' THEN p.active_from ELSE p.pays_from END AS runs_from,
  p.active_until AS runs_until,
  CASE WHEN p.ticks > 0 AND p.pays_from < p.active_until THEN p.pays_from END AS pays_from,
  p.ticks
FROM priced_rows AS p
CROSS JOIN job
WHERE
  CASE
    WHEN job.active = 'entitled' THEN p.active_from < p.active_until
    ELSE p.ticks > 0 AND p.pays_from IS NOT NULL AND p.pays_from < p.active_until
  END
UNION ALL
SELECT DISTINCT
  CAST(NULL AS VARCHAR), i.customer_id, job.currency, '(unknown)', i.start_at, i.close_at,
  CAST(NULL AS TIMESTAMP), CAST(0 AS BIGINT)
FROM paid_invoices AS i
CROSS JOIN job
WHERE job.active = 'purchases' AND i.amount >= 0;

-- First month a customer ever was active and ever paid: movements and cohorts hang on these.
CREATE OR REPLACE TEMP TABLE firsts AS
SELECT f.customer_id, f.active_from, active.number AS active_number, paid.number AS paid_number
FROM (
  SELECT customer_id, MIN(runs_from) AS active_from, MIN(pays_from) AS paid_from
  FROM service
  GROUP BY customer_id
) AS f
JOIN calendar AS active ON f.active_from >= active.start_at AND f.active_from < active.next_start_at
LEFT JOIN calendar AS paid ON f.paid_from >= paid.start_at AND f.paid_from < paid.next_start_at;

-- F, the first month of history (null: there never was a customer); whether anything before it is unknown rather than
-- empty; the base month of snapshots, whose opening nobody saw.
CREATE OR REPLACE TEMP TABLE history AS
SELECT
  CASE
    WHEN job.is_snapshots THEN snapshot.first_number
    WHEN job.history_from IS NULL THEN acquired.first_number
    ELSE CAST(
      EXTRACT(YEAR FROM job.history_from) * 12 + EXTRACT(MONTH FROM job.history_from)
      + CASE WHEN EXTRACT(DAY FROM job.history_from) > 1 THEN 1 ELSE 0 END AS INTEGER)
  END AS first_number,
  job.is_snapshots OR job.history_from IS NOT NULL AS is_unknown_before,
  CASE WHEN job.is_snapshots THEN snapshot.first_number END AS base_number
FROM job
CROSS JOIN (SELECT MIN(active_number) AS first_number FROM firsts) AS acquired
CROSS JOIN (
  SELECT MIN(calendar.number) AS first_number
  FROM calendar
  JOIN subscription_snapshots AS s ON s.snapshot_date BETWEEN calendar.month AND calendar.last_on
) AS snapshot;

---------------------------------------------------------------------------------------------------------------------
-- Customers by month
---------------------------------------------------------------------------------------------------------------------

-- Every row in every month it touches: at its open, at its close or between.
CREATE OR REPLACE TEMP VIEW row_months AS
SELECT
  s.subscription_id,
  s.customer_id,
  s.currency,
  s.plan,
  s.ticks,
  s.runs_until,
  c.number,
  s.runs_from < c.start_at AND s.runs_until >= c.start_at AS is_active_at_open,
  s.runs_until >= c.close_at AS is_active_at_close,
  COALESCE(s.pays_from < c.start_at AND s.runs_until >= c.start_at, FALSE) AS is_paying_at_open,
  COALESCE(s.pays_from < c.close_at AND s.runs_until >= c.close_at, FALSE) AS is_paying_at_close,
  -- an instant of [start, next start); snapshots know only the open and the close
  COALESCE(
    s.pays_from < c.close_at AND (s.runs_until > c.start_at OR (job.is_snapshots AND s.pays_from < c.start_at)), FALSE
  ) AS is_paying_in_month,
  s.pays_from IS NOT NULL AS pays
FROM service AS s
JOIN calendar AS c ON s.runs_from < c.close_at AND s.runs_until >= c.start_at
CROSS JOIN job;

CREATE OR REPLACE TEMP TABLE customer_currency_months AS
SELECT
  customer_id,
  number,
  currency,
  BOOL_OR(is_active_at_open) AS is_active_at_open,
  BOOL_OR(is_active_at_close) AS is_active_at_close,
  BOOL_OR(is_paying_at_open) AS is_paying_at_open,
  BOOL_OR(is_paying_at_close) AS is_paying_at_close,
  BOOL_OR(is_paying_in_month) AS is_paying_in_month,
  CAST(SUM(CASE WHEN is_paying_at_open THEN ticks ELSE 0 END) AS BIGINT) AS open_ticks,
  CAST(SUM(CASE WHEN is_paying_at_close THEN ticks ELSE 0 END) AS BIGINT) AS close_ticks
FROM row_months
GROUP BY customer_id, number, currency;

-- MRR in the reporting currency, converted once per customer, currency and rate: the opening at the rate of the month
-- before (what was then published) and at this month's (what movements are measured from).
CREATE OR REPLACE TEMP TABLE customer_months AS
SELECT
  m.customer_id,
  m.number,
  f.active_number,
  f.paid_number,
  m.is_active_at_open,
  m.is_active_at_close,
  m.is_paying_at_open,
  m.is_paying_at_close,
  m.is_paying_in_month,
  m.open_mrr_before,
  m.open_mrr,
  m.close_mrr
FROM (
  SELECT
    t.customer_id,
    t.number,
    BOOL_OR(t.is_active_at_open) AS is_active_at_open,
    BOOL_OR(t.is_active_at_close) AS is_active_at_close,
    BOOL_OR(t.is_paying_at_open) AS is_paying_at_open,
    BOOL_OR(t.is_paying_at_close) AS is_paying_at_close,
    BOOL_OR(t.is_paying_in_month) AS is_paying_in_month,
    CAST(COALESCE(SUM(convert(t.open_ticks, before.rate_units)), 0) AS BIGINT)
      AS open_mrr_before,
    CAST(COALESCE(SUM(convert(t.open_ticks, now.rate_units)), 0) AS BIGINT) AS open_mrr,
    CAST(COALESCE(SUM(convert(t.close_ticks, now.rate_units)), 0) AS BIGINT) AS close_mrr
  FROM customer_currency_months AS t
  LEFT JOIN month_rates AS now ON now.number = t.number AND now.currency = t.currency
  LEFT JOIN month_rates AS before ON before.number = t.number - 1 AND before.currency = t.currency
  GROUP BY t.customer_id, t.number
) AS m
JOIN firsts AS f ON f.customer_id = m.customer_id;

---------------------------------------------------------------------------------------------------------------------
-- Segments
---------------------------------------------------------------------------------------------------------------------

-- Every (dimension, segment) there is a row for, in every month.
CREATE OR REPLACE TEMP TABLE segments AS
SELECT 'all' AS dimension, 'all' AS segment
UNION
SELECT dimension, '(unknown)' FROM dimensions
UNION
SELECT d.dimension, v.segment
FROM dimensions AS d
JOIN customer_dimensions AS v ON v.dimension = d.dimension
WHERE d.dimension <> 'plan' AND v.segment IS NOT NULL
UNION
SELECT d.dimension, e.plan
FROM dimensions AS d
CROSS JOIN existing_rows AS e
WHERE d.dimension = 'plan' AND e.plan IS NOT NULL
UNION
SELECT d.dimension, s.plan
FROM dimensions AS d
CROSS JOIN job
JOIN subscription_snapshots AS s ON s.snapshot_date <= job.as_of_on
WHERE d.dimension = 'plan' AND s.plan IS NOT NULL AND job.is_snapshots
  AND NOT EXISTS (SELECT 1 FROM excluded_statuses AS x WHERE x.status = s.status)
UNION
SELECT d.dimension, v.segment
FROM dimensions AS d
JOIN retention_cost_dimensions AS v ON v.dimension = d.dimension
JOIN retention_costs AS line ON line.line_id = v.line_id
JOIN job ON line.incurred_on <= job.as_of_on
WHERE v.segment IS NOT NULL;

-- The plan of a customer in each month it is in: of its rows at the close, else at the open, else at its last active
-- instant, the one with the largest MRR there at this month's rate, then the smallest id.
CREATE OR REPLACE TEMP TABLE customer_plans AS
SELECT customer_id, number, plan
FROM (
  SELECT
    r.customer_id,
    r.number,
    r.plan,
    ROW_NUMBER() OVER (
      PARTITION BY r.customer_id, r.number
      ORDER BY
        CASE WHEN r.is_active_at_close THEN 0 WHEN r.is_active_at_open THEN 1 ELSE 2 END,
        CASE WHEN NOT r.is_active_at_close AND NOT r.is_active_at_open THEN r.runs_until END DESC,
        CASE
          WHEN r.is_active_at_close AND NOT r.is_paying_at_close THEN 0
          WHEN NOT r.is_active_at_close AND r.is_active_at_open AND NOT r.is_paying_at_open THEN 0
          WHEN NOT r.pays THEN 0
          ELSE convert(r.ticks, rate.rate_units)
        END DESC,
        r.subscription_id
    ) AS place
  FROM row_months AS r
  JOIN dimensions AS d ON d.dimension = 'plan'
  LEFT JOIN month_rates AS rate ON rate.number = r.number AND rate.currency = r.currency
) AS ranked
WHERE place = 1;

-- The plan a customer leaves with: of the rows at its last active instant before a month it is no longer in.
CREATE OR REPLACE TEMP TABLE left_plans AS
SELECT customer_id, number + 1 AS number, plan
FROM (
  SELECT
    r.customer_id,
    r.number,
    r.plan,
    ROW_NUMBER() OVER (
      PARTITION BY r.customer_id, r.number
      ORDER BY
        r.runs_until DESC,
        CASE WHEN r.pays THEN convert(r.ticks, rate.rate_units) ELSE 0 END DESC,
        r.subscription_id
    ) AS place
  FROM row_months AS r
  JOIN dimensions AS d ON d.dimension = 'plan'
  LEFT JOIN month_rates AS rate ON rate.number = r.number AND rate.currency = r.currency
  WHERE NOT EXISTS (SELECT 1 FROM row_months AS n WHERE n.customer_id = r.customer_id AND n.number = r.number + 1)
) AS ranked
WHERE place = 1;

-- Everybody any input names: segments must be known for all of them.
CREATE OR REPLACE TEMP VIEW everybody AS
SELECT customer_id FROM firsts
UNION
SELECT customer_id FROM invoices WHERE customer_id IS NOT NULL
UNION
SELECT customer_id FROM retention_costs WHERE customer_id IS NOT NULL
UNION
SELECT customer_id FROM usage_events WHERE customer_id IS NOT NULL
UNION
SELECT customer_id FROM surveys WHERE customer_id IS NOT NULL
UNION
SELECT customer_id FROM support_tickets WHERE customer_id IS NOT NULL;

-- The one segment of a customer in a dimension over [from_number, until_number). A plan holds until another follows it,
-- also while the customer is away; before the first it is unknown.
CREATE OR REPLACE TEMP TABLE segment_spans AS
SELECT customer_id, 'all' AS dimension, 'all' AS segment, 0 AS from_number, 999999 AS until_number
FROM everybody
UNION ALL
SELECT e.customer_id, d.dimension, COALESCE(v.segment, '(unknown)'), 0, 999999
FROM everybody AS e
JOIN dimensions AS d ON d.dimension <> 'plan'
LEFT JOIN customer_dimensions AS v ON v.customer_id = e.customer_id AND v.dimension = d.dimension
UNION ALL
SELECT customer_id, 'plan', plan, number, LEAD(number, 1, 999999) OVER (PARTITION BY customer_id ORDER BY number)
FROM (
  SELECT customer_id, number, plan, LAG(plan) OVER (PARTITION BY customer_id ORDER BY number) AS plan_before
  FROM (
    SELECT customer_id, number, plan FROM customer_plans
    UNION ALL
    SELECT customer_id, number, plan FROM left_plans
  ) AS known
) AS p
WHERE plan_before IS NULL OR plan_before <> plan
UNION ALL
SELECT e.customer_id, 'plan', '(unknown)', 0, COALESCE(f.active_number, 999999)
FROM everybody AS e
JOIN dimensions AS d ON d.dimension = 'plan'
LEFT JOIN firsts AS f ON f.customer_id = e.customer_id;

---------------------------------------------------------------------------------------------------------------------
-- What customers answer, do and ask. All of it happens before T; anybody counts, paying or not, at any time
---------------------------------------------------------------------------------------------------------------------

-- Of every respondent (null: one of the customer) and kind, the latest answer of the month. A blank is none.
CREATE OR REPLACE TEMP TABLE monthly_answers AS
SELECT customer_id, number, kind, score, scale_max
FROM (
  SELECT
    s.customer_id,
    c.number,
    s.kind,
    s.score,
    COALESCE(s.scale_max, CASE s.kind WHEN 'csat' THEN 5 ELSE 10 END) AS scale_max,
    ROW_NUMBER() OVER (
      PARTITION BY c.number, s.kind, s.customer_id, s.respondent_id ORDER BY s.answered_at DESC, s.response_id DESC
    ) AS place
  FROM surveys AS s
  JOIN calendar AS c ON c.month = CAST(DATE_TRUNC('month', s.answered_on) AS DATE) AND s.answered_on <= c.last_on
  WHERE s.score IS NOT NULL
) AS ranked
WHERE place = 1;

-- Days on which a customer used the product, and by whom (user_id may be null), by the events that count.
CREATE OR REPLACE TEMP TABLE usage_days AS
SELECT DISTINCT u.customer_id, u.user_id, c.number, u.occurred_on
FROM usage_events AS u
JOIN calendar AS c ON c.month = CAST(DATE_TRUNC('month', u.occurred_on) AS DATE) AND u.occurred_on <= c.last_on
WHERE NOT EXISTS (SELECT 1 FROM qualifying_events)
  OR EXISTS (SELECT 1 FROM qualifying_events AS q WHERE q.event = u.event);

CREATE OR REPLACE TEMP TABLE customer_tickets AS
SELECT t.customer_id, c.number, CAST(COUNT(*) AS BIGINT) AS tickets
FROM support_tickets AS t
JOIN calendar AS c ON c.month = CAST(DATE_TRUNC('month', t.opened_on) AS DATE) AND t.opened_on <= c.last_on
GROUP BY t.customer_id, c.number;

CREATE OR REPLACE TEMP TABLE segment_tickets AS
SELECT t.number, g.dimension, g.segment, CAST(SUM(t.tickets) AS BIGINT) AS tickets
FROM customer_tickets AS t
JOIN segment_spans AS g
  ON g.customer_id = t.customer_id AND g.from_number <= t.number AND t.number < g.until_number
GROUP BY t.number, g.dimension, g.segment;

---------------------------------------------------------------------------------------------------------------------
-- Customers and MRR by month and segment, on the full spine of all months
---------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE segment_months AS
SELECT
  c.month,
  c.number,
  c.is_asked,
  c.is_final,
  s.dimension,
  s.segment,
  COALESCE(h.is_unknown_before AND c.number < h.first_number, FALSE) AS is_before_history,
  COALESCE(c.number = h.base_number, FALSE) AS is_base,
  CAST(COALESCE(t.opening_customers, 0) AS BIGINT) AS opening_customers,
  CAST(COALESCE(t.new_customers, 0) AS BIGINT) AS new_customers,
  CAST(COALESCE(t.reactivated_customers, 0) AS BIGINT) AS reactivated_customers,
  CAST(COALESCE(t.churned_customers, 0) AS BIGINT) AS churned_customers,
  CAST(COALESCE(t.new_and_churned_customers, 0) AS BIGINT) AS new_and_churned_customers,
  CAST(COALESCE(t.closing_customers, 0) AS BIGINT) AS closing_customers,
  CAST(COALESCE(t.paying_at_close, 0) AS BIGINT) AS paying_at_close,
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
CROSS JOIN history AS h
LEFT JOIN (
  SELECT
    m.number,
    g.dimension,
    g.segment,
    COUNT(CASE WHEN m.is_active_at_open THEN 1 END) AS opening_customers,
    COUNT(CASE WHEN m.is_active_at_close AND m.active_number = m.number THEN 1 END) AS new_customers,
    COUNT(CASE WHEN m.is_active_at_close AND NOT m.is_active_at_open AND m.active_number < m.number THEN 1 END)
      AS reactivated_customers,
    COUNT(CASE WHEN m.is_active_at_open AND NOT m.is_active_at_close THEN 1 END) AS churned_customers,
    COUNT(CASE WHEN NOT m.is_active_at_close AND m.active_number = m.number THEN 1 END) AS new_and_churned_customers,
    COUNT(CASE WHEN m.is_active_at_close THEN 1 END) AS closing_customers,
    COUNT(CASE WHEN m.is_paying_at_close THEN 1 END) AS paying_at_close,
    SUM(m.open_mrr_before) AS opening_mrr,
    SUM(m.open_mrr) AS opening_mrr_revalued,
    SUM(CASE WHEN NOT m.is_paying_at_open AND m.paid_number = m.number THEN m.close_mrr END) AS new_mrr,
    SUM(CASE WHEN m.is_paying_at_open AND m.is_paying_at_close AND m.close_mrr > m.open_mrr
             THEN m.close_mrr - m.open_mrr END) AS expansion_mrr,
    SUM(CASE WHEN NOT m.is_paying_at_open AND m.paid_number < m.number THEN m.close_mrr END) AS reactivation_mrr,
    SUM(CASE WHEN m.is_paying_at_open AND m.is_paying_at_close AND m.close_mrr < m.open_mrr
             THEN m.open_mrr - m.close_mrr END) AS contraction_mrr,
    SUM(CASE WHEN m.is_paying_at_open AND NOT m.is_paying_at_close THEN m.open_mrr END) AS churned_mrr,
    SUM(m.close_mrr) AS closing_mrr,
    SUM(CASE WHEN m.is_paying_at_open THEN LEAST(m.open_mrr, m.close_mrr) END) AS kept_mrr,
    SUM(CASE WHEN m.is_paying_at_open THEN m.close_mrr END) AS closing_mrr_of_opening
  FROM customer_months AS m
  JOIN segment_spans AS g
    ON g.customer_id = m.customer_id AND g.from_number <= m.number AND m.number < g.until_number
  GROUP BY m.number, g.dimension, g.segment
) AS t ON t.number = c.number AND t.dimension = s.dimension AND t.segment = s.segment;

-- Customers of 12 closes ago in the months asked, by the segment they are in now; MRR of both ends at this month's
-- rate.
CREATE OR REPLACE TEMP TABLE segment_years AS
SELECT
  a.number,
  g.dimension,
  g.segment,
  CAST(COUNT(CASE WHEN a.was_active THEN 1 END) AS BIGINT) AS opening_customers,
  CAST(COUNT(CASE WHEN a.was_active AND m.is_active_at_close THEN 1 END) AS BIGINT) AS retained_customers,
  CAST(SUM(a.mrr_then) AS BIGINT) AS mrr_then,
  CAST(SUM(CASE WHEN a.was_paying THEN LEAST(a.mrr_then, COALESCE(m.close_mrr, 0)) ELSE 0 END) AS BIGINT) AS kept_mrr,
  CAST(SUM(CASE WHEN a.was_paying THEN COALESCE(m.close_mrr, 0) ELSE 0 END) AS BIGINT) AS mrr_now
FROM (
  SELECT
    t.customer_id,
    c.number,
    BOOL_OR(t.is_active_at_close) AS was_active,
    BOOL_OR(t.is_paying_at_close) AS was_paying,
    CAST(COALESCE(SUM(convert(t.close_ticks, rate.rate_units)), 0) AS BIGINT) AS mrr_then
  FROM calendar AS c
  JOIN customer_currency_months AS t ON t.number = c.number - 12
  LEFT JOIN month_rates AS rate ON rate.number = c.number AND rate.currency = t.currency
  WHERE c.is_asked AND t.is_active_at_close
  GROUP BY t.customer_id, c.number
) AS a
LEFT JOIN customer_months AS m ON m.customer_id = a.customer_id AND m.number = a.number
JOIN segment_spans AS g
  ON g.customer_id = a.customer_id AND g.from_number <= a.number AND a.number < g.until_number
GROUP BY a.number, g.dimension, g.segment;

---------------------------------------------------------------------------------------------------------------------
-- Revenue
---------------------------------------------------------------------------------------------------------------------

-- The rate of every currency and day an invoice or a cost line needs one for: the latest on or before the day.
CREATE OR REPLACE TEMP TABLE day_rates AS
SELECT needed.currency, needed.rate_on, r.rate_units
FROM (
  SELECT COALESCE(i.currency, job.currency) AS currency, i.paid_on AS rate_on
  FROM invoices AS i
  CROSS JOIN job
  UNION
  SELECT COALESCE(l.currency, job.currency), l.incurred_on
  FROM retention_costs AS l
  CROSS JOIN job
) AS needed
JOIN rate_spans AS r
  ON r.currency = needed.currency AND r.from_on <= needed.rate_on AND needed.rate_on < r.until_on;

-- What a customer paid and got back in a month, each invoice at the rate of its own day. Invoices of exactly 0 are
-- neither.
CREATE OR REPLACE TEMP TABLE customer_revenue AS
SELECT
  customer_id,
  number,
  CAST(SUM(CASE WHEN is_refund THEN 0 ELSE ticks END) AS BIGINT) AS revenue,
  CAST(SUM(CASE WHEN is_refund THEN -ticks ELSE 0 END) AS BIGINT) AS refunds
FROM (
  SELECT
    i.customer_id,
    i.number,
    i.amount < 0 AS is_refund,
    convert(div_round(units8(i.amount), 10000), rate.rate_units) AS ticks
  FROM paid_invoices AS i
  CROSS JOIN job
  LEFT JOIN day_rates AS rate ON rate.currency = COALESCE(i.currency, job.currency) AND rate.rate_on = i.paid_on
  WHERE i.amount <> 0
) AS counted
GROUP BY customer_id, number;

-- How net revenue is spread over the customers of a month (paying at any instant of it or, for purchases, active in it;
-- or with an invoice counted in it): how many customers had exactly this much.
CREATE OR REPLACE TEMP TABLE revenue_spread AS
SELECT
  m.number,
  g.dimension,
  g.segment,
  m.revenue - m.refunds AS net_revenue,
  CAST(COUNT(*) AS BIGINT) AS customers,
  CAST(SUM(m.revenue) AS BIGINT) AS revenue,
  CAST(SUM(m.refunds) AS BIGINT) AS refunds
FROM (
  SELECT
    COALESCE(p.customer_id, r.customer_id) AS customer_id,
    COALESCE(p.number, r.number) AS number,
    COALESCE(r.revenue, 0) AS revenue,
    COALESCE(r.refunds, 0) AS refunds
  FROM (
    SELECT customer_id, number
    FROM customer_months
    CROSS JOIN job
    WHERE is_paying_in_month OR (job.active = 'purchases' AND is_active_at_close)
  ) AS p
  FULL OUTER JOIN customer_revenue AS r ON r.customer_id = p.customer_id AND r.number = p.number
) AS m
JOIN segment_spans AS g
  ON g.customer_id = m.customer_id AND g.from_number <= m.number AND m.number < g.until_number
GROUP BY m.number, g.dimension, g.segment, m.revenue - m.refunds;

CREATE OR REPLACE TEMP TABLE segment_revenue AS
SELECT
  number,
  dimension,
  segment,
  CAST(SUM(customers) AS BIGINT) AS customers,
  CAST(SUM(revenue) AS BIGINT) AS revenue,
  CAST(SUM(refunds) AS BIGINT) AS refunds
FROM revenue_spread
GROUP BY number, dimension, segment;

---------------------------------------------------------------------------------------------------------------------
-- Cohorts
---------------------------------------------------------------------------------------------------------------------

-- The cohort of a customer and its segments, those of the first active instant, for ever.
CREATE OR REPLACE TEMP TABLE cohort_members AS
SELECT customer_id, active_number AS cohort_number, 'all' AS dimension, 'all' AS segment
FROM firsts
UNION ALL
SELECT g.customer_id, f.active_number, g.dimension, g.segment
FROM firsts AS f
JOIN segment_spans AS g ON g.customer_id = f.customer_id AND g.dimension NOT IN ('all', 'plan')
UNION ALL
SELECT customer_id, cohort_number, 'plan', plan
FROM (
  SELECT
    f.customer_id,
    f.active_number AS cohort_number,
    s.plan,
    ROW_NUMBER() OVER (
      PARTITION BY f.customer_id
      ORDER BY
        CASE WHEN s.pays_from <= f.active_from
             THEN convert(s.ticks, rate.rate_units) ELSE 0 END DESC,
        s.subscription_id
    ) AS place
  FROM firsts AS f
  JOIN dimensions AS d ON d.dimension = 'plan'
  JOIN service AS s ON s.customer_id = f.customer_id AND s.runs_from = f.active_from
  LEFT JOIN month_rates AS rate ON rate.number = f.active_number AND rate.currency = s.currency
) AS ranked
WHERE place = 1;

-- Every cohort month from the first one on, at every age up to the as-of month, in every segment. Values that history
-- cannot know are still numbers here: is_truncated tells.
CREATE OR REPLACE TEMP TABLE cohort_cells AS
SELECT
  cells.*,
  cells.cohort_customers - cells.lost_before AS first_loss_at_risk,
  COALESCE(cells.is_unknown_before AND cells.cohort_number < cells.first_number, FALSE)
    OR COALESCE(cells.cohort_number = cells.base_number, FALSE) AS is_truncated
FROM (
  SELECT
    c.month,
    c.number,
    c.is_asked,
    c.is_final,
    cohort.month AS cohort_month,
    cohort.number AS cohort_number,
    c.number - cohort.number AS age_months,
    s.dimension,
    s.segment,
    h.is_unknown_before,
    h.first_number,
    h.base_number,
    CAST(COALESCE(size.customers, 0) AS BIGINT) AS cohort_customers,
    CAST(COALESCE(t.at_risk_customers, 0) AS BIGINT) AS at_risk_customers,
    CAST(COALESCE(t.active_customers, 0) AS BIGINT) AS active_customers,
    CAST(COALESCE(t.churned_customers, 0) AS BIGINT) AS churned_customers,
    CAST(COALESCE(t.active_mrr, 0) AS BIGINT) AS active_mrr,
    CAST(COALESCE(lost.customers, 0) AS BIGINT) AS first_loss_customers,
    CAST(COALESCE(SUM(lost.customers) OVER (
      PARTITION BY s.dimension, s.segment, cohort.number ORDER BY c.number
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS BIGINT) AS lost_before,
    CAST(COALESCE(r.revenue, 0) AS BIGINT) AS revenue
  FROM calendar AS c
  CROSS JOIN history AS h
  JOIN calendar AS cohort
    ON cohort.number <= c.number AND cohort.number >= (SELECT MIN(active_number) FROM firsts)
  CROSS JOIN segments AS s
  LEFT JOIN (
    SELECT dimension, segment, cohort_number, COUNT(*) AS customers
    FROM cohort_members
    GROUP BY dimension, segment, cohort_number
  ) AS size ON size.dimension = s.dimension AND size.segment = s.segment AND size.cohort_number = cohort.number
  LEFT JOIN (
    SELECT
      k.dimension,
      k.segment,
      k.cohort_number,
      m.number,
      COUNT(CASE WHEN m.is_active_at_open THEN 1 END) AS at_risk_customers,
      COUNT(CASE WHEN m.is_active_at_close THEN 1 END) AS active_customers,
      COUNT(CASE WHEN m.is_active_at_open AND NOT m.is_active_at_close THEN 1 END) AS churned_customers,
      SUM(m.close_mrr) AS active_mrr
    FROM customer_months AS m
    JOIN cohort_members AS k ON k.customer_id = m.customer_id
    GROUP BY k.dimension, k.segment, k.cohort_number, m.number
  ) AS t
    ON t.dimension = s.dimension AND t.segment = s.segment AND t.cohort_number = cohort.number AND t.number = c.number
  LEFT JOIN (
    -- the first close at which a member is not active: at age 0, or the first time it churns
    SELECT k.dimension, k.segment, k.cohort_number, l.number, COUNT(*) AS customers
    FROM (
      SELECT customer_id, MIN(number) AS number
      FROM customer_months
      WHERE NOT is_active_at_close AND (is_active_at_open OR number = active_number)
      GROUP BY customer_id
    ) AS l
    JOIN cohort_members AS k ON k.customer_id = l.customer_id
    GROUP BY k.dimension, k.segment, k.cohort_number, l.number
  ) AS lost
    ON lost.dimension = s.dimension AND lost.segment = s.segment AND lost.cohort_number = cohort.number
      AND lost.number = c.number
  LEFT JOIN (
    -- what was paid before the cohort month counts at age 0
    SELECT
      k.dimension, k.segment, k.cohort_number, GREATEST(v.number, k.cohort_number) AS number,
      SUM(v.revenue - v.refunds) AS revenue
    FROM customer_revenue AS v
    JOIN cohort_members AS k ON k.customer_id = v.customer_id
    GROUP BY k.dimension, k.segment, k.cohort_number, GREATEST(v.number, k.cohort_number)
  ) AS r
    ON r.dimension = s.dimension AND r.segment = s.segment AND r.cohort_number = cohort.number AND r.number = c.number
) AS cells;

---------------------------------------------------------------------------------------------------------------------
-- Retention costs
---------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE cost_lines AS
SELECT
  l.line_id,
  c.number,
  l.category,
  l.customer_id,
  convert(div_round(units8(l.amount), 10000), rate.rate_units) AS ticks
FROM retention_costs AS l
CROSS JOIN job
JOIN calendar AS c ON c.month = CAST(DATE_TRUNC('month', l.incurred_on) AS DATE) AND l.incurred_on <= c.last_on
LEFT JOIN day_rates AS rate ON rate.currency = COALESCE(l.currency, job.currency) AND rate.rate_on = l.incurred_on;

-- A line in every dimension: of the segment its customer is in, else of the one it names itself, else (null) of none.
CREATE OR REPLACE TEMP TABLE named_costs AS
SELECT 'all' AS dimension, number, category, 'all' AS segment, ticks
FROM cost_lines
UNION ALL
SELECT
  d.dimension, l.number, l.category, CASE WHEN l.customer_id IS NULL THEN v.segment ELSE g.segment END, l.ticks
FROM cost_lines AS l
CROSS JOIN dimensions AS d
LEFT JOIN segment_spans AS g
  ON g.customer_id = l.customer_id AND g.dimension = d.dimension
    AND g.from_number <= l.number AND l.number < g.until_number
LEFT JOIN retention_cost_dimensions AS v ON v.line_id = l.line_id AND v.dimension = d.dimension;

-- What no segment was named for, spread over the segments of the month by their base: largest remainder in ticks, ties
-- to the smaller name, positive and negative lines apart. Without any base it goes to (unknown).
CREATE OR REPLACE TEMP TABLE spread_costs AS
SELECT
  dimension,
  number,
  category,
  segment,
  sign * (floor_share + CASE WHEN place <= amount - floor_total THEN 1 ELSE 0 END) AS ticks
FROM (
  SELECT
    shares.*,
    SUM(floor_share) OVER (PARTITION BY dimension, number, category, sign) AS floor_total,
    ROW_NUMBER() OVER (
      PARTITION BY dimension, number, category, sign
      ORDER BY wide(amount) * base - wide(floor_share) * base_total DESC, segment
    ) AS place
  FROM (
    SELECT
      pool.dimension, pool.number, pool.category, pool.sign, pool.amount,
      b.segment, b.base, b.base_total,
      div_floor(wide(pool.amount) * b.base, b.base_total) AS floor_share
    FROM (
      SELECT
        dimension, number, category,
        CASE WHEN ticks < 0 THEN -1 ELSE 1 END AS sign,
        CAST(SUM(ABS(ticks)) AS BIGINT) AS amount
      FROM named_costs
      WHERE segment IS NULL AND ticks <> 0
      GROUP BY dimension, number, category, CASE WHEN ticks < 0 THEN -1 ELSE 1 END
    ) AS pool
    JOIN (
      SELECT
        dimension, number, segment,
        CASE WHEN base_sum > 0 THEN base WHEN segment = '(unknown)' THEN 1 ELSE 0 END AS base,
        CASE WHEN base_sum > 0 THEN base_sum ELSE 1 END AS base_total
      FROM (
        SELECT
          raw.*, CAST(SUM(base) OVER (PARTITION BY dimension, number) AS BIGINT) AS base_sum
        FROM (
          SELECT
            t.dimension, t.number, t.segment,
            CASE job.allocation
              WHEN 'mrr' THEN t.opening_mrr + t.closing_mrr
              WHEN 'tickets' THEN COALESCE(k.tickets, 0)
              ELSE t.opening_customers + t.closing_customers
            END AS base
          FROM segment_months AS t
          CROSS JOIN job
          LEFT JOIN segment_tickets AS k
            ON k.number = t.number AND k.dimension = t.dimension AND k.segment = t.segment
        ) AS raw
      ) AS summed
    ) AS b ON b.dimension = pool.dimension AND b.number = pool.number
  ) AS shares
) AS ranked;

-- Cost per month, segment and category; `all` is the sum of the categories.
CREATE OR REPLACE TEMP TABLE segment_costs AS
SELECT
  dimension,
  segment,
  number,
  COALESCE(category, 'all') AS category,
  CAST(SUM(direct) AS BIGINT) AS direct_cost,
  CAST(SUM(allocated) AS BIGINT) AS allocated_cost
FROM (
  SELECT dimension, segment, number, category, ticks AS direct, 0 AS allocated
  FROM named_costs
  WHERE segment IS NOT NULL
  UNION ALL
  SELECT dimension, segment, number, category, 0, ticks
  FROM spread_costs
  UNION ALL
  SELECT dimension, segment, number, NULL, ticks, 0
  FROM named_costs
  WHERE segment IS NOT NULL
  UNION ALL
  SELECT dimension, segment, number, NULL, 0, ticks
  FROM spread_costs
) AS parts
GROUP BY dimension, segment, number, category;
