//! First losses by age, pooled over cohorts: what survival curves are made of.

use super::cohorts::is_left_truncated;
use crate::models::counts::{AgeCount, from_exposures, shrink};
use crate::month::Month;
use crate::normalise::Model;

/// Ages with fewer customers at risk are not read.
const MIN_AT_RISK: i64 = 10;
/// Segments with fewer first losses borrow from the pool, which weighs as much as this many customers.
pub const POOL_WEIGHT: f64 = 30.0;

/// First losses of one segment over the final cells of its cohorts.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    /// (at risk, losses) at ages 0, 1, …
    ages: Vec<(i64, i64)>,
    /// The same at renewals 1, 2, …: the losses of age 0 fall on the first renewal, so that a cohort counts there once its age
    /// 1 is final.
    renewals: Vec<(i64, i64)>,
}

/// Adds one cell, making room for it.
fn add(cells: &mut Vec<(i64, i64)>, at: usize, at_risk: i64, losses: i64) {
    if cells.len() <= at {
        cells.resize(at + 1, (0, 0));
    }
    cells[at].0 += at_risk;
    cells[at].1 += losses;
}

impl Pool {
    /// Final cells up to `month`. A cohort from before the history of periods enters at the age it had when that began
    /// (left truncation); the first cohort of snapshots has no age and stays out.
    pub fn of(model: &Model, at: usize, month: Month) -> Self {
        let mut pool = Pool::default();
        for ((_, cohort_month), cohort) in model.cohorts.range((at, i32::MIN)..=(at, month.0)) {
            let is_truncated = is_left_truncated(model, Month(*cohort_month));
            if is_truncated && model.is_snapshots {
                continue;
            }
            let entry = if is_truncated { model.first.map_or(*cohort_month, |first| first.0) } else { *cohort_month };
            let lost_before: i64 = cohort.losses.range(..entry).map(|(_, losses)| losses).sum();
            let mut at_risk = cohort.customers - lost_before;
            for month in (entry..=month.0).filter(|m| model.calendar.is_final(Month(*m))) {
                let losses = cohort.losses.get(&month).copied().unwrap_or(0);
                let age = (month - cohort_month) as usize;
                add(&mut pool.ages, age, at_risk, losses);
                match age {
                    0 => {}
                    1 if !is_truncated => {
                        let early = cohort.losses.get(cohort_month).copied().unwrap_or(0);
                        add(&mut pool.renewals, 0, at_risk + early, losses + early);
                    }
                    _ => add(&mut pool.renewals, age - 1, at_risk, losses),
                }
                at_risk -= losses;
            }
        }
        pool
    }

    /// (at risk, losses) by age.
    pub fn ages(&self) -> &[(i64, i64)] {
        &self.ages
    }
    pub fn losses(&self) -> i64 {
        self.ages.iter().map(|(_, losses)| losses).sum()
    }
    /// The last age with enough customers at risk.
    pub fn last_age(&self) -> Option<usize> {
        self.ages.iter().rposition(|(at_risk, _)| *at_risk >= MIN_AT_RISK)
    }
    /// Too few losses to stand alone.
    pub fn is_small(&self) -> bool {
        (self.losses() as f64) < POOL_WEIGHT
    }
    /// Counts by age, drawn towards `all` if given.
    pub fn age_counts(&self, all: Option<&Pool>) -> Vec<AgeCount> {
        drawn(&self.ages, all.map(|all| all.ages.as_slice()))
    }
    /// Counts by renewal, drawn towards `all` if given: what models are fitted to.
    pub fn renewal_counts(&self, all: Option<&Pool>) -> Vec<AgeCount> {
        drawn(&self.renewals, all.map(|all| all.renewals.as_slice()))
    }
}

fn drawn(own: &[(i64, i64)], all: Option<&[(i64, i64)]>) -> Vec<AgeCount> {
    let counts = from_exposures(own);
    match all {
        Some(all) => shrink(&counts, &from_exposures(all), POOL_WEIGHT),
        None => counts,
    }
}
