//! How far forecasts err, learnt from those whose outcome is known.
//!
//! Every forecast comes with a variance that its model believes in. The ratio of what happened to that belief is a scale with
//! a scaled inverse chi-squared prior at 1: believed while there are no errors, overruled by them as they come in (Gelman &
//! al. 2013, section 2.6). Intervals are then those of Student's t.

use super::flow::AHEAD;
use super::interval::student;
use super::special::limit;

/// Errors the belief weighs as much as.
const PRIOR: f64 = 4.0;
/// Months after which an error counts half. Short, because forecasts get better as they see more seasons.
const HALF_LIFE: f64 = 4.0;
/// Weight of an error for the neighbouring horizon.
const NEIGHBOUR: f64 = 0.9;
/// Larger errors, in believed standard deviations, tell no more than this one.
const WORST: f64 = 10.0;

/// A forecast that can be compared with what happened.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Months ahead, from 1.
    pub horizon: usize,
    /// Months since the outcome.
    pub age: usize,
    /// Actual less expected, in believed standard deviations.
    pub error: f64,
}

/// How wide intervals are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Standard deviations per believed one.
    pub scale: f64,
    pub freedom: f64,
}

impl Spread {
    /// Half the width of a two-sided interval for a believed standard deviation; `z` is the normal quantile of its level.
    pub fn half_width(&self, believed: f64, z: f64) -> f64 {
        student(z, self.freedom) * self.scale * believed
    }
}

/// The spread at each horizon. Forecasts h months ahead that overlap share much of their error: each counts 1/sqrt(h), which
/// covers best on the sample among powers from 0.5 to 1.
pub fn spreads(outcomes: impl IntoIterator<Item = Outcome>) -> [Spread; AHEAD] {
    let (mut squares, mut weights) = ([0.0; AHEAD], [0.0; AHEAD]);
    for outcome in outcomes.into_iter().filter(|outcome| (1..=AHEAD).contains(&outcome.horizon)) {
        let weight = 0.5_f64.powf(outcome.age as f64 / HALF_LIFE) / (outcome.horizon as f64).sqrt();
        squares[outcome.horizon - 1] += weight * limit(outcome.error.abs(), 0.0, WORST).powi(2);
        weights[outcome.horizon - 1] += weight;
    }
    std::array::from_fn(|horizon| {
        let near = |values: &[f64; AHEAD]| -> f64 {
            values.iter().enumerate().map(|(other, v)| v * NEIGHBOUR.powi(other.abs_diff(horizon) as i32)).sum()
        };
        let freedom = PRIOR + near(&weights);
        Spread { scale: ((PRIOR + near(&squares)) / freedom).sqrt(), freedom }
    })
}
