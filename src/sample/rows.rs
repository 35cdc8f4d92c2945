//! The rows of a business as plain values, before they become Parquet. Amounts are integers of 10^-8 of a major unit
//! (`money::INPUT_UNIT`), instants are microseconds UTC, ids are numbers that the writer turns into text.

use crate::month::{Days, Micros};

/// A whole major unit as an amount.
pub const UNIT: i64 = crate::money::INPUT_UNIT as i64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    pub customer_id: u64,
    pub region: Option<&'static str>,
    pub channel: Option<&'static str>,
    pub company_size: Option<&'static str>,
    pub signed_up_at: Option<Micros>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub subscription_id: u64,
    pub customer_id: u64,
    pub started_at: Micros,
    pub ended_at: Option<Micros>,
    pub trial_ended_at: Option<Micros>,
    pub amount: i64,
    pub interval: &'static str,
    pub interval_count: Option<i64>,
    pub quantity: Option<i64>,
    pub discount: Option<i64>,
    pub currency: Option<&'static str>,
    pub status: Option<&'static str>,
    pub plan: Option<&'static str>,
}

impl Subscription {
    /// What one billing charges.
    pub fn charge(&self) -> i64 {
        let gross = i128::from(self.amount) * i128::from(self.quantity.unwrap_or(UNIT)) / i128::from(UNIT);
        gross as i64 - self.discount.unwrap_or(0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    pub invoice_id: u64,
    pub customer_id: u64,
    pub paid_at: Micros,
    pub amount: i64,
    pub currency: Option<&'static str>,
    pub status: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    pub incurred_on: Days,
    pub category: &'static str,
    pub amount: i64,
    pub currency: Option<&'static str>,
    pub customer_id: Option<u64>,
    pub region: Option<&'static str>,
    pub plan: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    pub rate_date: Days,
    pub currency: &'static str,
    pub rate: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageEvent {
    pub customer_id: u64,
    pub occurred_at: Micros,
    pub user_id: Option<u64>,
    pub event: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    pub response_id: u64,
    pub customer_id: u64,
    pub respondent_id: Option<u64>,
    pub answered_at: Micros,
    pub kind: &'static str,
    /// None: a blank.
    pub score: Option<i64>,
    pub scale_max: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    pub ticket_id: u64,
    pub customer_id: u64,
    pub opened_at: Micros,
    pub closed_at: Option<Micros>,
    pub is_escalated: Option<bool>,
}

/// Everything a business exports, or one chunk of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables {
    pub customers: Vec<Customer>,
    pub subscriptions: Vec<Subscription>,
    pub invoices: Vec<Invoice>,
    pub costs: Vec<Cost>,
    pub rates: Vec<Rate>,
    pub usage: Vec<UsageEvent>,
    pub surveys: Vec<Survey>,
    pub tickets: Vec<Ticket>,
}
