//! Intervals of proportions.

/// Two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// 95 % Wilson score interval of `hits` in `trials`; None without trials.
/// Source: Wilson 1927, as in Newcombe 1998.
pub fn wilson(hits: i64, trials: i64) -> Option<(f64, f64)> {
    if trials <= 0 {
        return None;
    }
    let (x, n, z2) = (hits as f64, trials as f64, Z * Z);
    let centre = x + z2 / 2.0;
    let half = Z * (x * (n - x) / n + z2 / 4.0).sqrt();
    // The bounds are exactly 0 and 1 at the ends; rounding must not move them.
    let lower = if hits == 0 { 0.0 } else { (centre - half) / (n + z2) };
    let upper = if hits == trials { 1.0 } else { (centre + half) / (n + z2) };
    Some((lower, upper))
}

/// Net score 100 (p - q) of `promoters` and `detractors` among `responses`, and its 95 % adjusted Wald interval, clipped to the
/// scale; None without responses.
/// Source: Bonett & Price 2012 for a difference of two proportions of one sample: three answers are added, 3/4 to either side.
pub fn net_score(promoters: i64, detractors: i64, responses: i64) -> Option<(f64, f64, f64)> {
    if responses <= 0 {
        return None;
    }
    let score = 100.0 * (promoters - detractors) as f64 / responses as f64;
    let n = responses as f64 + 3.0;
    let (p, q) = ((promoters as f64 + 0.75) / n, (detractors as f64 + 0.75) / n);
    let half = Z * ((p + q - (p - q) * (p - q)) / n).sqrt();
    let bound = |value: f64| (100.0 * value).clamp(-100.0, 100.0);
    Some((score, bound(p - q - half), bound(p - q + half)))
}
