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
