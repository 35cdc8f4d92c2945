//! Models recover what was planted in simulated customers, whose probabilities are drawn one by one.

use tenure::models::bdw;
use tenure::models::counts::{AgeCount, from_exposures};
use tenure::models::curve::Curve;
use tenure::models::interval::delta_method;
use tenure::models::lifetime::payments;
use tenure::models::sbg;
use tenure::models::survival::{Cell, exposures};

/// SplitMix64 (Steele, Lea & Flood 2014): seeded, so that a failure repeats.
struct Random(u64);

impl Random {
    /// Uniform in (0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Beta(a, b) by Jöhnk's method: uniforms to the powers 1/a and 1/b, kept if their sum is at most 1.
    fn beta(&mut self, a: f64, b: f64) -> f64 {
        loop {
            let (x, y) = (self.unit().powf(1.0 / a), self.unit().powf(1.0 / b));
            if x + y <= 1.0 && x + y > 0.0 {
                return x / (x + y);
            }
        }
    }

    /// The renewal at which a customer is lost who survives t of them with probability `(1 - p)^(t^shape)`.
    fn lifetime(&mut self, gamma: f64, delta: f64, shape: f64) -> i64 {
        let p = self.beta(gamma, delta);
        let t = (self.unit().ln() / (-p).ln_1p()).powf(1.0 / shape);
        t.ceil().clamp(1.0, 1e9) as i64
    }
}

/// Monthly cohorts joining in months `first..last`, seen from the end of month 0 to month `last`: a customer who joined
/// in month s faces renewal t in month s + t, and is not seen at all if lost in month 0 or before.
fn business(random: &mut Random, planted: (f64, f64, f64), months: std::ops::Range<i64>, each: usize) -> Vec<Cell> {
    let (gamma, delta, shape) = planted;
    let mut cells = Vec::new();
    for joined in months.clone() {
        for _ in 0..each {
            let lifetime = random.lifetime(gamma, delta, shape);
            let entry = (1 - joined).max(1);
            let last = months.end - joined;
            if lifetime < entry {
                continue;
            }
            cells.push(Cell { age: entry as usize - 1, entered: 1, ..Cell::default() });
            let end = Cell { age: lifetime.min(last) as usize - 1, ..Cell::default() };
            cells.push(if lifetime <= last { Cell { lost: 1, ..end } } else { Cell { censored: 1, ..end } });
        }
    }
    cells
}

fn counts(cells: &[Cell]) -> Vec<AgeCount> {
    from_exposures(&exposures(cells.iter().copied()))
}

#[track_caller]
fn close(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value}, expected {expected} within {tolerance}");
}

#[test]
fn planted_sbg_is_recovered() {
    for (seed, alpha, beta) in [(1, 0.7, 1.2), (2, 0.67, 3.8), (3, 2.0, 30.0)] {
        let cells = business(&mut Random(seed), (alpha, beta, 1.0), 0..36, 2000);
        let fit = sbg::fit(&counts(&cells)).unwrap();
        let (mean, polarisation) = (alpha / (alpha + beta), 1.0 / (alpha + beta + 1.0));
        assert!(fit.converged && !fit.is_homogeneous, "{fit:?}");
        close(fit.mean, mean, 0.01);
        close(fit.polarisation, polarisation, 0.02);
        // Four standard errors of the discounted value hold the truth.
        let value = |curve: &Curve| payments(curve, 0, 0.008, None);
        let error = delta_method(&fit.parameters(), &fit.covariance.unwrap(), |at| value(&fit.curve_at(at))).unwrap();
        let (found, truth) = (value(&fit.curve()).unwrap(), value(&Curve::Sbg { alpha, beta }).unwrap());
        close(found, truth, 4.0 * error);
        assert!(error < 0.03 * truth, "{error} of {truth}");
    }
}

#[test]
fn planted_bdw_is_recovered() {
    for (seed, gamma, delta, shape) in [(4, 0.26, 1.7, 1.6), (5, 3.0, 20.0, 0.6)] {
        let cells = business(&mut Random(seed), (gamma, delta, shape), 0..24, 4000);
        let counts = counts(&cells);
        let two = sbg::fit(&counts).unwrap();
        let three = bdw::fit(&counts, &two);
        assert!(three.converged && bdw::is_preferred(&three, &two, counts.len()), "{three:?}");
        close(three.mean, gamma / (gamma + delta), 0.01);
        let covariance = three.covariance.unwrap();
        let truth = [(gamma / delta).ln(), -(gamma + delta).ln(), shape.ln()];
        for (index, (found, planted)) in three.parameters().into_iter().zip(truth).enumerate() {
            close(found, planted, 4.0 * covariance[index][index].sqrt());
        }
        close(three.shape, shape, 0.1 * shape);
    }
}

#[test]
fn cohorts_from_before_the_history_are_used_without_bias() {
    // Three years of cohorts from before the history, of which only those still there in month 0 are known, and one
    // after.
    let (alpha, beta) = (0.7, 2.1);
    let (mean, polarisation) = (alpha / (alpha + beta), 1.0 / (alpha + beta + 1.0));
    let cells = business(&mut Random(6), (alpha, beta, 1.0), -36..12, 3000);
    let fit = sbg::fit(&counts(&cells)).unwrap();
    close(fit.mean, mean, 0.01);
    close(fit.polarisation, polarisation, 0.02);

    // Taking the survivors for whole cohorts, at risk since their first renewal, makes early churn look like half of
    // what it is.
    let naive: Vec<Cell> =
        cells.iter().map(|cell| if cell.entered > 0 { Cell { age: 0, ..*cell } } else { *cell }).collect();
    let biased = sbg::fit(&counts(&naive)).unwrap();
    assert!(biased.mean < 0.6 * mean, "{} should be far below {mean}", biased.mean);

    // The data without those cohorts give the same answer with less certainty.
    let whole = business(&mut Random(6), (alpha, beta, 1.0), 0..12, 3000);
    let short = sbg::fit(&counts(&whole)).unwrap();
    close(short.mean, mean, 0.01);
    let variance = |fit: &sbg::Fit| fit.covariance.unwrap()[1][1];
    assert!(variance(&fit) < 0.7 * variance(&short), "{} {}", variance(&fit), variance(&short));
}
