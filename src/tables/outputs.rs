//! The published tables. A name stands here once; elsewhere it is one of these constants.
//! Long because every column of every table stands here, and a table is read together with its columns.

use super::column::{Column, Kind, Table, Unit};
pub use super::experience::*;
pub use super::outlook::*;

pub static MONTH: Column = Column::required("month", Kind::Month, Unit::None, "The month, its first day.");
pub static DIMENSION: Column =
    Column::required("dimension", Kind::Text, Unit::None, "`all`, or the name of a dimension of the job.");
pub static SEGMENT: Column = Column::required(
    "segment",
    Kind::Text,
    Unit::None,
    "`all`, or a value of the dimension; `(unknown)` where there is none.",
);
pub static CURRENCY: Column =
    Column::required("currency", Kind::Text, Unit::None, "The reporting currency of every amount in the row.");
pub static COHORT_MONTH: Column =
    Column::required("cohort_month", Kind::Month, Unit::None, "Month of the first instant the customers ever paid.");
pub static AGE_MONTHS: Column = Column::required(
    "age_months",
    Kind::Count,
    Unit::Months,
    "Months since the cohort month; 0 is the month of acquisition.",
);
pub static CATEGORY: Column =
    Column::required("category", Kind::Text, Unit::None, "`all`, or a category of retention costs.");
pub static WINDOW_MONTHS: Column = Column::required(
    "window_months",
    Kind::Count,
    Unit::Months,
    "Length of the window that ends with the month: 1 or 12.",
);
pub static METHOD: Column = Column::required("method", Kind::Text, Unit::None, "How the value was computed.");
pub static HORIZON_MONTHS: Column =
    Column::required("horizon_months", Kind::Count, Unit::Months, "Months of payments counted; 0 means without end.");
pub static NULL_REASON: Column = Column::optional(
    "null_reason",
    Kind::Text,
    Unit::None,
    "Why measures of the row are null: the first reason that applies.",
);
pub static IS_FINAL: Column = Column::required(
    "is_final",
    Kind::Flag,
    Unit::None,
    "True once the month and its settling days lie before the as-of instant.",
);
pub static OPENING_CUSTOMERS: Column =
    Column::optional("opening_customers", Kind::Count, Unit::Customers, "Paying at the open of the month.").additive();
pub static NEW_CUSTOMERS: Column =
    Column::optional("new_customers", Kind::Count, Unit::Customers, "Paying at close, first ever paid in this month.")
        .additive();
pub static REACTIVATED_CUSTOMERS: Column = Column::optional(
    "reactivated_customers",
    Kind::Count,
    Unit::Customers,
    "Paying at close, not at open, had paid before this month.",
)
.additive();
pub static CHURNED_CUSTOMERS: Column =
    Column::optional("churned_customers", Kind::Count, Unit::Customers, "Paying at open, not paying at close.")
        .additive();
pub static NEW_AND_CHURNED_CUSTOMERS: Column = Column::optional(
    "new_and_churned_customers",
    Kind::Count,
    Unit::Customers,
    "First ever paid in this month, not paying at its close.",
)
.additive();
pub static CLOSING_CUSTOMERS: Column =
    Column::optional("closing_customers", Kind::Count, Unit::Customers, "Paying at the close of the month.").additive();
pub static CUSTOMER_CHURN_RATE: Column =
    Column::optional("customer_churn_rate", Kind::Ratio, Unit::Fraction, "Churned divided by opening customers.");
pub static CUSTOMER_CHURN_RATE_LOWER: Column = Column::optional(
    "customer_churn_rate_lower",
    Kind::Ratio,
    Unit::Fraction,
    "Lower bound of its 95 % Wilson interval.",
);
pub static CUSTOMER_CHURN_RATE_UPPER: Column = Column::optional(
    "customer_churn_rate_upper",
    Kind::Ratio,
    Unit::Fraction,
    "Upper bound of its 95 % Wilson interval.",
);
pub static CUSTOMER_CHURN_RATE_INCLUDING_NEW: Column = Column::optional(
    "customer_churn_rate_including_new",
    Kind::Ratio,
    Unit::Fraction,
    "(Churned + new and churned) divided by opening customers; may exceed 1.",
);
pub static COHORT_CUSTOMERS: Column =
    Column::optional("cohort_customers", Kind::Count, Unit::Customers, "Customers who first paid in the cohort month.")
        .additive();
pub static AT_RISK_CUSTOMERS: Column =
    Column::optional("at_risk_customers", Kind::Count, Unit::Customers, "Active at the previous close; 0 at age 0.")
        .additive();
pub static ACTIVE_CUSTOMERS: Column =
    Column::optional("active_customers", Kind::Count, Unit::Customers, "Active at the close of the month.").additive();
pub static COHORT_CHURNED_CUSTOMERS: Column = Column::optional(
    "churned_customers",
    Kind::Count,
    Unit::Customers,
    "Customers at risk who are not active at this close.",
)
.additive();
pub static COHORT_NEW_AND_CHURNED_CUSTOMERS: Column = Column::optional(
    "new_and_churned_customers",
    Kind::Count,
    Unit::Customers,
    "At age 0: customers of the cohort not active at its first close; 0 at later ages.",
)
.additive();
pub static CUSTOMER_RETENTION_RATE: Column =
    Column::optional("customer_retention_rate", Kind::Ratio, Unit::Fraction, "Active divided by cohort customers.");
pub static CUSTOMER_RETENTION_RATE_LOWER: Column = Column::optional(
    "customer_retention_rate_lower",
    Kind::Ratio,
    Unit::Fraction,
    "Lower bound of its 95 % Wilson interval.",
);
pub static CUSTOMER_RETENTION_RATE_UPPER: Column = Column::optional(
    "customer_retention_rate_upper",
    Kind::Ratio,
    Unit::Fraction,
    "Upper bound of its 95 % Wilson interval.",
);
pub static HAZARD_RATE: Column = Column::optional(
    "hazard_rate",
    Kind::Ratio,
    Unit::Fraction,
    "Churned divided by customers at risk; null at age 0.",
);
pub static FIRST_LOSS_AT_RISK: Column = Column::optional(
    "first_loss_at_risk",
    Kind::Count,
    Unit::Customers,
    "Members active at every close from age 0 to the previous one; at age 0 the whole cohort.",
)
.additive();
pub static FIRST_LOSS_CUSTOMERS: Column = Column::optional(
    "first_loss_customers",
    Kind::Count,
    Unit::Customers,
    "Those of them who are not active at this close.",
)
.additive();
pub static SURVIVAL_RATE: Column = Column::optional(
    "survival_rate",
    Kind::Ratio,
    Unit::Fraction,
    "Product of 1 - first losses / at risk over final cells, age 0 included.",
);
pub static SURVIVAL_STANDARD_ERROR: Column = Column::optional(
    "survival_standard_error",
    Kind::Ratio,
    Unit::Fraction,
    "Greenwood standard error of the survival rate.",
);
pub static COHORT_MRR: Column =
    Column::optional("cohort_mrr", Kind::Money, Unit::CurrencyPerMonth, "Active MRR of the cohort at age 0.")
        .additive();
pub static ACTIVE_MRR: Column = Column::optional(
    "active_mrr",
    Kind::Money,
    Unit::CurrencyPerMonth,
    "MRR of the cohort at this close, at this month's exchange rate.",
)
.additive();
pub static REVENUE_RETENTION_RATE: Column =
    Column::optional("revenue_retention_rate", Kind::Ratio, Unit::Fraction, "Active MRR divided by cohort MRR.");
pub static COHORT_REVENUE: Column =
    Column::optional("revenue", Kind::Money, Unit::Currency, "Net revenue of the month from customers of the cohort.")
        .additive();
pub static CUMULATIVE_REVENUE: Column =
    Column::optional("cumulative_revenue", Kind::Money, Unit::Currency, "Net revenue from age 0 to this month.")
        .additive();
pub static OPENING_MRR: Column =
    Column::optional("opening_mrr", Kind::Money, Unit::CurrencyPerMonth, "MRR at the previous close, at its rate.")
        .additive();
pub static NEW_MRR: Column = Column::optional(
    "new_mrr",
    Kind::Money,
    Unit::CurrencyPerMonth,
    "MRR at close of customers who never paid before this month.",
)
.additive();
pub static EXPANSION_MRR: Column = Column::optional(
    "expansion_mrr",
    Kind::Money,
    Unit::CurrencyPerMonth,
    "Increase of customers paying at open and at close.",
)
.additive();
pub static REACTIVATION_MRR: Column =
    Column::optional("reactivation_mrr", Kind::Money, Unit::CurrencyPerMonth, "MRR at close of returning customers.")
        .additive();
pub static CONTRACTION_MRR: Column = Column::optional(
    "contraction_mrr",
    Kind::Money,
    Unit::CurrencyPerMonth,
    "Decrease of customers paying at open and at close; positive.",
)
.additive();
pub static CHURNED_MRR: Column = Column::optional(
    "churned_mrr",
    Kind::Money,
    Unit::CurrencyPerMonth,
    "MRR at open of customers not paying at close; positive.",
)
.additive();
pub static FX_MRR: Column = Column::optional(
    "fx_mrr",
    Kind::Money,
    Unit::CurrencyPerMonth,
    "Opening MRR at this month's rate less opening MRR.",
)
.additive();
pub static CLOSING_MRR: Column =
    Column::optional("closing_mrr", Kind::Money, Unit::CurrencyPerMonth, "MRR at the close of the month.").additive();
pub static ARR: Column =
    Column::optional("arr", Kind::Money, Unit::CurrencyPerYear, "12 times closing MRR.").additive();
pub static GROSS_REVENUE_RETENTION: Column = Column::optional(
    "gross_revenue_retention",
    Kind::Ratio,
    Unit::Fraction,
    "1 - gross MRR churn rate; never above 1.",
);
pub static NET_REVENUE_RETENTION: Column =
    Column::optional("net_revenue_retention", Kind::Ratio, Unit::Fraction, "1 - net MRR churn rate.");
pub static GROSS_REVENUE_RETENTION_12M: Column = Column::optional(
    "gross_revenue_retention_12m",
    Kind::Ratio,
    Unit::Fraction,
    "Of customers paying 12 closes ago: the smaller of MRR then and now, over MRR then.",
);
pub static NET_REVENUE_RETENTION_12M: Column = Column::optional(
    "net_revenue_retention_12m",
    Kind::Ratio,
    Unit::Fraction,
    "Of customers paying 12 closes ago: MRR now over MRR then.",
);
pub static GROSS_MRR_CHURN_RATE: Column = Column::optional(
    "gross_mrr_churn_rate",
    Kind::Ratio,
    Unit::Fraction,
    "(Churned + contraction) divided by opening MRR at this month's rate.",
);
pub static NET_MRR_CHURN_RATE: Column = Column::optional(
    "net_mrr_churn_rate",
    Kind::Ratio,
    Unit::Fraction,
    "(Churned + contraction - expansion) divided by opening MRR at this month's rate.",
);
pub static QUICK_RATIO: Column = Column::optional(
    "quick_ratio",
    Kind::Ratio,
    Unit::None,
    "(New + expansion + reactivation) divided by (churned + contraction).",
);
pub static REVENUE: Column =
    Column::optional("revenue", Kind::Money, Unit::Currency, "Invoices paid in the month, positive amounts.")
        .additive();
pub static REFUNDS: Column =
    Column::optional("refunds", Kind::Money, Unit::Currency, "Negative invoices of the month, published positive.")
        .additive();
pub static NET_REVENUE: Column =
    Column::optional("net_revenue", Kind::Money, Unit::Currency, "Revenue less refunds.").additive();
pub static CUSTOMERS: Column = Column::optional(
    "customers",
    Kind::Count,
    Unit::Customers,
    "Paying at any instant of the month, or with an invoice counted in it.",
)
.additive();
pub static ARPC: Column = Column::optional("arpc", Kind::Money, Unit::Currency, "Net revenue divided by customers.");
pub static MEDIAN_REVENUE: Column =
    Column::optional("median_revenue", Kind::Money, Unit::Currency, "Median net revenue of customers, zeros included.");
pub static P90_REVENUE: Column =
    Column::optional("p90_revenue", Kind::Money, Unit::Currency, "90th percentile of their net revenue.");
pub static SHARE_ABOVE_ARPC: Column = Column::optional(
    "share_above_arpc",
    Kind::Ratio,
    Unit::Fraction,
    "Share of customers whose net revenue is above the mean.",
);
pub static ARPA: Column =
    Column::optional("arpa", Kind::Money, Unit::CurrencyPerMonth, "Closing MRR divided by closing customers.");
pub static DIRECT_COST: Column =
    Column::optional("direct_cost", Kind::Money, Unit::Currency, "Cost lines that name the segment or its customer.");
pub static ALLOCATED_COST: Column = Column::optional(
    "allocated_cost",
    Kind::Money,
    Unit::Currency,
    "This segment's part of the cost lines that name none.",
);
pub static RETENTION_COST: Column =
    Column::optional("retention_cost", Kind::Money, Unit::Currency, "Direct plus allocated cost.").additive();
pub static RETAINED_CUSTOMERS: Column = Column::optional(
    "retained_customers",
    Kind::Count,
    Unit::Customers,
    "Paying at the window's open and at its close.",
)
.additive();
pub static AVERAGE_CUSTOMERS: Column = Column::optional(
    "average_customers",
    Kind::Ratio,
    Unit::Customers,
    "Mean of opening and closing customers; over 12 months the mean of the monthly means.",
);
pub static CRC: Column = Column::optional("crc", Kind::Money, Unit::Currency, "Retention cost per retained customer.");
pub static CRC_PER_AVERAGE_CUSTOMER: Column =
    Column::optional("crc_per_average_customer", Kind::Money, Unit::Currency, "Retention cost per average customer.");
pub static COST_SHARE_OF_MRR: Column = Column::optional(
    "cost_share_of_mrr",
    Kind::Ratio,
    Unit::Fraction,
    "Retention cost over the window's summed closing MRR.",
);
pub static VALUE: Column = Column::optional(
    "value",
    Kind::Money,
    Unit::Currency,
    "Lifetime value of a new customer (historical: to date, per customer ever acquired).",
)
.fitted();
pub static VALUE_LOWER: Column =
    Column::optional("value_lower", Kind::Money, Unit::Currency, "Lower 95 % bound.").fitted();
pub static VALUE_UPPER: Column =
    Column::optional("value_upper", Kind::Money, Unit::Currency, "Upper 95 % bound.").fitted();
pub static RESIDUAL_VALUE: Column = Column::optional(
    "residual_value",
    Kind::Money,
    Unit::Currency,
    "Value still to come from a customer of the present base.",
)
.fitted();
pub static MONTHLY_MARGIN: Column = Column::optional(
    "monthly_margin",
    Kind::Money,
    Unit::CurrencyPerMonth,
    "Margin a customer leaves per month, after retention cost.",
);
pub static CHURN_RATE: Column =
    Column::optional("churn_rate", Kind::Ratio, Unit::PerMonth, "Pooled monthly churn rate of the trailing months.");
pub static LIFETIME_MONTHS: Column =
    Column::optional("lifetime_months", Kind::Ratio, Unit::Months, "Expected payments within the horizon.").fitted();
pub static DISCOUNT_RATE_ANNUAL: Column =
    Column::optional("discount_rate_annual", Kind::Ratio, Unit::PerYear, "Annual discount rate used.");
pub static CLTV_CUSTOMERS: Column =
    Column::optional("customers", Kind::Count, Unit::Customers, "Customers the value rests on.");
pub static CHURN_EVENTS: Column =
    Column::optional("churn_events", Kind::Count, Unit::Events, "Losses the value rests on.");
pub static SHARE_EXTRAPOLATED: Column =
    Column::optional("share_extrapolated", Kind::Ratio, Unit::Fraction, "Part of the value beyond the observed ages.")
        .fitted();
pub static MEAN_CHURN: Column =
    Column::optional("mean_churn", Kind::Ratio, Unit::PerMonth, "Mean of the fitted churn distribution.").fitted();
pub static POLARISATION: Column = Column::optional(
    "polarisation",
    Kind::Ratio,
    Unit::None,
    "Spread of the fitted churn distribution between 0 and 1.",
)
.fitted();
pub static CONVERGED: Column =
    Column::optional("converged", Kind::Flag, Unit::None, "Whether the fit converged.").fitted();
pub static IS_SHRUNK: Column =
    Column::optional("is_shrunk", Kind::Flag, Unit::None, "Whether hazards were drawn towards the pool.");
pub static IS_HOMOGENEOUS: Column =
    Column::optional("is_homogeneous", Kind::Flag, Unit::None, "Whether the fit ended at the boundary without spread.")
        .fitted();
pub static HAS_COSTS: Column =
    Column::optional("has_costs", Kind::Flag, Unit::None, "Whether retention costs were subtracted.");
pub static CHECK: Column = Column::required("check_id", Kind::Text, Unit::None, "Name of the law that was checked.");
pub static CHECKED_TABLE: Column =
    Column::required("checked_table", Kind::Text, Unit::None, "The table it was checked on.");
pub static STATUS: Column = Column::required("status", Kind::Text, Unit::None, "ok, vacuous, restated or broken.");
pub static CHECKED_ROWS: Column =
    Column::required("checked_rows", Kind::Count, Unit::None, "Rows the law was checked on.");
pub static BROKEN_ROWS: Column = Column::required("broken_rows", Kind::Count, Unit::None, "Rows that break it.");
pub static DIFFERENCE: Column =
    Column::optional("difference", Kind::Text, Unit::None, "Largest difference found, or the restated amount.");
pub static HINT: Column = Column::optional("hint", Kind::Text, Unit::None, "What to do about it.");

pub static CHURN_TABLE: Table = Table {
    name: "churn",
    doc: "Customers won and lost, and the churn rate, per month and segment.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT],
    measures: &[
        &OPENING_CUSTOMERS,
        &NEW_CUSTOMERS,
        &REACTIVATED_CUSTOMERS,
        &CHURNED_CUSTOMERS,
        &NEW_AND_CHURNED_CUSTOMERS,
        &CLOSING_CUSTOMERS,
        &CUSTOMER_CHURN_RATE,
        &CUSTOMER_CHURN_RATE_LOWER,
        &CUSTOMER_CHURN_RATE_UPPER,
        &CUSTOMER_CHURN_RATE_INCLUDING_NEW,
        &NULL_REASON,
        &IS_FINAL,
    ],
};

pub static COHORTS_TABLE: Table = Table {
    name: "cohorts",
    doc: "Retention, survival and revenue of customers by the month they first paid.",
    grain: &[&MONTH, &COHORT_MONTH, &AGE_MONTHS, &DIMENSION, &SEGMENT],
    measures: &[
        &COHORT_CUSTOMERS,
        &AT_RISK_CUSTOMERS,
        &ACTIVE_CUSTOMERS,
        &COHORT_CHURNED_CUSTOMERS,
        &COHORT_NEW_AND_CHURNED_CUSTOMERS,
        &CUSTOMER_RETENTION_RATE,
        &CUSTOMER_RETENTION_RATE_LOWER,
        &CUSTOMER_RETENTION_RATE_UPPER,
        &HAZARD_RATE,
        &FIRST_LOSS_AT_RISK,
        &FIRST_LOSS_CUSTOMERS,
        &SURVIVAL_RATE,
        &SURVIVAL_STANDARD_ERROR,
        &COHORT_MRR,
        &ACTIVE_MRR,
        &REVENUE_RETENTION_RATE,
        &COHORT_REVENUE,
        &CUMULATIVE_REVENUE,
        &NULL_REASON,
        &IS_FINAL,
    ],
};

pub static MRR_TABLE: Table = Table {
    name: "mrr",
    doc: "Monthly recurring revenue and its movements.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT, &CURRENCY],
    measures: &[
        &OPENING_MRR,
        &NEW_MRR,
        &EXPANSION_MRR,
        &REACTIVATION_MRR,
        &CONTRACTION_MRR,
        &CHURNED_MRR,
        &FX_MRR,
        &CLOSING_MRR,
        &ARR,
        &GROSS_REVENUE_RETENTION,
        &NET_REVENUE_RETENTION,
        &GROSS_REVENUE_RETENTION_12M,
        &NET_REVENUE_RETENTION_12M,
        &GROSS_MRR_CHURN_RATE,
        &NET_MRR_CHURN_RATE,
        &QUICK_RATIO,
        &NULL_REASON,
        &IS_FINAL,
    ],
};

pub static ARPC_TABLE: Table = Table {
    name: "arpc",
    doc: "Average revenue per customer.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT, &CURRENCY],
    measures: &[
        &REVENUE,
        &REFUNDS,
        &NET_REVENUE,
        &CUSTOMERS,
        &ARPC,
        &MEDIAN_REVENUE,
        &P90_REVENUE,
        &SHARE_ABOVE_ARPC,
        &CLOSING_MRR,
        &CLOSING_CUSTOMERS,
        &ARPA,
        &NULL_REASON,
        &IS_FINAL,
    ],
};

pub static CRC_TABLE: Table = Table {
    name: "crc",
    doc: "Retention cost per customer.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT, &CURRENCY, &CATEGORY, &WINDOW_MONTHS],
    measures: &[
        &DIRECT_COST,
        &ALLOCATED_COST,
        &RETENTION_COST,
        &OPENING_CUSTOMERS,
        &RETAINED_CUSTOMERS,
        &AVERAGE_CUSTOMERS,
        &CRC,
        &CRC_PER_AVERAGE_CUSTOMER,
        &COST_SHARE_OF_MRR,
        &NULL_REASON,
        &IS_FINAL,
    ],
};

pub static CLTV_TABLE: Table = Table {
    name: "cltv",
    doc: "Customer lifetime value, by several methods.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT, &CURRENCY, &METHOD, &HORIZON_MONTHS],
    measures: &[
        &VALUE,
        &VALUE_LOWER,
        &VALUE_UPPER,
        &RESIDUAL_VALUE,
        &MONTHLY_MARGIN,
        &CHURN_RATE,
        &LIFETIME_MONTHS,
        &DISCOUNT_RATE_ANNUAL,
        &CLTV_CUSTOMERS,
        &CHURN_EVENTS,
        &SHARE_EXTRAPOLATED,
        &MEAN_CHURN,
        &POLARISATION,
        &CONVERGED,
        &IS_SHRUNK,
        &IS_HOMOGENEOUS,
        &HAS_COSTS,
        &NULL_REASON,
        &IS_FINAL,
    ],
};

pub static CHECKS_TABLE: Table = Table {
    name: "checks",
    doc: "What every run proved about its own output.",
    grain: &[&MONTH, &CHECKED_TABLE, &CHECK],
    measures: &[&STATUS, &CHECKED_ROWS, &BROKEN_ROWS, &DIFFERENCE, &HINT],
};

/// Every published metric table, in the order they are printed.
pub static TABLES: [&Table; 18] = [
    &CHURN_TABLE,
    &COHORTS_TABLE,
    &MRR_TABLE,
    &ARPC_TABLE,
    &CRC_TABLE,
    &CLTV_TABLE,
    &CLTV_BACKTEST_TABLE,
    &NPS_TABLE,
    &CSAT_TABLE,
    &ENGAGEMENT_TABLE,
    &HEALTH_TABLE,
    &HEALTH_SUMMARY_TABLE,
    &HEALTH_BACKTEST_TABLE,
    &TIERS_TABLE,
    &TIERS_SUMMARY_TABLE,
    &FORECAST_TABLE,
    &FORECAST_BACKTEST_TABLE,
    &CHECKS_TABLE,
];
