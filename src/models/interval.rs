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
