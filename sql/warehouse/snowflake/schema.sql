-- GENERATED from src/tables/outputs.rs by `make generate`. Do not edit.
-- One table per metric; one row per key.

CREATE SCHEMA IF NOT EXISTS tenure;

CREATE TABLE IF NOT EXISTS tenure.churn (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "OPENING_CUSTOMERS" BIGINT COMMENT 'Paying at the open of the month. Unit: customers.',
  "NEW_CUSTOMERS" BIGINT COMMENT 'Paying at close, first ever paid in this month. Unit: customers.',
  "REACTIVATED_CUSTOMERS" BIGINT COMMENT 'Paying at close, not at open, had paid before this month. Unit: customers.',
  "CHURNED_CUSTOMERS" BIGINT COMMENT 'Paying at open, not paying at close. Unit: customers.',
  "NEW_AND_CHURNED_CUSTOMERS" BIGINT COMMENT 'First ever paid in this month, not paying at its close. Unit: customers.',
  "CLOSING_CUSTOMERS" BIGINT COMMENT 'Paying at the close of the month. Unit: customers.',
  "CUSTOMER_CHURN_RATE" DOUBLE COMMENT 'Churned divided by opening customers. Unit: fraction (0.05 = 5 %).',
  "CUSTOMER_CHURN_RATE_LOWER" DOUBLE COMMENT 'Lower bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  "CUSTOMER_CHURN_RATE_UPPER" DOUBLE COMMENT 'Upper bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  "CUSTOMER_CHURN_RATE_INCLUDING_NEW" DOUBLE COMMENT '(Churned + new and churned) divided by opening customers; may exceed 1. Unit: fraction (0.05 = 5 %).',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT")
) COMMENT = 'Customers won and lost, and the churn rate, per month and segment.';

CREATE TABLE IF NOT EXISTS tenure.cohorts (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "COHORT_MONTH" DATE NOT NULL COMMENT 'Month of the first instant the customers ever paid.',
  "AGE_MONTHS" BIGINT NOT NULL COMMENT 'Months since the cohort month; 0 is the month of acquisition. Unit: months.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "COHORT_CUSTOMERS" BIGINT COMMENT 'Customers who first paid in the cohort month. Unit: customers.',
  "AT_RISK_CUSTOMERS" BIGINT COMMENT 'Active at the previous close; 0 at age 0. Unit: customers.',
  "ACTIVE_CUSTOMERS" BIGINT COMMENT 'Active at the close of the month. Unit: customers.',
  "CHURNED_CUSTOMERS" BIGINT COMMENT 'Customers at risk who are not active at this close. Unit: customers.',
  "NEW_AND_CHURNED_CUSTOMERS" BIGINT COMMENT 'At age 0: customers of the cohort not active at its first close; 0 at later ages. Unit: customers.',
  "CUSTOMER_RETENTION_RATE" DOUBLE COMMENT 'Active divided by cohort customers. Unit: fraction (0.05 = 5 %).',
  "CUSTOMER_RETENTION_RATE_LOWER" DOUBLE COMMENT 'Lower bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  "CUSTOMER_RETENTION_RATE_UPPER" DOUBLE COMMENT 'Upper bound of its 95 % Wilson interval. Unit: fraction (0.05 = 5 %).',
  "HAZARD_RATE" DOUBLE COMMENT 'Churned divided by customers at risk; null at age 0. Unit: fraction (0.05 = 5 %).',
  "FIRST_LOSS_AT_RISK" BIGINT COMMENT 'Members active at every close from age 0 to the previous one; at age 0 the whole cohort. Unit: customers.',
  "FIRST_LOSS_CUSTOMERS" BIGINT COMMENT 'Those of them who are not active at this close. Unit: customers.',
  "SURVIVAL_RATE" DOUBLE COMMENT 'Product of 1 - first losses / at risk over final cells, age 0 included. Unit: fraction (0.05 = 5 %).',
  "SURVIVAL_STANDARD_ERROR" DOUBLE COMMENT 'Greenwood standard error of the survival rate. Unit: fraction (0.05 = 5 %).',
  "COHORT_MRR" DECIMAL(18, 4) COMMENT 'Active MRR of the cohort at age 0. Unit: currency per month.',
  "ACTIVE_MRR" DECIMAL(18, 4) COMMENT 'MRR of the cohort at this close, at this month''s exchange rate. Unit: currency per month.',
  "REVENUE_RETENTION_RATE" DOUBLE COMMENT 'Active MRR divided by cohort MRR. Unit: fraction (0.05 = 5 %).',
  "REVENUE" DECIMAL(18, 4) COMMENT 'Net revenue of the month from customers of the cohort. Unit: currency.',
  "CUMULATIVE_REVENUE" DECIMAL(18, 4) COMMENT 'Net revenue from age 0 to this month. Unit: currency.',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "COHORT_MONTH", "AGE_MONTHS", "DIMENSION", "SEGMENT")
) COMMENT = 'Retention, survival and revenue of customers by the month they first paid.';

CREATE TABLE IF NOT EXISTS tenure.mrr (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "CURRENCY" VARCHAR NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  "OPENING_MRR" DECIMAL(18, 4) COMMENT 'MRR at the previous close, at its rate. Unit: currency per month.',
  "NEW_MRR" DECIMAL(18, 4) COMMENT 'MRR at close of customers who never paid before this month. Unit: currency per month.',
  "EXPANSION_MRR" DECIMAL(18, 4) COMMENT 'Increase of customers paying at open and at close. Unit: currency per month.',
  "REACTIVATION_MRR" DECIMAL(18, 4) COMMENT 'MRR at close of returning customers. Unit: currency per month.',
  "CONTRACTION_MRR" DECIMAL(18, 4) COMMENT 'Decrease of customers paying at open and at close; positive. Unit: currency per month.',
  "CHURNED_MRR" DECIMAL(18, 4) COMMENT 'MRR at open of customers not paying at close; positive. Unit: currency per month.',
  "FX_MRR" DECIMAL(18, 4) COMMENT 'Opening MRR at this month''s rate less opening MRR. Unit: currency per month.',
  "CLOSING_MRR" DECIMAL(18, 4) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  "ARR" DECIMAL(18, 4) COMMENT '12 times closing MRR. Unit: currency per year.',
  "GROSS_REVENUE_RETENTION" DOUBLE COMMENT '1 - gross MRR churn rate; never above 1. Unit: fraction (0.05 = 5 %).',
  "NET_REVENUE_RETENTION" DOUBLE COMMENT '1 - net MRR churn rate. Unit: fraction (0.05 = 5 %).',
  "GROSS_REVENUE_RETENTION_12M" DOUBLE COMMENT 'Of customers paying 12 closes ago: the smaller of MRR then and now, over MRR then. Unit: fraction (0.05 = 5 %).',
  "NET_REVENUE_RETENTION_12M" DOUBLE COMMENT 'Of customers paying 12 closes ago: MRR now over MRR then. Unit: fraction (0.05 = 5 %).',
  "GROSS_MRR_CHURN_RATE" DOUBLE COMMENT '(Churned + contraction) divided by opening MRR at this month''s rate. Unit: fraction (0.05 = 5 %).',
  "NET_MRR_CHURN_RATE" DOUBLE COMMENT '(Churned + contraction - expansion) divided by opening MRR at this month''s rate. Unit: fraction (0.05 = 5 %).',
  "QUICK_RATIO" DOUBLE COMMENT '(New + expansion + reactivation) divided by (churned + contraction).',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT", "CURRENCY")
) COMMENT = 'Monthly recurring revenue and its movements.';

CREATE TABLE IF NOT EXISTS tenure.arpc (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "CURRENCY" VARCHAR NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  "REVENUE" DECIMAL(18, 4) COMMENT 'Invoices paid in the month, positive amounts. Unit: currency.',
  "REFUNDS" DECIMAL(18, 4) COMMENT 'Negative invoices of the month, published positive. Unit: currency.',
  "NET_REVENUE" DECIMAL(18, 4) COMMENT 'Revenue less refunds. Unit: currency.',
  "CUSTOMERS" BIGINT COMMENT 'Paying at any instant of the month, or with an invoice counted in it. Unit: customers.',
  "ARPC" DECIMAL(18, 4) COMMENT 'Net revenue divided by customers. Unit: currency.',
  "MEDIAN_REVENUE" DECIMAL(18, 4) COMMENT 'Median net revenue of customers, zeros included. Unit: currency.',
  "P90_REVENUE" DECIMAL(18, 4) COMMENT '90th percentile of their net revenue. Unit: currency.',
  "SHARE_ABOVE_ARPC" DOUBLE COMMENT 'Share of customers whose net revenue is above the mean. Unit: fraction (0.05 = 5 %).',
  "CLOSING_MRR" DECIMAL(18, 4) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  "CLOSING_CUSTOMERS" BIGINT COMMENT 'Paying at the close of the month. Unit: customers.',
  "ARPA" DECIMAL(18, 4) COMMENT 'Closing MRR divided by closing customers. Unit: currency per month.',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT", "CURRENCY")
) COMMENT = 'Average revenue per customer.';

CREATE TABLE IF NOT EXISTS tenure.crc (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "CURRENCY" VARCHAR NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  "CATEGORY" VARCHAR NOT NULL COMMENT '`all`, or a category of retention costs.',
  "WINDOW_MONTHS" BIGINT NOT NULL COMMENT 'Length of the window that ends with the month: 1 or 12. Unit: months.',
  "DIRECT_COST" DECIMAL(18, 4) COMMENT 'Cost lines that name the segment or its customer. Unit: currency.',
  "ALLOCATED_COST" DECIMAL(18, 4) COMMENT 'This segment''s part of the cost lines that name none. Unit: currency.',
  "RETENTION_COST" DECIMAL(18, 4) COMMENT 'Direct plus allocated cost. Unit: currency.',
  "OPENING_CUSTOMERS" BIGINT COMMENT 'Paying at the open of the month. Unit: customers.',
  "RETAINED_CUSTOMERS" BIGINT COMMENT 'Paying at the window''s open and at its close. Unit: customers.',
  "AVERAGE_CUSTOMERS" DOUBLE COMMENT 'Mean of opening and closing customers; over 12 months the mean of the monthly means. Unit: customers.',
  "CRC" DECIMAL(18, 4) COMMENT 'Retention cost per retained customer. Unit: currency.',
  "CRC_PER_AVERAGE_CUSTOMER" DECIMAL(18, 4) COMMENT 'Retention cost per average customer. Unit: currency.',
  "COST_SHARE_OF_MRR" DOUBLE COMMENT 'Retention cost over the window''s summed closing MRR. Unit: fraction (0.05 = 5 %).',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT", "CURRENCY", "CATEGORY", "WINDOW_MONTHS")
) COMMENT = 'Retention cost per customer.';

CREATE TABLE IF NOT EXISTS tenure.cltv (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "CURRENCY" VARCHAR NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  "METHOD" VARCHAR NOT NULL COMMENT 'How the value was computed.',
  "HORIZON_MONTHS" BIGINT NOT NULL COMMENT 'Months of payments counted; 0 means without end. Unit: months.',
  "VALUE" DECIMAL(18, 4) COMMENT 'Lifetime value of a new customer (historical: to date, per customer ever acquired). Unit: currency.',
  "VALUE_LOWER" DECIMAL(18, 4) COMMENT 'Lower 95 % bound. Unit: currency.',
  "VALUE_UPPER" DECIMAL(18, 4) COMMENT 'Upper 95 % bound. Unit: currency.',
  "RESIDUAL_VALUE" DECIMAL(18, 4) COMMENT 'Value still to come from a customer of the present base. Unit: currency.',
  "MONTHLY_MARGIN" DECIMAL(18, 4) COMMENT 'Margin a customer leaves per month, after retention cost. Unit: currency per month.',
  "CHURN_RATE" DOUBLE COMMENT 'Pooled monthly churn rate of the trailing months. Unit: per month.',
  "LIFETIME_MONTHS" DOUBLE COMMENT 'Expected payments within the horizon. Unit: months.',
  "DISCOUNT_RATE_ANNUAL" DOUBLE COMMENT 'Annual discount rate used. Unit: per year.',
  "CUSTOMERS" BIGINT COMMENT 'Customers the value rests on. Unit: customers.',
  "CHURN_EVENTS" BIGINT COMMENT 'Losses the value rests on. Unit: events.',
  "SHARE_EXTRAPOLATED" DOUBLE COMMENT 'Part of the value beyond the observed ages. Unit: fraction (0.05 = 5 %).',
  "MEAN_CHURN" DOUBLE COMMENT 'Mean of the fitted churn distribution. Unit: per month.',
  "POLARISATION" DOUBLE COMMENT 'Spread of the fitted churn distribution between 0 and 1.',
  "CONVERGED" BOOLEAN COMMENT 'Whether the fit converged.',
  "IS_SHRUNK" BOOLEAN COMMENT 'Whether hazards were drawn towards the pool.',
  "IS_HOMOGENEOUS" BOOLEAN COMMENT 'Whether the fit ended at the boundary without spread.',
  "HAS_COSTS" BOOLEAN COMMENT 'Whether retention costs were subtracted.',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT", "CURRENCY", "METHOD", "HORIZON_MONTHS")
) COMMENT = 'Customer lifetime value, by several methods.';

CREATE TABLE IF NOT EXISTS tenure.cltv_backtest (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "CURRENCY" VARCHAR NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  "METHOD" VARCHAR NOT NULL COMMENT 'How the value was computed.',
  "HORIZON_MONTHS" BIGINT NOT NULL COMMENT 'Months of payments counted; 0 means without end. Unit: months.',
  "PROJECTED_MONTH" DATE COMMENT 'The month at whose close the projection was made.',
  "CUSTOMERS" BIGINT COMMENT 'Customers acquired by the projected month and not lost by its close. Unit: customers.',
  "PROJECTED_CUSTOMER_MONTHS" DOUBLE COMMENT 'Months those customers were expected to stay within the horizon. Unit: months.',
  "ACTUAL_CUSTOMER_MONTHS" BIGINT COMMENT 'Months they did stay, to their first loss. Unit: months.',
  "BIAS" DOUBLE COMMENT 'Projected over actual customer months, less 1. Unit: fraction (0.05 = 5 %).',
  "PROJECTED_VALUE" DECIMAL(18, 4) COMMENT 'Projected customer months at the margin known when they were projected. Unit: currency.',
  "ACTUAL_VALUE" DECIMAL(18, 4) COMMENT 'Actual customer months, each at its month''s margin. Unit: currency.',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT", "CURRENCY", "METHOD", "HORIZON_MONTHS")
) COMMENT = 'What lifetime projections made some months ago expected, and what happened since.';

CREATE TABLE IF NOT EXISTS tenure.nps (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "RESPONSES" BIGINT COMMENT 'Respondents who answered in the month, each by its latest answer. Unit: responses.',
  "PROMOTERS" BIGINT COMMENT 'Scores of 9 and 10. Unit: responses.',
  "PASSIVES" BIGINT COMMENT 'Scores between the two. Unit: responses.',
  "DETRACTORS" BIGINT COMMENT 'Scores up to nps.detractor_max (6, the standard). Unit: responses.',
  "NPS" DOUBLE COMMENT '100 x (promoters - detractors) / responses, -100 to 100. Unit: points.',
  "NPS_LOWER" DOUBLE COMMENT 'Lower 95 % bound (adjusted Wald). Unit: points.',
  "NPS_UPPER" DOUBLE COMMENT 'Upper 95 % bound (adjusted Wald). Unit: points.',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT")
) COMMENT = 'Net promoter score.';

CREATE TABLE IF NOT EXISTS tenure.csat (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "RESPONSES" BIGINT COMMENT 'Respondents who answered in the month, each by its latest answer. Unit: responses.',
  "SATISFIED" BIGINT COMMENT 'Top answers: 3 of 3, 4 and 5 of 5, 6 and 7 of 7, 8 to 10 of 10. Unit: responses.',
  "CSAT" DOUBLE COMMENT 'Satisfied divided by responses. Unit: fraction (0.05 = 5 %).',
  "CSAT_LOWER" DOUBLE COMMENT 'Lower 95 % bound (Wilson). Unit: fraction (0.05 = 5 %).',
  "CSAT_UPPER" DOUBLE COMMENT 'Upper 95 % bound (Wilson). Unit: fraction (0.05 = 5 %).',
  "MEAN_SCORE" DOUBLE COMMENT 'Mean of (score - 1) / (scale - 1): 0 is the worst answer, 1 the best. Unit: fraction (0.05 = 5 %).',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT")
) COMMENT = 'Customer satisfaction.';

CREATE TABLE IF NOT EXISTS tenure.engagement (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "ACTIVE_DAYS_TOTAL" BIGINT COMMENT 'Distinct days on which a customer had an event, summed over customers. Unit: days.',
  "MONTHLY_ACTIVE_CUSTOMERS" BIGINT COMMENT 'Customers with an event in the month. Unit: customers.',
  "AVERAGE_DAILY_ACTIVE_CUSTOMERS" DOUBLE COMMENT 'Active days divided by the days of the month (elapsed ones while it runs). Unit: customers.',
  "ENGAGEMENT_SCORE" DOUBLE COMMENT 'Daily over monthly active customers: active days / (days x monthly active customers). Unit: fraction (0.05 = 5 %).',
  "WEEKLY_ACTIVE_CUSTOMERS" BIGINT COMMENT 'Customers with an event in the last seven elapsed days of the month. Unit: customers.',
  "MONTHLY_ACTIVE_USERS" BIGINT COMMENT 'Users with an event in the month; one under two customers counts once. Unit: users.',
  "AVERAGE_DAILY_ACTIVE_USERS" DOUBLE COMMENT 'The same as for customers, over users. Unit: users.',
  "USER_ENGAGEMENT_SCORE" DOUBLE COMMENT 'The same as for customers, over users. Unit: fraction (0.05 = 5 %).',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT")
) COMMENT = 'Who uses the product, and how often.';

CREATE TABLE IF NOT EXISTS tenure.health (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "CUSTOMER_ID" VARCHAR NOT NULL COMMENT 'The customer.',
  "SCORE" DOUBLE COMMENT 'Weighted mean of the components there are, 0 to 100; null below half coverage. Unit: points.',
  "BAND" VARCHAR COMMENT 'green (76 and more), yellow (51 and more), red, or unknown without a score.',
  "COVERAGE" DOUBLE COMMENT 'Weight of the components there are. Unit: fraction (0.05 = 5 %).',
  "USAGE_SCORE" DOUBLE COMMENT 'Active days: their percentile, and their trend against the three months before. Unit: points.',
  "SURVEY_SCORE" DOUBLE COMMENT 'Latest answers on 0-100, weighted by a half-life of 90 days. Unit: points.',
  "SUPPORT_SCORE" DOUBLE COMMENT '100 less the percentiles of tickets and of retention cost per revenue. Unit: points.',
  "COMMERCIAL_SCORE" DOUBLE COMMENT '100, less 50 for a failed or refunded payment, less 50 for contraction in the last three months. Unit: points.',
  "TENURE_SCORE" DOUBLE COMMENT '100 x (1 - the hazard at this age). Unit: points.',
  "USAGE_CONTRIBUTION" DOUBLE COMMENT 'Part of the score that is usage. Unit: points.',
  "SURVEY_CONTRIBUTION" DOUBLE COMMENT 'Part of the score that is survey answers. Unit: points.',
  "SUPPORT_CONTRIBUTION" DOUBLE COMMENT 'Part of the score that is support. Unit: points.',
  "COMMERCIAL_CONTRIBUTION" DOUBLE COMMENT 'Part of the score that is commercial. Unit: points.',
  "TENURE_CONTRIBUTION" DOUBLE COMMENT 'Part of the score that is tenure. Unit: points.',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "CUSTOMER_ID")
) COMMENT = 'How healthy every paying customer is.';

CREATE TABLE IF NOT EXISTS tenure.health_summary (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "CUSTOMERS" BIGINT COMMENT 'Customers paying at the close of the month. Unit: customers.',
  "SCORED_CUSTOMERS" BIGINT COMMENT 'Those with a score. Unit: customers.',
  "GREEN_CUSTOMERS" BIGINT COMMENT 'Scores of 76 and more. Unit: customers.',
  "YELLOW_CUSTOMERS" BIGINT COMMENT 'Scores of 51 to 76. Unit: customers.',
  "RED_CUSTOMERS" BIGINT COMMENT 'Scores below 51. Unit: customers.',
  "UNKNOWN_CUSTOMERS" BIGINT COMMENT 'Those without a score. Unit: customers.',
  "MEAN_SCORE" DOUBLE COMMENT 'Mean score of those who have one. Unit: points.',
  "MEAN_COVERAGE" DOUBLE COMMENT 'Mean coverage of all of them. Unit: fraction (0.05 = 5 %).',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT")
) COMMENT = 'Health per month and segment.';

CREATE TABLE IF NOT EXISTS tenure.health_backtest (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "PREDICTOR" VARCHAR NOT NULL COMMENT 'health (the score), usage (active days of the month) or tenure (hazard at this age).',
  "DECILE" BIGINT NOT NULL COMMENT '1 to 10, 10 the highest risk; 0 is everybody.',
  "SCORED_MONTH" DATE COMMENT 'When the prediction was made: three months earlier.',
  "CUSTOMERS" BIGINT COMMENT 'Customers who had a health score when the prediction was made. Unit: customers.',
  "LOST_CUSTOMERS" BIGINT COMMENT 'Those not paying at one at least of the three closes since. Unit: customers.',
  "LOST_RATE" DOUBLE COMMENT 'Lost divided by customers. Unit: fraction (0.05 = 5 %).',
  "MEAN_RISK" DOUBLE COMMENT 'Mean predicted loss rate: what was seen of the same decile three months earlier, or of everybody. Unit: fraction (0.05 = 5 %).',
  "AUC" DOUBLE COMMENT 'Chance that a lost customer was ranked riskier than a kept one. Unit: fraction (0.05 = 5 %).',
  "TOP_DECILE_LIFT" DOUBLE COMMENT 'Loss rate of the riskiest tenth over that of everybody.',
  "BRIER" DOUBLE COMMENT 'Mean squared error of the predicted loss rates.',
  "BRIER_BASE_RATE" DOUBLE COMMENT 'The same for predicting the base rate for everybody.',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "PREDICTOR", "DECILE")
) COMMENT = 'Whether health scores foretold who would leave within three months, beside two simpler predictors.';

CREATE TABLE IF NOT EXISTS tenure.tiers (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "CUSTOMER_ID" VARCHAR NOT NULL COMMENT 'The customer.',
  "TIER" VARCHAR COMMENT 'super_fan, core or at_risk.',
  "ENGAGEMENT_RANK" DOUBLE COMMENT 'Mid-rank of active days, 1 the most. Unit: fraction (0.05 = 5 %).',
  "SPEND_RANK" DOUBLE COMMENT 'Mid-rank of MRR at close. Unit: fraction (0.05 = 5 %).',
  "SURVEY_RANK" DOUBLE COMMENT 'Mid-rank of the survey component. Unit: fraction (0.05 = 5 %).',
  "HEALTH_RANK" DOUBLE COMMENT 'Mid-rank of the health score. Unit: fraction (0.05 = 5 %).',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "CUSTOMER_ID")
) COMMENT = 'Super fans, customers at risk, and the core between them.';

CREATE TABLE IF NOT EXISTS tenure.tiers_summary (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "CUSTOMERS" BIGINT COMMENT 'Customers paying at the close of the month. Unit: customers.',
  "SUPER_FAN_CUSTOMERS" BIGINT COMMENT 'In the top third by every rank there is, at least two. Unit: customers.',
  "CORE_CUSTOMERS" BIGINT COMMENT 'Neither of the two. Unit: customers.',
  "AT_RISK_CUSTOMERS" BIGINT COMMENT 'In the bottom third by engagement and spend, or of red health. Unit: customers.',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT")
) COMMENT = 'Tiers per month and segment.';

CREATE TABLE IF NOT EXISTS tenure.forecast (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "CURRENCY" VARCHAR NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  "HORIZON_MONTH" BIGINT NOT NULL COMMENT 'Months ahead, 1 to 12. Unit: months.',
  "FORECAST_MONTH" DATE COMMENT 'The month that is forecast.',
  "BASE_CUSTOMERS" BIGINT COMMENT 'Active customers at the close of the month. Unit: customers.',
  "BASE_MRR" DECIMAL(18, 4) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  "EXPECTED_CUSTOMERS" DOUBLE COMMENT 'Expected active customers at the close of the forecast month. Unit: customers.',
  "EXPECTED_CUSTOMERS_LOWER_80" DOUBLE COMMENT 'Lower 80 % bound. Unit: customers.',
  "EXPECTED_CUSTOMERS_UPPER_80" DOUBLE COMMENT 'Upper 80 % bound. Unit: customers.',
  "EXPECTED_CUSTOMERS_LOWER_95" DOUBLE COMMENT 'Lower 95 % bound. Unit: customers.',
  "EXPECTED_CUSTOMERS_UPPER_95" DOUBLE COMMENT 'Upper 95 % bound. Unit: customers.',
  "EXPECTED_CHURNED_CUSTOMERS" DOUBLE COMMENT 'Customers expected to be lost in the forecast month. Unit: customers.',
  "EXPECTED_NEW_CUSTOMERS" DOUBLE COMMENT 'Customers expected to be won or won back in the forecast month. Unit: customers.',
  "EXPECTED_MRR" DECIMAL(18, 4) COMMENT 'Expected MRR at the close of the forecast month. Unit: currency per month.',
  "EXPECTED_MRR_LOWER_80" DECIMAL(18, 4) COMMENT 'Lower 80 % bound. Unit: currency per month.',
  "EXPECTED_MRR_UPPER_80" DECIMAL(18, 4) COMMENT 'Upper 80 % bound. Unit: currency per month.',
  "EXPECTED_MRR_LOWER_95" DECIMAL(18, 4) COMMENT 'Lower 95 % bound. Unit: currency per month.',
  "EXPECTED_MRR_UPPER_95" DECIMAL(18, 4) COMMENT 'Upper 95 % bound. Unit: currency per month.',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT", "CURRENCY", "HORIZON_MONTH")
) COMMENT = 'Expected customers and MRR of the next twelve months, with intervals.';

CREATE TABLE IF NOT EXISTS tenure.forecast_backtest (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "DIMENSION" VARCHAR NOT NULL COMMENT '`all`, or the name of a dimension of the job.',
  "SEGMENT" VARCHAR NOT NULL COMMENT '`all`, or a value of the dimension; `(unknown)` where there is none.',
  "CURRENCY" VARCHAR NOT NULL COMMENT 'The reporting currency of every amount in the row.',
  "HORIZON_MONTH" BIGINT NOT NULL COMMENT 'Months ahead, 1 to 12. Unit: months.',
  "PROJECTED_MONTH" DATE COMMENT 'The month at whose close the projection was made.',
  "ACTUAL_CUSTOMERS" BIGINT COMMENT 'Active customers at the close of the month. Unit: customers.',
  "ACTUAL_MRR" DECIMAL(18, 4) COMMENT 'MRR at the close of the month. Unit: currency per month.',
  "EXPECTED_CUSTOMERS" DOUBLE COMMENT 'Expected active customers at the close of the forecast month. Unit: customers.',
  "EXPECTED_MRR" DECIMAL(18, 4) COMMENT 'Expected MRR at the close of the forecast month. Unit: currency per month.',
  "CUSTOMERS_ERROR" DOUBLE COMMENT 'Expected over actual customers, less 1. Unit: fraction (0.05 = 5 %).',
  "MRR_ERROR" DOUBLE COMMENT 'Expected over actual MRR, less 1. Unit: fraction (0.05 = 5 %).',
  "IS_WITHIN_80" BOOLEAN COMMENT 'Whether the customers lie within the 80 % interval.',
  "IS_WITHIN_95" BOOLEAN COMMENT 'Whether the customers lie within the 95 % interval.',
  "IS_MRR_WITHIN_80" BOOLEAN COMMENT 'Whether the MRR lies within the 80 % interval.',
  "IS_MRR_WITHIN_95" BOOLEAN COMMENT 'Whether the MRR lies within the 95 % interval.',
  "NULL_REASON" VARCHAR COMMENT 'Why measures of the row are null: the first reason that applies.',
  "IS_FINAL" BOOLEAN NOT NULL COMMENT 'True once the month and its settling days lie before the as-of instant.',
  PRIMARY KEY ("MONTH", "DIMENSION", "SEGMENT", "CURRENCY", "HORIZON_MONTH")
) COMMENT = 'Earlier forecasts of the month against what it became.';

CREATE TABLE IF NOT EXISTS tenure.checks (
  "MONTH" DATE NOT NULL COMMENT 'The month, its first day.',
  "CHECKED_TABLE" VARCHAR NOT NULL COMMENT 'The table it was checked on.',
  "CHECK_ID" VARCHAR NOT NULL COMMENT 'Name of the law that was checked.',
  "STATUS" VARCHAR NOT NULL COMMENT 'ok, vacuous, restated or broken.',
  "CHECKED_ROWS" BIGINT NOT NULL COMMENT 'Rows the law was checked on.',
  "BROKEN_ROWS" BIGINT NOT NULL COMMENT 'Rows that break it.',
  "DIFFERENCE" VARCHAR COMMENT 'Largest difference found, or the restated amount.',
  "HINT" VARCHAR COMMENT 'What to do about it.',
  PRIMARY KEY ("MONTH", "CHECKED_TABLE", "CHECK_ID")
) COMMENT = 'What every run proved about its own output.';
