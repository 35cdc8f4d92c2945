//! Tables that look ahead, and those that score how earlier looks ahead turned out.

use super::column::{Column, Kind, Table, Unit};
use super::outputs::{CURRENCY, DIMENSION, HORIZON_MONTHS, IS_FINAL, METHOD, MONTH, NULL_REASON, SEGMENT};

const fn fitted(name: &'static str, kind: Kind, unit: Unit, doc: &'static str) -> Column {
    Column::optional(name, kind, unit, doc).fitted()
}

pub static PROJECTED_MONTH: Column =
    Column::optional("projected_month", Kind::Month, Unit::None, "The month at whose close the projection was made.");
pub static PROJECTED_CUSTOMERS: Column = Column::optional(
    "customers",
    Kind::Count,
    Unit::Customers,
    "Customers acquired by the projected month and not lost by its close.",
);
pub static PROJECTED_CUSTOMER_MONTHS: Column = fitted(
    "projected_customer_months",
    Kind::Ratio,
    Unit::Months,
    "Months those customers were expected to stay within the horizon.",
);
pub static ACTUAL_CUSTOMER_MONTHS: Column =
    Column::optional("actual_customer_months", Kind::Count, Unit::Months, "Months they did stay, to their first loss.");
pub static BIAS: Column = fitted("bias", Kind::Ratio, Unit::Fraction, "Projected over actual customer months, less 1.");
pub static PROJECTED_VALUE: Column = fitted(
    "projected_value",
    Kind::Money,
    Unit::Currency,
    "Projected customer months at the margin known when they were projected.",
);
pub static ACTUAL_VALUE: Column = Column::optional(
    "actual_value",
    Kind::Money,
    Unit::Currency,
    "Actual customer months, each at its month's margin.",
);

pub static HORIZON_MONTH: Column =
    Column::required("horizon_month", Kind::Count, Unit::Months, "Months ahead, 1 to 12.");
pub static FORECAST_MONTH: Column =
    Column::optional("forecast_month", Kind::Month, Unit::None, "The month that is forecast.");
pub static BASE_CUSTOMERS: Column =
    Column::optional("base_customers", Kind::Count, Unit::Customers, "Active customers at the close of the month.");
pub static BASE_MRR: Column =
    Column::optional("base_mrr", Kind::Money, Unit::CurrencyPerMonth, "MRR at the close of the month.");
pub static EXPECTED_CUSTOMERS: Column = fitted(
    "expected_customers",
    Kind::Ratio,
    Unit::Customers,
    "Expected active customers at the close of the forecast month.",
);
pub static EXPECTED_CUSTOMERS_LOWER_80: Column =
    Column::optional("expected_customers_lower_80", Kind::Ratio, Unit::Customers, "Lower 80 % bound.").fitted();
pub static EXPECTED_CUSTOMERS_UPPER_80: Column =
    Column::optional("expected_customers_upper_80", Kind::Ratio, Unit::Customers, "Upper 80 % bound.").fitted();
pub static EXPECTED_CUSTOMERS_LOWER_95: Column =
    Column::optional("expected_customers_lower_95", Kind::Ratio, Unit::Customers, "Lower 95 % bound.").fitted();
pub static EXPECTED_CUSTOMERS_UPPER_95: Column =
    Column::optional("expected_customers_upper_95", Kind::Ratio, Unit::Customers, "Upper 95 % bound.").fitted();
pub static EXPECTED_CHURNED_CUSTOMERS: Column = fitted(
    "expected_churned_customers",
    Kind::Ratio,
    Unit::Customers,
    "Customers expected to be lost in the forecast month.",
);
pub static EXPECTED_NEW_CUSTOMERS: Column = fitted(
    "expected_new_customers",
    Kind::Ratio,
    Unit::Customers,
    "Customers expected to be won or won back in the forecast month.",
);
pub static EXPECTED_MRR: Column =
    fitted("expected_mrr", Kind::Money, Unit::CurrencyPerMonth, "Expected MRR at the close of the forecast month.");
pub static EXPECTED_MRR_LOWER_80: Column =
    Column::optional("expected_mrr_lower_80", Kind::Money, Unit::CurrencyPerMonth, "Lower 80 % bound.").fitted();
pub static EXPECTED_MRR_UPPER_80: Column =
    Column::optional("expected_mrr_upper_80", Kind::Money, Unit::CurrencyPerMonth, "Upper 80 % bound.").fitted();
pub static EXPECTED_MRR_LOWER_95: Column =
    Column::optional("expected_mrr_lower_95", Kind::Money, Unit::CurrencyPerMonth, "Lower 95 % bound.").fitted();
pub static EXPECTED_MRR_UPPER_95: Column =
    Column::optional("expected_mrr_upper_95", Kind::Money, Unit::CurrencyPerMonth, "Upper 95 % bound.").fitted();
pub static ACTUAL_CUSTOMERS: Column =
    Column::optional("actual_customers", Kind::Count, Unit::Customers, "Active customers at the close of the month.");
pub static ACTUAL_MRR: Column =
    Column::optional("actual_mrr", Kind::Money, Unit::CurrencyPerMonth, "MRR at the close of the month.");
pub static CUSTOMERS_ERROR: Column =
    fitted("customers_error", Kind::Ratio, Unit::Fraction, "Expected over actual customers, less 1.");
pub static MRR_ERROR: Column = fitted("mrr_error", Kind::Ratio, Unit::Fraction, "Expected over actual MRR, less 1.");
pub static IS_WITHIN_80: Column =
    fitted("is_within_80", Kind::Flag, Unit::None, "Whether the customers lie within the 80 % interval.");
pub static IS_WITHIN_95: Column =
    fitted("is_within_95", Kind::Flag, Unit::None, "Whether the customers lie within the 95 % interval.");
pub static IS_MRR_WITHIN_80: Column =
    fitted("is_mrr_within_80", Kind::Flag, Unit::None, "Whether the MRR lies within the 80 % interval.");
pub static IS_MRR_WITHIN_95: Column =
    fitted("is_mrr_within_95", Kind::Flag, Unit::None, "Whether the MRR lies within the 95 % interval.");

pub static CLTV_BACKTEST_TABLE: Table = Table {
    name: "cltv_backtest",
    doc: "What lifetime projections made some months ago expected, and what happened since.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT, &CURRENCY, &METHOD, &HORIZON_MONTHS],
    measures: &[
        &PROJECTED_MONTH,
        &PROJECTED_CUSTOMERS,
        &PROJECTED_CUSTOMER_MONTHS,
        &ACTUAL_CUSTOMER_MONTHS,
        &BIAS,
        &PROJECTED_VALUE,
        &ACTUAL_VALUE,
        &NULL_REASON,
        &IS_FINAL,
    ],
};
pub static FORECAST_TABLE: Table = Table {
    name: "forecast",
    doc: "Expected customers and MRR of the next twelve months, with intervals.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT, &CURRENCY, &HORIZON_MONTH],
    measures: &[
        &FORECAST_MONTH,
        &BASE_CUSTOMERS,
        &BASE_MRR,
        &EXPECTED_CUSTOMERS,
        &EXPECTED_CUSTOMERS_LOWER_80,
        &EXPECTED_CUSTOMERS_UPPER_80,
        &EXPECTED_CUSTOMERS_LOWER_95,
        &EXPECTED_CUSTOMERS_UPPER_95,
        &EXPECTED_CHURNED_CUSTOMERS,
        &EXPECTED_NEW_CUSTOMERS,
        &EXPECTED_MRR,
        &EXPECTED_MRR_LOWER_80,
        &EXPECTED_MRR_UPPER_80,
        &EXPECTED_MRR_LOWER_95,
        &EXPECTED_MRR_UPPER_95,
        &NULL_REASON,
        &IS_FINAL,
    ],
};
pub static FORECAST_BACKTEST_TABLE: Table = Table {
    name: "forecast_backtest",
    doc: "Earlier forecasts of the month against what it became.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT, &CURRENCY, &HORIZON_MONTH],
    measures: &[
        &PROJECTED_MONTH,
        &ACTUAL_CUSTOMERS,
        &ACTUAL_MRR,
        &EXPECTED_CUSTOMERS,
        &EXPECTED_MRR,
        &CUSTOMERS_ERROR,
        &MRR_ERROR,
        &IS_WITHIN_80,
        &IS_WITHIN_95,
        &IS_MRR_WITHIN_80,
        &IS_MRR_WITHIN_95,
        &NULL_REASON,
        &IS_FINAL,
    ],
};
