//! How many payments a customer makes: sums along a survival curve, discounted or not, to a horizon or without end.
//!
//! Payments are made at the start of each period by those still there. DEL, the discounted expected lifetime, is
//! `payments(curve, 0, d, None)`; DERL of Fader & Hardie 2010 ("Customer-Base Valuation in a Contractual Setting"),
//! which does not discount the first payment to come, is `residual_payments(…) x (1 + d)`.

use super::curve::Curve;
use super::special::limit;

/// Terms added one by one; what follows them is smooth.
const ONE_BY_ONE: u64 = 1024;
/// Part of the sum that may be missing or wrong: a hundredth of the 1e-10 that is promised.
const TOLERANCE: f64 = 1e-12;
/// Ages beyond this are beyond f64.
const LAST: f64 = 1e300;

/// `sum of S(n + k) / S(n) / (1 + discount)^k over 0 <= k < horizon` for a customer who has survived n renewals and is
/// about to pay. None if it is infinite (or beyond f64), or the discount negative. Without a horizon the sum is within
/// 1e-10 of itself.
pub fn payments(curve: &Curve, survived: u64, discount: f64, horizon: Option<u64>) -> Option<f64> {
    if !(discount >= 0.0 && discount.is_finite()) {
        return None;
    }
    let sum = match (*curve, horizon) {
        (Curve::Geometric { hazard }, _) => geometric(limit(hazard, 0.0, 1.0), discount, horizon),
        // Mean over the remaining customers' Beta(alpha, beta + n) of 1 / p.
        (Curve::Sbg { alpha, beta }, None) if discount == 0.0 => {
            (alpha > 1.0).then(|| (alpha + beta + survived as f64 - 1.0) / (alpha - 1.0))
        }
        (Curve::Bdw { gamma, shape, .. }, None) if discount == 0.0 && gamma * shape <= 1.0 => None,
        _ => series(curve, survived, discount, horizon),
    };
    sum.filter(|sum| sum.is_finite())
}

/// Payments still to come after the one just made: `sum of S(n + k) / S(n) / (1 + discount)^k over 1 <= k <= horizon`.
pub fn residual_payments(curve: &Curve, survived: u64, discount: f64, horizon: Option<u64>) -> Option<f64> {
    let next = payments(curve, survived.saturating_add(1), discount, horizon);
    let kept = 1.0 - curve.hazard(survived.saturating_add(1));
    // Where nobody gets that far there is nothing to come, however long it would last.
    if kept <= 0.0 { Some(0.0) } else { Some(kept / (1.0 + discount) * next?) }
}

/// `residual_payments` for customers who have survived 0, 1, …, `ages - 1` renewals, at the price of one.
pub fn residual_payments_by_age(curve: &Curve, ages: u64, discount: f64, horizon: Option<u64>) -> Option<Vec<f64>> {
    let Some(horizon) = horizon else {
        // Backwards, R(n - 1) = kept(n) / (1 + d) (1 + R(n)): errors shrink at each step.
        let mut residual = residual_payments(curve, ages, discount, None)?;
        let step = |survived: u64| {
            residual = (1.0 - curve.hazard(survived + 1)) / (1.0 + discount) * (1.0 + residual);
            residual
        };
        let mut residuals: Vec<f64> = (0..ages).rev().map(step).collect();
        residuals.reverse();
        return Some(residuals);
    };
    if horizon > ONE_BY_ONE {
        return (0..ages).map(|survived| residual_payments(curve, survived, discount, Some(horizon))).collect();
    }
    let kept: Vec<f64> = (0..ages + horizon).map(|n| (1.0 - curve.hazard(n + 1)) / (1.0 + discount)).collect();
    let sum = |survived: usize| {
        let terms = kept[survived..survived + horizon as usize].iter();
        terms.fold((0.0, 1.0), |(sum, term), kept| (sum + term * kept, term * kept)).0
    };
    (discount >= 0.0).then(|| (0..ages as usize).map(sum).collect())
}

fn geometric(hazard: f64, discount: f64, horizon: Option<u64>) -> Option<f64> {
    // 1 - ratio, for the ratio (1 - hazard) / (1 + discount) of a term to the one before.
    let missing = (discount + hazard) / (1.0 + discount);
    match horizon {
        None => (missing > 0.0).then(|| 1.0 / missing),
        Some(terms) if missing <= 0.0 => Some(terms as f64),
        Some(0) => Some(0.0),
        Some(terms) => {
            let ln_ratio = (-hazard).ln_1p() - discount.ln_1p();
            Some(-(terms as f64 * ln_ratio).exp_m1() / missing)
        }
    }
}

/// The first terms one by one, the others by the Euler-Maclaurin formula
/// `sum f(k) = integral f + f/2 - f'/12 + …` (Abramowitz & Stegun 23.1.30), whose next term is below 1e-11 of the sum:
/// from age 1024 on, a curve that has not died out changes little between one age and the next.
fn series(curve: &Curve, survived: u64, discount: f64, horizon: Option<u64>) -> Option<f64> {
    let mut sum = 0.0;
    let mut term = 1.0;
    for k in 0..horizon.unwrap_or(u64::MAX).min(ONE_BY_ONE) {
        sum += term;
        let kept = (1.0 - curve.hazard(survived.saturating_add(k + 1))) / (1.0 + discount);
        term *= kept;
        // Terms only get smaller, those after the next at least by the discount: all of them are less than this.
        if discount > 0.0 && term * (1.0 + discount) / discount < TOLERANCE * sum {
            return Some(sum);
        }
    }
    let end = horizon.map_or(f64::INFINITY, |terms| terms as f64);
    let from = ONE_BY_ONE as f64;
    if end <= from {
        return Some(sum);
    }
    let (start, ln_discount) = (survived as f64, discount.ln_1p());
    let at = |k: f64| (-curve.drop(start, k) - k * ln_discount).exp();
    let edge = |k: f64| at(k) / 2.0 - (at(k + 1.0) - at(k - 1.0)) / 24.0;
    sum += edge(from);
    let mut low = from;
    while low < end {
        let high = (2.0 * low).min(end);
        sum += integral(&at, low, high, TOLERANCE * sum);
        low = high;
        if horizon.is_none() {
            match rest(curve, start, low, at(low), discount) {
                (upper, _) if upper < TOLERANCE * sum => return Some(sum),
                (_, Some(exact)) => return Some(sum + exact),
                _ if low > LAST => return None,
                _ => {}
            }
        }
    }
    // f(end) itself is not a term: the same correction with the other sign, - f/2 + f'/12.
    Some(sum - edge(end))
}

/// An upper bound of `integral of f from low`, and the integral itself where it is known to `TOLERANCE`.
///
/// With a discount: f falls at least like `(1 + d)^-k`. Without: for the digamma function
/// `c / (x + c) <= psi(x + c) - psi(x) <= c / (x - 1/2)`, so that with x = age^shape
/// `S(age') / S(age)` lies between the powers gamma of `(x + delta - 1/2) / (x' + delta - 1/2)` and
/// `(x + delta + gamma) / (x' + delta + gamma)`: in the end, `age^-(gamma shape)`.
fn rest(curve: &Curve, survived: f64, low: f64, at_low: f64, discount: f64) -> (f64, Option<f64>) {
    if discount > 0.0 {
        return (at_low * (1.0 + discount) / discount, None);
    }
    let Curve::Bdw { gamma, delta, shape } = *curve else { return (f64::INFINITY, None) };
    let age = survived + low;
    let power_law = at_low * age / (gamma * shape - 1.0);
    let offset = (delta + gamma + 1.0) / age.powf(shape);
    let bound = power_law * (gamma * offset.ln_1p()).exp();
    (bound, (gamma * offset < TOLERANCE).then_some(power_law))
}

/// Gauss-Legendre on ten points (Abramowitz & Stegun table 25.4): half of (node, weight), the other half mirrored.
const GAUSS: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_3),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_1),
];

/// Integral of f, in the logarithm of the age, on which survival curves are smooth at any age.
fn integral(f: &impl Fn(f64) -> f64, low: f64, high: f64, tolerance: f64) -> f64 {
    let g = |y: f64| f(y.exp()) * y.exp();
    let (from, to) = (low.ln(), high.ln());
    adaptive(&g, from, to, gauss(&g, from, to), tolerance, 12)
}

fn adaptive(f: &impl Fn(f64) -> f64, low: f64, high: f64, whole: f64, tolerance: f64, depth: u32) -> f64 {
    let middle = f64::midpoint(low, high);
    let (left, right) = (gauss(f, low, middle), gauss(f, middle, high));
    if depth == 0 || (left + right - whole).abs() <= tolerance {
        return left + right;
    }
    adaptive(f, low, middle, left, tolerance, depth - 1) + adaptive(f, middle, high, right, tolerance, depth - 1)
}

fn gauss(f: &impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let (centre, half) = (f64::midpoint(low, high), (high - low) / 2.0);
    GAUSS.iter().map(|(node, weight)| weight * (f(centre - half * node) + f(centre + half * node))).sum::<f64>() * half
}
