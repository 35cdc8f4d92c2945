//! What is summed per segment, from the rows of one customer.

use super::levels::Level;
use crate::tables::model::{
    OPEN_MRR_NOW, PAYING_ANY, PAYING_CLOSE, RETAINED, THEN_CUSTOMERS, THEN_MRR, THEN_MRR_KEPT, THEN_MRR_NOW,
    THEN_RETAINED,
};
use crate::tables::outputs::{
    CHURNED_CUSTOMERS, CHURNED_MRR, CLOSING_CUSTOMERS, CLOSING_MRR, CONTRACTION_MRR, EXPANSION_MRR,
    NEW_AND_CHURNED_CUSTOMERS, NEW_CUSTOMERS, NEW_MRR, OPENING_CUSTOMERS, OPENING_MRR, REACTIVATED_CUSTOMERS,
    REACTIVATION_MRR,
};

/// Whether a customer was active at open, at close, twelve closes before it, at any instant of the month.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flags {
    pub is_open: bool,
    pub is_close: bool,
    pub is_then: bool,
    pub is_any: bool,
    /// It is the month in which it was first active.
    pub is_first: bool,
}

impl Flags {
    pub fn of(level: &Level, cohort: i32) -> Self {
        let is_close = level.close > 0;
        Flags {
            is_open: level.open > 0,
            is_close,
            is_then: level.then > 0,
            is_any: is_close || level.is_touched,
            is_first: level.at == cohort,
        }
    }
    /// Of one customer in several currencies.
    pub fn or(&self, other: &Self) -> Self {
        Flags {
            is_open: self.is_open || other.is_open,
            is_close: self.is_close || other.is_close,
            is_then: self.is_then || other.is_then,
            is_any: self.is_any || other.is_any,
            is_first: self.is_first || other.is_first,
        }
    }
    fn is_new(&self) -> bool {
        !self.is_open && self.is_close && self.is_first
    }
    fn is_returning(&self) -> bool {
        !self.is_open && self.is_close && !self.is_first
    }
    fn is_churned(&self) -> bool {
        self.is_open && !self.is_close
    }
    fn is_staying(&self) -> bool {
        self.is_open && self.is_close
    }
    fn is_new_and_churned(&self) -> bool {
        self.is_any && !self.is_open && !self.is_close && self.is_first
    }
}

pub const CUSTOMERS: [&str; 9] = [
    OPENING_CUSTOMERS.name,
    NEW_CUSTOMERS.name,
    REACTIVATED_CUSTOMERS.name,
    CHURNED_CUSTOMERS.name,
    NEW_AND_CHURNED_CUSTOMERS.name,
    CLOSING_CUSTOMERS.name,
    RETAINED,
    THEN_CUSTOMERS,
    THEN_RETAINED,
];

/// In the order of `CUSTOMERS`.
pub fn customers(flags: &Flags) -> [i64; 9] {
    [
        flags.is_open,
        flags.is_new(),
        flags.is_returning(),
        flags.is_churned(),
        flags.is_new_and_churned(),
        flags.is_close,
        flags.is_staying(),
        flags.is_then,
        flags.is_then && flags.is_close,
    ]
    .map(i64::from)
}

pub const PAYING: [&str; 2] = [PAYING_ANY, PAYING_CLOSE];

/// In the order of `PAYING`.
pub fn paying(flags: &Flags) -> [i64; 2] {
    [flags.is_any, flags.is_close].map(i64::from)
}

/// At risk, active, churned, new and churned: what cohorts count.
pub fn of_cohort(flags: &Flags) -> [i64; 4] {
    [flags.is_open, flags.is_close, flags.is_churned(), flags.is_new_and_churned()].map(i64::from)
}

/// MRR of a customer in reporting ticks: at the open by the rate of the previous month and by this month's, at the close, and
/// twelve closes before it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Worth {
    pub open_before: i64,
    pub open: i64,
    pub close: i64,
    pub then: i64,
}

pub const MONEY: [&str; 11] = [
    OPENING_MRR.name,
    OPEN_MRR_NOW,
    NEW_MRR.name,
    REACTIVATION_MRR.name,
    EXPANSION_MRR.name,
    CONTRACTION_MRR.name,
    CHURNED_MRR.name,
    CLOSING_MRR.name,
    THEN_MRR,
    THEN_MRR_KEPT,
    THEN_MRR_NOW,
];

/// In the order of `MONEY`. Movements are at this month's rate; OPENING_MRR is the previous close at its own.
pub fn money(flags: &Flags, worth: &Worth) -> [i64; 11] {
    let Worth { open_before, open, close, then } = *worth;
    let only = |condition: bool, value: i64| if condition { value } else { 0 };
    [
        open_before,
        open,
        only(flags.is_new(), close),
        only(flags.is_returning(), close),
        only(flags.is_staying() && close > open, close - open),
        only(flags.is_staying() && close < open, open - close),
        only(flags.is_churned(), open),
        close,
        then,
        then.min(close),
        only(flags.is_then, close),
    ]
}
