-- GENERATED from src/tables/outputs.rs by `make generate`. Do not edit.
-- PostgreSQL reads no Delta tables. Write each table to a file the server can read:
--   tenure show churn --job nightly.toml --all --format csv > /var/lib/tenure/churn.csv
-- or put `\copy` in the place of COPY to send the files from where psql runs.

BEGIN;
DELETE FROM tenure.churn;
COPY tenure.churn ("month", "dimension", "segment", "opening_customers", "new_customers", "reactivated_customers", "churned_customers", "new_and_churned_customers", "closing_customers", "customer_churn_rate", "customer_churn_rate_lower", "customer_churn_rate_upper", "customer_churn_rate_including_new", "null_reason", "is_final")
FROM '/var/lib/tenure/churn.csv' WITH (FORMAT csv, HEADER true);
COMMIT;

BEGIN;
DELETE FROM tenure.cohorts;
COPY tenure.cohorts ("month", "cohort_month", "age_months", "dimension", "segment", "cohort_customers", "at_risk_customers", "active_customers", "churned_customers", "new_and_churned_customers", "customer_retention_rate", "customer_retention_rate_lower", "customer_retention_rate_upper", "hazard_rate", "first_loss_at_risk", "first_loss_customers", "survival_rate", "survival_standard_error", "cohort_mrr", "active_mrr", "revenue_retention_rate", "revenue", "cumulative_revenue", "null_reason", "is_final")
FROM '/var/lib/tenure/cohorts.csv' WITH (FORMAT csv, HEADER true);
COMMIT;

BEGIN;
DELETE FROM tenure.mrr;
COPY tenure.mrr ("month", "dimension", "segment", "currency", "opening_mrr", "new_mrr", "expansion_mrr", "reactivation_mrr", "contraction_mrr", "churned_mrr", "fx_mrr", "closing_mrr", "arr", "gross_revenue_retention", "net_revenue_retention", "gross_revenue_retention_12m", "net_revenue_retention_12m", "gross_mrr_churn_rate", "net_mrr_churn_rate", "quick_ratio", "null_reason", "is_final")
FROM '/var/lib/tenure/mrr.csv' WITH (FORMAT csv, HEADER true);
COMMIT;

BEGIN;
DELETE FROM tenure.arpc;
COPY tenure.arpc ("month", "dimension", "segment", "currency", "revenue", "refunds", "net_revenue", "customers", "arpc", "median_revenue", "p90_revenue", "share_above_arpc", "closing_mrr", "closing_customers", "arpa", "null_reason", "is_final")
FROM '/var/lib/tenure/arpc.csv' WITH (FORMAT csv, HEADER true);
COMMIT;

BEGIN;
DELETE FROM tenure.crc;
COPY tenure.crc ("month", "dimension", "segment", "currency", "category", "window_months", "direct_cost", "allocated_cost", "retention_cost", "opening_customers", "retained_customers", "average_customers", "crc", "crc_per_average_customer", "cost_share_of_mrr", "null_reason", "is_final")
FROM '/var/lib/tenure/crc.csv' WITH (FORMAT csv, HEADER true);
COMMIT;

BEGIN;
DELETE FROM tenure.cltv;
COPY tenure.cltv ("month", "dimension", "segment", "currency", "method", "horizon_months", "value", "value_lower", "value_upper", "residual_value", "monthly_margin", "churn_rate", "lifetime_months", "discount_rate_annual", "customers", "churn_events", "share_extrapolated", "mean_churn", "polarisation", "converged", "is_shrunk", "is_homogeneous", "has_costs", "null_reason", "is_final")
FROM '/var/lib/tenure/cltv.csv' WITH (FORMAT csv, HEADER true);
COMMIT;

BEGIN;
DELETE FROM tenure.checks;
COPY tenure.checks ("month", "checked_table", "check_id", "status", "checked_rows", "broken_rows", "difference", "hint")
FROM '/var/lib/tenure/checks.csv' WITH (FORMAT csv, HEADER true);
COMMIT;
