-- GENERATED from src/tables/outputs.rs by `make generate`. Do not edit.
-- One table per metric; one row per key.

CREATE SCHEMA IF NOT EXISTS tenure;

CREATE TABLE IF NOT EXISTS tenure.churn (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "opening_customers" BIGINT,
  "new_customers" BIGINT,
  "reactivated_customers" BIGINT,
  "churned_customers" BIGINT,
  "new_and_churned_customers" BIGINT,
  "closing_customers" BIGINT,
  "customer_churn_rate" DOUBLE PRECISION,
  "customer_churn_rate_lower" DOUBLE PRECISION,
  "customer_churn_rate_upper" DOUBLE PRECISION,
  "customer_churn_rate_including_new" DOUBLE PRECISION,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment")
);
COMMENT ON TABLE tenure.churn IS 'Customers won and lost, and the churn rate, per month and segment.';
COMMENT ON COLUMN tenure.churn."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.churn."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.churn."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.churn."opening_customers" IS 'Paying at the open of the month. Unit: customers.';
COMMENT ON COLUMN tenure.churn."new_customers" IS 'Paying at close, first ever paid in this month. Unit: customers.';
COMMENT ON COLUMN tenure.churn."reactivated_customers" IS 'Paying at close, not at open, had paid before this month. Unit: customers.';
COMMENT ON COLUMN tenure.churn."churned_customers" IS 'Paying at open, not paying at close. Unit: customers.';
COMMENT ON COLUMN tenure.churn."new_and_churned_customers" IS 'First ever paid in this month, not paying at its close. Unit: customers.';
COMMENT ON COLUMN tenure.churn."closing_customers" IS 'Paying at the close of the month. Unit: customers.';
COMMENT ON COLUMN tenure.churn."customer_churn_rate" IS 'Churned divided by opening customers. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.churn."customer_churn_rate_lower" IS 'Lower bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.churn."customer_churn_rate_upper" IS 'Upper bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.churn."customer_churn_rate_including_new" IS '(Churned + new and churned) divided by opening customers; may exceed 1. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.churn."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.churn."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.cohorts (
  "month" DATE NOT NULL,
  "cohort_month" DATE NOT NULL,
  "age_months" BIGINT NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "cohort_customers" BIGINT,
  "at_risk_customers" BIGINT,
  "active_customers" BIGINT,
  "churned_customers" BIGINT,
  "new_and_churned_customers" BIGINT,
  "customer_retention_rate" DOUBLE PRECISION,
  "customer_retention_rate_lower" DOUBLE PRECISION,
  "customer_retention_rate_upper" DOUBLE PRECISION,
  "hazard_rate" DOUBLE PRECISION,
  "first_loss_at_risk" BIGINT,
  "first_loss_customers" BIGINT,
  "survival_rate" DOUBLE PRECISION,
  "survival_standard_error" DOUBLE PRECISION,
  "cohort_mrr" NUMERIC(18, 4),
  "active_mrr" NUMERIC(18, 4),
  "revenue_retention_rate" DOUBLE PRECISION,
  "revenue" NUMERIC(18, 4),
  "cumulative_revenue" NUMERIC(18, 4),
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "cohort_month", "age_months", "dimension", "segment")
);
COMMENT ON TABLE tenure.cohorts IS 'Retention, survival and revenue of customers by the month they first paid.';
COMMENT ON COLUMN tenure.cohorts."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.cohorts."cohort_month" IS 'Month of the first instant the customers ever paid.';
COMMENT ON COLUMN tenure.cohorts."age_months" IS 'Months since the cohort month; 0 is the month of acquisition. Unit: months.';
COMMENT ON COLUMN tenure.cohorts."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.cohorts."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.cohorts."cohort_customers" IS 'Customers who first paid in the cohort month. Unit: customers.';
COMMENT ON COLUMN tenure.cohorts."at_risk_customers" IS 'Active at the previous close; 0 at age 0. Unit: customers.';
COMMENT ON COLUMN tenure.cohorts."active_customers" IS 'Active at the close of the month. Unit: customers.';
COMMENT ON COLUMN tenure.cohorts."churned_customers" IS 'Customers at risk who are not active at this close. Unit: customers.';
COMMENT ON COLUMN tenure.cohorts."new_and_churned_customers" IS 'At age 0: customers of the cohort not active at its first close; 0 at later ages. Unit: customers.';
COMMENT ON COLUMN tenure.cohorts."customer_retention_rate" IS 'Active divided by cohort customers. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.cohorts."customer_retention_rate_lower" IS 'Lower bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.cohorts."customer_retention_rate_upper" IS 'Upper bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.cohorts."hazard_rate" IS 'Churned divided by customers at risk; null at age 0. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.cohorts."first_loss_at_risk" IS 'Members active at every close from age 0 to the previous one; at age 0 the whole cohort. Unit: customers.';
COMMENT ON COLUMN tenure.cohorts."first_loss_customers" IS 'Those of them who are not active at this close. Unit: customers.';
COMMENT ON COLUMN tenure.cohorts."survival_rate" IS 'Product of 1 - first losses / at risk over final cells, age 0 included. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.cohorts."survival_standard_error" IS 'Greenwood standard error of the survival rate. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.cohorts."cohort_mrr" IS 'Active MRR of the cohort at age 0. Unit: currency per month.';
COMMENT ON COLUMN tenure.cohorts."active_mrr" IS 'MRR of the cohort at this close, at this month''s exchange rate. Unit: currency per month.';
COMMENT ON COLUMN tenure.cohorts."revenue_retention_rate" IS 'Active MRR divided by cohort MRR. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.cohorts."revenue" IS 'Net revenue of the month from customers of the cohort. Unit: currency.';
COMMENT ON COLUMN tenure.cohorts."cumulative_revenue" IS 'Net revenue from age 0 to this month. Unit: currency.';
COMMENT ON COLUMN tenure.cohorts."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.cohorts."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.mrr (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "opening_mrr" NUMERIC(18, 4),
  "new_mrr" NUMERIC(18, 4),
  "expansion_mrr" NUMERIC(18, 4),
  "reactivation_mrr" NUMERIC(18, 4),
  "contraction_mrr" NUMERIC(18, 4),
  "churned_mrr" NUMERIC(18, 4),
  "fx_mrr" NUMERIC(18, 4),
  "closing_mrr" NUMERIC(18, 4),
  "arr" NUMERIC(18, 4),
  "gross_revenue_retention" DOUBLE PRECISION,
  "net_revenue_retention" DOUBLE PRECISION,
  "gross_revenue_retention_12m" DOUBLE PRECISION,
  "net_revenue_retention_12m" DOUBLE PRECISION,
  "gross_mrr_churn_rate" DOUBLE PRECISION,
  "net_mrr_churn_rate" DOUBLE PRECISION,
  "quick_ratio" DOUBLE PRECISION,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment", "currency")
);
COMMENT ON TABLE tenure.mrr IS 'Monthly recurring revenue and its movements.';
COMMENT ON COLUMN tenure.mrr."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.mrr."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.mrr."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.mrr."currency" IS 'The reporting currency of every amount in the row.';
COMMENT ON COLUMN tenure.mrr."opening_mrr" IS 'MRR at the previous close, at its rate. Unit: currency per month.';
COMMENT ON COLUMN tenure.mrr."new_mrr" IS 'MRR at close of customers who never paid before this month. Unit: currency per month.';
COMMENT ON COLUMN tenure.mrr."expansion_mrr" IS 'Increase of customers paying at open and at close. Unit: currency per month.';
COMMENT ON COLUMN tenure.mrr."reactivation_mrr" IS 'MRR at close of returning customers. Unit: currency per month.';
COMMENT ON COLUMN tenure.mrr."contraction_mrr" IS 'Decrease of customers paying at open and at close; positive. Unit: currency per month.';
COMMENT ON COLUMN tenure.mrr."churned_mrr" IS 'MRR at open of customers not paying at close; positive. Unit: currency per month.';
COMMENT ON COLUMN tenure.mrr."fx_mrr" IS 'Opening MRR at this month''s rate less opening MRR. Unit: currency per month.';
COMMENT ON COLUMN tenure.mrr."closing_mrr" IS 'MRR at the close of the month. Unit: currency per month.';
COMMENT ON COLUMN tenure.mrr."arr" IS '12 times closing MRR. Unit: currency per year.';
COMMENT ON COLUMN tenure.mrr."gross_revenue_retention" IS '1 - gross MRR churn rate; never above 1. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.mrr."net_revenue_retention" IS '1 - net MRR churn rate. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.mrr."gross_revenue_retention_12m" IS 'Of customers paying 12 closes ago: the smaller of MRR then and now, over MRR then. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.mrr."net_revenue_retention_12m" IS 'Of customers paying 12 closes ago: MRR now over MRR then. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.mrr."gross_mrr_churn_rate" IS '(Churned + contraction) divided by opening MRR at this month''s rate. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.mrr."net_mrr_churn_rate" IS '(Churned + contraction - expansion) divided by opening MRR at this month''s rate. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.mrr."quick_ratio" IS '(New + expansion + reactivation) divided by (churned + contraction).';
COMMENT ON COLUMN tenure.mrr."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.mrr."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.arpc (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "revenue" NUMERIC(18, 4),
  "refunds" NUMERIC(18, 4),
  "net_revenue" NUMERIC(18, 4),
  "customers" BIGINT,
  "arpc" NUMERIC(18, 4),
  "median_revenue" NUMERIC(18, 4),
  "p90_revenue" NUMERIC(18, 4),
  "share_above_arpc" DOUBLE PRECISION,
  "closing_mrr" NUMERIC(18, 4),
  "closing_customers" BIGINT,
  "arpa" NUMERIC(18, 4),
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment", "currency")
);
COMMENT ON TABLE tenure.arpc IS 'Average revenue per customer.';
COMMENT ON COLUMN tenure.arpc."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.arpc."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.arpc."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.arpc."currency" IS 'The reporting currency of every amount in the row.';
COMMENT ON COLUMN tenure.arpc."revenue" IS 'Invoices paid in the month, positive amounts. Unit: currency.';
COMMENT ON COLUMN tenure.arpc."refunds" IS 'Negative invoices of the month, published positive. Unit: currency.';
COMMENT ON COLUMN tenure.arpc."net_revenue" IS 'Revenue less refunds. Unit: currency.';
COMMENT ON COLUMN tenure.arpc."customers" IS 'Paying at any instant of the month, or with an invoice counted in it. Unit: customers.';
COMMENT ON COLUMN tenure.arpc."arpc" IS 'Net revenue divided by customers. Unit: currency.';
COMMENT ON COLUMN tenure.arpc."median_revenue" IS 'Median net revenue of customers, zeros included. Unit: currency.';
COMMENT ON COLUMN tenure.arpc."p90_revenue" IS '90th percentile of their net revenue. Unit: currency.';
COMMENT ON COLUMN tenure.arpc."share_above_arpc" IS 'Share of customers whose net revenue is above the mean. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.arpc."closing_mrr" IS 'MRR at the close of the month. Unit: currency per month.';
COMMENT ON COLUMN tenure.arpc."closing_customers" IS 'Paying at the close of the month. Unit: customers.';
COMMENT ON COLUMN tenure.arpc."arpa" IS 'Closing MRR divided by closing customers. Unit: currency per month.';
COMMENT ON COLUMN tenure.arpc."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.arpc."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.crc (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "category" TEXT NOT NULL,
  "window_months" BIGINT NOT NULL,
  "direct_cost" NUMERIC(18, 4),
  "allocated_cost" NUMERIC(18, 4),
  "retention_cost" NUMERIC(18, 4),
  "opening_customers" BIGINT,
  "retained_customers" BIGINT,
  "average_customers" DOUBLE PRECISION,
  "crc" NUMERIC(18, 4),
  "crc_per_average_customer" NUMERIC(18, 4),
  "cost_share_of_mrr" DOUBLE PRECISION,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment", "currency", "category", "window_months")
);
COMMENT ON TABLE tenure.crc IS 'Retention cost per customer.';
COMMENT ON COLUMN tenure.crc."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.crc."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.crc."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.crc."currency" IS 'The reporting currency of every amount in the row.';
COMMENT ON COLUMN tenure.crc."category" IS '`all`, or a category of retention costs.';
COMMENT ON COLUMN tenure.crc."window_months" IS 'Length of the window that ends with the month: 1 or 12. Unit: months.';
COMMENT ON COLUMN tenure.crc."direct_cost" IS 'Cost lines that name the segment or its customer. Unit: currency.';
COMMENT ON COLUMN tenure.crc."allocated_cost" IS 'This segment''s part of the cost lines that name none. Unit: currency.';
COMMENT ON COLUMN tenure.crc."retention_cost" IS 'Direct plus allocated cost. Unit: currency.';
COMMENT ON COLUMN tenure.crc."opening_customers" IS 'Paying at the open of the month. Unit: customers.';
COMMENT ON COLUMN tenure.crc."retained_customers" IS 'Paying at the window''s open and at its close. Unit: customers.';
COMMENT ON COLUMN tenure.crc."average_customers" IS 'Mean of opening and closing customers; over 12 months the mean of the monthly means. Unit: customers.';
COMMENT ON COLUMN tenure.crc."crc" IS 'Retention cost per retained customer. Unit: currency.';
COMMENT ON COLUMN tenure.crc."crc_per_average_customer" IS 'Retention cost per average customer. Unit: currency.';
COMMENT ON COLUMN tenure.crc."cost_share_of_mrr" IS 'Retention cost over the window''s summed closing MRR. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.crc."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.crc."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.cltv (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "method" TEXT NOT NULL,
  "horizon_months" BIGINT NOT NULL,
  "value" NUMERIC(18, 4),
  "value_lower" NUMERIC(18, 4),
  "value_upper" NUMERIC(18, 4),
  "residual_value" NUMERIC(18, 4),
  "monthly_margin" NUMERIC(18, 4),
  "churn_rate" DOUBLE PRECISION,
  "lifetime_months" DOUBLE PRECISION,
  "discount_rate_annual" DOUBLE PRECISION,
  "customers" BIGINT,
  "churn_events" BIGINT,
  "share_extrapolated" DOUBLE PRECISION,
  "mean_churn" DOUBLE PRECISION,
  "polarisation" DOUBLE PRECISION,
  "converged" BOOLEAN,
  "is_shrunk" BOOLEAN,
  "is_homogeneous" BOOLEAN,
  "has_costs" BOOLEAN,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment", "currency", "method", "horizon_months")
);
COMMENT ON TABLE tenure.cltv IS 'Customer lifetime value, by several methods.';
COMMENT ON COLUMN tenure.cltv."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.cltv."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.cltv."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.cltv."currency" IS 'The reporting currency of every amount in the row.';
COMMENT ON COLUMN tenure.cltv."method" IS 'How the value was computed.';
COMMENT ON COLUMN tenure.cltv."horizon_months" IS 'Months of payments counted; 0 means without end. Unit: months.';
COMMENT ON COLUMN tenure.cltv."value" IS 'Lifetime value of a new customer (historical: to date, per customer ever acquired). Unit: currency.';
COMMENT ON COLUMN tenure.cltv."value_lower" IS 'Lower 95 % bound. Unit: currency.';
COMMENT ON COLUMN tenure.cltv."value_upper" IS 'Upper 95 % bound. Unit: currency.';
COMMENT ON COLUMN tenure.cltv."residual_value" IS 'Value still to come from a customer of the present base. Unit: currency.';
COMMENT ON COLUMN tenure.cltv."monthly_margin" IS 'Margin a customer leaves per month, after retention cost. Unit: currency per month.';
COMMENT ON COLUMN tenure.cltv."churn_rate" IS 'Pooled monthly churn rate of the trailing months. Unit: per month.';
COMMENT ON COLUMN tenure.cltv."lifetime_months" IS 'Expected payments within the horizon. Unit: months.';
COMMENT ON COLUMN tenure.cltv."discount_rate_annual" IS 'Annual discount rate used. Unit: per year.';
COMMENT ON COLUMN tenure.cltv."customers" IS 'Customers the value rests on. Unit: customers.';
COMMENT ON COLUMN tenure.cltv."churn_events" IS 'Losses the value rests on. Unit: events.';
COMMENT ON COLUMN tenure.cltv."share_extrapolated" IS 'Part of the value beyond the observed ages. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.cltv."mean_churn" IS 'Mean of the fitted churn distribution. Unit: per month.';
COMMENT ON COLUMN tenure.cltv."polarisation" IS 'Spread of the fitted churn distribution between 0 and 1.';
COMMENT ON COLUMN tenure.cltv."converged" IS 'Whether the fit converged.';
COMMENT ON COLUMN tenure.cltv."is_shrunk" IS 'Whether hazards were drawn towards the pool.';
COMMENT ON COLUMN tenure.cltv."is_homogeneous" IS 'Whether the fit ended at the boundary without spread.';
COMMENT ON COLUMN tenure.cltv."has_costs" IS 'Whether retention costs were subtracted.';
COMMENT ON COLUMN tenure.cltv."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.cltv."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.cltv_backtest (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "method" TEXT NOT NULL,
  "horizon_months" BIGINT NOT NULL,
  "projected_month" DATE,
  "customers" BIGINT,
  "projected_customer_months" DOUBLE PRECISION,
  "actual_customer_months" BIGINT,
  "bias" DOUBLE PRECISION,
  "projected_value" NUMERIC(18, 4),
  "actual_value" NUMERIC(18, 4),
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment", "currency", "method", "horizon_months")
);
COMMENT ON TABLE tenure.cltv_backtest IS 'What lifetime projections made some months ago expected, and what happened since.';
COMMENT ON COLUMN tenure.cltv_backtest."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.cltv_backtest."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.cltv_backtest."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.cltv_backtest."currency" IS 'The reporting currency of every amount in the row.';
COMMENT ON COLUMN tenure.cltv_backtest."method" IS 'How the value was computed.';
COMMENT ON COLUMN tenure.cltv_backtest."horizon_months" IS 'Months of payments counted; 0 means without end. Unit: months.';
COMMENT ON COLUMN tenure.cltv_backtest."projected_month" IS 'The month at whose close the projection was made.';
COMMENT ON COLUMN tenure.cltv_backtest."customers" IS 'Customers acquired by the projected month and not lost by its close. Unit: customers.';
COMMENT ON COLUMN tenure.cltv_backtest."projected_customer_months" IS 'Months those customers were expected to stay within the horizon. Unit: months.';
COMMENT ON COLUMN tenure.cltv_backtest."actual_customer_months" IS 'Months they did stay, to their first loss. Unit: months.';
COMMENT ON COLUMN tenure.cltv_backtest."bias" IS 'Projected over actual customer months, less 1. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.cltv_backtest."projected_value" IS 'Projected customer months at the margin known when they were projected. Unit: currency.';
COMMENT ON COLUMN tenure.cltv_backtest."actual_value" IS 'Actual customer months, each at its month''s margin. Unit: currency.';
COMMENT ON COLUMN tenure.cltv_backtest."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.cltv_backtest."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.nps (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "responses" BIGINT,
  "promoters" BIGINT,
  "passives" BIGINT,
  "detractors" BIGINT,
  "nps" DOUBLE PRECISION,
  "nps_lower" DOUBLE PRECISION,
  "nps_upper" DOUBLE PRECISION,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment")
);
COMMENT ON TABLE tenure.nps IS 'Net promoter score.';
COMMENT ON COLUMN tenure.nps."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.nps."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.nps."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.nps."responses" IS 'Respondents who answered in the month, each by its latest answer. Unit: responses.';
COMMENT ON COLUMN tenure.nps."promoters" IS 'Scores of 9 and 10. Unit: responses.';
COMMENT ON COLUMN tenure.nps."passives" IS 'Scores between the two. Unit: responses.';
COMMENT ON COLUMN tenure.nps."detractors" IS 'Scores up to nps.detractor_max (6, the standard). Unit: responses.';
COMMENT ON COLUMN tenure.nps."nps" IS '100 x (promoters - detractors) / responses, -100 to 100. Unit: points.';
COMMENT ON COLUMN tenure.nps."nps_lower" IS 'Lower 95 % bound (adjusted Wald). Unit: points.';
COMMENT ON COLUMN tenure.nps."nps_upper" IS 'Upper 95 % bound (adjusted Wald). Unit: points.';
COMMENT ON COLUMN tenure.nps."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.nps."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.csat (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "responses" BIGINT,
  "satisfied" BIGINT,
  "csat" DOUBLE PRECISION,
  "csat_lower" DOUBLE PRECISION,
  "csat_upper" DOUBLE PRECISION,
  "mean_score" DOUBLE PRECISION,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment")
);
COMMENT ON TABLE tenure.csat IS 'Customer satisfaction.';
COMMENT ON COLUMN tenure.csat."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.csat."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.csat."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.csat."responses" IS 'Respondents who answered in the month, each by its latest answer. Unit: responses.';
COMMENT ON COLUMN tenure.csat."satisfied" IS 'Top answers: 3 of 3, 4 and 5 of 5, 6 and 7 of 7, 8 to 10 of 10. Unit: responses.';
COMMENT ON COLUMN tenure.csat."csat" IS 'Satisfied divided by responses. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.csat."csat_lower" IS 'Lower 95 % bound (Wilson). Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.csat."csat_upper" IS 'Upper 95 % bound (Wilson). Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.csat."mean_score" IS 'Mean of (score - 1) / (scale - 1): 0 is the worst answer, 1 the best. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.csat."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.csat."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.engagement (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "active_days_total" BIGINT,
  "monthly_active_customers" BIGINT,
  "average_daily_active_customers" DOUBLE PRECISION,
  "engagement_score" DOUBLE PRECISION,
  "weekly_active_customers" BIGINT,
  "monthly_active_users" BIGINT,
  "average_daily_active_users" DOUBLE PRECISION,
  "user_engagement_score" DOUBLE PRECISION,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment")
);
COMMENT ON TABLE tenure.engagement IS 'Who uses the product, and how often.';
COMMENT ON COLUMN tenure.engagement."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.engagement."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.engagement."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.engagement."active_days_total" IS 'Distinct days on which a customer had an event, summed over customers. Unit: days.';
COMMENT ON COLUMN tenure.engagement."monthly_active_customers" IS 'Customers with an event in the month. Unit: customers.';
COMMENT ON COLUMN tenure.engagement."average_daily_active_customers" IS 'Active days divided by the days of the month (elapsed ones while it runs). Unit: customers.';
COMMENT ON COLUMN tenure.engagement."engagement_score" IS 'Daily over monthly active customers: active days / (days x monthly active customers). Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.engagement."weekly_active_customers" IS 'Customers with an event in the last seven elapsed days of the month. Unit: customers.';
COMMENT ON COLUMN tenure.engagement."monthly_active_users" IS 'Users with an event in the month; one under two customers counts once. Unit: users.';
COMMENT ON COLUMN tenure.engagement."average_daily_active_users" IS 'The same as for customers, over users. Unit: users.';
COMMENT ON COLUMN tenure.engagement."user_engagement_score" IS 'The same as for customers, over users. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.engagement."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.engagement."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.health (
  "month" DATE NOT NULL,
  "customer_id" TEXT NOT NULL,
  "score" DOUBLE PRECISION,
  "band" TEXT,
  "coverage" DOUBLE PRECISION,
  "usage_score" DOUBLE PRECISION,
  "survey_score" DOUBLE PRECISION,
  "support_score" DOUBLE PRECISION,
  "commercial_score" DOUBLE PRECISION,
  "tenure_score" DOUBLE PRECISION,
  "usage_contribution" DOUBLE PRECISION,
  "survey_contribution" DOUBLE PRECISION,
  "support_contribution" DOUBLE PRECISION,
  "commercial_contribution" DOUBLE PRECISION,
  "tenure_contribution" DOUBLE PRECISION,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "customer_id")
);
COMMENT ON TABLE tenure.health IS 'How healthy every paying customer is.';
COMMENT ON COLUMN tenure.health."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.health."customer_id" IS 'The customer.';
COMMENT ON COLUMN tenure.health."score" IS 'Weighted mean of the components there are, 0 to 100; null below half coverage. Unit: points.';
COMMENT ON COLUMN tenure.health."band" IS 'green (76 and more), yellow (51 and more), red, or unknown without a score.';
COMMENT ON COLUMN tenure.health."coverage" IS 'Weight of the components there are. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.health."usage_score" IS 'Active days: their percentile, and their trend against the three months before. Unit: points.';
COMMENT ON COLUMN tenure.health."survey_score" IS 'Latest answers on 0-100, weighted by a half-life of 90 days. Unit: points.';
COMMENT ON COLUMN tenure.health."support_score" IS '100 less the percentiles of tickets and of retention cost per revenue. Unit: points.';
COMMENT ON COLUMN tenure.health."commercial_score" IS '100, less 50 for a failed or refunded payment, less 50 for contraction in the last three months. Unit: points.';
COMMENT ON COLUMN tenure.health."tenure_score" IS '100 x (1 - the hazard at this age). Unit: points.';
COMMENT ON COLUMN tenure.health."usage_contribution" IS 'Part of the score that is usage. Unit: points.';
COMMENT ON COLUMN tenure.health."survey_contribution" IS 'Part of the score that is survey answers. Unit: points.';
COMMENT ON COLUMN tenure.health."support_contribution" IS 'Part of the score that is support. Unit: points.';
COMMENT ON COLUMN tenure.health."commercial_contribution" IS 'Part of the score that is commercial. Unit: points.';
COMMENT ON COLUMN tenure.health."tenure_contribution" IS 'Part of the score that is tenure. Unit: points.';
COMMENT ON COLUMN tenure.health."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.health."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.health_summary (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "customers" BIGINT,
  "scored_customers" BIGINT,
  "green_customers" BIGINT,
  "yellow_customers" BIGINT,
  "red_customers" BIGINT,
  "unknown_customers" BIGINT,
  "mean_score" DOUBLE PRECISION,
  "mean_coverage" DOUBLE PRECISION,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment")
);
COMMENT ON TABLE tenure.health_summary IS 'Health per month and segment.';
COMMENT ON COLUMN tenure.health_summary."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.health_summary."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.health_summary."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.health_summary."customers" IS 'Customers paying at the close of the month. Unit: customers.';
COMMENT ON COLUMN tenure.health_summary."scored_customers" IS 'Those with a score. Unit: customers.';
COMMENT ON COLUMN tenure.health_summary."green_customers" IS 'Scores of 76 and more. Unit: customers.';
COMMENT ON COLUMN tenure.health_summary."yellow_customers" IS 'Scores of 51 to 76. Unit: customers.';
COMMENT ON COLUMN tenure.health_summary."red_customers" IS 'Scores below 51. Unit: customers.';
COMMENT ON COLUMN tenure.health_summary."unknown_customers" IS 'Those without a score. Unit: customers.';
COMMENT ON COLUMN tenure.health_summary."mean_score" IS 'Mean score of those who have one. Unit: points.';
COMMENT ON COLUMN tenure.health_summary."mean_coverage" IS 'Mean coverage of all of them. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.health_summary."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.health_summary."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.health_backtest (
  "month" DATE NOT NULL,
  "predictor" TEXT NOT NULL,
  "decile" BIGINT NOT NULL,
  "scored_month" DATE,
  "customers" BIGINT,
  "lost_customers" BIGINT,
  "lost_rate" DOUBLE PRECISION,
  "mean_risk" DOUBLE PRECISION,
  "auc" DOUBLE PRECISION,
  "top_decile_lift" DOUBLE PRECISION,
  "brier" DOUBLE PRECISION,
  "brier_base_rate" DOUBLE PRECISION,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "predictor", "decile")
);
COMMENT ON TABLE tenure.health_backtest IS 'Whether health scores foretold who would leave within three months, beside two simpler predictors.';
COMMENT ON COLUMN tenure.health_backtest."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.health_backtest."predictor" IS 'health (the score), usage (active days of the month) or tenure (hazard at this age).';
COMMENT ON COLUMN tenure.health_backtest."decile" IS '1 to 10, 10 the highest risk; 0 is everybody.';
COMMENT ON COLUMN tenure.health_backtest."scored_month" IS 'When the prediction was made: three months earlier.';
COMMENT ON COLUMN tenure.health_backtest."customers" IS 'Customers who had a health score when the prediction was made. Unit: customers.';
COMMENT ON COLUMN tenure.health_backtest."lost_customers" IS 'Those not paying at one at least of the three closes since. Unit: customers.';
COMMENT ON COLUMN tenure.health_backtest."lost_rate" IS 'Lost divided by customers. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.health_backtest."mean_risk" IS 'Mean predicted loss rate: what was seen of the same decile three months earlier, or of everybody. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.health_backtest."auc" IS 'Chance that a lost customer was ranked riskier than a kept one. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.health_backtest."top_decile_lift" IS 'Loss rate of the riskiest tenth over that of everybody.';
COMMENT ON COLUMN tenure.health_backtest."brier" IS 'Mean squared error of the predicted loss rates.';
COMMENT ON COLUMN tenure.health_backtest."brier_base_rate" IS 'The same for predicting the base rate for everybody.';
COMMENT ON COLUMN tenure.health_backtest."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.health_backtest."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.tiers (
  "month" DATE NOT NULL,
  "customer_id" TEXT NOT NULL,
  "tier" TEXT,
  "engagement_rank" DOUBLE PRECISION,
  "spend_rank" DOUBLE PRECISION,
  "survey_rank" DOUBLE PRECISION,
  "health_rank" DOUBLE PRECISION,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "customer_id")
);
COMMENT ON TABLE tenure.tiers IS 'Super fans, customers at risk, and the core between them.';
COMMENT ON COLUMN tenure.tiers."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.tiers."customer_id" IS 'The customer.';
COMMENT ON COLUMN tenure.tiers."tier" IS 'super_fan, core or at_risk.';
COMMENT ON COLUMN tenure.tiers."engagement_rank" IS 'Mid-rank of active days, 1 the most. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.tiers."spend_rank" IS 'Mid-rank of MRR at close. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.tiers."survey_rank" IS 'Mid-rank of the survey component. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.tiers."health_rank" IS 'Mid-rank of the health score. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.tiers."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.tiers_summary (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "customers" BIGINT,
  "super_fan_customers" BIGINT,
  "core_customers" BIGINT,
  "at_risk_customers" BIGINT,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment")
);
COMMENT ON TABLE tenure.tiers_summary IS 'Tiers per month and segment.';
COMMENT ON COLUMN tenure.tiers_summary."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.tiers_summary."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.tiers_summary."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.tiers_summary."customers" IS 'Customers paying at the close of the month. Unit: customers.';
COMMENT ON COLUMN tenure.tiers_summary."super_fan_customers" IS 'In the top third by every rank there is, at least two. Unit: customers.';
COMMENT ON COLUMN tenure.tiers_summary."core_customers" IS 'Neither of the two. Unit: customers.';
COMMENT ON COLUMN tenure.tiers_summary."at_risk_customers" IS 'In the bottom third by engagement and spend, or of red health. Unit: customers.';
COMMENT ON COLUMN tenure.tiers_summary."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.tiers_summary."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.forecast (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "horizon_month" BIGINT NOT NULL,
  "forecast_month" DATE,
  "base_customers" BIGINT,
  "base_mrr" NUMERIC(18, 4),
  "expected_customers" DOUBLE PRECISION,
  "expected_customers_lower_80" DOUBLE PRECISION,
  "expected_customers_upper_80" DOUBLE PRECISION,
  "expected_customers_lower_95" DOUBLE PRECISION,
  "expected_customers_upper_95" DOUBLE PRECISION,
  "expected_churned_customers" DOUBLE PRECISION,
  "expected_new_customers" DOUBLE PRECISION,
  "expected_mrr" NUMERIC(18, 4),
  "expected_mrr_lower_80" NUMERIC(18, 4),
  "expected_mrr_upper_80" NUMERIC(18, 4),
  "expected_mrr_lower_95" NUMERIC(18, 4),
  "expected_mrr_upper_95" NUMERIC(18, 4),
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment", "currency", "horizon_month")
);
COMMENT ON TABLE tenure.forecast IS 'Expected customers and MRR of the next twelve months, with intervals.';
COMMENT ON COLUMN tenure.forecast."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.forecast."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.forecast."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.forecast."currency" IS 'The reporting currency of every amount in the row.';
COMMENT ON COLUMN tenure.forecast."horizon_month" IS 'Months ahead, 1 to 12. Unit: months.';
COMMENT ON COLUMN tenure.forecast."forecast_month" IS 'The month that is forecast.';
COMMENT ON COLUMN tenure.forecast."base_customers" IS 'Active customers at the close of the month. Unit: customers.';
COMMENT ON COLUMN tenure.forecast."base_mrr" IS 'MRR at the close of the month. Unit: currency per month.';
COMMENT ON COLUMN tenure.forecast."expected_customers" IS 'Expected active customers at the close of the forecast month. Unit: customers.';
COMMENT ON COLUMN tenure.forecast."expected_customers_lower_80" IS 'Lower 80 % bound. Unit: customers.';
COMMENT ON COLUMN tenure.forecast."expected_customers_upper_80" IS 'Upper 80 % bound. Unit: customers.';
COMMENT ON COLUMN tenure.forecast."expected_customers_lower_95" IS 'Lower 95 % bound. Unit: customers.';
COMMENT ON COLUMN tenure.forecast."expected_customers_upper_95" IS 'Upper 95 % bound. Unit: customers.';
COMMENT ON COLUMN tenure.forecast."expected_churned_customers" IS 'Customers expected to be lost in the forecast month. Unit: customers.';
COMMENT ON COLUMN tenure.forecast."expected_new_customers" IS 'Customers expected to be won or won back in the forecast month. Unit: customers.';
COMMENT ON COLUMN tenure.forecast."expected_mrr" IS 'Expected MRR at the close of the forecast month. Unit: currency per month.';
COMMENT ON COLUMN tenure.forecast."expected_mrr_lower_80" IS 'Lower 80 % bound. Unit: currency per month.';
COMMENT ON COLUMN tenure.forecast."expected_mrr_upper_80" IS 'Upper 80 % bound. Unit: currency per month.';
COMMENT ON COLUMN tenure.forecast."expected_mrr_lower_95" IS 'Lower 95 % bound. Unit: currency per month.';
COMMENT ON COLUMN tenure.forecast."expected_mrr_upper_95" IS 'Upper 95 % bound. Unit: currency per month.';
COMMENT ON COLUMN tenure.forecast."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.forecast."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.forecast_backtest (
  "month" DATE NOT NULL,
  "dimension" TEXT NOT NULL,
  "segment" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "horizon_month" BIGINT NOT NULL,
  "projected_month" DATE,
  "actual_customers" BIGINT,
  "actual_mrr" NUMERIC(18, 4),
  "expected_customers" DOUBLE PRECISION,
  "expected_mrr" NUMERIC(18, 4),
  "customers_error" DOUBLE PRECISION,
  "mrr_error" DOUBLE PRECISION,
  "is_within_80" BOOLEAN,
  "is_within_95" BOOLEAN,
  "is_mrr_within_80" BOOLEAN,
  "is_mrr_within_95" BOOLEAN,
  "null_reason" TEXT,
  "is_final" BOOLEAN NOT NULL,
  PRIMARY KEY ("month", "dimension", "segment", "currency", "horizon_month")
);
COMMENT ON TABLE tenure.forecast_backtest IS 'Earlier forecasts of the month against what it became.';
COMMENT ON COLUMN tenure.forecast_backtest."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.forecast_backtest."dimension" IS '`all`, or the name of a dimension of the job.';
COMMENT ON COLUMN tenure.forecast_backtest."segment" IS '`all`, or a value of the dimension; `(unknown)` where there is none.';
COMMENT ON COLUMN tenure.forecast_backtest."currency" IS 'The reporting currency of every amount in the row.';
COMMENT ON COLUMN tenure.forecast_backtest."horizon_month" IS 'Months ahead, 1 to 12. Unit: months.';
COMMENT ON COLUMN tenure.forecast_backtest."projected_month" IS 'The month at whose close the projection was made.';
COMMENT ON COLUMN tenure.forecast_backtest."actual_customers" IS 'Active customers at the close of the month. Unit: customers.';
COMMENT ON COLUMN tenure.forecast_backtest."actual_mrr" IS 'MRR at the close of the month. Unit: currency per month.';
COMMENT ON COLUMN tenure.forecast_backtest."expected_customers" IS 'Expected active customers at the close of the forecast month. Unit: customers.';
COMMENT ON COLUMN tenure.forecast_backtest."expected_mrr" IS 'Expected MRR at the close of the forecast month. Unit: currency per month.';
COMMENT ON COLUMN tenure.forecast_backtest."customers_error" IS 'Expected over actual customers, less 1. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.forecast_backtest."mrr_error" IS 'Expected over actual MRR, less 1. Unit: fraction (0.05 = 5 %).';
COMMENT ON COLUMN tenure.forecast_backtest."is_within_80" IS 'Whether the customers lie within the 80 % interval.';
COMMENT ON COLUMN tenure.forecast_backtest."is_within_95" IS 'Whether the customers lie within the 95 % interval.';
COMMENT ON COLUMN tenure.forecast_backtest."is_mrr_within_80" IS 'Whether the MRR lies within the 80 % interval.';
COMMENT ON COLUMN tenure.forecast_backtest."is_mrr_within_95" IS 'Whether the MRR lies within the 95 % interval.';
COMMENT ON COLUMN tenure.forecast_backtest."null_reason" IS 'Why measures of the row are null: the first reason that applies.';
COMMENT ON COLUMN tenure.forecast_backtest."is_final" IS 'True once the month and its settling days lie before the as-of instant.';

CREATE TABLE IF NOT EXISTS tenure.checks (
  "month" DATE NOT NULL,
  "checked_table" TEXT NOT NULL,
  "check_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "checked_rows" BIGINT NOT NULL,
  "broken_rows" BIGINT NOT NULL,
  "difference" TEXT,
  "hint" TEXT,
  PRIMARY KEY ("month", "checked_table", "check_id")
);
COMMENT ON TABLE tenure.checks IS 'What every run proved about its own output.';
COMMENT ON COLUMN tenure.checks."month" IS 'The month, its first day.';
COMMENT ON COLUMN tenure.checks."checked_table" IS 'The table it was checked on.';
COMMENT ON COLUMN tenure.checks."check_id" IS 'Name of the law that was checked.';
COMMENT ON COLUMN tenure.checks."status" IS 'ok, vacuous, restated or broken.';
COMMENT ON COLUMN tenure.checks."checked_rows" IS 'Rows the law was checked on.';
COMMENT ON COLUMN tenure.checks."broken_rows" IS 'Rows that break it.';
COMMENT ON COLUMN tenure.checks."difference" IS 'Largest difference found, or the restated amount.';
COMMENT ON COLUMN tenure.checks."hint" IS 'What to do about it.';
