//! A survival curve as it was observed, continued where the observation ends by a fitted one.

use super::counts::AgeCount;
use super::curve::Curve;
use super::lifetime::residual_payments;
use super::sbg::Fit;

/// S(0) = 1, S(1), … as far as observed, and the model that continues it.
#[derive(Debug, Clone)]
pub struct Observed {
    survival: Vec<f64>,
    /// Hazards and those at risk behind `survival`, from age 0, for its variance.
    counts: Vec<AgeCount>,
    tail: Option<Curve>,
}

/// Payments along a curve, in payments of today.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Payments {
    pub total: f64,
    /// The part of them beyond the observed ages.
    pub extrapolated: f64,
}

impl Observed {
    /// From counts by age up to the last age that is read. Losses at age 0 fall on the first renewal: S(0) = 1 and
    /// S(1) = (1 - h0)(1 - h1). The curve ends before an age nobody was at risk at, unless nobody is left before it.
    pub fn new(counts: &[AgeCount], last_age: usize, fit: Option<&Fit>) -> Self {
        let (mut survival, mut product) = (Vec::new(), 1.0);
        for age in 0..=last_age {
            let hazard = match counts.get(age).and_then(|count| count.hazard()) {
                Some(hazard) => hazard,
                None if product > 0.0 => break,
                None => 0.0,
            };
            product *= 1.0 - hazard;
            survival.push(if age == 0 { 1.0 } else { product });
        }
        let counts = counts.iter().copied().take(survival.len()).collect();
        // Where nobody is ever lost there is nothing to continue the curve by.
        let tail = fit.filter(|fit| fit.mean > 0.0).map(Fit::curve);
        Observed { survival, counts, tail }
    }

    /// How many payments are observed: S(0) to S(len - 1).
    pub fn len(&self) -> usize {
        self.survival.len()
    }
    pub fn is_empty(&self) -> bool {
        self.survival.is_empty()
    }

    /// `sum of S(k) / (1 + discount)^k over k < horizon`, without end if None. None where the curve ends before the
    /// horizon and nothing continues it, or the sum is infinite.
    pub fn payments(&self, discount: f64, horizon: Option<u64>) -> Option<Payments> {
        self.ratio_sum(0, discount, horizon)
    }

    /// Payments still to come, `sum of S(age + k) / S(age) / (1 + discount)^k over 1 <= k <= horizon`.
    pub fn residual(&self, age: u64, discount: f64, horizon: Option<u64>) -> Option<f64> {
        let last = self.survival.len().checked_sub(1)? as u64;
        if age > last {
            return residual_payments(&self.tail?, age, discount, horizon);
        }
        if self.survival[age as usize] <= 0.0 {
            return Some(0.0);
        }
        let terms = match horizon {
            Some(horizon) => Some(horizon.checked_add(1)?),
            None => None,
        };
        Some((self.ratio_sum(age, discount, terms)?.total - 1.0).max(0.0))
    }

    /// `sum of S(from + k) / S(from) / (1 + discount)^k over k < horizon`.
    fn ratio_sum(&self, from: u64, discount: f64, horizon: Option<u64>) -> Option<Payments> {
        let seen = self.survival.get(from as usize..)?;
        let start = *seen.first()?;
        let terms = horizon.map_or(seen.len(), |horizon| seen.len().min(horizon as usize));
        let (mut total, mut worth) = (0.0, 1.0);
        for survival in &seen[..terms] {
            total += survival / start * worth;
            worth /= 1.0 + discount;
        }
        let left = horizon.map(|horizon| horizon - terms as u64);
        if left == Some(0) {
            return Some(Payments { total, extrapolated: 0.0 });
        }
        let last = *seen.last()? / start;
        let after = from + terms as u64 - 1;
        let rest = if last > 0.0 { residual_payments(&self.tail?, after, discount, left)? } else { 0.0 };
        let extrapolated = last * worth * (1.0 + discount) * rest;
        Some(Payments { total: total + extrapolated, extrapolated })
    }

    /// Standard error of `payments`: hazards are independent binomial shares (Greenwood's argument), and the tail hangs on the
    /// last observed survival. The tail's own shape is taken as known.
    pub fn standard_error(&self, discount: f64, horizon: Option<u64>) -> Option<f64> {
        let Payments { extrapolated, .. } = self.payments(discount, horizon)?;
        let terms = horizon.map_or(self.survival.len(), |horizon| self.survival.len().min(horizon as usize));
        // What is paid at or after each age: d payments / d ln(1 - h) there.
        let mut worth = vec![0.0; terms];
        let mut after = extrapolated;
        for age in (0..terms).rev() {
            after += self.survival[age] / (1.0 + discount).powi(age as i32);
            worth[age] = after;
        }
        if let [first, second, ..] = worth.as_mut_slice() {
            // the first payment is certain: a loss at age 0 is missed from the second on
            *first = *second;
        } else if let [first] = worth.as_mut_slice() {
            *first = 0.0;
        }
        let variance: f64 = worth
            .iter()
            .zip(&self.counts)
            .filter_map(|(worth, count)| {
                let hazard = count.hazard()?;
                (hazard < 1.0).then(|| worth * worth * hazard / (1.0 - hazard) / count.at_risk)
            })
            .sum();
        variance.is_finite().then(|| variance.sqrt())
    }
}
