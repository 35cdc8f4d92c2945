//! New customers of the months to come: level, trend and season of those of the past.
//!
//! Counts are negative binomial around `exp(level + trend t + season)`, the trend and the twelve seasons drawn towards 0, so
//! that a short history says little about either: the posterior mode of a log-linear regression (Gelman & al. 2013,
//! chapter 16). Ahead, the trend is damped (Gardner & McKenzie 1985): growth does not go on for ever.

use super::optimise::{Evaluation, covariance, maximise};
use super::special::limit;

/// Months that are forecast.
pub const AHEAD: usize = 12;
/// Prior standard deviation of growth per month, on the logarithmic scale.
const TREND: f64 = 0.05;
/// The same of a calendar month's factor.
const SEASON: f64 = 0.3;
/// The same of how much faster than all a segment grows.
const SEGMENT_TREND: f64 = 0.015;
/// Part of a month's growth that the next month keeps.
const DAMPING: f64 = 0.97;
/// Squared relative noise of a month beside that of counting.
pub(super) const IRREGULARITY: f64 = 0.002;
/// Months after which an observation counts half.
const HALF_LIFE: f64 = 36.0;
/// Nobody in so many months: nobody is expected any more.
const SILENT: usize = 6;
/// No month ahead brings more than so many times the best one seen.
const MOST: f64 = 2.0;
/// The noise is at least this part of what is assumed of it, however regular the past.
const LEAST_DISPERSION: f64 = 0.1;

type Covariance = [[f64; AHEAD]; AHEAD];

/// What is expected of the months ahead.
#[derive(Debug, Clone)]
pub struct Flow {
    pub ahead: [f64; AHEAD],
    /// Of the logarithms of `ahead`.
    pub covariance: Covariance,
    /// Noise of a month over what is assumed of it.
    pub dispersion: f64,
    /// Logarithms of the fitted past and of `ahead`, for segments to follow.
    past: Vec<f64>,
    ln_ahead: [f64; AHEAD],
}

impl Flow {
    /// Nobody came, nobody is expected.
    fn none(months: usize) -> Self {
        Flow {
            ahead: [0.0; AHEAD],
            covariance: [[0.0; AHEAD]; AHEAD],
            dispersion: 1.0,
            past: vec![0.0; months],
            ln_ahead: [0.0; AHEAD],
        }
    }

    /// From monthly counts, the last of them that of calendar month `last` (any number that counts months), for the months
    /// that follow `gap` months after it.
    pub fn of_all(counts: &[f64], last: i32, gap: usize) -> Self {
        let row = |month: i32, time: f64| {
            let mut row = [0.0; 14];
            (row[0], row[1]) = (1.0, time);
            row[2 + month.rem_euclid(12) as usize] = 1.0;
            row
        };
        let months = counts.len() as i32;
        let past = (1 - months..=0).map(|back| row(last + back, f64::from(back))).collect();
        let ahead = std::array::from_fn(|j| row(last + (gap + j) as i32 + 1, damped(gap + j + 1)));
        let mut precision = [1.0 / (SEASON * SEASON); 14];
        (precision[0], precision[1]) = (0.0, 1.0 / (TREND * TREND));
        let none = Flow::none(counts.len());
        fit(counts, &none, &Regression { past, ahead, precision })
    }

    /// The same for a part of all: its own level and a trend near that of `all`, the seasons of `all`.
    pub fn of_part(counts: &[f64], all: &Flow, gap: usize) -> Self {
        let months = counts.len() as i32;
        let past = (1 - months..=0).map(|back| [1.0, f64::from(back)]).collect();
        let ahead = std::array::from_fn(|j| [1.0, damped(gap + j + 1)]);
        let precision = [0.0, 1.0 / (SEGMENT_TREND * SEGMENT_TREND)];
        fit(counts, all, &Regression { past, ahead, precision })
    }
}

/// `1 + d + … + d^(months - 1)`: how many months of growth that many months bring.
pub fn damped(months: usize) -> f64 {
    (1.0 - DAMPING.powi(months as i32)) / (1.0 - DAMPING)
}

struct Regression<const N: usize> {
    past: Vec<[f64; N]>,
    ahead: [[f64; N]; AHEAD],
    /// Inverse prior variances.
    precision: [f64; N],
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn fit<const N: usize>(counts: &[f64], offsets: &Flow, regression: &Regression<N>) -> Flow {
    let total: f64 = counts.iter().sum();
    let latest: f64 = counts[counts.len().saturating_sub(SILENT)..].iter().sum();
    if latest <= 0.0 || offsets.past.len() != counts.len() {
        return Flow::none(counts.len());
    }
    let weights: Vec<f64> = (0..counts.len()).rev().map(|back| 0.5_f64.powf(back as f64 / HALF_LIFE)).collect();
    let mean =
        |at: &[f64; N], month: usize| limit(offsets.past[month] + dot(at, &regression.past[month]), -30.0, 30.0).exp();
    let evaluate = |at: &[f64; N]| {
        let mut sum = Evaluation { value: 0.0, gradient: [0.0; N], information: [[0.0; N]; N] };
        for (month, (count, weight)) in counts.iter().zip(&weights).enumerate() {
            let (mean, row) = (mean(at, month), &regression.past[month]);
            let spread = 1.0 + IRREGULARITY * mean;
            // ln of the negative binomial with variance mean x spread, less what does not depend on the mean.
            sum.value += weight * (count * mean.ln() - (count + 1.0 / IRREGULARITY) * spread.ln());
            for i in 0..N {
                sum.gradient[i] += weight * (count - mean) / spread * row[i];
                for j in 0..N {
                    sum.information[i][j] += weight * mean / spread * row[i] * row[j];
                }
            }
        }
        for (i, precision) in regression.precision.iter().enumerate() {
            sum.value -= 0.5 * precision * at[i] * at[i];
            sum.gradient[i] -= precision * at[i];
            sum.information[i][i] += precision;
        }
        sum
    };
    let mut start = [0.0; N];
    start[0] = (total / offsets.past.iter().map(|ln| ln.exp()).sum::<f64>()).ln();
    let Some((best, covariance)) = maximise(evaluate, &[start], &[(-30.0, 30.0); N])
        .and_then(|best| covariance(&best).map(|covariance| (best, covariance)))
    else {
        return Flow::none(counts.len());
    };
    let at = best.at;
    let past: Vec<f64> = (0..counts.len()).map(|month| mean(&at, month)).collect();
    let dispersion = dispersion(counts, &past, &weights, parameters(&covariance, &regression.precision));
    let ln_ahead: [f64; AHEAD] = std::array::from_fn(|j| offsets.ln_ahead[j] + dot(&at, &regression.ahead[j]));
    let most = MOST * counts.iter().copied().fold(0.0, f64::max);
    let along = |j: usize| -> [f64; N] { std::array::from_fn(|i| dot(&covariance[i], &regression.ahead[j])) };
    Flow {
        ahead: ln_ahead.map(|ln| limit(ln, -30.0, 30.0).exp().min(most)),
        covariance: std::array::from_fn(|i| {
            std::array::from_fn(|j| offsets.covariance[i][j] + dispersion * dot(&regression.ahead[i], &along(j)))
        }),
        dispersion,
        past: past.iter().map(|mean| mean.ln()).collect(),
        ln_ahead,
    }
}

/// Parameters that the data, not the prior, decided: `trace(covariance x (information - precision))`.
fn parameters<const N: usize>(covariance: &[[f64; N]; N], precision: &[f64; N]) -> f64 {
    N as f64 - (0..N).map(|i| covariance[i][i] * precision[i]).sum::<f64>()
}

/// Pearson's estimate, with the assumption as one more observation.
fn dispersion(counts: &[f64], means: &[f64], weights: &[f64], parameters: f64) -> f64 {
    let residual = |(count, mean): (&f64, &f64)| (count - mean).powi(2) / (mean * (1.0 + IRREGULARITY * mean));
    let sum: f64 = counts.iter().zip(means).map(residual).zip(weights).map(|(square, weight)| square * weight).sum();
    let freedom = (weights.iter().sum::<f64>() - parameters).max(0.0);
    ((1.0 + sum) / (1.0 + freedom)).max(LEAST_DISPERSION)
}
