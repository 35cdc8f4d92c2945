//! What the simulated business sells, where, and how its customers leave: the planted truth.

use super::rows::UNIT;

/// A plan and the behaviour of its customers.
///
/// Every customer has its own monthly probability of leaving, drawn once from Beta(`alpha`, `beta`). It leaves at a
/// renewal: for a plan billed every n months with probability `1 - (1 - p)^n`. Loyal customers stay, so the hazard of
/// a cohort falls with age: `alpha / (alpha + beta + k - 1)` at the k-th monthly renewal.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub name: &'static str,
    /// USD per seat and month.
    pub price: i64,
    pub seats: (i64, i64),
    /// Interval names and their weights.
    pub intervals: &'static [(Interval, u64)],
    pub alpha: usize,
    pub beta: usize,
    pub trial_share: f64,
    /// Share of retained monthly renewals that also change the number of seats: up, down.
    pub expansion: f64,
    pub contraction: f64,
    /// Share of paying months with a cost line of its own.
    pub attended: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    Month,
    Quarter,
    /// Six months: an interval count of 2 quarters.
    HalfYear,
    Year,
}

impl Interval {
    pub fn months(self) -> usize {
        match self {
            Interval::Month => 1,
            Interval::Quarter => 3,
            Interval::HalfYear => 6,
            Interval::Year => 12,
        }
    }
    pub fn name_and_count(self) -> (&'static str, i64) {
        match self {
            Interval::Month => ("month", 1),
            Interval::Quarter => ("quarter", 1),
            Interval::HalfYear => ("quarter", 2),
            Interval::Year => ("year", 1),
        }
    }
    /// Months charged per interval: a year costs ten.
    pub fn months_charged(self) -> i64 {
        match self {
            Interval::Year => 10,
            other => other.months() as i64,
        }
    }
}

pub const FREE: Plan = Plan {
    name: "free",
    price: 0,
    seats: (1, 1),
    intervals: &[(Interval::Month, 1)],
    alpha: 1,
    beta: 9,
    trial_share: 0.0,
    expansion: 0.0,
    contraction: 0.0,
    attended: 0.0,
};
pub const STARTER: Plan = Plan {
    name: "starter",
    price: 19 * UNIT,
    seats: (1, 1),
    intervals: &[(Interval::Month, 85), (Interval::Year, 15)],
    alpha: 1,
    beta: 11,
    trial_share: 0.45,
    expansion: 0.0,
    contraction: 0.0,
    attended: 0.001,
};
pub const TEAM: Plan = Plan {
    name: "team",
    price: 12 * UNIT + UNIT / 2,
    seats: (3, 25),
    intervals: &[(Interval::Month, 70), (Interval::Quarter, 12), (Interval::Year, 18)],
    alpha: 1,
    beta: 23,
    trial_share: 0.35,
    expansion: 0.035,
    contraction: 0.014,
    attended: 0.01,
};
pub const ENTERPRISE: Plan = Plan {
    name: "enterprise",
    price: 29 * UNIT,
    seats: (20, 300),
    intervals: &[(Interval::Month, 20), (Interval::Quarter, 20), (Interval::HalfYear, 10), (Interval::Year, 50)],
    alpha: 2,
    beta: 118,
    trial_share: 0.0,
    expansion: 0.05,
    contraction: 0.012,
    attended: 0.12,
};
/// Bought beside team or enterprise, as a second subscription.
pub const ADDON: Plan = Plan {
    name: "addon",
    price: 49 * UNIT,
    seats: (1, 1),
    intervals: &[(Interval::Month, 1)],
    alpha: 1,
    beta: 29,
    trial_share: 0.0,
    expansion: 0.0,
    contraction: 0.0,
    attended: 0.0,
};

/// First plans and their weights.
pub const PLANS: &[(Plan, u64)] = &[(FREE, 9), (STARTER, 52), (TEAM, 33), (ENTERPRISE, 6)];

pub const CONVERTED_TRIALS: f64 = 0.62;
pub const TRIAL_DAYS: i64 = 14;
/// Monthly customers who ask for their money back within days.
pub const EARLY_LEAVERS: f64 = 0.025;
/// Churned customers who come back within seven months.
pub const RETURNERS: f64 = 0.10;
/// Free customers who start to pay, per month.
pub const UPGRADES: f64 = 0.025;
/// Starter customers who move to team, per month.
pub const PLAN_SWAPS: f64 = 0.008;
pub const DISCOUNTED: f64 = 0.15;
pub const WITH_ADDON: f64 = 0.05;
/// Abandoned checkouts: a row that never paid, removed by `exclude_statuses`.
pub const INCOMPLETE: f64 = 0.01;
pub const NEVER_PAID_STATUS: &str = "incomplete_expired";

pub const REPORTING: &str = "USD";
/// A price list: local price per USD of list price, in percent.
pub const CURRENCIES: &[(&str, i64)] = &[(REPORTING, 100), ("EUR", 92), ("GBP", 79)];
/// First value of the random walk, USD per unit.
pub const FIRST_RATES: &[(&str, i64)] = &[("EUR", 108_250_000), ("GBP", 126_400_000)];

const US: &[(usize, u64)] = &[(0, 1)];
const EUROPE: &[(usize, u64)] = &[(0, 10), (1, 62), (2, 28)];
const ELSEWHERE: &[(usize, u64)] = &[(0, 97), (1, 3)];
/// Name, share of customers, currencies by weight (indices into `CURRENCIES`).
pub type Region = (Option<&'static str>, &'static [(usize, u64)]);
pub const REGIONS: &[(Region, u64)] = &[
    ((Some("north_america"), US), 47),
    ((Some("europe"), EUROPE), 28),
    ((Some("asia_pacific"), ELSEWHERE), 15),
    ((Some("latin_america"), ELSEWHERE), 9),
    ((None, US), 1),
];
pub const CHANNELS: &[(Option<&str>, u64)] =
    &[(Some("organic"), 40), (Some("paid_search"), 27), (Some("partner"), 18), (Some("outbound"), 13), (None, 2)];

/// Acquisition by calendar month, January first, in percent of the trend.
pub const SEASONS: [i64; 12] = [125, 105, 110, 100, 95, 80, 65, 70, 115, 120, 130, 75];
/// Growth of acquisition per month.
pub const GROWTH: f64 = 1.03;

pub const LOGIN: &str = "login";
pub const API_CALL: &str = "api_call";
/// What happens in a session after its login.
pub const ACTIONS: &[(&str, u64)] = &[("report", 48), (API_CALL, 27), ("export", 18), ("invite", 7)];
/// What the job counts as usage: somebody who only logs in gets nothing done.
pub const QUALIFYING_EVENTS: [&str; 3] = ["report", API_CALL, "export"];
