//! The one special function the retention models need, and a clamp.

/// `value` moved into [low, high]; NaN becomes `low`.
pub(super) fn limit(value: f64, low: f64, high: f64) -> f64 {
    if value > low { value.min(high) } else { low }
}

/// Second difference of ln Γ with its derivatives: see [`gamma_difference`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    pub value: f64,
    pub by_x: f64,
    pub by_a: f64,
    pub by_b: f64,
}

/// From here on Stirling's series below is exact to about 1e-14.
const STIRLING_FROM: f64 = 10.0;

/// `lnΓ(x + a + b) - lnΓ(x + a) - lnΓ(x + b) + lnΓ(x)` = ln B(a, x) - ln B(a, x + b), for x > 0 and a, b >= 0.
///
/// Every survival of a beta-mixed model is the exponential of such a difference. Four separate ln Γ of 1e8 would leave
/// no digit of it; here each term is itself of the size of the result, so the value keeps about 11 digits at any size
/// (its derivatives, which only steer fits, about 8):
/// Γ(x) = Γ(x + 1) / x moves x up to the range of Stirling's series `(x - 1/2) ln x - x + 1/(12x) - 1/(360x^3) + …`
/// (Abramowitz & Stegun 6.1.15, 6.1.41; its derivative 6.3.18), whose logarithms combine to three `ln(1 + …)`.
pub fn gamma_difference(x: f64, a: f64, b: f64) -> Difference {
    let mut x = x.max(f64::MIN_POSITIVE);
    let mut sum = Difference { value: 0.0, by_x: 0.0, by_a: 0.0, by_b: 0.0 };
    while x < STIRLING_FROM {
        sum.value -= ln_cross_ratio(x, a, b);
        sum.by_x -= inverse_difference(x, a, b);
        sum.by_a += b / (x + a) / (x + a + b);
        sum.by_b += a / (x + b) / (x + a + b);
        x += 1.0;
    }
    let cross = ln_cross_ratio(x, a, b);
    let (along_a, along_b) = ((b / (x + a)).ln_1p(), (a / (x + b)).ln_1p());
    let inverses = inverse_difference(x, a, b);
    let second = |of: fn(f64) -> f64| of(x) - of(x + a) - of(x + b) + of(x + a + b);
    sum.value += (x - 0.5) * cross + a * along_a + b * along_b + inverses / 12.0 + second(stirling_rest);
    sum.by_x += cross - 0.5 * inverses + second(digamma_rest);
    sum.by_a += along_a + 0.5 * b / (x + a) / (x + a + b) + digamma_rest(x + a + b) - digamma_rest(x + a);
    sum.by_b += along_b + 0.5 * a / (x + b) / (x + a + b) + digamma_rest(x + a + b) - digamma_rest(x + b);
    sum
}

/// `ln (x (x + a + b) / ((x + a)(x + b)))`, never positive.
fn ln_cross_ratio(x: f64, a: f64, b: f64) -> f64 {
    // The ratio is exactly 1 - ab / ((x + a)(x + b)); near 0 that subtraction would lose it.
    let missing = (a / (x + a)) * (b / (x + b));
    if missing < 0.5 { (-missing).ln_1p() } else { (x / (x + a)).ln() + (a / (x + b)).ln_1p() }
}

/// `1/x - 1/(x + a) - 1/(x + b) + 1/(x + a + b)` without subtraction.
fn inverse_difference(x: f64, a: f64, b: f64) -> f64 {
    (a / (x + a)) * (b / (x + b)) * ((2.0 * x + a + b) / (x + a + b)) / x
}

/// Stirling's series for ln Γ after 1/(12y).
fn stirling_rest(y: f64) -> f64 {
    let (r, r2) = (1.0 / y, 1.0 / y / y);
    -r * r2 * (1.0 / 360.0 - r2 * (1.0 / 1260.0 - r2 * (1.0 / 1680.0 - r2 / 1188.0)))
}

/// The series of the digamma function after `ln y - 1/(2y)`.
fn digamma_rest(y: f64) -> f64 {
    let r2 = 1.0 / y / y;
    -r2 * (1.0 / 12.0 - r2 * (1.0 / 120.0 - r2 * (1.0 / 252.0 - r2 * (1.0 / 240.0 - r2 / 132.0))))
}
