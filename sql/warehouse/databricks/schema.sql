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
