//! Money as integers: ticks of 1/10 000 of a currency's major unit, rounded once, half away from zero. No Polars.

/// Ticks in one major unit.
pub const TICKS: i64 = 10_000;
/// Decimal places of a published amount.
pub const SCALE: usize = 4;
/// Decimal places of the canonical input amounts and rates (`Decimal(38, 8)`).
pub const INPUT_SCALE: u32 = 8;
/// 10^INPUT_SCALE.
pub const INPUT_UNIT: i128 = 100_000_000;

/// `numerator / denominator` rounded half away from zero. The denominator must be positive.
pub fn div_round(numerator: i128, denominator: i128) -> i128 {
    // divisions of 64 bits take a fraction of the time; an amount of a trillion still fits
    if let (Ok(short), Ok(divisor)) = (i64::try_from(numerator), i64::try_from(denominator)) {
        let (quotient, remainder) = (short / divisor, short % divisor);
        let is_up = remainder.unsigned_abs() >= divisor.unsigned_abs().div_ceil(2);
        return i128::from(if is_up { quotient + short.signum() } else { quotient });
    }
    let (quotient, remainder) = (numerator / denominator, numerator % denominator);
    if remainder.unsigned_abs() * 2 >= denominator.unsigned_abs() { quotient + numerator.signum() } else { quotient }
}

/// Ticks of a canonical amount (an integer at `INPUT_SCALE`).
pub fn to_ticks(amount: i128) -> Option<i64> {
    i64::try_from(div_round(amount, INPUT_UNIT / i128::from(TICKS))).ok()
}

/// Ticks in the reporting currency, at `rate` reporting units (scaled by `INPUT_UNIT`) per unit.
pub fn convert(ticks: i64, rate: i128) -> Option<i64> {
    i64::try_from(div_round(i128::from(ticks).checked_mul(rate)?, INPUT_UNIT)).ok()
}

/// How often a year-independent month contains the interval, exactly: (numerator, denominator).
pub fn monthly_factor(interval: &str) -> Option<(i128, i128)> {
    Some(match interval {
        "day" => (487, 16),
        "week" => (13, 3),
        "month" => (1, 1),
        "quarter" => (1, 3),
        "year" => (1, 12),
        _ => return None,
    })
}

/// Monthly ticks of `(amount x quantity - discount)` per `interval_count` intervals; all three at `INPUT_SCALE`.
pub fn monthly_ticks(amount: i128, quantity: i128, discount: i128, interval: &str, count: i64) -> Option<i64> {
    let (times, per) = monthly_factor(interval)?;
    if count <= 0 {
        return None;
    }
    // amount x quantity has twice the scale
    let charge = amount.checked_mul(quantity)?.checked_sub(discount.checked_mul(INPUT_UNIT)?)?;
    let numerator = charge.checked_mul(times)?;
    let denominator = per * i128::from(count) * (INPUT_UNIT / i128::from(TICKS)) * INPUT_UNIT;
    i64::try_from(div_round(numerator, denominator)).ok()
}

/// A decimal literal (also `1e-3`) as an integer at `INPUT_SCALE`, half away from zero beyond it; None if it is not a
/// finite number or does not fit.
pub fn parse_decimal(text: &str) -> Option<i128> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value: i128 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
    }
    let shift = exponent.checked_add(i64::from(INPUT_SCALE))?.checked_sub(fraction.len() as i64)?;
    let power = |n: i64| 10_i128.checked_pow(u32::try_from(n).ok()?);
    let scaled = if shift >= 0 {
        if value == 0 { 0 } else { value.checked_mul(power(shift)?)? }
    } else {
        power(shift.checked_neg()?).map_or(0, |unit| div_round(value, unit))
    };
    Some(if negative { -scaled } else { scaled })
}

/// A float read as its shortest decimal, at `INPUT_SCALE`.
pub fn from_float(value: f64) -> Option<i128> {
    if !value.is_finite() {
        return None;
    }
    parse_decimal(&format!("{value:e}"))
}

/// `1234567` ticks as `123.4567`.
pub fn format_ticks(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let magnitude = ticks.unsigned_abs();
    format!("{sign}{}.{:04}", magnitude / TICKS as u64, magnitude % TICKS as u64)
}

/// An amount at `INPUT_SCALE` as plain decimal, without trailing zeros.
pub fn format_amount(amount: i128) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let (whole, fraction) = (amount.unsigned_abs() / INPUT_UNIT as u128, amount.unsigned_abs() % INPUT_UNIT as u128);
    let fraction = format!("{fraction:08}");
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
