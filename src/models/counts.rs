//! Losses by age: all that a retention model needs to know about its customers.

use super::optimise::Evaluation;
use super::special::limit;

/// Customers who reached a renewal under observation, and those of them lost there. In a slice, index 0 is renewal 1.
/// Real numbers, because shrinkage adds fractions of customers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AgeCount {
    pub at_risk: f64,
    pub losses: f64,
}

/// More than any business has; sums of such numbers stay finite.
const MOST: f64 = 1e18;

impl AgeCount {
    /// The same with 0 <= losses <= at risk < infinity.
    fn clean(self) -> Self {
        let at_risk = limit(self.at_risk, 0.0, MOST);
        AgeCount { at_risk, losses: limit(self.losses, 0.0, at_risk) }
    }

    /// Share of those at risk who were lost; None without anyone at risk.
    pub fn hazard(self) -> Option<f64> {
        let AgeCount { at_risk, losses } = self.clean();
        (at_risk > 0.0).then(|| losses / at_risk)
    }
}

/// Counts from (at risk, losses) pairs, as [`super::survival::exposures`] gives them.
pub fn from_exposures(exposures: &[(i64, i64)]) -> Vec<AgeCount> {
    let count = |(at_risk, losses): &(i64, i64)| AgeCount { at_risk: *at_risk as f64, losses: *losses as f64 };
    exposures.iter().map(count).collect()
}

/// Sums over all ages.
pub fn total(counts: &[AgeCount]) -> AgeCount {
    let add = |sum: AgeCount, count: AgeCount| AgeCount {
        at_risk: sum.at_risk + count.at_risk,
        losses: sum.losses + count.losses,
    };
    counts.iter().map(|count| count.clean()).fold(AgeCount::default(), add)
}

/// A small segment's counts with `weight` customers of the pool added at each age, so that its hazard becomes
/// `(losses + weight h_pool) / (at_risk + weight)`: the posterior mean under a beta prior of that weight around the
/// pool. An age the pool never saw has nothing to add.
pub fn shrink(segment: &[AgeCount], pool: &[AgeCount], weight: f64) -> Vec<AgeCount> {
    let shrunk = |age: usize| {
        let own = segment.get(age).copied().unwrap_or_default().clean();
        match pool.get(age).and_then(|count| count.hazard()) {
            Some(hazard) => AgeCount { at_risk: own.at_risk + weight, losses: own.losses + weight * hazard }.clean(),
            None => own,
        }
    };
    (0..segment.len().max(pool.len())).map(shrunk).collect()
}

/// `sum over renewals t of losses ln h(t) + (at_risk - losses) ln (1 - h(t))`, where `drop(t) = -ln(1 - h(t))`.
///
/// This is the full likelihood of every customer's history, so the counts are sufficient. A customer observed from
/// renewal e to renewal c contributes the probability of what was seen given what was known on entry:
/// `S(c) / S(e - 1)` if still there (right censoring), `(S(c - 1) - S(c)) / S(e - 1)` if lost at c (left truncation is
/// the division). Either is a product of `1 - h(t)` over the renewals survived under observation, times `h(c)` for a
/// loss; collecting equal factors over customers leaves one exponent per age, the numbers above.
/// Source: Kalbfleisch & Prentice 2002, "The Statistical Analysis of Failure Time Data"; for whole cohorts Fader &
/// Hardie 2007.
///
/// In terms of the drop `D`, `h = 1 - e^-D` and `ln(1 - h) = -D` keep their digits at both ends.
pub fn log_likelihood(counts: &[AgeCount], drop: impl Fn(u64) -> f64) -> f64 {
    let term = |(index, count): (usize, &AgeCount)| {
        let AgeCount { at_risk, losses } = count.clean();
        if at_risk > 0.0 { term(at_risk, losses, drop(index as u64 + 1)) } else { 0.0 }
    };
    counts.iter().enumerate().map(term).sum()
}

fn term(at_risk: f64, losses: f64, drop: f64) -> f64 {
    let lost = if losses > 0.0 { losses * (-(-drop).exp_m1()).max(f64::MIN_POSITIVE).ln() } else { 0.0 };
    lost - (at_risk - losses) * drop
}

/// The log-likelihood with its gradient and Fisher information in the N parameters that `drop` gives its gradient in.
pub fn evaluate<const N: usize>(counts: &[AgeCount], drop: impl Fn(u64) -> (f64, [f64; N])) -> Evaluation<N> {
    let mut sum = Evaluation { value: 0.0, gradient: [0.0; N], information: [[0.0; N]; N] };
    for (index, count) in counts.iter().enumerate() {
        let AgeCount { at_risk, losses } = count.clean();
        if at_risk <= 0.0 {
            continue;
        }
        let (drop, slope) = drop(index as u64 + 1);
        sum.value += term(at_risk, losses, drop);
        // The odds of surviving, (1 - h) / h; d lnL / dD = losses odds - survivors, its variance at_risk odds.
        let odds = 1.0 / drop.exp_m1().max(f64::MIN_POSITIVE);
        let score = losses * odds - (at_risk - losses);
        for i in 0..N {
            sum.gradient[i] += score * slope[i];
            for j in 0..N {
                sum.information[i][j] += at_risk * odds * slope[i] * slope[j];
            }
        }
    }
    sum
}
