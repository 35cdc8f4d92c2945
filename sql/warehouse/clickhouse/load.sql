-- GENERATED from src/tables/outputs.rs by `make generate`. Do not edit.
-- Put your `output.uri` in the place of s3://example-bucket/metrics. Run schema.sql first.
-- Credentials come from the server's configuration, or as further arguments of deltaLake().

CREATE OR REPLACE TABLE tenure.churn_next AS tenure.churn;
INSERT INTO tenure.churn_next (`month`, `dimension`, `segment`, `opening_customers`, `new_customers`, `reactivated_customers`, `churned_customers`, `new_and_churned_customers`, `closing_customers`, `customer_churn_rate`, `customer_churn_rate_lower`, `customer_churn_rate_upper`, `customer_churn_rate_including_new`, `null_reason`, `is_final`)
SELECT `month`, `dimension`, `segment`, `opening_customers`, `new_customers`, `reactivated_customers`, `churned_customers`, `new_and_churned_customers`, `closing_customers`, `customer_churn_rate`, `customer_churn_rate_lower`, `customer_churn_rate_upper`, `customer_churn_rate_including_new`, `null_reason`, `is_final` FROM deltaLake('s3://example-bucket/metrics/churn');
EXCHANGE TABLES tenure.churn_next AND tenure.churn;
DROP TABLE tenure.churn_next;

CREATE OR REPLACE TABLE tenure.cohorts_next AS tenure.cohorts;
INSERT INTO tenure.cohorts_next (`month`, `cohort_month`, `age_months`, `dimension`, `segment`, `cohort_customers`, `at_risk_customers`, `active_customers`, `churned_customers`, `new_and_churned_customers`, `customer_retention_rate`, `customer_retention_rate_lower`, `customer_retention_rate_upper`, `hazard_rate`, `first_loss_at_risk`, `first_loss_customers`, `survival_rate`, `survival_standard_error`, `cohort_mrr`, `active_mrr`, `revenue_retention_rate`, `revenue`, `cumulative_revenue`, `null_reason`, `is_final`)
SELECT `month`, `cohort_month`, `age_months`, `dimension`, `segment`, `cohort_customers`, `at_risk_customers`, `active_customers`, `churned_customers`, `new_and_churned_customers`, `customer_retention_rate`, `customer_retention_rate_lower`, `customer_retention_rate_upper`, `hazard_rate`, `first_loss_at_risk`, `first_loss_customers`, `survival_rate`, `survival_standard_error`, `cohort_mrr`, `active_mrr`, `revenue_retention_rate`, `revenue`, `cumulative_revenue`, `null_reason`, `is_final` FROM deltaLake('s3://example-bucket/metrics/cohorts');
EXCHANGE TABLES tenure.cohorts_next AND tenure.cohorts;
DROP TABLE tenure.cohorts_next;

CREATE OR REPLACE TABLE tenure.mrr_next AS tenure.mrr;
INSERT INTO tenure.mrr_next (`month`, `dimension`, `segment`, `currency`, `opening_mrr`, `new_mrr`, `expansion_mrr`, `reactivation_mrr`, `contraction_mrr`, `churned_mrr`, `fx_mrr`, `closing_mrr`, `arr`, `gross_revenue_retention`, `net_revenue_retention`, `gross_revenue_retention_12m`, `net_revenue_retention_12m`, `gross_mrr_churn_rate`, `net_mrr_churn_rate`, `quick_ratio`, `null_reason`, `is_final`)
SELECT `month`, `dimension`, `segment`, `currency`, `opening_mrr`, `new_mrr`, `expansion_mrr`, `reactivation_mrr`, `contraction_mrr`, `churned_mrr`, `fx_mrr`, `closing_mrr`, `arr`, `gross_revenue_retention`, `net_revenue_retention`, `gross_revenue_retention_12m`, `net_revenue_retention_12m`, `gross_mrr_churn_rate`, `net_mrr_churn_rate`, `quick_ratio`, `null_reason`, `is_final` FROM deltaLake('s3://example-bucket/metrics/mrr');
EXCHANGE TABLES tenure.mrr_next AND tenure.mrr;
DROP TABLE tenure.mrr_next;

CREATE OR REPLACE TABLE tenure.arpc_next AS tenure.arpc;
INSERT INTO tenure.arpc_next (`month`, `dimension`, `segment`, `currency`, `revenue`, `refunds`, `net_revenue`, `customers`, `arpc`, `median_revenue`, `p90_revenue`, `share_above_arpc`, `closing_mrr`, `closing_customers`, `arpa`, `null_reason`, `is_final`)
SELECT `month`, `dimension`, `segment`, `currency`, `revenue`, `refunds`, `net_revenue`, `customers`, `arpc`, `median_revenue`, `p90_revenue`, `share_above_arpc`, `closing_mrr`, `closing_customers`, `arpa`, `null_reason`, `is_final` FROM deltaLake('s3://example-bucket/metrics/arpc');
EXCHANGE TABLES tenure.arpc_next AND tenure.arpc;
DROP TABLE tenure.arpc_next;

CREATE OR REPLACE TABLE tenure.crc_next AS tenure.crc;
INSERT INTO tenure.crc_next (`month`, `dimension`, `segment`, `currency`, `category`, `window_months`, `direct_cost`, `allocated_cost`, `retention_cost`, `opening_customers`, `retained_customers`, `average_customers`, `crc`, `crc_per_average_customer`, `cost_share_of_mrr`, `null_reason`, `is_final`)
SELECT `month`, `dimension`, `segment`, `currency`, `category`, `window_months`, `direct_cost`, `allocated_cost`, `retention_cost`, `opening_customers`, `retained_customers`, `average_customers`, `crc`, `crc_per_average_customer`, `cost_share_of_mrr`, `null_reason`, `is_final` FROM deltaLake('s3://example-bucket/metrics/crc');
EXCHANGE TABLES tenure.crc_next AND tenure.crc;
DROP TABLE tenure.crc_next;

CREATE OR REPLACE TABLE tenure.cltv_next AS tenure.cltv;
INSERT INTO tenure.cltv_next (`month`, `dimension`, `segment`, `currency`, `method`, `horizon_months`, `value`, `value_lower`, `value_upper`, `residual_value`, `monthly_margin`, `churn_rate`, `lifetime_months`, `discount_rate_annual`, `customers`, `churn_events`, `share_extrapolated`, `mean_churn`, `polarisation`, `converged`, `is_shrunk`, `is_homogeneous`, `has_costs`, `null_reason`, `is_final`)
SELECT `month`, `dimension`, `segment`, `currency`, `method`, `horizon_months`, `value`, `value_lower`, `value_upper`, `residual_value`, `monthly_margin`, `churn_rate`, `lifetime_months`, `discount_rate_annual`, `customers`, `churn_events`, `share_extrapolated`, `mean_churn`, `polarisation`, `converged`, `is_shrunk`, `is_homogeneous`, `has_costs`, `null_reason`, `is_final` FROM deltaLake('s3://example-bucket/metrics/cltv');
EXCHANGE TABLES tenure.cltv_next AND tenure.cltv;
DROP TABLE tenure.cltv_next;

CREATE OR REPLACE TABLE tenure.checks_next AS tenure.checks;
INSERT INTO tenure.checks_next (`month`, `checked_table`, `check_id`, `status`, `checked_rows`, `broken_rows`, `difference`, `hint`)
SELECT `month`, `checked_table`, `check_id`, `status`, `checked_rows`, `broken_rows`, `difference`, `hint` FROM deltaLake('s3://example-bucket/metrics/checks');
EXCHANGE TABLES tenure.checks_next AND tenure.checks;
DROP TABLE tenure.checks_next;
