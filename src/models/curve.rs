//! Survival curves: the share of customers left after k renewals.

use super::counts::{AgeCount, log_likelihood};
use super::special::{gamma_difference, limit};

/// A parametric survival curve over renewals 1, 2, …
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Curve {
    /// Everyone leaves with the same probability at every renewal.
    Geometric { hazard: f64 },
    /// Shifted-beta-geometric: that probability differs between customers as Beta(alpha, beta).
    Sbg { alpha: f64, beta: f64 },
    /// Beta-discrete-Weibull: `S(t) = B(gamma, delta + t^shape) / B(gamma, delta)`; the sBG is shape 1.
    Bdw { gamma: f64, delta: f64, shape: f64 },
}

/// Larger drops are no longer told apart: what they leave is 0 anyway.
const DEEPEST: f64 = 1e200;
/// Up to here the survival of an sBG is a product of fractions.
const PRODUCT_UP_TO: u64 = 1024;

impl Curve {
    /// `ln S(from) - ln S(from + by)`, never negative; ages need not be whole.
    pub fn drop(&self, from: f64, by: f64) -> f64 {
        let drop = match *self {
            Curve::Geometric { hazard } if hazard > 0.0 && by > 0.0 => -by * (-hazard.min(1.0)).ln_1p(),
            Curve::Geometric { .. } => 0.0,
            Curve::Sbg { alpha, beta } => gamma_difference(beta + from, alpha, by).value,
            Curve::Bdw { gamma, delta, shape } => {
                gamma_difference(delta + from.powf(shape), gamma, power_step(from, by, shape)).value
            }
        };
        // The NaN of impossible parameters becomes 0.
        limit(drop, 0.0, DEEPEST)
    }

    /// Drop of ln S at one renewal, counted from 1.
    pub fn drop_at(&self, renewal: u64) -> f64 {
        let before = renewal.saturating_sub(1) as f64;
        match *self {
            // One step of the difference of ln Γ is the logarithm of a fraction.
            Curve::Sbg { alpha, beta } => limit((alpha / (beta + before)).ln_1p(), 0.0, DEEPEST),
            _ => self.drop(before, 1.0),
        }
    }

    /// Probability of leaving at a renewal for those who reached it.
    pub fn hazard(&self, renewal: u64) -> f64 {
        match *self {
            Curve::Geometric { hazard } => limit(hazard, 0.0, 1.0),
            Curve::Sbg { alpha, beta } => {
                let before = renewal.saturating_sub(1) as f64;
                limit(alpha / (alpha + beta + before), 0.0, 1.0)
            }
            Curve::Bdw { .. } => -(-self.drop_at(renewal)).exp_m1(),
        }
    }

    /// Share of customers left after k renewals. For the sBG by the product recurrence of Fader & Hardie 2007.
    pub fn survival(&self, k: u64) -> f64 {
        match *self {
            Curve::Sbg { .. } if k <= PRODUCT_UP_TO => (1..=k).map(|renewal| 1.0 - self.hazard(renewal)).product(),
            _ => (-self.drop(0.0, k as f64)).exp(),
        }
    }

    /// S(0) = 1, S(1), S(2), … without end.
    pub fn survivals(&self) -> impl Iterator<Item = f64> + '_ {
        let next = |(renewal, survival): &(u64, f64)| Some((renewal + 1, survival * (1.0 - self.hazard(renewal + 1))));
        std::iter::successors(Some((0, 1.0)), next).map(|(_, survival)| survival)
    }

    pub fn log_likelihood(&self, counts: &[AgeCount]) -> f64 {
        log_likelihood(counts, |renewal| self.drop_at(renewal))
    }
}

/// `(from + by)^shape - from^shape` without losing the digits of a small step.
pub(super) fn power_step(from: f64, by: f64, shape: f64) -> f64 {
    if from > 0.0 { from.powf(shape) * (shape * (by / from).ln_1p()).exp_m1() } else { by.powf(shape) }
}
