//! The survival curves of a segment: observed, and fitted to what was observed.

use super::pool::Pool;
use crate::models::observed::Observed;
use crate::models::{bdw, sbg};
use crate::month::Month;
use crate::normalise::Model;

/// What is known of a segment's survival at the close of a month.
pub struct Survival {
    /// First losses of the segment itself.
    pub losses: i64,
    pub is_shrunk: bool,
    pub observed: Observed,
    pub sbg: Option<sbg::Fit>,
    pub bdw: Option<bdw::Fit>,
    /// Renewals the fits rest on.
    pub renewals: usize,
    /// Share of customers not lost in their first month.
    kept_first: f64,
}

impl Survival {
    /// Small segments (`is_part`: not everybody) borrow from `all`.
    pub fn of(pool: &Pool, all: &Pool, is_part: bool) -> Self {
        let is_shrunk = is_part && pool.is_small();
        let lender = is_shrunk.then_some(all);
        let renewals = pool.renewal_counts(lender);
        let sbg = sbg::fit(&renewals);
        let bdw = sbg.as_ref().map(|sbg| bdw::fit(&renewals, sbg));
        let ages = pool.age_counts(lender);
        let observed = match lender.unwrap_or(pool).last_age() {
            Some(last) => Observed::new(&ages, last, sbg.as_ref()),
            None => Observed::new(&[], 0, None),
        };
        Survival {
            losses: pool.losses(),
            is_shrunk,
            observed,
            bdw,
            sbg,
            kept_first: 1.0 - ages.first().and_then(|count| count.hazard()).unwrap_or(0.0),
            renewals: renewals.iter().filter(|count| count.at_risk > 0.0).count(),
        }
    }

    /// Payments to come along a curve, as they are for a customer of this age. Curves charge the losses of the first month to
    /// the first renewal; who is there at the close of that month has escaped them. Never more than the horizon holds.
    pub fn at_age(&self, age: u64, payments: f64, horizon: Option<u64>) -> f64 {
        let payments = if age == 0 && self.kept_first > 0.0 { payments / self.kept_first } else { payments };
        horizon.map_or(payments, |horizon| payments.min(horizon as f64))
    }

    /// Payments still to come from a customer of this age along the observed curve.
    pub fn residual_observed(&self, age: u64, discount: f64, horizon: Option<u64>) -> Option<f64> {
        Some(self.at_age(age, self.observed.residual(age, discount, horizon)?, horizon))
    }
}

/// Active customers at the close of a month by age; those of a snapshot export's first month are as old as it is.
pub fn present_ages(model: &Model, at: usize, month: Month) -> Vec<i64> {
    let mut ages = Vec::new();
    for ((_, cohort_month), cohort) in model.cohorts.range((at, i32::MIN)..=(at, month.0)) {
        let [_, active, _, _] = cohort.counts.get(&month.0).copied().unwrap_or_default();
        let age = (month.0 - cohort_month) as usize;
        if ages.len() <= age {
            ages.resize(age + 1, 0);
        }
        ages[age] += active;
    }
    ages
}
