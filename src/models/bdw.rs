//! The beta-discrete-Weibull model of retention: the sBG with hazards that may rise or fall for each customer too.
//!
//! Customer survival is `(1 - p)^(t^shape)` with p as Beta(gamma, delta), so that
//! `S(t) = B(gamma, delta + t^shape) / B(gamma, delta)`. Source: Fader, Hardie, Liu, Davin & Steenburgh 2018, "How to
//! Project Customer Retention" Revisited: The Role of Duration Dependence.

use super::counts::{AgeCount, evaluate};
use super::curve::{Curve, power_step};
use super::optimise::{covariance_given, maximise};
use super::sbg::{self, LIMIT, alpha_beta, logistic};
use super::special::{gamma_difference, limit};

/// Mean and polarisation of Beta(gamma, delta) as in the sBG, and the shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Probability of leaving at the first renewal, whatever the shape.
    pub mean: f64,
    pub polarisation: f64,
    /// Above 1 a customer's hazard rises with its age, below 1 it falls.
    pub shape: f64,
    /// (logit mean, logit polarisation, ln shape).
    logits: [f64; 3],
    pub log_likelihood: f64,
    /// The gradient at the result says it is a maximum, and mean and shape are not at the ends of their range.
    pub converged: bool,
    /// All customers alike, to the end of the range of the polarisation.
    pub is_homogeneous: bool,
    /// Of `parameters()`, from the Fisher information. Homogeneous: of mean and shape, zeros elsewhere. None where another
    /// parameter is at the end of its range or the data do not determine it.
    pub covariance: Option<[[f64; 3]; 3]>,
}

impl Fit {
    pub fn curve(&self) -> Curve {
        // The sBG without differences between customers, exact where the logit of a mean near 0 or 1 is not.
        if self.is_homogeneous && self.shape == 1.0 {
            return Curve::Geometric { hazard: self.mean };
        }
        self.curve_at(&self.logits)
    }

    /// (logit mean, logit polarisation, ln shape): what `covariance` is of.
    pub fn parameters(&self) -> [f64; 3] {
        self.logits
    }

    /// The curve at other parameters, for the delta method.
    pub fn curve_at(&self, parameters: &[f64; 3]) -> Curve {
        let [gamma, delta] = alpha_beta(&[parameters[0], parameters[1]]);
        Curve::Bdw { gamma, delta, shape: parameters[2].exp() }
    }
}

/// Shapes from 1/10 to 10: beyond, customers leave all at one age, or at the first renewal or never.
const LN_SHAPE: f64 = std::f64::consts::LN_10;
const BOUNDS: [(f64, f64); 3] = [(-LIMIT, LIMIT), (-LIMIT, LIMIT), (-LN_SHAPE, LN_SHAPE)];
/// (logit polarisation, ln shape) to start from, besides the sBG.
const STARTS: [[f64; 2]; 3] = [[-2.0, 0.4], [0.0, 0.4], [-2.0, -0.4]];

/// `ln S(t - 1) - ln S(t)` and its derivatives by logit mean, logit polarisation and ln shape.
fn drops(parameters: &[f64; 3]) -> impl Fn(u64) -> (f64, [f64; 3]) {
    let [gamma, delta] = alpha_beta(&[parameters[0], parameters[1]]);
    let shape = parameters[2].exp();
    move |renewal| drop(gamma, delta, shape, renewal)
}

fn drop(gamma: f64, delta: f64, shape: f64, renewal: u64) -> (f64, [f64; 3]) {
    let before = renewal.saturating_sub(1) as f64;
    let (past, step) = (before.powf(shape), power_step(before, 1.0, shape));
    let drop = gamma_difference(delta + past, gamma, step);
    // d(t^shape) / d(ln shape) = shape ln t t^shape; nothing at ages 0 and 1.
    let past_slope = if before > 1.0 { past * before.ln() * shape } else { 0.0 };
    let end_slope = if renewal > 1 { (past + step) * (before + 1.0).ln() * shape } else { 0.0 };
    let by_mean = (drop.by_a - drop.by_x) * gamma * delta / (gamma + delta);
    let by_polarisation = -gamma * drop.by_a - delta * drop.by_x;
    let by_shape = drop.by_x * past_slope + drop.by_b * (end_slope - past_slope);
    (drop.value, [by_mean, by_polarisation, by_shape])
}

/// Maximum likelihood on age counts, started from the sBG's fit to the same counts among others.
pub fn fit(counts: &[AgeCount], sbg: &sbg::Fit) -> Fit {
    let [mean, polarisation] = sbg.parameters();
    let same = Fit {
        mean: sbg.mean,
        polarisation: sbg.polarisation,
        shape: 1.0,
        logits: [mean, polarisation, 0.0],
        log_likelihood: sbg.log_likelihood,
        converged: sbg.converged,
        is_homogeneous: sbg.is_homogeneous,
        covariance: None,
    };
    if sbg.mean <= 0.0 || sbg.mean >= 1.0 {
        return same;
    }
    let own = [mean, limit(polarisation, -6.0, 6.0), 0.0];
    let others = STARTS.map(|[polarisation, shape]| [mean, polarisation, shape]);
    let starts = [own, others[0], others[1], others[2]];
    let best = maximise(|at| evaluate(counts, drops(at)), &starts, &BOUNDS);
    // Shape 1 is one of the curves to choose from, so the result cannot be worse than the sBG.
    let Some(best) = best.filter(|best| best.value > sbg.log_likelihood) else {
        return Fit { converged: best.is_some_and(|best| best.converged), ..same };
    };
    let is_homogeneous = best.at[1] <= -LIMIT;
    Fit {
        mean: logistic(best.at[0]),
        polarisation: logistic(best.at[1]),
        shape: best.at[2].exp(),
        logits: best.at,
        log_likelihood: best.value,
        converged: best.converged && !best.is_bound[0] && !best.is_bound[2],
        is_homogeneous,
        covariance: covariance_given(&best, &[false, is_homogeneous, false]),
    }
}

/// Ages a third parameter needs before it is listened to.
const MIN_AGES: usize = 6;
/// 95 % point of chi-squared with one degree of freedom.
const CRITICAL: f64 = 3.84;

/// Does the shape earn its place over the sBG fitted to the same counts? Likelihood ratio at 5 %, on at least six ages.
pub fn is_preferred(bdw: &Fit, sbg: &sbg::Fit, ages: usize) -> bool {
    ages >= MIN_AGES && 2.0 * (bdw.log_likelihood - sbg.log_likelihood) > CRITICAL
}
