//! Intervals of proportions, of scores, and of what is computed from estimates.

use super::special::limit;

/// Two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// 95 % Wilson score interval of `hits` in `trials`; None without trials.
/// Source: Wilson 1927, as in Newcombe 1998.
pub fn wilson(hits: i64, trials: i64) -> Option<(f64, f64)> {
    if trials <= 0 {
        return None;
    }
    let hits = hits.clamp(0, trials);
    let (x, n, z2) = (hits as f64, trials as f64, Z * Z);
    let centre = x + z2 / 2.0;
    let half = Z * (x * (n - x) / n + z2 / 4.0).sqrt();
    // The bounds are exactly 0 and 1 at the ends; rounding must not move them.
    let lower = if hits == 0 { 0.0 } else { (centre - half) / (n + z2) };
    let upper = if hits == trials { 1.0 } else { (centre + half) / (n + z2) };
    Some((lower, upper))
}

/// Net promoter score, `100 (promoters - detractors) / responses`; None without responses.
pub fn nps(promoters: i64, detractors: i64, responses: i64) -> Option<f64> {
    (responses > 0).then(|| limit(100.0 * (promoters as f64 - detractors as f64) / responses as f64, -100.0, 100.0))
}

/// 95 % adjusted Wald interval of the net promoter score, within [-100, 100]; None without responses.
/// Source: Rocks 2016, "Interval Estimation for the 'Net Promoter Score'": three more responses, one promoter,
/// detractor and passive in the proportions 3/4, 3/4, 3/2.
pub fn nps_interval(promoters: i64, detractors: i64, responses: i64) -> Option<(f64, f64)> {
    if responses <= 0 {
        return None;
    }
    let n = responses as f64 + 3.0;
    let share = |count: i64| (count.clamp(0, responses) as f64 + 0.75) / n;
    let (p, q) = (share(promoters), share(detractors));
    let variance = (p + q - (p - q) * (p - q)) / n;
    let (lower, upper) = normal(100.0 * (p - q), 100.0 * variance.max(0.0).sqrt());
    Some((limit(lower, -100.0, 100.0), limit(upper, -100.0, 100.0)))
}

/// 95 % normal interval of an estimate.
pub fn normal(estimate: f64, standard_error: f64) -> (f64, f64) {
    (estimate - Z * standard_error, estimate + Z * standard_error)
}

/// Standard error of `of(parameters)` by the delta method, `sqrt(g' V g)` with the gradient by central differences;
/// None where `of` has no value near the parameters. Source: van der Vaart 1998, chapter 3.
pub fn delta_method<const N: usize>(
    parameters: &[f64; N],
    covariance: &[[f64; N]; N],
    of: impl Fn(&[f64; N]) -> Option<f64>,
) -> Option<f64> {
    let mut gradient = [0.0; N];
    for (index, slope) in gradient.iter_mut().enumerate() {
        // Cube root of what f64 resolves: truncation and rounding are both about 1e-10 of the slope.
        let step = 1e-5 * parameters[index].abs().max(1.0);
        let moved = |by: f64| {
            let mut at = *parameters;
            at[index] += by;
            of(&at)
        };
        *slope = (moved(step)? - moved(-step)?) / (2.0 * step);
    }
    let row = |i: usize| (0..N).map(|j| gradient[i] * covariance[i][j] * gradient[j]).sum::<f64>();
    let variance: f64 = (0..N).map(row).sum();
    variance.is_finite().then(|| variance.max(0.0).sqrt())
}

/// Quantile of Student's t at the level where the normal one is `z`. Abramowitz & Stegun 26.7.5, right to a hundredth from
/// 4 degrees of freedom on at the usual levels.
pub fn student(z: f64, freedom: f64) -> f64 {
    let n = freedom.max(1.0);
    let z2 = z * z;
    let terms = [
        (z2 + 1.0) / 4.0,
        ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0,
        (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0,
        ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92160.0,
    ];
    z * terms.iter().rev().fold(0.0, |sum, term| (sum + term) / n) + z
}
