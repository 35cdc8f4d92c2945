//! A positive number some months ahead: on the logarithmic scale a random walk with drift, the drift drawn towards 0.

use super::flow::damped;

/// Months that noise, and the fewer latest that drift is taken from.
pub const NOISE_MONTHS: usize = 18;
const DRIFT_MONTHS: usize = 12;
/// Prior standard deviation of the drift per month, and what the noise is if nothing is known of it.
const DRIFT: f64 = 0.01;
const NOISE: f64 = 0.02;
const MOST_DRIFT: f64 = 0.05;

/// What monthly changes say of those to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Walk {
    drift: f64,
    drift_variance: f64,
    /// Variance of a month's change.
    noise: f64,
}

impl Walk {
    /// From the changes of the logarithm, the latest last; a normal mean under a normal prior (Gelman & al. 2013, section 2.5).
    pub fn of(changes: &[f64]) -> Self {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        let last = |months: usize| &changes[changes.len().saturating_sub(months)..];
        let (seen, latest) = (last(NOISE_MONTHS), last(DRIFT_MONTHS));
        let centre = mean(seen);
        let squares: f64 = seen.iter().map(|change| (change - centre).powi(2)).sum();
        let noise = match seen.len() {
            0 => NOISE * NOISE,
            n => (squares + 2.0 * DRIFT * DRIFT) / (n as f64 + 1.0),
        };
        let precision = latest.len() as f64 / noise + 1.0 / (DRIFT * DRIFT);
        let drift = mean(latest) * (latest.len() as f64 / noise) / precision;
        Walk { drift: drift.clamp(-MOST_DRIFT, MOST_DRIFT), drift_variance: 1.0 / precision, noise }
    }

    /// The factor some months ahead, and its relative variance.
    pub fn ahead(&self, months: usize) -> (f64, f64) {
        let trend = damped(months);
        ((self.drift * trend).exp(), self.noise * months as f64 + self.drift_variance * trend * trend)
    }
}
