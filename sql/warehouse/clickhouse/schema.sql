-- GENERATED from src/tables/outputs.rs by `make generate`. Do not edit.
-- One table per metric; one row per key.

CREATE DATABASE IF NOT EXISTS tenure;

CREATE TABLE IF NOT EXISTS tenure.churn (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `opening_customers` Nullable(Int64) COMMENT 'Paying at the open of the month. Unit: customers.',
  `new_customers` Nullable(Int64) COMMENT 'Paying at close, first ever paid in this month. Unit: customers.',
  `reactivated_customers` Nullable(Int64) COMMENT 'Paying at close, not at open, had paid before this month. Unit: customers.',
  `churned_customers` Nullable(Int64) COMMENT 'Paying at open, not paying at close. Unit: customers.',
  `new_and_churned_customers` Nullable(Int64) COMMENT 'First ever paid in this month, not paying at its close. Unit: customers.',
  `closing_customers` Nullable(Int64) COMMENT 'Paying at the close of the month. Unit: customers.',
  `customer_churn_rate` Nullable(Float64) COMMENT 'Churned divided by opening customers. Unit: fraction (0.05 = 5 %).',
  `customer_churn_rate_lower` Nullable(Float64) COMMENT 'Lower bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  `customer_churn_rate_upper` Nullable(Float64) COMMENT 'Upper bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  `customer_churn_rate_including_new` Nullable(Float64) COMMENT '(Churned + new and churned) divided by opening customers; may exceed 1. Unit: fraction (0.05 = 5 %).',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`)
COMMENT 'Customers won and lost, and the churn rate, per month and segment.';

CREATE TABLE IF NOT EXISTS tenure.cohorts (
  `month` Date32 COMMENT 'The month, its first day.',
  `cohort_month` Date32 COMMENT 'Month of the first instant the customers ever paid.',
  `age_months` Int64 COMMENT 'Months since the cohort month; 0 is the month of acquisition. Unit: months.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `cohort_customers` Nullable(Int64) COMMENT 'Customers who first paid in the cohort month. Unit: customers.',
  `at_risk_customers` Nullable(Int64) COMMENT 'Active at the previous close; 0 at age 0. Unit: customers.',
  `active_customers` Nullable(Int64) COMMENT 'Active at the close of the month. Unit: customers.',
  `churned_customers` Nullable(Int64) COMMENT 'Customers at risk who are not active at this close. Unit: customers.',
  `new_and_churned_customers` Nullable(Int64) COMMENT 'At age 0: customers of the cohort not active at its first close; 0 at later ages. Unit: customers.',
  `customer_retention_rate` Nullable(Float64) COMMENT 'Active divided by cohort customers. Unit: fraction (0.05 = 5 %).',
  `customer_retention_rate_lower` Nullable(Float64) COMMENT 'Lower bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  `customer_retention_rate_upper` Nullable(Float64) COMMENT 'Upper bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  `hazard_rate` Nullable(Float64) COMMENT 'Churned divided by customers at risk; null at age 0. Unit: fraction (0.05 = 5 %).',
  `first_loss_at_risk` Nullable(Int64) COMMENT 'Members active at every close from age 0 to the previous one; at age 0 the whole cohort. Unit: customers.',
  `first_loss_customers` Nullable(Int64) COMMENT 'Those of them who are not active at this close. Unit: customers.',
  `survival_rate` Nullable(Float64) COMMENT 'Product of 1 - first losses / at risk over final cells, age 0 included. Unit: fraction (0.05 = 5 %).',
  `survival_standard_error` Nullable(Float64) COMMENT 'Greenwood standard error of the survival rate. Unit: fraction (0.05 = 5 %).',
  `cohort_mrr` Nullable(Decimal(18, 4)) COMMENT 'Active MRR of the cohort at age 0. Unit: currency per month.',
  `active_mrr` Nullable(Decimal(18, 4)) COMMENT 'MRR of the cohort at this close, at this month''s exchange rate. Unit: currency per month.',
  `revenue_retention_rate` Nullable(Float64) COMMENT 'Active MRR divided by cohort MRR. Unit: fraction (0.05 = 5 %).',
  `revenue` Nullable(Decimal(18, 4)) COMMENT 'Net revenue of the month from customers of the cohort. Unit: currency.',
  `cumulative_revenue` Nullable(Decimal(18, 4)) COMMENT 'Net revenue from age 0 to this month. Unit: currency.',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `cohort_month`, `age_months`, `dimension`, `segment`)
COMMENT 'Retention, survival and revenue of customers by the month they first paid.';

CREATE TABLE IF NOT EXISTS tenure.mrr (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` String COMMENT 'The reporting currency of every amount in the row.',
  `opening_mrr` Nullable(Decimal(18, 4)) COMMENT 'MRR at the previous close, at its rate. Unit: currency per month.',
  `new_mrr` Nullable(Decimal(18, 4)) COMMENT 'MRR at close of customers who never paid before this month. Unit: currency per month.',
  `expansion_mrr` Nullable(Decimal(18, 4)) COMMENT 'Increase of customers paying at open and at close. Unit: currency per month.',
  `reactivation_mrr` Nullable(Decimal(18, 4)) COMMENT 'MRR at close of returning customers. Unit: currency per month.',
  `contraction_mrr` Nullable(Decimal(18, 4)) COMMENT 'Decrease of customers paying at open and at close; positive. Unit: currency per month.',
  `churned_mrr` Nullable(Decimal(18, 4)) COMMENT 'MRR at open of customers not paying at close; positive. Unit: currency per month.',
  `fx_mrr` Nullable(Decimal(18, 4)) COMMENT 'Opening MRR at this month''s rate less opening MRR. Unit: currency per month.',
  `closing_mrr` Nullable(Decimal(18, 4)) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  `arr` Nullable(Decimal(18, 4)) COMMENT '12 times closing MRR. Unit: currency per year.',
  `gross_revenue_retention` Nullable(Float64) COMMENT '1 - gross MRR churn rate; never above 1. Unit: fraction (0.05 = 5 %).',
  `net_revenue_retention` Nullable(Float64) COMMENT '1 - net MRR churn rate. Unit: fraction (0.05 = 5 %).',
  `gross_revenue_retention_12m` Nullable(Float64) COMMENT 'Of customers paying 12 closes ago: the smaller of MRR then and now, over MRR then. Unit: fraction (0.05 = 5 %).',
  `net_revenue_retention_12m` Nullable(Float64) COMMENT 'Of customers paying 12 closes ago: MRR now over MRR then. Unit: fraction (0.05 = 5 %).',
  `gross_mrr_churn_rate` Nullable(Float64) COMMENT '(Churned + contraction) divided by opening MRR at this month''s rate. Unit: fraction (0.05 = 5 %).',
  `net_mrr_churn_rate` Nullable(Float64) COMMENT '(Churned + contraction - expansion) divided by opening MRR at this month''s rate. Unit: fraction (0.05 = 5 %).',
  `quick_ratio` Nullable(Float64) COMMENT '(New + expansion + reactivation) divided by (churned + contraction).',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`, `currency`)
COMMENT 'Monthly recurring revenue and its movements.';

CREATE TABLE IF NOT EXISTS tenure.arpc (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` String COMMENT 'The reporting currency of every amount in the row.',
  `revenue` Nullable(Decimal(18, 4)) COMMENT 'Invoices paid in the month, positive amounts. Unit: currency.',
  `refunds` Nullable(Decimal(18, 4)) COMMENT 'Negative invoices of the month, published positive. Unit: currency.',
  `net_revenue` Nullable(Decimal(18, 4)) COMMENT 'Revenue less refunds. Unit: currency.',
  `customers` Nullable(Int64) COMMENT 'Paying at any instant of the month, or with an invoice counted in it. Unit: customers.',
  `arpc` Nullable(Decimal(18, 4)) COMMENT 'Net revenue divided by customers. Unit: currency.',
  `median_revenue` Nullable(Decimal(18, 4)) COMMENT 'Median net revenue of customers, zeros included. Unit: currency.',
  `p90_revenue` Nullable(Decimal(18, 4)) COMMENT '90th percentile of their net revenue. Unit: currency.',
  `share_above_arpc` Nullable(Float64) COMMENT 'Share of customers whose net revenue is above the mean. Unit: fraction (0.05 = 5 %).',
  `closing_mrr` Nullable(Decimal(18, 4)) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  `closing_customers` Nullable(Int64) COMMENT 'Paying at the close of the month. Unit: customers.',
  `arpa` Nullable(Decimal(18, 4)) COMMENT 'Closing MRR divided by closing customers. Unit: currency per month.',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`, `currency`)
COMMENT 'Average revenue per customer.';

CREATE TABLE IF NOT EXISTS tenure.crc (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` String COMMENT 'The reporting currency of every amount in the row.',
  `category` String COMMENT '`all`, or a category of retention costs.',
  `window_months` Int64 COMMENT 'Length of the window that ends with the month: 1 or 12. Unit: months.',
  `direct_cost` Nullable(Decimal(18, 4)) COMMENT 'Cost lines that name the segment or its customer. Unit: currency.',
  `allocated_cost` Nullable(Decimal(18, 4)) COMMENT 'This segment''s part of the cost lines that name none. Unit: currency.',
  `retention_cost` Nullable(Decimal(18, 4)) COMMENT 'Direct plus allocated cost. Unit: currency.',
  `opening_customers` Nullable(Int64) COMMENT 'Paying at the open of the month. Unit: customers.',
  `retained_customers` Nullable(Int64) COMMENT 'Paying at the window''s open and at its close. Unit: customers.',
  `average_customers` Nullable(Float64) COMMENT 'Mean of opening and closing customers; over 12 months the mean of the monthly means. Unit: customers.',
  `crc` Nullable(Decimal(18, 4)) COMMENT 'Retention cost per retained customer. Unit: currency.',
  `crc_per_average_customer` Nullable(Decimal(18, 4)) COMMENT 'Retention cost per average customer. Unit: currency.',
  `cost_share_of_mrr` Nullable(Float64) COMMENT 'Retention cost over the window''s summed closing MRR. Unit: fraction (0.05 = 5 %).',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`, `currency`, `category`, `window_months`)
COMMENT 'Retention cost per customer.';

CREATE TABLE IF NOT EXISTS tenure.cltv (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` String COMMENT 'The reporting currency of every amount in the row.',
  `method` String COMMENT 'How the value was computed.',
  `horizon_months` Int64 COMMENT 'Months of payments counted; 0 means without end. Unit: months.',
  `value` Nullable(Decimal(18, 4)) COMMENT 'Lifetime value of a new customer (historical: to date, per customer ever acquired). Unit: currency.',
  `value_lower` Nullable(Decimal(18, 4)) COMMENT 'Lower 95 % bound. Unit: currency.',
  `value_upper` Nullable(Decimal(18, 4)) COMMENT 'Upper 95 % bound. Unit: currency.',
  `residual_value` Nullable(Decimal(18, 4)) COMMENT 'Value still to come from a customer of the present base. Unit: currency.',
  `monthly_margin` Nullable(Decimal(18, 4)) COMMENT 'Margin a customer leaves per month, after retention cost. Unit: currency per month.',
  `churn_rate` Nullable(Float64) COMMENT 'Pooled monthly churn rate of the trailing months. Unit: per month.',
  `lifetime_months` Nullable(Float64) COMMENT 'Expected payments within the horizon. Unit: months.',
  `discount_rate_annual` Nullable(Float64) COMMENT 'Annual discount rate used. Unit: per year.',
  `customers` Nullable(Int64) COMMENT 'Customers the value rests on. Unit: customers.',
  `churn_events` Nullable(Int64) COMMENT 'Losses the value rests on. Unit: events.',
  `share_extrapolated` Nullable(Float64) COMMENT 'Part of the value beyond the observed ages. Unit: fraction (0.05 = 5 %).',
  `mean_churn` Nullable(Float64) COMMENT 'Mean of the fitted churn distribution. Unit: per month.',
  `polarisation` Nullable(Float64) COMMENT 'Spread of the fitted churn distribution between 0 and 1.',
  `converged` Nullable(Bool) COMMENT 'Whether the fit converged.',
  `is_shrunk` Nullable(Bool) COMMENT 'Whether hazards were drawn towards the pool.',
  `is_homogeneous` Nullable(Bool) COMMENT 'Whether the fit ended at the boundary without spread.',
  `has_costs` Nullable(Bool) COMMENT 'Whether retention costs were subtracted.',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`, `currency`, `method`, `horizon_months`)
COMMENT 'Customer lifetime value, by several methods.';

CREATE TABLE IF NOT EXISTS tenure.cltv_backtest (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` String COMMENT 'The reporting currency of every amount in the row.',
  `method` String COMMENT 'How the value was computed.',
  `horizon_months` Int64 COMMENT 'Months of payments counted; 0 means without end. Unit: months.',
  `projected_month` Nullable(Date32) COMMENT 'The month at whose close the projection was made.',
  `customers` Nullable(Int64) COMMENT 'Customers acquired by the projected month and not lost by its close. Unit: customers.',
  `projected_customer_months` Nullable(Float64) COMMENT 'Months those customers were expected to stay within the horizon. Unit: months.',
  `actual_customer_months` Nullable(Int64) COMMENT 'Months they did stay, to their first loss. Unit: months.',
  `bias` Nullable(Float64) COMMENT 'Projected over actual customer months, less 1. Unit: fraction (0.05 = 5 %).',
  `projected_value` Nullable(Decimal(18, 4)) COMMENT 'Projected customer months at the margin known when they were projected. Unit: currency.',
  `actual_value` Nullable(Decimal(18, 4)) COMMENT 'Actual customer months, each at its month''s margin. Unit: currency.',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`, `currency`, `method`, `horizon_months`)
COMMENT 'What lifetime projections made some months ago expected, and what happened since.';

CREATE TABLE IF NOT EXISTS tenure.nps (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `responses` Nullable(Int64) COMMENT 'Respondents who answered in the month, each by its latest answer. Unit: responses.',
  `promoters` Nullable(Int64) COMMENT 'Scores of 9 and 10. Unit: responses.',
  `passives` Nullable(Int64) COMMENT 'Scores between the two. Unit: responses.',
  `detractors` Nullable(Int64) COMMENT 'Scores up to nps.detractor_max (6, the standard). Unit: responses.',
  `nps` Nullable(Float64) COMMENT '100 x (promoters - detractors) / responses, -100 to 100. Unit: points.',
  `nps_lower` Nullable(Float64) COMMENT 'Lower 95 % bound (adjusted Wald). Unit: points.',
  `nps_upper` Nullable(Float64) COMMENT 'Upper 95 % bound (adjusted Wald). Unit: points.',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`)
COMMENT 'Net promoter score.';

CREATE TABLE IF NOT EXISTS tenure.csat (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `responses` Nullable(Int64) COMMENT 'Respondents who answered in the month, each by its latest answer. Unit: responses.',
  `satisfied` Nullable(Int64) COMMENT 'Top answers: 3 of 3, 4 and 5 of 5, 6 and 7 of 7, 8 to 10 of 10. Unit: responses.',
  `csat` Nullable(Float64) COMMENT 'Satisfied divided by responses. Unit: fraction (0.05 = 5 %).',
  `csat_lower` Nullable(Float64) COMMENT 'Lower 95 % bound (Wilson). Unit: fraction (0.05 = 5 %).',
  `csat_upper` Nullable(Float64) COMMENT 'Upper 95 % bound (Wilson). Unit: fraction (0.05 = 5 %).',
  `mean_score` Nullable(Float64) COMMENT 'Mean of (score - 1) / (scale - 1): 0 is the worst answer, 1 the best. Unit: fraction (0.05 = 5 %).',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`)
COMMENT 'Customer satisfaction.';

CREATE TABLE IF NOT EXISTS tenure.engagement (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `active_days_total` Nullable(Int64) COMMENT 'Distinct days on which a customer had an event, summed over customers. Unit: days.',
  `monthly_active_customers` Nullable(Int64) COMMENT 'Customers with an event in the month. Unit: customers.',
  `average_daily_active_customers` Nullable(Float64) COMMENT 'Active days divided by the days of the month (elapsed ones while it runs). Unit: customers.',
  `engagement_score` Nullable(Float64) COMMENT 'Daily over monthly active customers: active days / (days x monthly active customers). Unit: fraction (0.05 = 5 %).',
  `weekly_active_customers` Nullable(Int64) COMMENT 'Customers with an event in the last seven elapsed days of the month. Unit: customers.',
  `monthly_active_users` Nullable(Int64) COMMENT 'Users with an event in the month; one under two customers counts once. Unit: users.',
  `average_daily_active_users` Nullable(Float64) COMMENT 'The same as for customers, over users. Unit: users.',
  `user_engagement_score` Nullable(Float64) COMMENT 'The same as for customers, over users. Unit: fraction (0.05 = 5 %).',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`)
COMMENT 'Who uses the product, and how often.';

CREATE TABLE IF NOT EXISTS tenure.health (
  `month` Date32 COMMENT 'The month, its first day.',
  `customer_id` String COMMENT 'The customer.',
  `score` Nullable(Float64) COMMENT 'Weighted mean of the components there are, 0 to 100; null below half coverage. Unit: points.',
  `band` Nullable(String) COMMENT 'green (76 and more), yellow (51 and more), red, or unknown without a score.',
  `coverage` Nullable(Float64) COMMENT 'Weight of the components there are. Unit: fraction (0.05 = 5 %).',
  `usage_score` Nullable(Float64) COMMENT 'Active days: their percentile, and their trend against the three months before. Unit: points.',
  `survey_score` Nullable(Float64) COMMENT 'Latest answers on 0-100, weighted by a half-life of 90 days. Unit: points.',
  `support_score` Nullable(Float64) COMMENT '100 less the percentiles of tickets and of retention cost per revenue. Unit: points.',
  `commercial_score` Nullable(Float64) COMMENT '100, less 50 for a failed or refunded payment, less 50 for contraction in the last three months. Unit: points.',
  `tenure_score` Nullable(Float64) COMMENT '100 x (1 - the hazard at this age). Unit: points.',
  `usage_contribution` Nullable(Float64) COMMENT 'Part of the score that is usage. Unit: points.',
  `survey_contribution` Nullable(Float64) COMMENT 'Part of the score that is survey answers. Unit: points.',
  `support_contribution` Nullable(Float64) COMMENT 'Part of the score that is support. Unit: points.',
  `commercial_contribution` Nullable(Float64) COMMENT 'Part of the score that is commercial. Unit: points.',
  `tenure_contribution` Nullable(Float64) COMMENT 'Part of the score that is tenure. Unit: points.',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `customer_id`)
COMMENT 'How healthy every paying customer is.';

CREATE TABLE IF NOT EXISTS tenure.health_summary (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `customers` Nullable(Int64) COMMENT 'Customers paying at the close of the month. Unit: customers.',
  `scored_customers` Nullable(Int64) COMMENT 'Those with a score. Unit: customers.',
  `green_customers` Nullable(Int64) COMMENT 'Scores of 76 and more. Unit: customers.',
  `yellow_customers` Nullable(Int64) COMMENT 'Scores of 51 to 76. Unit: customers.',
  `red_customers` Nullable(Int64) COMMENT 'Scores below 51. Unit: customers.',
  `unknown_customers` Nullable(Int64) COMMENT 'Those without a score. Unit: customers.',
  `mean_score` Nullable(Float64) COMMENT 'Mean score of those who have one. Unit: points.',
  `mean_coverage` Nullable(Float64) COMMENT 'Mean coverage of all of them. Unit: fraction (0.05 = 5 %).',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`)
COMMENT 'Health per month and segment.';

CREATE TABLE IF NOT EXISTS tenure.health_backtest (
  `month` Date32 COMMENT 'The month, its first day.',
  `predictor` String COMMENT 'health (the score), usage (active days of the month) or tenure (hazard at this age).',
  `decile` Int64 COMMENT '1 to 10, 10 the highest risk; 0 is everybody.',
  `scored_month` Nullable(Date32) COMMENT 'When the prediction was made: three months earlier.',
  `customers` Nullable(Int64) COMMENT 'Customers who had a health score when the prediction was made. Unit: customers.',
  `lost_customers` Nullable(Int64) COMMENT 'Those not paying at one at least of the three closes since. Unit: customers.',
  `lost_rate` Nullable(Float64) COMMENT 'Lost divided by customers. Unit: fraction (0.05 = 5 %).',
  `mean_risk` Nullable(Float64) COMMENT 'Mean predicted loss rate: what was seen of the same decile three months earlier, or of everybody. Unit: fraction (0.05 = 5 %).',
  `auc` Nullable(Float64) COMMENT 'Chance that a lost customer was ranked riskier than a kept one. Unit: fraction (0.05 = 5 %).',
  `top_decile_lift` Nullable(Float64) COMMENT 'Loss rate of the riskiest tenth over that of everybody.',
  `brier` Nullable(Float64) COMMENT 'Mean squared error of the predicted loss rates.',
  `brier_base_rate` Nullable(Float64) COMMENT 'The same for predicting the base rate for everybody.',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `predictor`, `decile`)
COMMENT 'Whether health scores foretold who would leave within three months, beside two simpler predictors.';

CREATE TABLE IF NOT EXISTS tenure.tiers (
  `month` Date32 COMMENT 'The month, its first day.',
  `customer_id` String COMMENT 'The customer.',
  `tier` Nullable(String) COMMENT 'super_fan, core or at_risk.',
  `engagement_rank` Nullable(Float64) COMMENT 'Mid-rank of active days, 1 the most. Unit: fraction (0.05 = 5 %).',
  `spend_rank` Nullable(Float64) COMMENT 'Mid-rank of MRR at close. Unit: fraction (0.05 = 5 %).',
  `survey_rank` Nullable(Float64) COMMENT 'Mid-rank of the survey component. Unit: fraction (0.05 = 5 %).',
  `health_rank` Nullable(Float64) COMMENT 'Mid-rank of the health score. Unit: fraction (0.05 = 5 %).',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `customer_id`)
COMMENT 'Super fans, customers at risk, and the core between them.';

CREATE TABLE IF NOT EXISTS tenure.tiers_summary (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `customers` Nullable(Int64) COMMENT 'Customers paying at the close of the month. Unit: customers.',
  `super_fan_customers` Nullable(Int64) COMMENT 'In the top third by every rank there is, at least two. Unit: customers.',
  `core_customers` Nullable(Int64) COMMENT 'Neither of the two. Unit: customers.',
  `at_risk_customers` Nullable(Int64) COMMENT 'In the bottom third by engagement and spend, or of red health. Unit: customers.',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`)
COMMENT 'Tiers per month and segment.';

CREATE TABLE IF NOT EXISTS tenure.forecast (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` String COMMENT 'The reporting currency of every amount in the row.',
  `horizon_month` Int64 COMMENT 'Months ahead, 1 to 12. Unit: months.',
  `forecast_month` Nullable(Date32) COMMENT 'The month that is forecast.',
  `base_customers` Nullable(Int64) COMMENT 'Active customers at the close of the month. Unit: customers.',
  `base_mrr` Nullable(Decimal(18, 4)) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  `expected_customers` Nullable(Float64) COMMENT 'Expected active customers at the close of the forecast month. Unit: customers.',
  `expected_customers_lower_80` Nullable(Float64) COMMENT 'Lower 80 % bound. Unit: customers.',
  `expected_customers_upper_80` Nullable(Float64) COMMENT 'Upper 80 % bound. Unit: customers.',
  `expected_customers_lower_95` Nullable(Float64) COMMENT 'Lower 95 % bound. Unit: customers.',
  `expected_customers_upper_95` Nullable(Float64) COMMENT 'Upper 95 % bound. Unit: customers.',
  `expected_churned_customers` Nullable(Float64) COMMENT 'Customers expected to be lost in the forecast month. Unit: customers.',
  `expected_new_customers` Nullable(Float64) COMMENT 'Customers expected to be won or won back in the forecast month. Unit: customers.',
  `expected_mrr` Nullable(Decimal(18, 4)) COMMENT 'Expected MRR at the close of the forecast month. Unit: currency per month.',
  `expected_mrr_lower_80` Nullable(Decimal(18, 4)) COMMENT 'Lower 80 % bound. Unit: currency per month.',
  `expected_mrr_upper_80` Nullable(Decimal(18, 4)) COMMENT 'Upper 80 % bound. Unit: currency per month.',
  `expected_mrr_lower_95` Nullable(Decimal(18, 4)) COMMENT 'Lower 95 % bound. Unit: currency per month.',
  `expected_mrr_upper_95` Nullable(Decimal(18, 4)) COMMENT 'Upper 95 % bound. Unit: currency per month.',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`, `currency`, `horizon_month`)
COMMENT 'Expected customers and MRR of the next twelve months, with intervals.';

CREATE TABLE IF NOT EXISTS tenure.forecast_backtest (
  `month` Date32 COMMENT 'The month, its first day.',
  `dimension` String COMMENT '`all`, or the name of a dimension of the job.',
  `segment` String COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  `currency` String COMMENT 'The reporting currency of every amount in the row.',
  `horizon_month` Int64 COMMENT 'Months ahead, 1 to 12. Unit: months.',
  `projected_month` Nullable(Date32) COMMENT 'The month at whose close the projection was made.',
  `actual_customers` Nullable(Int64) COMMENT 'Active customers at the close of the month. Unit: customers.',
  `actual_mrr` Nullable(Decimal(18, 4)) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  `expected_customers` Nullable(Float64) COMMENT 'Expected active customers at the close of the forecast month. Unit: customers.',
  `expected_mrr` Nullable(Decimal(18, 4)) COMMENT 'Expected MRR at the close of the forecast month. Unit: currency per month.',
  `customers_error` Nullable(Float64) COMMENT 'Expected over actual customers, less 1. Unit: fraction (0.05 = 5 %).',
  `mrr_error` Nullable(Float64) COMMENT 'Expected over actual MRR, less 1. Unit: fraction (0.05 = 5 %).',
  `is_within_80` Nullable(Bool) COMMENT 'Whether the customers lie within the 80 % interval.',
  `is_within_95` Nullable(Bool) COMMENT 'Whether the customers lie within the 95 % interval.',
  `is_mrr_within_80` Nullable(Bool) COMMENT 'Whether the MRR lies within the 80 % interval.',
  `is_mrr_within_95` Nullable(Bool) COMMENT 'Whether the MRR lies within the 95 % interval.',
  `null_reason` Nullable(String) COMMENT 'Why measures of the row are null: the first reason that applies.',
  `is_final` Bool COMMENT 'True once the month and its settling days lie before the as-of instant.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `dimension`, `segment`, `currency`, `horizon_month`)
COMMENT 'Earlier forecasts of the month against what it became.';

CREATE TABLE IF NOT EXISTS tenure.checks (
  `month` Date32 COMMENT 'The month, its first day.',
  `checked_table` String COMMENT 'The table it was checked on.',
  `check_id` String COMMENT 'Name of the law that was checked.',
  `status` String COMMENT 'ok, vacuous, restated or broken.',
  `checked_rows` Int64 COMMENT 'Rows the law was checked on.',
  `broken_rows` Int64 COMMENT 'Rows that break it.',
  `difference` Nullable(String) COMMENT 'Largest difference found, or the restated amount.',
  `hint` Nullable(String) COMMENT 'What to do about it.'
)
ENGINE = MergeTree
PARTITION BY `month`
ORDER BY (`month`, `checked_table`, `check_id`)
COMMENT 'What every run proved about its own output.';
