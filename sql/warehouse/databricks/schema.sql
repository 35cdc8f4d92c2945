-- GENERATED from src/tables/outputs.rs by `make generate`. Do not edit.
-- One table per metric; one row per key.

CREATE SCHEMA IF NOT EXISTS tenure;

CREATE TABLE IF NOT EXISTS tenure.churn (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `opening_customers` BIGINT COMMENT 'Paying at the open of the month. Unit: customers.',
  `new_customers` BIGINT COMMENT 'Paying at close, first ever paid in this month. Unit: customers.',
  `reactivated_customers` BIGINT COMMENT 'Paying at close, not at open, had paid before this month. Unit: customers.',
  `churned_customers` BIGINT COMMENT 'Paying at open, not paying at close. Unit: customers.',
  `new_and_churned_customers` BIGINT COMMENT 'First ever paid in this month, not paying at its close. Unit: customers.',
  `closing_customers` BIGINT COMMENT 'Paying at the close of the month. Unit: customers.',
  `customer_churn_rate` DOUBLE COMMENT 'Churned divided by opening customers. Unit: fraction (0.05 = 5 %).',
  `customer_churn_rate_lower` DOUBLE COMMENT 'Lower bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  `customer_churn_rate_upper` DOUBLE COMMENT 'Upper bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  `customer_churn_rate_including_new` DOUBLE COMMENT '(Churned + new and churned) divided by opening customers; may exceed 1. Unit: fraction (0.05 = 5 %).',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Customers won and lost, and the churn rate, per month and segment.';

CREATE TABLE IF NOT EXISTS tenure.cohorts (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `cohort_month` DATE NOT NULL COMMENT 'Month of the first instant the customers ever paid.',
  `age_months` BIGINT NOT NULL COMMENT 'Months since the cohort month; 0 is the month of acquisition. Unit: months.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `cohort_customers` BIGINT COMMENT 'Customers who first paid in the cohort month. Unit: customers.',
  `at_risk_customers` BIGINT COMMENT 'Active at the previous close; 0 at age 0. Unit: customers.',
  `active_customers` BIGINT COMMENT 'Active at the close of the month. Unit: customers.',
  `churned_customers` BIGINT COMMENT 'Customers at risk who are not active at this close. Unit: customers.',
  `new_and_churned_customers` BIGINT COMMENT 'At age 0: customers of the cohort not active at its first close; 0 at later ages. Unit: customers.',
  `customer_retention_rate` DOUBLE COMMENT 'Active divided by cohort customers. Unit: fraction (0.05 = 5 %).',
  `customer_retention_rate_lower` DOUBLE COMMENT 'Lower bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  `customer_retention_rate_upper` DOUBLE COMMENT 'Upper bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  `hazard_rate` DOUBLE COMMENT 'Churned divided by customers at risk; null at age 0. Unit: fraction (0.05 = 5 %).',
  `first_loss_at_risk` BIGINT COMMENT 'Members active at every close from age 0 to the previous one; at age 0 the whole cohort. Unit: customers.',
  `first_loss_customers` BIGINT COMMENT 'Those of them who are not active at this close. Unit: customers.',
  `survival_rate` DOUBLE COMMENT 'Product of 1 - first losses / at risk over final cells, age 0 included. Unit: fraction (0.05 = 5 %).',
  `survival_standard_error` DOUBLE COMMENT 'Greenwood standard error of the survival rate. Unit: fraction (0.05 = 5 %).',
  `cohort_mrr` DECIMAL(18, 4) COMMENT 'Active MRR of the cohort at age 0. Unit: currency per month.',
  `active_mrr` DECIMAL(18, 4) COMMENT 'MRR of the cohort at this close, at this month\'s exchange rate. Unit: currency per month.',
  `revenue_retention_rate` DOUBLE COMMENT 'Active MRR divided by cohort MRR. Unit: fraction (0.05 = 5 %).',
  `revenue` DECIMAL(18, 4) COMMENT 'Net revenue of the month from customers of the cohort. Unit: currency.',
  `cumulative_revenue` DECIMAL(18, 4) COMMENT 'Net revenue from age 0 to this month. Unit: currency.',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Retention, survival and revenue of customers by the month they first paid.';

CREATE TABLE IF NOT EXISTS tenure.mrr (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` STRING NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  `opening_mrr` DECIMAL(18, 4) COMMENT 'MRR at the previous close, at its rate. Unit: currency per month.',
  `new_mrr` DECIMAL(18, 4) COMMENT 'MRR at close of customers who never paid before this month. Unit: currency per month.',
  `expansion_mrr` DECIMAL(18, 4) COMMENT 'Increase of customers paying at open and at close. Unit: currency per month.',
  `reactivation_mrr` DECIMAL(18, 4) COMMENT 'MRR at close of returning customers. Unit: currency per month.',
  `contraction_mrr` DECIMAL(18, 4) COMMENT 'Decrease of customers paying at open and at close; positive. Unit: currency per month.',
  `churned_mrr` DECIMAL(18, 4) COMMENT 'MRR at open of customers not paying at close; positive. Unit: currency per month.',
  `fx_mrr` DECIMAL(18, 4) COMMENT 'Opening MRR at this month\'s rate less opening MRR. Unit: currency per month.',
  `closing_mrr` DECIMAL(18, 4) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  `arr` DECIMAL(18, 4) COMMENT '12 times closing MRR. Unit: currency per year.',
  `gross_revenue_retention` DOUBLE COMMENT '1 - gross MRR churn rate; never above 1. Unit: fraction (0.05 = 5 %).',
  `net_revenue_retention` DOUBLE COMMENT '1 - net MRR churn rate. Unit: fraction (0.05 = 5 %).',
  `gross_revenue_retention_12m` DOUBLE COMMENT 'Of customers paying 12 closes ago: the smaller of MRR then and now, over MRR then. Unit: fraction (0.05 = 5 %).',
  `net_revenue_retention_12m` DOUBLE COMMENT 'Of customers paying 12 closes ago: MRR now over MRR then. Unit: fraction (0.05 = 5 %).',
  `gross_mrr_churn_rate` DOUBLE COMMENT '(Churned + contraction) divided by opening MRR at this month\'s rate. Unit: fraction (0.05 = 5 %).',
  `net_mrr_churn_rate` DOUBLE COMMENT '(Churned + contraction - expansion) divided by opening MRR at this month\'s rate. Unit: fraction (0.05 = 5 %).',
  `quick_ratio` DOUBLE COMMENT '(New + expansion + reactivation) divided by (churned + contraction).',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Monthly recurring revenue and its movements.';

CREATE TABLE IF NOT EXISTS tenure.arpc (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` STRING NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  `revenue` DECIMAL(18, 4) COMMENT 'Invoices paid in the month, positive amounts. Unit: currency.',
  `refunds` DECIMAL(18, 4) COMMENT 'Negative invoices of the month, published positive. Unit: currency.',
  `net_revenue` DECIMAL(18, 4) COMMENT 'Revenue less refunds. Unit: currency.',
  `customers` BIGINT COMMENT 'Paying at any instant of the month, or with an invoice counted in it. Unit: customers.',
  `arpc` DECIMAL(18, 4) COMMENT 'Net revenue divided by customers. Unit: currency.',
  `median_revenue` DECIMAL(18, 4) COMMENT 'Median net revenue of customers, zeros included. Unit: currency.',
  `p90_revenue` DECIMAL(18, 4) COMMENT '90th percentile of their net revenue. Unit: currency.',
  `share_above_arpc` DOUBLE COMMENT 'Share of customers whose net revenue is above the mean. Unit: fraction (0.05 = 5 %).',
  `closing_mrr` DECIMAL(18, 4) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  `closing_customers` BIGINT COMMENT 'Paying at the close of the month. Unit: customers.',
  `arpa` DECIMAL(18, 4) COMMENT 'Closing MRR divided by closing customers. Unit: currency per month.',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Average revenue per customer.';

CREATE TABLE IF NOT EXISTS tenure.crc (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` STRING NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  `category` STRING NOT NULL COMMENT '`all`, or a category of retention costs.',
  `window_months` BIGINT NOT NULL COMMENT 'Length of the window that ends with the month: 1 or 12. Unit: months.',
  `direct_cost` DECIMAL(18, 4) COMMENT 'Cost lines that name the segment or its customer. Unit: currency.',
  `allocated_cost` DECIMAL(18, 4) COMMENT 'This segment\'s part of the cost lines that name none. Unit: currency.',
  `retention_cost` DECIMAL(18, 4) COMMENT 'Direct plus allocated cost. Unit: currency.',
  `opening_customers` BIGINT COMMENT 'Paying at the open of the month. Unit: customers.',
  `retained_customers` BIGINT COMMENT 'Paying at the window\'s open and at its close. Unit: customers.',
  `average_customers` DOUBLE COMMENT 'Mean of opening and closing customers; over 12 months the mean of the monthly means. Unit: customers.',
  `crc` DECIMAL(18, 4) COMMENT 'Retention cost per retained customer. Unit: currency.',
  `crc_per_average_customer` DECIMAL(18, 4) COMMENT 'Retention cost per average customer. Unit: currency.',
  `cost_share_of_mrr` DOUBLE COMMENT 'Retention cost over the window\'s summed closing MRR. Unit: fraction (0.05 = 5 %).',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Retention cost per customer.';

CREATE TABLE IF NOT EXISTS tenure.cltv (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` STRING NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  `method` STRING NOT NULL COMMENT 'How the value was computed.',
  `horizon_months` BIGINT NOT NULL COMMENT 'Months of payments counted; 0 means without end. Unit: months.',
  `value` DECIMAL(18, 4) COMMENT 'Lifetime value of a new customer (historical: to date, per customer ever acquired). Unit: currency.',
  `value_lower` DECIMAL(18, 4) COMMENT 'Lower 95 % bound. Unit: currency.',
  `value_upper` DECIMAL(18, 4) COMMENT 'Upper 95 % bound. Unit: currency.',
  `residual_value` DECIMAL(18, 4) COMMENT 'Value still to come from a customer of the present base. Unit: currency.',
  `monthly_margin` DECIMAL(18, 4) COMMENT 'Margin a customer leaves per month, after retention cost. Unit: currency per month.',
  `churn_rate` DOUBLE COMMENT 'Pooled monthly churn rate of the trailing months. Unit: per month.',
  `lifetime_months` DOUBLE COMMENT 'Expected payments within the horizon. Unit: months.',
  `discount_rate_annual` DOUBLE COMMENT 'Annual discount rate used. Unit: per year.',
  `customers` BIGINT COMMENT 'Customers the value rests on. Unit: customers.',
  `churn_events` BIGINT COMMENT 'Losses the value rests on. Unit: events.',
  `share_extrapolated` DOUBLE COMMENT 'Part of the value beyond the observed ages. Unit: fraction (0.05 = 5 %).',
  `mean_churn` DOUBLE COMMENT 'Mean of the fitted churn distribution. Unit: per month.',
  `polarisation` DOUBLE COMMENT 'Spread of the fitted churn distribution between 0 and 1.',
  `converged` BOOLEAN COMMENT 'Whether the fit converged.',
  `is_shrunk` BOOLEAN COMMENT 'Whether hazards were drawn towards the pool.',
  `is_homogeneous` BOOLEAN COMMENT 'Whether the fit ended at the boundary without spread.',
  `has_costs` BOOLEAN COMMENT 'Whether retention costs were subtracted.',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Customer lifetime value, by several methods.';

CREATE TABLE IF NOT EXISTS tenure.cltv_backtest (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` STRING NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  `method` STRING NOT NULL COMMENT 'How the value was computed.',
  `horizon_months` BIGINT NOT NULL COMMENT 'Months of payments counted; 0 means without end. Unit: months.',
  `projected_month` DATE COMMENT 'The month at whose close the projection was made.',
  `customers` BIGINT COMMENT 'Customers acquired by the projected month and not lost by its close. Unit: customers.',
  `projected_customer_months` DOUBLE COMMENT 'Months those customers were expected to stay within the horizon. Unit: months.',
  `actual_customer_months` BIGINT COMMENT 'Months they did stay, to their first loss. Unit: months.',
  `bias` DOUBLE COMMENT 'Projected over actual customer months, less 1. Unit: fraction (0.05 = 5 %).',
  `projected_value` DECIMAL(18, 4) COMMENT 'Projected customer months at the margin known when they were projected. Unit: currency.',
  `actual_value` DECIMAL(18, 4) COMMENT 'Actual customer months, each at its month\'s margin. Unit: currency.',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'What lifetime projections made some months ago expected, and what happened since.';

CREATE TABLE IF NOT EXISTS tenure.nps (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `responses` BIGINT COMMENT 'Respondents who answered in the month, each by its latest answer. Unit: responses.',
  `promoters` BIGINT COMMENT 'Scores of 9 and 10. Unit: responses.',
  `passives` BIGINT COMMENT 'Scores between the two. Unit: responses.',
  `detractors` BIGINT COMMENT 'Scores up to nps.detractor_max (6, the standard). Unit: responses.',
  `nps` DOUBLE COMMENT '100 x (promoters - detractors) / responses, -100 to 100. Unit: points.',
  `nps_lower` DOUBLE COMMENT 'Lower 95 % bound (adjusted Wald). Unit: points.',
  `nps_upper` DOUBLE COMMENT 'Upper 95 % bound (adjusted Wald). Unit: points.',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Net promoter score.';

CREATE TABLE IF NOT EXISTS tenure.csat (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `responses` BIGINT COMMENT 'Respondents who answered in the month, each by its latest answer. Unit: responses.',
  `satisfied` BIGINT COMMENT 'Top answers: 3 of 3, 4 and 5 of 5, 6 and 7 of 7, 8 to 10 of 10. Unit: responses.',
  `csat` DOUBLE COMMENT 'Satisfied divided by responses. Unit: fraction (0.05 = 5 %).',
  `csat_lower` DOUBLE COMMENT 'Lower 95 % bound (Wilson). Unit: fraction (0.05 = 5 %).',
  `csat_upper` DOUBLE COMMENT 'Upper 95 % bound (Wilson). Unit: fraction (0.05 = 5 %).',
  `mean_score` DOUBLE COMMENT 'Mean of (score - 1) / (scale - 1): 0 is the worst answer, 1 the best. Unit: fraction (0.05 = 5 %).',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Customer satisfaction.';

CREATE TABLE IF NOT EXISTS tenure.engagement (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `active_days_total` BIGINT COMMENT 'Distinct days on which a customer had an event, summed over customers. Unit: days.',
  `monthly_active_customers` BIGINT COMMENT 'Customers with an event in the month. Unit: customers.',
  `average_daily_active_customers` DOUBLE COMMENT 'Active days divided by the days of the month (elapsed ones while it runs). Unit: customers.',
  `engagement_score` DOUBLE COMMENT 'Daily over monthly active customers: active days / (days x monthly active customers). Unit: fraction (0.05 = 5 %).',
  `weekly_active_customers` BIGINT COMMENT 'Customers with an event in the last seven elapsed days of the month. Unit: customers.',
  `monthly_active_users` BIGINT COMMENT 'Users with an event in the month; one under two customers counts once. Unit: users.',
  `average_daily_active_users` DOUBLE COMMENT 'The same as for customers, over users. Unit: users.',
  `user_engagement_score` DOUBLE COMMENT 'The same as for customers, over users. Unit: fraction (0.05 = 5 %).',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Who uses the product, and how often.';

CREATE TABLE IF NOT EXISTS tenure.health (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `customer_id` STRING NOT NULL COMMENT 'The customer.',
  `score` DOUBLE COMMENT 'Weighted mean of the components there are, 0 to 100; null below half coverage. Unit: points.',
  `band` STRING COMMENT 'green (76 and more), yellow (51 and more), red, or unknown without a score.',
  `coverage` DOUBLE COMMENT 'Weight of the components there are. Unit: fraction (0.05 = 5 %).',
  `usage_score` DOUBLE COMMENT 'Active days: their percentile, and their trend against the three months before. Unit: points.',
  `survey_score` DOUBLE COMMENT 'Latest answers on 0-100, weighted by a half-life of 90 days. Unit: points.',
  `support_score` DOUBLE COMMENT '100 less the percentiles of tickets and of retention cost per revenue. Unit: points.',
  `commercial_score` DOUBLE COMMENT '100, less 50 for a failed or refunded payment, less 50 for contraction in the last three months. Unit: points.',
  `tenure_score` DOUBLE COMMENT '100 x (1 - the hazard at this age). Unit: points.',
  `usage_contribution` DOUBLE COMMENT 'Part of the score that is usage. Unit: points.',
  `survey_contribution` DOUBLE COMMENT 'Part of the score that is survey answers. Unit: points.',
  `support_contribution` DOUBLE COMMENT 'Part of the score that is support. Unit: points.',
  `commercial_contribution` DOUBLE COMMENT 'Part of the score that is commercial. Unit: points.',
  `tenure_contribution` DOUBLE COMMENT 'Part of the score that is tenure. Unit: points.',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'How healthy every paying customer is.';

CREATE TABLE IF NOT EXISTS tenure.health_summary (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `customers` BIGINT COMMENT 'Customers paying at the close of the month. Unit: customers.',
  `scored_customers` BIGINT COMMENT 'Those with a score. Unit: customers.',
  `green_customers` BIGINT COMMENT 'Scores of 76 and more. Unit: customers.',
  `yellow_customers` BIGINT COMMENT 'Scores of 51 to 76. Unit: customers.',
  `red_customers` BIGINT COMMENT 'Scores below 51. Unit: customers.',
  `unknown_customers` BIGINT COMMENT 'Those without a score. Unit: customers.',
  `mean_score` DOUBLE COMMENT 'Mean score of those who have one. Unit: points.',
  `mean_coverage` DOUBLE COMMENT 'Mean coverage of all of them. Unit: fraction (0.05 = 5 %).',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Health per month and segment.';

CREATE TABLE IF NOT EXISTS tenure.health_backtest (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `predictor` STRING NOT NULL COMMENT 'health (the score), usage (active days of the month) or tenure (hazard at this age).',
  `decile` BIGINT NOT NULL COMMENT '1 to 10, 10 the highest risk; 0 is everybody.',
  `scored_month` DATE COMMENT 'When the prediction was made: three months earlier.',
  `customers` BIGINT COMMENT 'Customers who had a health score when the prediction was made. Unit: customers.',
  `lost_customers` BIGINT COMMENT 'Those not paying at one at least of the three closes since. Unit: customers.',
  `lost_rate` DOUBLE COMMENT 'Lost divided by customers. Unit: fraction (0.05 = 5 %).',
  `mean_risk` DOUBLE COMMENT 'Mean predicted loss rate: what was seen of the same decile three months earlier, or of everybody. Unit: fraction (0.05 = 5 %).',
  `auc` DOUBLE COMMENT 'Chance that a lost customer was ranked riskier than a kept one. Unit: fraction (0.05 = 5 %).',
  `top_decile_lift` DOUBLE COMMENT 'Loss rate of the riskiest tenth over that of everybody.',
  `brier` DOUBLE COMMENT 'Mean squared error of the predicted loss rates.',
  `brier_base_rate` DOUBLE COMMENT 'The same for predicting the base rate for everybody.',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Whether health scores foretold who would leave within three months, beside two simpler predictors.';

CREATE TABLE IF NOT EXISTS tenure.tiers (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `customer_id` STRING NOT NULL COMMENT 'The customer.',
  `tier` STRING COMMENT 'super_fan, core or at_risk.',
  `engagement_rank` DOUBLE COMMENT 'Mid-rank of active days, 1 the most. Unit: fraction (0.05 = 5 %).',
  `spend_rank` DOUBLE COMMENT 'Mid-rank of MRR at close. Unit: fraction (0.05 = 5 %).',
  `survey_rank` DOUBLE COMMENT 'Mid-rank of the survey component. Unit: fraction (0.05 = 5 %).',
  `health_rank` DOUBLE COMMENT 'Mid-rank of the health score. Unit: fraction (0.05 = 5 %).',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Super fans, customers at risk, and the core between them.';

CREATE TABLE IF NOT EXISTS tenure.tiers_summary (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `customers` BIGINT COMMENT 'Customers paying at the close of the month. Unit: customers.',
  `super_fan_customers` BIGINT COMMENT 'In the top third by every rank there is, at least two. Unit: customers.',
  `core_customers` BIGINT COMMENT 'Neither of the two. Unit: customers.',
  `at_risk_customers` BIGINT COMMENT 'In the bottom third by engagement and spend, or of red health. Unit: customers.',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Tiers per month and segment.';

CREATE TABLE IF NOT EXISTS tenure.forecast (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` STRING NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  `horizon_month` BIGINT NOT NULL COMMENT 'Months ahead, 1 to 12. Unit: months.',
  `forecast_month` DATE COMMENT 'The month that is forecast.',
  `base_customers` BIGINT COMMENT 'Active customers at the close of the month. Unit: customers.',
  `base_mrr` DECIMAL(18, 4) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  `expected_customers` DOUBLE COMMENT 'Expected active customers at the close of the forecast month. Unit: customers.',
  `expected_customers_lower_80` DOUBLE COMMENT 'Lower 80 % bound. Unit: customers.',
  `expected_customers_upper_80` DOUBLE COMMENT 'Upper 80 % bound. Unit: customers.',
  `expected_customers_lower_95` DOUBLE COMMENT 'Lower 95 % bound. Unit: customers.',
  `expected_customers_upper_95` DOUBLE COMMENT 'Upper 95 % bound. Unit: customers.',
  `expected_churned_customers` DOUBLE COMMENT 'Customers expected to be lost in the forecast month. Unit: customers.',
  `expected_new_customers` DOUBLE COMMENT 'Customers expected to be won or won back in the forecast month. Unit: customers.',
  `expected_mrr` DECIMAL(18, 4) COMMENT 'Expected MRR at the close of the forecast month. Unit: currency per month.',
  `expected_mrr_lower_80` DECIMAL(18, 4) COMMENT 'Lower 80 % bound. Unit: currency per month.',
  `expected_mrr_upper_80` DECIMAL(18, 4) COMMENT 'Upper 80 % bound. Unit: currency per month.',
  `expected_mrr_lower_95` DECIMAL(18, 4) COMMENT 'Lower 95 % bound. Unit: currency per month.',
  `expected_mrr_upper_95` DECIMAL(18, 4) COMMENT 'Upper 95 % bound. Unit: currency per month.',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Expected customers and MRR of the next twelve months, with intervals.';

CREATE TABLE IF NOT EXISTS tenure.forecast_backtest (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `dimension` STRING NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  `segment` STRING NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` STRING NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  `horizon_month` BIGINT NOT NULL COMMENT 'Months ahead, 1 to 12. Unit: months.',
  `projected_month` DATE COMMENT 'The month at whose close the projection was made.',
  `actual_customers` BIGINT COMMENT 'Active customers at the close of the month. Unit: customers.',
  `actual_mrr` DECIMAL(18, 4) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  `expected_customers` DOUBLE COMMENT 'Expected active customers at the close of the forecast month. Unit: customers.',
  `expected_mrr` DECIMAL(18, 4) COMMENT 'Expected MRR at the close of the forecast month. Unit: currency per month.',
  `customers_error` DOUBLE COMMENT 'Expected over actual customers, less 1. Unit: fraction (0.05 = 5 %).',
  `mrr_error` DOUBLE COMMENT 'Expected over actual MRR, less 1. Unit: fraction (0.05 = 5 %).',
  `is_within_80` BOOLEAN COMMENT 'Whether the customers lie within the 80 % interval.',
  `is_within_95` BOOLEAN COMMENT 'Whether the customers lie within the 95 % interval.',
  `is_mrr_within_80` BOOLEAN COMMENT 'Whether the MRR lies within the 80 % interval.',
  `is_mrr_within_95` BOOLEAN COMMENT 'Whether the MRR lies within the 95 % interval.',
  `null_reason` STRING COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'Earlier forecasts of the month against what it became.';

CREATE TABLE IF NOT EXISTS tenure.checks (
  `month` DATE NOT NULL COMMENT 'The month, its first day.',
  `checked_table` STRING NOT NULL COMMENT 'The table it was checked on.',
  `check_id` STRING NOT NULL COMMENT 'Name of the law that was checked.',
  `status` STRING NOT NULL COMMENT 'ok, vacuous, restated or broken.',
  `checked_rows` BIGINT NOT NULL COMMENT 'Rows the law was checked on.',
  `broken_rows` BIGINT NOT NULL COMMENT 'Rows that break it.',
  `difference` STRING COMMENT 'Largest difference found, or the restated amount.',
  `hint` STRING COMMENT 'What to do about it.'
)
USING DELTA
PARTITIONED BY (`month`)
COMMENT 'What every run proved about its own output.';
