-- Who uses the product, and how often, per month and segment. Design page, section 8.
-- The day of the month of the last day that has passed is the number of days that have.
WITH placed AS (
  SELECT
    u.customer_id,
    u.user_id,
    u.number,
    u.occurred_on,
    g.dimension,
    g.segment,
    EXTRACT(DAY FROM u.occurred_on) > EXTRACT(DAY FROM c.last_on) - 7 AS is_last_week
  FROM usage_days AS u
  JOIN calendar AS c ON c.number = u.number AND c.is_asked
  JOIN segment_spans AS g
    ON g.customer_id = u.customer_id AND g.from_number <= u.number AND u.number < g.until_number
),
by_customer AS (
  SELECT
    number,
    dimension,
    segment,
    SUM(days) AS active_days,
    COUNT(*) AS customers,
    COUNT(CASE WHEN is_last_week THEN 1 END) AS weekly_customers
  FROM (
    SELECT
      number, dimension, segment, customer_id,
      COUNT(DISTINCT occurred_on) AS days,
      BOOL_OR(is_last_week) AS is_last_week
    FROM placed
    GROUP BY number, dimension, segment, customer_id
  ) AS per_customer
  GROUP BY number, dimension, segment
),
-- one user_id is one user, whoever's it is
by_user AS (
  SELECT number, dimension, segment, SUM(days) AS active_days, COUNT(*) AS users
  FROM (
    SELECT number, dimension, segment, user_id, COUNT(DISTINCT occurred_on) AS days
    FROM placed
    WHERE user_id IS NOT NULL
    GROUP BY number, dimension, segment, user_id
  ) AS per_user
  GROUP BY number, dimension, segment
),
spine AS (
  SELECT
    c.month,
    c.is_final,
    s.dimension,
    s.segment,
    job.has_users,
    CAST(EXTRACT(DAY FROM c.last_on) AS DOUBLE) AS days,
    CAST(COALESCE(t.active_days, 0) AS BIGINT) AS customer_days,
    CAST(COALESCE(t.customers, 0) AS BIGINT) AS customers,
    CAST(COALESCE(t.weekly_customers, 0) AS BIGINT) AS weekly_customers,
    CAST(COALESCE(v.active_days, 0) AS BIGINT) AS user_days,
    CAST(COALESCE(v.users, 0) AS BIGINT) AS users
  FROM calendar AS c
  CROSS JOIN segments AS s
  CROSS JOIN job
  LEFT JOIN by_customer AS t ON t.number = c.number AND t.dimension = s.dimension AND t.segment = s.segment
  LEFT JOIN by_user AS v ON v.number = c.number AND v.dimension = s.dimension AND v.segment = s.segment
  WHERE c.is_asked AND job.has_usage
)
SELECT
  month,
  dimension,
  segment,
  customer_days AS active_days_total,
  customers AS monthly_active_customers,
  CAST(customer_days AS DOUBLE) / days AS average_daily_active_customers,
  CASE WHEN customers > 0 THEN CAST(customer_days AS DOUBLE) / (days * CAST(customers AS DOUBLE)) END
    AS engagement_score,
  weekly_customers AS weekly_active_customers,
  CASE WHEN has_users THEN users END AS monthly_active_users,
  CASE WHEN has_users THEN CAST(user_days AS DOUBLE) / days END AS average_daily_active_users,
  CASE WHEN has_users AND users > 0 THEN CAST(user_days AS DOUBLE) / (days * CAST(users AS DOUBLE)) END
    AS user_engagement_score,
  CASE
    WHEN customers = 0 THEN 'no_active_customers'
    WHEN NOT has_users THEN 'no_input'
    WHEN users = 0 THEN 'no_active_users'
  END AS null_reason,
  is_final
FROM spine
ORDER BY month, dimension, segment
