-- GENERATED from src/tables/outputs.rs by `make generate`. Do not edit.
-- Put your `output.uri` in the place of s3://example-bucket/metrics. Run schema.sql first.
-- Access to S3: CREATE SECRET (TYPE s3, PROVIDER credential_chain);

INSTALL delta;
LOAD delta;

BEGIN TRANSACTION;
DELETE FROM tenure.churn;
INSERT INTO tenure.churn ("month", "dimension", "segment", "opening_customers", "new_customers", "reactivated_customers", "churned_customers", "new_and_churned_customers", "closing_customers", "customer_churn_rate", "customer_churn_rate_lower", "customer_churn_rate_upper", "customer_churn_rate_including_new", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "opening_customers", "new_customers", "reactivated_customers", "churned_customers", "new_and_churned_customers", "closing_customers", "customer_churn_rate", "customer_churn_rate_lower", "customer_churn_rate_upper", "customer_churn_rate_including_new", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/churn');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.cohorts;
INSERT INTO tenure.cohorts ("month", "cohort_month", "age_months", "dimension", "segment", "cohort_customers", "at_risk_customers", "active_customers", "churned_customers", "new_and_churned_customers", "customer_retention_rate", "customer_retention_rate_lower", "customer_retention_rate_upper", "hazard_rate", "first_loss_at_risk", "first_loss_customers", "survival_rate", "survival_standard_error", "cohort_mrr", "active_mrr", "revenue_retention_rate", "revenue", "cumulative_revenue", "null_reason", "is_final")
SELECT "month", "cohort_month", "age_months", "dimension", "segment", "cohort_customers", "at_risk_customers", "active_customers", "churned_customers", "new_and_churned_customers", "customer_retention_rate", "customer_retention_rate_lower", "customer_retention_rate_upper", "hazard_rate", "first_loss_at_risk", "first_loss_customers", "survival_rate", "survival_standard_error", "cohort_mrr", "active_mrr", "revenue_retention_rate", "revenue", "cumulative_revenue", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/cohorts');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.mrr;
INSERT INTO tenure.mrr ("month", "dimension", "segment", "currency", "opening_mrr", "new_mrr", "expansion_mrr", "reactivation_mrr", "contraction_mrr", "churned_mrr", "fx_mrr", "closing_mrr", "arr", "gross_revenue_retention", "net_revenue_retention", "gross_revenue_retention_12m", "net_revenue_retention_12m", "gross_mrr_churn_rate", "net_mrr_churn_rate", "quick_ratio", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "currency", "opening_mrr", "new_mrr", "expansion_mrr", "reactivation_mrr", "contraction_mrr", "churned_mrr", "fx_mrr", "closing_mrr", "arr", "gross_revenue_retention", "net_revenue_retention", "gross_revenue_retention_12m", "net_revenue_retention_12m", "gross_mrr_churn_rate", "net_mrr_churn_rate", "quick_ratio", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/mrr');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.arpc;
INSERT INTO tenure.arpc ("month", "dimension", "segment", "currency", "revenue", "refunds", "net_revenue", "customers", "arpc", "median_revenue", "p90_revenue", "share_above_arpc", "closing_mrr", "closing_customers", "arpa", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "currency", "revenue", "refunds", "net_revenue", "customers", "arpc", "median_revenue", "p90_revenue", "share_above_arpc", "closing_mrr", "closing_customers", "arpa", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/arpc');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.crc;
INSERT INTO tenure.crc ("month", "dimension", "segment", "currency", "category", "window_months", "direct_cost", "allocated_cost", "retention_cost", "opening_customers", "retained_customers", "average_customers", "crc", "crc_per_average_customer", "cost_share_of_mrr", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "currency", "category", "window_months", "direct_cost", "allocated_cost", "retention_cost", "opening_customers", "retained_customers", "average_customers", "crc", "crc_per_average_customer", "cost_share_of_mrr", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/crc');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.cltv;
INSERT INTO tenure.cltv ("month", "dimension", "segment", "currency", "method", "horizon_months", "value", "value_lower", "value_upper", "residual_value", "monthly_margin", "churn_rate", "lifetime_months", "discount_rate_annual", "customers", "churn_events", "share_extrapolated", "mean_churn", "polarisation", "converged", "is_shrunk", "is_homogeneous", "has_costs", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "currency", "method", "horizon_months", "value", "value_lower", "value_upper", "residual_value", "monthly_margin", "churn_rate", "lifetime_months", "discount_rate_annual", "customers", "churn_events", "share_extrapolated", "mean_churn", "polarisation", "converged", "is_shrunk", "is_homogeneous", "has_costs", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/cltv');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.cltv_backtest;
INSERT INTO tenure.cltv_backtest ("month", "dimension", "segment", "currency", "method", "horizon_months", "projected_month", "customers", "projected_customer_months", "actual_customer_months", "bias", "projected_value", "actual_value", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "currency", "method", "horizon_months", "projected_month", "customers", "projected_customer_months", "actual_customer_months", "bias", "projected_value", "actual_value", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/cltv_backtest');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.nps;
INSERT INTO tenure.nps ("month", "dimension", "segment", "responses", "promoters", "passives", "detractors", "nps", "nps_lower", "nps_upper", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "responses", "promoters", "passives", "detractors", "nps", "nps_lower", "nps_upper", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/nps');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.csat;
INSERT INTO tenure.csat ("month", "dimension", "segment", "responses", "satisfied", "csat", "csat_lower", "csat_upper", "mean_score", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "responses", "satisfied", "csat", "csat_lower", "csat_upper", "mean_score", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/csat');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.engagement;
INSERT INTO tenure.engagement ("month", "dimension", "segment", "active_days_total", "monthly_active_customers", "average_daily_active_customers", "engagement_score", "weekly_active_customers", "monthly_active_users", "average_daily_active_users", "user_engagement_score", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "active_days_total", "monthly_active_customers", "average_daily_active_customers", "engagement_score", "weekly_active_customers", "monthly_active_users", "average_daily_active_users", "user_engagement_score", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/engagement');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.health;
INSERT INTO tenure.health ("month", "customer_id", "score", "band", "coverage", "usage_score", "survey_score", "support_score", "commercial_score", "tenure_score", "usage_contribution", "survey_contribution", "support_contribution", "commercial_contribution", "tenure_contribution", "null_reason", "is_final")
SELECT "month", "customer_id", "score", "band", "coverage", "usage_score", "survey_score", "support_score", "commercial_score", "tenure_score", "usage_contribution", "survey_contribution", "support_contribution", "commercial_contribution", "tenure_contribution", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/health');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.health_summary;
INSERT INTO tenure.health_summary ("month", "dimension", "segment", "customers", "scored_customers", "green_customers", "yellow_customers", "red_customers", "unknown_customers", "mean_score", "mean_coverage", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "customers", "scored_customers", "green_customers", "yellow_customers", "red_customers", "unknown_customers", "mean_score", "mean_coverage", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/health_summary');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.health_backtest;
INSERT INTO tenure.health_backtest ("month", "predictor", "decile", "scored_month", "customers", "lost_customers", "lost_rate", "mean_risk", "auc", "top_decile_lift", "brier", "brier_base_rate", "null_reason", "is_final")
SELECT "month", "predictor", "decile", "scored_month", "customers", "lost_customers", "lost_rate", "mean_risk", "auc", "top_decile_lift", "brier", "brier_base_rate", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/health_backtest');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.tiers;
INSERT INTO tenure.tiers ("month", "customer_id", "tier", "engagement_rank", "spend_rank", "survey_rank", "health_rank", "is_final")
SELECT "month", "customer_id", "tier", "engagement_rank", "spend_rank", "survey_rank", "health_rank", "is_final" FROM delta_scan('s3://example-bucket/metrics/tiers');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.tiers_summary;
INSERT INTO tenure.tiers_summary ("month", "dimension", "segment", "customers", "super_fan_customers", "core_customers", "at_risk_customers", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "customers", "super_fan_customers", "core_customers", "at_risk_customers", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/tiers_summary');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.forecast;
INSERT INTO tenure.forecast ("month", "dimension", "segment", "currency", "horizon_month", "forecast_month", "base_customers", "base_mrr", "expected_customers", "expected_customers_lower_80", "expected_customers_upper_80", "expected_customers_lower_95", "expected_customers_upper_95", "expected_churned_customers", "expected_new_customers", "expected_mrr", "expected_mrr_lower_80", "expected_mrr_upper_80", "expected_mrr_lower_95", "expected_mrr_upper_95", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "currency", "horizon_month", "forecast_month", "base_customers", "base_mrr", "expected_customers", "expected_customers_lower_80", "expected_customers_upper_80", "expected_customers_lower_95", "expected_customers_upper_95", "expected_churned_customers", "expected_new_customers", "expected_mrr", "expected_mrr_lower_80", "expected_mrr_upper_80", "expected_mrr_lower_95", "expected_mrr_upper_95", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/forecast');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.forecast_backtest;
INSERT INTO tenure.forecast_backtest ("month", "dimension", "segment", "currency", "horizon_month", "projected_month", "actual_customers", "actual_mrr", "expected_customers", "expected_mrr", "customers_error", "mrr_error", "is_within_80", "is_within_95", "is_mrr_within_80", "is_mrr_within_95", "null_reason", "is_final")
SELECT "month", "dimension", "segment", "currency", "horizon_month", "projected_month", "actual_customers", "actual_mrr", "expected_customers", "expected_mrr", "customers_error", "mrr_error", "is_within_80", "is_within_95", "is_mrr_within_80", "is_mrr_within_95", "null_reason", "is_final" FROM delta_scan('s3://example-bucket/metrics/forecast_backtest');
COMMIT;

BEGIN TRANSACTION;
DELETE FROM tenure.checks;
INSERT INTO tenure.checks ("month", "checked_table", "check_id", "status", "checked_rows", "broken_rows", "difference", "hint")
SELECT "month", "checked_table", "check_id", "status", "checked_rows", "broken_rows", "difference", "hint" FROM delta_scan('s3://example-bucket/metrics/checks');
COMMIT;
