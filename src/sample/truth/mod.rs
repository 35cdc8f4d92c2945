//! What really happened, counted from each simulated customer's own rows. Shares no code with the metrics.

mod engagement;
pub mod lifetime;
mod planted;

use std::collections::BTreeMap;

use serde::Serialize;

use super::catalogue::NEVER_PAID_STATUS;
use super::rows::{Cost, Invoice, Subscription, UNIT};
use crate::month::Micros;

pub use engagement::{CsatTruth, NpsTruth, UsageCounter, UsageTruth};
pub use planted::{NewCustomers, PlantedHazard, PlantedLifetime, hazards, survival};

type PerCurrency = BTreeMap<&'static str, i64>;

/// One month, segment `all`. Money in ticks of 1/10 000, in its native currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MonthTruth {
    pub month: String,
    pub opening_customers: u64,
    pub new_customers: u64,
    pub reactivated_customers: u64,
    pub churned_customers: u64,
    pub new_and_churned_customers: u64,
    pub closing_customers: u64,
    /// The empty name is "no region".
    pub closing_by_region: BTreeMap<&'static str, u64>,
    pub closing_mrr: PerCurrency,
    pub revenue: PerCurrency,
    pub refunds: PerCurrency,
    /// By category, then currency.
    pub retention_costs: BTreeMap<&'static str, PerCurrency>,
    pub nps: NpsTruth,
    pub csat: CsatTruth,
    pub usage: UsageTruth,
    /// Opened in the month.
    pub support_tickets: u64,
}

#[derive(Debug, Clone)]
pub struct Truth {
    /// Starts of the months, and of the month after the last.
    starts: Vec<Micros>,
    pub months: Vec<MonthTruth>,
    /// Customers who ever paid, by the plan and the months per renewal of their first payment.
    new_by_terms: BTreeMap<(&'static str, usize), u64>,
}

/// A stretch of payment: start, end, monthly ticks, currency.
type Paying = (Micros, Option<Micros>, i64, &'static str);

impl Truth {
    /// `starts` has one instant per month and one more; `names` one label per month.
    pub fn new(starts: Vec<Micros>, names: impl Iterator<Item = String>) -> Self {
        let months = names.map(|month| MonthTruth { month, ..MonthTruth::default() }).collect();
        Truth { starts, months, new_by_terms: BTreeMap::new() }
    }

    /// Counts one customer, given all its subscription rows.
    pub fn count_customer(&mut self, region: Option<&'static str>, rows: &[Subscription]) {
        let periods: Vec<Paying> = rows.iter().filter_map(|row| paying(row, self.end())).collect();
        let Some(first) = periods.iter().map(|period| period.0).min() else { return };
        let starts = |row: &&Subscription| paying(row, self.end()).is_some_and(|period| period.0 == first);
        if let Some(row) = rows.iter().find(starts) {
            *self.new_by_terms.entry((row.plan.unwrap_or(""), months_per_charge(row) as usize)).or_default() += 1;
        }
        let mut was_paying = false;
        for index in 0..self.months.len() {
            let (open, close) = (self.starts[index], self.starts[index + 1]);
            if first >= close {
                continue;
            }
            let month = &mut self.months[index];
            let mut is_paying = false;
            for &(start, end, ticks, currency) in &periods {
                if start < close && end.is_none_or(|end| end >= close) {
                    is_paying = true;
                    *month.closing_mrr.entry(currency).or_default() += ticks;
                }
            }
            let is_first_month = first >= open;
            month.opening_customers += u64::from(was_paying);
            month.closing_customers += u64::from(is_paying);
            match (was_paying, is_paying) {
                (true, false) => month.churned_customers += 1,
                (false, true) if is_first_month => month.new_customers += 1,
                (false, true) => month.reactivated_customers += 1,
                (false, false) if is_first_month => month.new_and_churned_customers += 1,
                _ => {}
            }
            if is_paying {
                *month.closing_by_region.entry(region.unwrap_or("")).or_default() += 1;
            }
            was_paying = is_paying;
        }
    }

    pub fn count_invoices(&mut self, invoices: &[Invoice], default_currency: &'static str) {
        for invoice in invoices {
            let counts = !matches!(invoice.status, Some("void" | "failed" | "draft" | "open" | "uncollectible"));
            if let (true, Some(index)) = (counts, self.index_of(invoice.paid_at)) {
                let month = &mut self.months[index];
                let sums = if invoice.amount < 0 { &mut month.refunds } else { &mut month.revenue };
                *sums.entry(invoice.currency.unwrap_or(default_currency)).or_default() += ticks(invoice.amount.abs());
            }
        }
    }

    pub fn count_costs(&mut self, costs: &[Cost], default_currency: &'static str) {
        for cost in costs {
            if let Some(index) = self.index_of(Micros::from(cost.incurred_on) * super::clock::DAY) {
                let category = self.months[index].retention_costs.entry(cost.category).or_default();
                *category.entry(cost.currency.unwrap_or(default_currency)).or_default() += ticks(cost.amount);
            }
        }
    }

    /// Adds what another part of the business counted.
    pub fn add(&mut self, other: &Truth) {
        for (into, from) in self.months.iter_mut().zip(&other.months) {
            into.opening_customers += from.opening_customers;
            into.new_customers += from.new_customers;
            into.reactivated_customers += from.reactivated_customers;
            into.churned_customers += from.churned_customers;
            into.new_and_churned_customers += from.new_and_churned_customers;
            into.closing_customers += from.closing_customers;
            from.closing_by_region.iter().for_each(|(&k, v)| *into.closing_by_region.entry(k).or_default() += v);
            add_sums(&mut into.closing_mrr, &from.closing_mrr);
            add_sums(&mut into.revenue, &from.revenue);
            add_sums(&mut into.refunds, &from.refunds);
            for (&category, sums) in &from.retention_costs {
                add_sums(into.retention_costs.entry(category).or_default(), sums);
            }
            into.nps.add(&from.nps);
            into.csat.add(&from.csat);
            into.usage.add(&from.usage);
            into.support_tickets += from.support_tickets;
        }
        other.new_by_terms.iter().for_each(|(&k, v)| *self.new_by_terms.entry(k).or_default() += v);
    }

    fn end(&self) -> Micros {
        self.starts[self.starts.len() - 1]
    }
    fn index_of(&self, instant: Micros) -> Option<usize> {
        let index = self.starts.partition_point(|&start| start <= instant).checked_sub(1)?;
        (index < self.months.len()).then_some(index)
    }
}

fn add_sums(into: &mut PerCurrency, from: &PerCurrency) {
    from.iter().for_each(|(&currency, sum)| *into.entry(currency).or_default() += sum);
}

/// When a row is paid for and how much a month; None if never, or not yet at the end of the data.
fn paying(row: &Subscription, end: Micros) -> Option<Paying> {
    let is_trial = row.status == Some("trialing") && row.trial_ended_at.is_none();
    if is_trial || row.status == Some(NEVER_PAID_STATUS) {
        return None;
    }
    let start = paying_from(row);
    let ticks = monthly_ticks(row);
    let is_paid = start < end && ticks > 0 && row.ended_at.is_none_or(|ended| start < ended);
    is_paid.then_some((start, row.ended_at, ticks, row.currency.unwrap_or(super::catalogue::REPORTING)))
}

fn paying_from(row: &Subscription) -> Micros {
    row.started_at.max(row.trial_ended_at.unwrap_or(row.started_at))
}

/// The sample sells nothing by day or week.
fn months_per_charge(row: &Subscription) -> i64 {
    let months = match row.interval {
        "year" => 12,
        "quarter" => 3,
        _ => 1,
    };
    months * row.interval_count.unwrap_or(1)
}

/// The charge spread over its months.
fn monthly_ticks(row: &Subscription) -> i64 {
    let months = months_per_charge(row);
    // half up is half away from zero: charges are not negative
    (row.charge() * 2 + months * (UNIT / 10_000)) / (months * (UNIT / 10_000) * 2)
}

fn ticks(amount: i64) -> i64 {
    amount / (UNIT / 10_000)
}
