//! Losses by age, of returned customers too: what hazards of the present base are fitted to.

use super::pool::POOL_WEIGHT;
use crate::models::counts::{AgeCount, from_exposures, shrink, total};
use crate::models::{bdw, sbg};
use crate::month::Month;
use crate::normalise::Model;

/// Of one segment, whose members are those of its cohorts: (at risk, losses) at ages 1, 2, … of each month.
#[derive(Debug, Clone, Default)]
pub struct Losses(Vec<(Month, Vec<(i64, i64)>)>);

impl Losses {
    /// Of the months given, in order.
    pub fn of(model: &Model, at: usize, months: &[Month]) -> Self {
        let mut by_month: Vec<(Month, Vec<(i64, i64)>)> = months.iter().map(|month| (*month, Vec::new())).collect();
        for ((_, cohort_month), cohort) in model.cohorts.range((at, i32::MIN)..=(at, i32::MAX)) {
            for (month, ages) in by_month.iter_mut().filter(|(month, _)| month.0 > *cohort_month) {
                let [at_risk, _, churned, _] = cohort.counts.get(&month.0).copied().unwrap_or_default();
                let age = (month.0 - cohort_month) as usize;
                if ages.len() < age {
                    ages.resize(age, (0, 0));
                }
                ages[age - 1].0 += at_risk;
                ages[age - 1].1 += churned;
            }
        }
        Losses(by_month)
    }

    fn up_to(&self, month: Month) -> impl Iterator<Item = &(Month, Vec<(i64, i64)>)> {
        self.0.iter().take_while(move |(known, _)| *known <= month)
    }

    fn counts(&self, month: Month) -> Vec<AgeCount> {
        let mut sums: Vec<(i64, i64)> = Vec::new();
        for (_, ages) in self.up_to(month) {
            sums.resize(sums.len().max(ages.len()), (0, 0));
            for (sum, (at_risk, losses)) in sums.iter_mut().zip(ages) {
                (sum.0, sum.1) = (sum.0 + at_risk, sum.1 + losses);
            }
        }
        from_exposures(&sums)
    }

    /// Hazards at ages 1 to `ages` fitted to the months up to `month`: the sBG's, or the BdW's where its shape earns its place.
    /// Few losses are drawn towards `all`.
    pub fn hazards(&self, month: Month, all: Option<&Losses>, ages: usize) -> Vec<f64> {
        let own = self.counts(month);
        let counts = match all.filter(|_| total(&own).losses < POOL_WEIGHT) {
            Some(all) => shrink(&own, &all.counts(month), POOL_WEIGHT),
            None => own,
        };
        let Some(sbg) = sbg::fit(&counts) else { return vec![0.0; ages] };
        let bdw = bdw::fit(&counts, &sbg);
        let seen = counts.iter().filter(|count| count.at_risk > 0.0).count();
        let curve = if bdw::is_preferred(&bdw, &sbg, seen) { bdw.curve() } else { sbg.curve() };
        (1..=ages as u64).map(|age| curve.hazard(age)).collect()
    }

    /// Losses that the hazards let one expect from `from` to `until` of so many customers at the open of each month, as old as
    /// the cohorts were.
    pub fn expected(&self, from: Month, until: Month, hazards: &[f64], opening: impl Fn(Month) -> f64) -> f64 {
        let of_month = |(month, ages): &(Month, Vec<(i64, i64)>)| {
            let at_risk: i64 = ages.iter().map(|(at_risk, _)| at_risk).sum();
            let expected: f64 = ages.iter().zip(hazards).map(|((at_risk, _), hazard)| *at_risk as f64 * hazard).sum();
            if at_risk > 0 { opening(*month) * expected / at_risk as f64 } else { 0.0 }
        };
        self.up_to(until).filter(|(month, _)| *month >= from).map(of_month).sum()
    }
}
