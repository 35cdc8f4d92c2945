//! What new customers really pay in their first months, from simulating many of them to the end: the truth that
//! estimates from a short history can be held against.

use super::super::catalogue::CURRENCIES;
use super::super::clock::Clock;
use super::super::customer;
use super::super::rows::Tables;
use super::paying;
use crate::error::Result;
use crate::month::{Micros, Month, MonthRange};

/// The mean new customer, over its life until it first is lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifetime {
    /// Simulated customers who paid at all.
    pub customers: u64,
    /// By age in months: the share never lost by its close, returns left out; 1 at age 0.
    pub survival: Vec<f64>,
    /// By age in months: mean MRR of all of them, lost ones with 0, in whole units of the reporting currency at the price
    /// list's rates; at age 0 what they start with, then that of each close.
    pub mrr: Vec<f64>,
}

impl Lifetime {
    /// Expected undiscounted payments of the first `horizon` months.
    pub fn payments(&self, horizon: usize) -> f64 {
        self.mrr[..horizon].iter().sum()
    }
}

/// Months in which trials and free plans may become paid ones before the ages are counted.
const LEAD: usize = 24;

/// Simulates customers of the catalogue who sign up in one month and follows them for `horizon` months.
///
/// Errors: none for any horizon of some years.
pub fn of_new_customers(seed: u64, customers: u64, horizon: usize) -> Result<Lifetime> {
    let first = Month::new(2020, 1);
    let clock = Clock::new(MonthRange::new(first, first.plus((LEAD + horizon) as i32))?);
    let mut lifetime = Lifetime { customers: 0, survival: vec![0.0; horizon], mrr: vec![0.0; horizon] };
    for customer_id in 1..=customers {
        let mut tables = Tables::default();
        customer::simulate(customer_id, 0, seed, &clock, &mut tables);
        let rows = &tables.subscriptions;
        let paid: Vec<_> = rows.iter().filter_map(|row| paying(row, clock.end())).collect();
        let Some(since) = paid.iter().map(|period| period.0).min() else { continue };
        let cohort = clock.index_of(since);
        if cohort > LEAD {
            continue;
        }
        let mrr = |is_paid: &dyn Fn(Micros, Option<Micros>) -> bool| -> f64 {
            let running = paid.iter().filter(|(start, end, ..)| is_paid(*start, *end));
            running.map(|&(_, _, ticks, currency)| ticks as f64 / 10_000.0 / price_level(currency)).sum()
        };
        lifetime.customers += 1;
        lifetime.survival[0] += 1.0;
        lifetime.mrr[0] += mrr(&|start, _| start == since);
        for age in 1..horizon {
            let close = clock.start(cohort + age + 1);
            let paid = mrr(&|start, end| start < close && end.is_none_or(|end| end >= close));
            let earlier = clock.start(cohort + age);
            let was_lost =
                age == 1 && mrr(&|start, end| start < earlier && end.is_none_or(|end| end >= earlier)) == 0.0;
            if paid == 0.0 || was_lost {
                break;
            }
            lifetime.survival[age] += 1.0;
            lifetime.mrr[age] += paid;
        }
    }
    let count = lifetime.customers.max(1) as f64;
    lifetime.survival.iter_mut().chain(&mut lifetime.mrr).for_each(|sum| *sum /= count);
    Ok(lifetime)
}

/// Local price per unit of the reporting currency.
fn price_level(currency: &str) -> f64 {
    CURRENCIES.iter().find(|known| known.0 == currency).map_or(1.0, |known| known.1 as f64 / 100.0)
}
