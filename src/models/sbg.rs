//! The shifted-beta-geometric model of retention.
//!
//! Each customer leaves with its own constant probability at every renewal, and these probabilities are
//! Beta(alpha, beta): the hazard of a cohort `alpha / (alpha + beta + t - 1)` falls because those likely to leave leave
//! first. Source: Fader & Hardie 2007, "How to Project Customer Retention".

use super::counts::{AgeCount, evaluate, total};
use super::curve::Curve;
use super::optimise::{LARGEST_VARIANCE, covariance, maximise};
use super::special::limit;

/// Mean `alpha / (alpha + beta)` and polarisation `1 / (alpha + beta + 1)` of the beta: unlike alpha and beta, which
/// run along a ridge of the likelihood together, the data tell these apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Mean probability of leaving at the first renewal.
    pub mean: f64,
    /// 0: all customers alike. 1: each either leaves at once or never does.
    pub polarisation: f64,
    /// (logit mean, logit polarisation), which say more of a mean near 1 than the mean does.
    logits: [f64; 2],
    pub log_likelihood: f64,
    /// The gradient at the result says it is a maximum (at the end of a range: that inside is not higher).
    pub converged: bool,
    /// The best sBG is its limit without differences between customers: constant hazard, polarisation 0.
    pub is_homogeneous: bool,
    /// Of `parameters()`, from the Fisher information. Homogeneous: the mean alone, zeros elsewhere.
    /// None where a parameter is at the end of its range or the data do not determine it.
    pub covariance: Option<[[f64; 2]; 2]>,
}

impl Fit {
    /// (alpha, beta) of the beta distribution; None where it is a single point.
    pub fn alpha_beta(&self) -> Option<(f64, f64)> {
        match self.curve() {
            Curve::Sbg { alpha, beta } => Some((alpha, beta)),
            _ => None,
        }
    }

    pub fn curve(&self) -> Curve {
        if self.is_homogeneous { Curve::Geometric { hazard: self.mean } } else { self.curve_at(&self.logits) }
    }

    /// (logit mean, logit polarisation), within ±20: what `covariance` is of.
    pub fn parameters(&self) -> [f64; 2] {
        self.logits
    }

    /// The curve at other parameters, for the delta method. Homogeneous stays homogeneous.
    pub fn curve_at(&self, parameters: &[f64; 2]) -> Curve {
        if self.is_homogeneous {
            return Curve::Geometric { hazard: logistic(parameters[0]) };
        }
        let [alpha, beta] = alpha_beta(parameters);
        Curve::Sbg { alpha, beta }
    }
}

/// Ends of the logit scale. A polarisation of e^-20 changes no hazard within 10 000 renewals by a part in 10 000.
pub(super) const LIMIT: f64 = 20.0;
const BOUNDS: [(f64, f64); 2] = [(-LIMIT, LIMIT); 2];
/// Logit polarisations to start from: nearly alike to nearly two kinds.
const STARTS: [f64; 4] = [-1.0, -4.0, 1.0, 4.0];

pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

pub(super) fn logit(probability: f64) -> f64 {
    limit((probability / (1.0 - probability)).ln(), -LIMIT, LIMIT)
}

/// (alpha, beta) at (logit mean, logit polarisation).
pub(super) fn alpha_beta(parameters: &[f64; 2]) -> [f64; 2] {
    let size = (-parameters[1]).exp();
    [logistic(parameters[0]) * size, logistic(-parameters[0]) * size]
}

/// `ln S(t - 1) - ln S(t)` and its derivatives by logit mean and logit polarisation.
fn drops(parameters: &[f64; 2]) -> impl Fn(u64) -> (f64, [f64; 2]) {
    let [alpha, beta] = alpha_beta(parameters);
    move |renewal| {
        let before = renewal.saturating_sub(1) as f64;
        let left = beta + before;
        let by_mean = alpha * beta / (alpha + beta) / left;
        ((alpha / left).ln_1p(), [by_mean, -alpha * before / ((alpha + left) * left)])
    }
}

/// Maximum likelihood on age counts; None without anyone at risk.
pub fn fit(counts: &[AgeCount]) -> Option<Fit> {
    let all = total(counts);
    let mean = all.hazard()?;
    let homogeneous = homogeneous(counts, mean, all.at_risk);
    if mean <= 0.0 || mean >= 1.0 {
        return Some(homogeneous);
    }
    let starts = STARTS.map(|polarisation| [logit(mean), polarisation]);
    let best = maximise(|at| evaluate(counts, drops(at)), &starts, &BOUNDS)?;
    // Differences between customers must explain something that rounding does not.
    let gain = best.value - homogeneous.log_likelihood;
    if gain <= 1e-6 + 1e-12 * homogeneous.log_likelihood.abs() {
        return Some(Fit { converged: best.converged, ..homogeneous });
    }
    Some(Fit {
        mean: logistic(best.at[0]),
        polarisation: logistic(best.at[1]),
        logits: best.at,
        log_likelihood: best.value,
        converged: best.converged,
        is_homogeneous: false,
        covariance: covariance(&best),
    })
}

/// The limit of polarisation 0, solved exactly: every renewal is a trial with the same probability.
fn homogeneous(counts: &[AgeCount], mean: f64, trials: f64) -> Fit {
    let variance = 1.0 / (trials * mean * (1.0 - mean));
    Fit {
        mean,
        polarisation: 0.0,
        logits: [logit(mean), -LIMIT],
        log_likelihood: Curve::Geometric { hazard: mean }.log_likelihood(counts),
        converged: true,
        is_homogeneous: true,
        covariance: (variance <= LARGEST_VARIANCE).then_some([[variance, 0.0], [0.0, 0.0]]),
    }
}
