//! Arithmetic and reasons shared by the metrics.

use super::rows::Row;
use crate::money::div_round;
use crate::month::{Month, MonthRange};
use crate::normalise::{Model, Segment};
use crate::tables::outputs::{CURRENCY, DIMENSION, IS_FINAL, MONTH, NULL_REASON, SEGMENT};

/// Why a measure is null. The first that applies to a row is published.
pub mod reason {
    pub const NO_HISTORY: &str = "no_history";
    pub const NO_OPENING: &str = "no_opening";
    pub const NO_OPENING_CUSTOMERS: &str = "no_opening_customers";
    pub const NO_INPUT: &str = "no_input";
    pub const NOT_MATURE: &str = "not_mature";
    pub const NO_OUTFLOW: &str = "no_outflow";
    pub const NO_CUSTOMERS: &str = "no_customers";
    pub const NO_CLOSING_CUSTOMERS: &str = "no_closing_customers";
    pub const NO_RETAINED_CUSTOMERS: &str = "no_retained_customers";
    pub const NO_MRR: &str = "no_mrr";
    pub const ZERO_CHURN: &str = "zero_churn";
    pub const TOO_FEW: &str = "too_few";
    pub const LEFT_TRUNCATED: &str = "left_truncated";
    pub const EMPTY_COHORT: &str = "empty_cohort";
    pub const NOT_FINAL: &str = "not_final";
    pub const AGE_ZERO: &str = "age_zero";
    pub const NO_AT_RISK: &str = "no_at_risk";
    pub const NO_SUBSCRIPTIONS: &str = "no_subscriptions";
    pub const NO_RESPONSES: &str = "no_responses";
    pub const NO_ACTIVE_CUSTOMERS: &str = "no_active_customers";
    pub const NO_ACTIVE_USERS: &str = "no_active_users";
    pub const LOW_COVERAGE: &str = "low_coverage";
    pub const INFINITE: &str = "infinite";
    pub const NOT_PREFERRED: &str = "not_preferred";
    pub const NOT_CONSTANT: &str = "not_constant";
}

/// `numerator / denominator`; None, never infinity, when the denominator is zero.
pub fn ratio(numerator: i64, denominator: i64) -> Option<f64> {
    (denominator != 0).then(|| numerator as f64 / denominator as f64)
}

/// Ticks divided exactly, half away from zero; None when the denominator is not positive.
pub fn per(ticks: i64, denominator: i64) -> Option<i64> {
    if denominator <= 0 {
        return None;
    }
    i64::try_from(div_round(i128::from(ticks), i128::from(denominator))).ok()
}

/// The first reason whose condition holds.
pub fn first_reason(reasons: &[(bool, &'static str)]) -> Option<&'static str> {
    reasons.iter().find(|(applies, _)| *applies).map(|(_, reason)| *reason)
}

/// One point of the spine month x segment.
pub struct Point<'a> {
    pub month: Month,
    /// Position in the model's grids.
    pub at: usize,
    pub segment: &'a Segment,
}

/// Every month asked with every segment of every dimension.
pub fn spine(model: &Model, months: MonthRange) -> impl Iterator<Item = Point<'_>> {
    months
        .iter()
        .flat_map(|month| model.segments.list.iter().enumerate().map(move |(at, segment)| Point { month, at, segment }))
}

impl Point<'_> {
    /// A row with month, dimension, segment, finality and the reason why measures are null.
    pub fn row(&self, model: &Model, reason: Option<&'static str>) -> Row {
        Row::new()
            .with(&MONTH, self.month)
            .with(&DIMENSION, self.segment.dimension.as_str())
            .with(&SEGMENT, self.segment.segment.as_str())
            .with(&NULL_REASON, reason)
            .with(&IS_FINAL, model.calendar.is_final(self.month))
    }
    /// The same with the reporting currency.
    pub fn money_row(&self, model: &Model, reason: Option<&'static str>) -> Row {
        self.row(model, reason).with(&CURRENCY, model.currency.as_str())
    }
}
