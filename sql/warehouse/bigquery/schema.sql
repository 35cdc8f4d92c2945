-- GENERATED from src/tables/outputs.rs by `make generate`. Do not edit.
-- One table per metric; one row per key.

CREATE SCHEMA IF NOT EXISTS tenure;

CREATE TABLE IF NOT EXISTS tenure.churn (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `opening_customers` INT64 OPTIONS (description = 'Paying at the open of the month. Unit: customers.'),
  `new_customers` INT64 OPTIONS (description = 'Paying at close, first ever paid in this month. Unit: customers.'),
  `reactivated_customers` INT64 OPTIONS (description = 'Paying at close, not at open, had paid before this month. Unit: customers.'),
  `churned_customers` INT64 OPTIONS (description = 'Paying at open, not paying at close. Unit: customers.'),
  `new_and_churned_customers` INT64 OPTIONS (description = 'First ever paid in this month, not paying at its close. Unit: customers.'),
  `closing_customers` INT64 OPTIONS (description = 'Paying at the close of the month. Unit: customers.'),
  `customer_churn_rate` FLOAT64 OPTIONS (description = 'Churned divided by opening customers. Unit: fraction (0.05 = 5 %).'),
  `customer_churn_rate_lower` FLOAT64 OPTIONS (description = 'Lower bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).'),
  `customer_churn_rate_upper` FLOAT64 OPTIONS (description = 'Upper bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).'),
  `customer_churn_rate_including_new` FLOAT64 OPTIONS (description = '(Churned + new and churned) divided by opening customers; may exceed 1. Unit: fraction (0.05 = 5 %).'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Customers won and lost, and the churn rate, per month and segment.');

CREATE TABLE IF NOT EXISTS tenure.cohorts (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `cohort_month` DATE NOT NULL OPTIONS (description = 'Month of the first instant the customers ever paid.'),
  `age_months` INT64 NOT NULL OPTIONS (description = 'Months since the cohort month; 0 is the month of acquisition. Unit: months.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `cohort_customers` INT64 OPTIONS (description = 'Customers who first paid in the cohort month. Unit: customers.'),
  `at_risk_customers` INT64 OPTIONS (description = 'Active at the previous close; 0 at age 0. Unit: customers.'),
  `active_customers` INT64 OPTIONS (description = 'Active at the close of the month. Unit: customers.'),
  `churned_customers` INT64 OPTIONS (description = 'Customers at risk who are not active at this close. Unit: customers.'),
  `new_and_churned_customers` INT64 OPTIONS (description = 'At age 0: customers of the cohort not active at its first close; 0 at later ages. Unit: customers.'),
  `customer_retention_rate` FLOAT64 OPTIONS (description = 'Active divided by cohort customers. Unit: fraction (0.05 = 5 %).'),
  `customer_retention_rate_lower` FLOAT64 OPTIONS (description = 'Lower bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).'),
  `customer_retention_rate_upper` FLOAT64 OPTIONS (description = 'Upper bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).'),
  `hazard_rate` FLOAT64 OPTIONS (description = 'Churned divided by customers at risk; null at age 0. Unit: fraction (0.05 = 5 %).'),
  `first_loss_at_risk` INT64 OPTIONS (description = 'Members active at every close from age 0 to the previous one; at age 0 the whole cohort. Unit: customers.'),
  `first_loss_customers` INT64 OPTIONS (description = 'Those of them who are not active at this close. Unit: customers.'),
  `survival_rate` FLOAT64 OPTIONS (description = 'Product of 1 - first losses / at risk over final cells, age 0 included. Unit: fraction (0.05 = 5 %).'),
  `survival_standard_error` FLOAT64 OPTIONS (description = 'Greenwood standard error of the survival rate. Unit: fraction (0.05 = 5 %).'),
  `cohort_mrr` NUMERIC(18, 4) OPTIONS (description = 'Active MRR of the cohort at age 0. Unit: currency per month.'),
  `active_mrr` NUMERIC(18, 4) OPTIONS (description = 'MRR of the cohort at this close, at this month\'s exchange rate. Unit: currency per month.'),
  `revenue_retention_rate` FLOAT64 OPTIONS (description = 'Active MRR divided by cohort MRR. Unit: fraction (0.05 = 5 %).'),
  `revenue` NUMERIC(18, 4) OPTIONS (description = 'Net revenue of the month from customers of the cohort. Unit: currency.'),
  `cumulative_revenue` NUMERIC(18, 4) OPTIONS (description = 'Net revenue from age 0 to this month. Unit: currency.'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `cohort_month`, `age_months`, `dimension`, `segment`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Retention, survival and revenue of customers by the month they first paid.');

CREATE TABLE IF NOT EXISTS tenure.mrr (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `currency` STRING NOT NULL OPTIONS (description = 'The reporting currency of every amount in the row.'),
  `opening_mrr` NUMERIC(18, 4) OPTIONS (description = 'MRR at the previous close, at its rate. Unit: currency per month.'),
  `new_mrr` NUMERIC(18, 4) OPTIONS (description = 'MRR at close of customers who never paid before this month. Unit: currency per month.'),
  `expansion_mrr` NUMERIC(18, 4) OPTIONS (description = 'Increase of customers paying at open and at close. Unit: currency per month.'),
  `reactivation_mrr` NUMERIC(18, 4) OPTIONS (description = 'MRR at close of returning customers. Unit: currency per month.'),
  `contraction_mrr` NUMERIC(18, 4) OPTIONS (description = 'Decrease of customers paying at open and at close; positive. Unit: currency per month.'),
  `churned_mrr` NUMERIC(18, 4) OPTIONS (description = 'MRR at open of customers not paying at close; positive. Unit: currency per month.'),
  `fx_mrr` NUMERIC(18, 4) OPTIONS (description = 'Opening MRR at this month\'s rate less opening MRR. Unit: currency per month.'),
  `closing_mrr` NUMERIC(18, 4) OPTIONS (description = 'MRR at the close of the month. Unit: currency per month.'),
  `arr` NUMERIC(18, 4) OPTIONS (description = '12 times closing MRR. Unit: currency per year.'),
  `gross_revenue_retention` FLOAT64 OPTIONS (description = '1 - gross MRR churn rate; never above 1. Unit: fraction (0.05 = 5 %).'),
  `net_revenue_retention` FLOAT64 OPTIONS (description = '1 - net MRR churn rate. Unit: fraction (0.05 = 5 %).'),
  `gross_revenue_retention_12m` FLOAT64 OPTIONS (description = 'Of customers paying 12 closes ago: the smaller of MRR then and now, over MRR then. Unit: fraction (0.05 = 5 %).'),
  `net_revenue_retention_12m` FLOAT64 OPTIONS (description = 'Of customers paying 12 closes ago: MRR now over MRR then. Unit: fraction (0.05 = 5 %).'),
  `gross_mrr_churn_rate` FLOAT64 OPTIONS (description = '(Churned + contraction) divided by opening MRR at this month\'s rate. Unit: fraction (0.05 = 5 %).'),
  `net_mrr_churn_rate` FLOAT64 OPTIONS (description = '(Churned + contraction - expansion) divided by opening MRR at this month\'s rate. Unit: fraction (0.05 = 5 %).'),
  `quick_ratio` FLOAT64 OPTIONS (description = '(New + expansion + reactivation) divided by (churned + contraction).'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`, `currency`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Monthly recurring revenue and its movements.');

CREATE TABLE IF NOT EXISTS tenure.arpc (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `currency` STRING NOT NULL OPTIONS (description = 'The reporting currency of every amount in the row.'),
  `revenue` NUMERIC(18, 4) OPTIONS (description = 'Invoices paid in the month, positive amounts. Unit: currency.'),
  `refunds` NUMERIC(18, 4) OPTIONS (description = 'Negative invoices of the month, published positive. Unit: currency.'),
  `net_revenue` NUMERIC(18, 4) OPTIONS (description = 'Revenue less refunds. Unit: currency.'),
  `customers` INT64 OPTIONS (description = 'Paying at any instant of the month, or with an invoice counted in it. Unit: customers.'),
  `arpc` NUMERIC(18, 4) OPTIONS (description = 'Net revenue divided by customers. Unit: currency.'),
  `median_revenue` NUMERIC(18, 4) OPTIONS (description = 'Median net revenue of customers, zeros included. Unit: currency.'),
  `p90_revenue` NUMERIC(18, 4) OPTIONS (description = '90th percentile of their net revenue. Unit: currency.'),
  `share_above_arpc` FLOAT64 OPTIONS (description = 'Share of customers whose net revenue is above the mean. Unit: fraction (0.05 = 5 %).'),
  `closing_mrr` NUMERIC(18, 4) OPTIONS (description = 'MRR at the close of the month. Unit: currency per month.'),
  `closing_customers` INT64 OPTIONS (description = 'Paying at the close of the month. Unit: customers.'),
  `arpa` NUMERIC(18, 4) OPTIONS (description = 'Closing MRR divided by closing customers. Unit: currency per month.'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`, `currency`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Average revenue per customer.');

CREATE TABLE IF NOT EXISTS tenure.crc (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `currency` STRING NOT NULL OPTIONS (description = 'The reporting currency of every amount in the row.'),
  `category` STRING NOT NULL OPTIONS (description = '`all`, or a category of retention costs.'),
  `window_months` INT64 NOT NULL OPTIONS (description = 'Length of the window that ends with the month: 1 or 12. Unit: months.'),
  `direct_cost` NUMERIC(18, 4) OPTIONS (description = 'Cost lines that name the segment or its customer. Unit: currency.'),
  `allocated_cost` NUMERIC(18, 4) OPTIONS (description = 'This segment\'s part of the cost lines that name none. Unit: currency.'),
  `retention_cost` NUMERIC(18, 4) OPTIONS (description = 'Direct plus allocated cost. Unit: currency.'),
  `opening_customers` INT64 OPTIONS (description = 'Paying at the open of the month. Unit: customers.'),
  `retained_customers` INT64 OPTIONS (description = 'Paying at the window\'s open and at its close. Unit: customers.'),
  `average_customers` FLOAT64 OPTIONS (description = 'Mean of opening and closing customers; over 12 months the mean of the monthly means. Unit: customers.'),
  `crc` NUMERIC(18, 4) OPTIONS (description = 'Retention cost per retained customer. Unit: currency.'),
  `crc_per_average_customer` NUMERIC(18, 4) OPTIONS (description = 'Retention cost per average customer. Unit: currency.'),
  `cost_share_of_mrr` FLOAT64 OPTIONS (description = 'Retention cost over the window\'s summed closing MRR. Unit: fraction (0.05 = 5 %).'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`, `currency`, `category`, `window_months`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Retention cost per customer.');

CREATE TABLE IF NOT EXISTS tenure.cltv (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `currency` STRING NOT NULL OPTIONS (description = 'The reporting currency of every amount in the row.'),
  `method` STRING NOT NULL OPTIONS (description = 'How the value was computed.'),
  `horizon_months` INT64 NOT NULL OPTIONS (description = 'Months of payments counted; 0 means without end. Unit: months.'),
  `value` NUMERIC(18, 4) OPTIONS (description = 'Lifetime value of a new customer (historical: to date, per customer ever acquired). Unit: currency.'),
  `value_lower` NUMERIC(18, 4) OPTIONS (description = 'Lower 95 % bound. Unit: currency.'),
  `value_upper` NUMERIC(18, 4) OPTIONS (description = 'Upper 95 % bound. Unit: currency.'),
  `residual_value` NUMERIC(18, 4) OPTIONS (description = 'Value still to come from a customer of the present base. Unit: currency.'),
  `monthly_margin` NUMERIC(18, 4) OPTIONS (description = 'Margin a customer leaves per month, after retention cost. Unit: currency per month.'),
  `churn_rate` FLOAT64 OPTIONS (description = 'Pooled monthly churn rate of the trailing months. Unit: per month.'),
  `lifetime_months` FLOAT64 OPTIONS (description = 'Expected payments within the horizon. Unit: months.'),
  `discount_rate_annual` FLOAT64 OPTIONS (description = 'Annual discount rate used. Unit: per year.'),
  `customers` INT64 OPTIONS (description = 'Customers the value rests on. Unit: customers.'),
  `churn_events` INT64 OPTIONS (description = 'Losses the value rests on. Unit: events.'),
  `share_extrapolated` FLOAT64 OPTIONS (description = 'Part of the value beyond the observed ages. Unit: fraction (0.05 = 5 %).'),
  `mean_churn` FLOAT64 OPTIONS (description = 'Mean of the fitted churn distribution. Unit: per month.'),
  `polarisation` FLOAT64 OPTIONS (description = 'Spread of the fitted churn distribution between 0 and 1.'),
  `converged` BOOL OPTIONS (description = 'Whether the fit converged.'),
  `is_shrunk` BOOL OPTIONS (description = 'Whether hazards were drawn towards the pool.'),
  `is_homogeneous` BOOL OPTIONS (description = 'Whether the fit ended at the boundary without spread.'),
  `has_costs` BOOL OPTIONS (description = 'Whether retention costs were subtracted.'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`, `currency`, `method`, `horizon_months`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Customer lifetime value, by several methods.');

CREATE TABLE IF NOT EXISTS tenure.cltv_backtest (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `currency` STRING NOT NULL OPTIONS (description = 'The reporting currency of every amount in the row.'),
  `method` STRING NOT NULL OPTIONS (description = 'How the value was computed.'),
  `horizon_months` INT64 NOT NULL OPTIONS (description = 'Months of payments counted; 0 means without end. Unit: months.'),
  `projected_month` DATE OPTIONS (description = 'The month at whose close the projection was made.'),
  `customers` INT64 OPTIONS (description = 'Customers acquired by the projected month and not lost by its close. Unit: customers.'),
  `projected_customer_months` FLOAT64 OPTIONS (description = 'Months those customers were expected to stay within the horizon. Unit: months.'),
  `actual_customer_months` INT64 OPTIONS (description = 'Months they did stay, to their first loss. Unit: months.'),
  `bias` FLOAT64 OPTIONS (description = 'Projected over actual customer months, less 1. Unit: fraction (0.05 = 5 %).'),
  `projected_value` NUMERIC(18, 4) OPTIONS (description = 'Projected customer months at the margin known when they were projected. Unit: currency.'),
  `actual_value` NUMERIC(18, 4) OPTIONS (description = 'Actual customer months, each at its month\'s margin. Unit: currency.'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`, `currency`, `method`, `horizon_months`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'What lifetime projections made some months ago expected, and what happened since.');

CREATE TABLE IF NOT EXISTS tenure.nps (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `responses` INT64 OPTIONS (description = 'Respondents who answered in the month, each by its latest answer. Unit: responses.'),
  `promoters` INT64 OPTIONS (description = 'Scores of 9 and 10. Unit: responses.'),
  `passives` INT64 OPTIONS (description = 'Scores between the two. Unit: responses.'),
  `detractors` INT64 OPTIONS (description = 'Scores up to nps.detractor_max (6, the standard). Unit: responses.'),
  `nps` FLOAT64 OPTIONS (description = '100 x (promoters - detractors) / responses, -100 to 100. Unit: points.'),
  `nps_lower` FLOAT64 OPTIONS (description = 'Lower 95 % bound (adjusted Wald). Unit: points.'),
  `nps_upper` FLOAT64 OPTIONS (description = 'Upper 95 % bound (adjusted Wald). Unit: points.'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Net promoter score.');

CREATE TABLE IF NOT EXISTS tenure.csat (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `responses` INT64 OPTIONS (description = 'Respondents who answered in the month, each by its latest answer. Unit: responses.'),
  `satisfied` INT64 OPTIONS (description = 'Top answers: 3 of 3, 4 and 5 of 5, 6 and 7 of 7, 8 to 10 of 10. Unit: responses.'),
  `csat` FLOAT64 OPTIONS (description = 'Satisfied divided by responses. Unit: fraction (0.05 = 5 %).'),
  `csat_lower` FLOAT64 OPTIONS (description = 'Lower 95 % bound (Wilson). Unit: fraction (0.05 = 5 %).'),
  `csat_upper` FLOAT64 OPTIONS (description = 'Upper 95 % bound (Wilson). Unit: fraction (0.05 = 5 %).'),
  `mean_score` FLOAT64 OPTIONS (description = 'Mean of (score - 1) / (scale - 1): 0 is the worst answer, 1 the best. Unit: fraction (0.05 = 5 %).'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Customer satisfaction.');

CREATE TABLE IF NOT EXISTS tenure.engagement (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `active_days_total` INT64 OPTIONS (description = 'Distinct days on which a customer had an event, summed over customers. Unit: days.'),
  `monthly_active_customers` INT64 OPTIONS (description = 'Customers with an event in the month. Unit: customers.'),
  `average_daily_active_customers` FLOAT64 OPTIONS (description = 'Active days divided by the days of the month (elapsed ones while it runs). Unit: customers.'),
  `engagement_score` FLOAT64 OPTIONS (description = 'Daily over monthly active customers: active days / (days x monthly active customers). Unit: fraction (0.05 = 5 %).'),
  `weekly_active_customers` INT64 OPTIONS (description = 'Customers with an event in the last seven elapsed days of the month. Unit: customers.'),
  `monthly_active_users` INT64 OPTIONS (description = 'Users with an event in the month; one under two customers counts once. Unit: users.'),
  `average_daily_active_users` FLOAT64 OPTIONS (description = 'The same as for customers, over users. Unit: users.'),
  `user_engagement_score` FLOAT64 OPTIONS (description = 'The same as for customers, over users. Unit: fraction (0.05 = 5 %).'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Who uses the product, and how often.');

CREATE TABLE IF NOT EXISTS tenure.health (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `customer_id` STRING NOT NULL OPTIONS (description = 'The customer.'),
  `score` FLOAT64 OPTIONS (description = 'Weighted mean of the components there are, 0 to 100; null below half coverage. Unit: points.'),
  `band` STRING OPTIONS (description = 'green (76 and more), yellow (51 and more), red, or unknown without a score.'),
  `coverage` FLOAT64 OPTIONS (description = 'Weight of the components there are. Unit: fraction (0.05 = 5 %).'),
  `usage_score` FLOAT64 OPTIONS (description = 'Active days: their percentile, and their trend against the three months before. Unit: points.'),
  `survey_score` FLOAT64 OPTIONS (description = 'Latest answers on 0-100, weighted by a half-life of 90 days. Unit: points.'),
  `support_score` FLOAT64 OPTIONS (description = '100 less the percentiles of tickets and of retention cost per revenue. Unit: points.'),
  `commercial_score` FLOAT64 OPTIONS (description = '100, less 50 for a failed or refunded payment, less 50 for contraction in the last three months. Unit: points.'),
  `tenure_score` FLOAT64 OPTIONS (description = '100 x (1 - the hazard at this age). Unit: points.'),
  `usage_contribution` FLOAT64 OPTIONS (description = 'Part of the score that is usage. Unit: points.'),
  `survey_contribution` FLOAT64 OPTIONS (description = 'Part of the score that is survey answers. Unit: points.'),
  `support_contribution` FLOAT64 OPTIONS (description = 'Part of the score that is support. Unit: points.'),
  `commercial_contribution` FLOAT64 OPTIONS (description = 'Part of the score that is commercial. Unit: points.'),
  `tenure_contribution` FLOAT64 OPTIONS (description = 'Part of the score that is tenure. Unit: points.'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `customer_id`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'How healthy every paying customer is.');

CREATE TABLE IF NOT EXISTS tenure.health_summary (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `customers` INT64 OPTIONS (description = 'Customers paying at the close of the month. Unit: customers.'),
  `scored_customers` INT64 OPTIONS (description = 'Those with a score. Unit: customers.'),
  `green_customers` INT64 OPTIONS (description = 'Scores of 76 and more. Unit: customers.'),
  `yellow_customers` INT64 OPTIONS (description = 'Scores of 51 to 76. Unit: customers.'),
  `red_customers` INT64 OPTIONS (description = 'Scores below 51. Unit: customers.'),
  `unknown_customers` INT64 OPTIONS (description = 'Those without a score. Unit: customers.'),
  `mean_score` FLOAT64 OPTIONS (description = 'Mean score of those who have one. Unit: points.'),
  `mean_coverage` FLOAT64 OPTIONS (description = 'Mean coverage of all of them. Unit: fraction (0.05 = 5 %).'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Health per month and segment.');

CREATE TABLE IF NOT EXISTS tenure.health_backtest (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `predictor` STRING NOT NULL OPTIONS (description = 'health (the score), usage (active days of the month) or tenure (hazard at this age).'),
  `decile` INT64 NOT NULL OPTIONS (description = '1 to 10, 10 the highest risk; 0 is everybody.'),
  `scored_month` DATE OPTIONS (description = 'When the prediction was made: three months earlier.'),
  `customers` INT64 OPTIONS (description = 'Customers who had a health score when the prediction was made. Unit: customers.'),
  `lost_customers` INT64 OPTIONS (description = 'Those not paying at one at least of the three closes since. Unit: customers.'),
  `lost_rate` FLOAT64 OPTIONS (description = 'Lost divided by customers. Unit: fraction (0.05 = 5 %).'),
  `mean_risk` FLOAT64 OPTIONS (description = 'Mean predicted loss rate: what was seen of the same decile three months earlier, or of everybody. Unit: fraction (0.05 = 5 %).'),
  `auc` FLOAT64 OPTIONS (description = 'Chance that a lost customer was ranked riskier than a kept one. Unit: fraction (0.05 = 5 %).'),
  `top_decile_lift` FLOAT64 OPTIONS (description = 'Loss rate of the riskiest tenth over that of everybody.'),
  `brier` FLOAT64 OPTIONS (description = 'Mean squared error of the predicted loss rates.'),
  `brier_base_rate` FLOAT64 OPTIONS (description = 'The same for predicting the base rate for everybody.'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `predictor`, `decile`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Whether health scores foretold who would leave within three months, beside two simpler predictors.');

CREATE TABLE IF NOT EXISTS tenure.tiers (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `customer_id` STRING NOT NULL OPTIONS (description = 'The customer.'),
  `tier` STRING OPTIONS (description = 'super_fan, core or at_risk.'),
  `engagement_rank` FLOAT64 OPTIONS (description = 'Mid-rank of active days, 1 the most. Unit: fraction (0.05 = 5 %).'),
  `spend_rank` FLOAT64 OPTIONS (description = 'Mid-rank of MRR at close. Unit: fraction (0.05 = 5 %).'),
  `survey_rank` FLOAT64 OPTIONS (description = 'Mid-rank of the survey component. Unit: fraction (0.05 = 5 %).'),
  `health_rank` FLOAT64 OPTIONS (description = 'Mid-rank of the health score. Unit: fraction (0.05 = 5 %).'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `customer_id`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Super fans, customers at risk, and the core between them.');

CREATE TABLE IF NOT EXISTS tenure.tiers_summary (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `customers` INT64 OPTIONS (description = 'Customers paying at the close of the month. Unit: customers.'),
  `super_fan_customers` INT64 OPTIONS (description = 'In the top third by every rank there is, at least two. Unit: customers.'),
  `core_customers` INT64 OPTIONS (description = 'Neither of the two. Unit: customers.'),
  `at_risk_customers` INT64 OPTIONS (description = 'In the bottom third by engagement and spend, or of red health. Unit: customers.'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Tiers per month and segment.');

CREATE TABLE IF NOT EXISTS tenure.forecast (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `currency` STRING NOT NULL OPTIONS (description = 'The reporting currency of every amount in the row.'),
  `horizon_month` INT64 NOT NULL OPTIONS (description = 'Months ahead, 1 to 12. Unit: months.'),
  `forecast_month` DATE OPTIONS (description = 'The month that is forecast.'),
  `base_customers` INT64 OPTIONS (description = 'Active customers at the close of the month. Unit: customers.'),
  `base_mrr` NUMERIC(18, 4) OPTIONS (description = 'MRR at the close of the month. Unit: currency per month.'),
  `expected_customers` FLOAT64 OPTIONS (description = 'Expected active customers at the close of the forecast month. Unit: customers.'),
  `expected_customers_lower_80` FLOAT64 OPTIONS (description = 'Lower 80 % bound. Unit: customers.'),
  `expected_customers_upper_80` FLOAT64 OPTIONS (description = 'Upper 80 % bound. Unit: customers.'),
  `expected_customers_lower_95` FLOAT64 OPTIONS (description = 'Lower 95 % bound. Unit: customers.'),
  `expected_customers_upper_95` FLOAT64 OPTIONS (description = 'Upper 95 % bound. Unit: customers.'),
  `expected_churned_customers` FLOAT64 OPTIONS (description = 'Customers expected to be lost in the forecast month. Unit: customers.'),
  `expected_new_customers` FLOAT64 OPTIONS (description = 'Customers expected to be won or won back in the forecast month. Unit: customers.'),
  `expected_mrr` NUMERIC(18, 4) OPTIONS (description = 'Expected MRR at the close of the forecast month. Unit: currency per month.'),
  `expected_mrr_lower_80` NUMERIC(18, 4) OPTIONS (description = 'Lower 80 % bound. Unit: currency per month.'),
  `expected_mrr_upper_80` NUMERIC(18, 4) OPTIONS (description = 'Upper 80 % bound. Unit: currency per month.'),
  `expected_mrr_lower_95` NUMERIC(18, 4) OPTIONS (description = 'Lower 95 % bound. Unit: currency per month.'),
  `expected_mrr_upper_95` NUMERIC(18, 4) OPTIONS (description = 'Upper 95 % bound. Unit: currency per month.'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`, `currency`, `horizon_month`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Expected customers and MRR of the next twelve months, with intervals.');

CREATE TABLE IF NOT EXISTS tenure.forecast_backtest (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `dimension` STRING NOT NULL OPTIONS (description = '`all`, or the name of a dimension of the job.'),
  `segment` STRING NOT NULL OPTIONS (description = '`all`, or a value of the dimension; `(unknown)` where there is none.'),
  `currency` STRING NOT NULL OPTIONS (description = 'The reporting currency of every amount in the row.'),
  `horizon_month` INT64 NOT NULL OPTIONS (description = 'Months ahead, 1 to 12. Unit: months.'),
  `projected_month` DATE OPTIONS (description = 'The month at whose close the projection was made.'),
  `actual_customers` INT64 OPTIONS (description = 'Active customers at the close of the month. Unit: customers.'),
  `actual_mrr` NUMERIC(18, 4) OPTIONS (description = 'MRR at the close of the month. Unit: currency per month.'),
  `expected_customers` FLOAT64 OPTIONS (description = 'Expected active customers at the close of the forecast month. Unit: customers.'),
  `expected_mrr` NUMERIC(18, 4) OPTIONS (description = 'Expected MRR at the close of the forecast month. Unit: currency per month.'),
  `customers_error` FLOAT64 OPTIONS (description = 'Expected over actual customers, less 1. Unit: fraction (0.05 = 5 %).'),
  `mrr_error` FLOAT64 OPTIONS (description = 'Expected over actual MRR, less 1. Unit: fraction (0.05 = 5 %).'),
  `is_within_80` BOOL OPTIONS (description = 'Whether the customers lie within the 80 % interval.'),
  `is_within_95` BOOL OPTIONS (description = 'Whether the customers lie within the 95 % interval.'),
  `is_mrr_within_80` BOOL OPTIONS (description = 'Whether the MRR lies within the 80 % interval.'),
  `is_mrr_within_95` BOOL OPTIONS (description = 'Whether the MRR lies within the 95 % interval.'),
  `null_reason` STRING OPTIONS (description = 'Why measures of the row are null: the first reason that applies.'),
  `is_final` BOOL NOT NULL OPTIONS (description = 'True once the month and its settling days lie before the as-of instant.'),
  PRIMARY KEY (`month`, `dimension`, `segment`, `currency`, `horizon_month`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'Earlier forecasts of the month against what it became.');

CREATE TABLE IF NOT EXISTS tenure.checks (
  `month` DATE NOT NULL OPTIONS (description = 'The month, its first day.'),
  `checked_table` STRING NOT NULL OPTIONS (description = 'The table it was checked on.'),
  `check_id` STRING NOT NULL OPTIONS (description = 'Name of the law that was checked.'),
  `status` STRING NOT NULL OPTIONS (description = 'ok, vacuous, restated or broken.'),
  `checked_rows` INT64 NOT NULL OPTIONS (description = 'Rows the law was checked on.'),
  `broken_rows` INT64 NOT NULL OPTIONS (description = 'Rows that break it.'),
  `difference` STRING OPTIONS (description = 'Largest difference found, or the restated amount.'),
  `hint` STRING OPTIONS (description = 'What to do about it.'),
  PRIMARY KEY (`month`, `checked_table`, `check_id`) NOT ENFORCED
)
PARTITION BY DATE_TRUNC(`month`, MONTH)
OPTIONS (description = 'What every run proved about its own output.');
