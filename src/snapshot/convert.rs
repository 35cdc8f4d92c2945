//! Source columns of any sensible type to canonical ones. Elementwise, so it streams; a value that cannot be read
//! becomes null, which `scan` counts.

use std::sync::Arc;

use jiff::civil::DateTime;
use polars::prelude::*;

use super::pattern::parse_date;
use crate::money;
use crate::month::{Calendar, Days, Micros, date_of, days_of};
use crate::tables::InputKind;

/// Precision and scale of canonical amounts.
const AMOUNT: (usize, usize) = (38, money::INPUT_SCALE as usize);
/// The first number with more digits than a Decimal holds.
const TOO_LARGE: i128 = 10_i128.pow(38);
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The Polars type of a canonical column.
pub fn dtype_of(kind: InputKind) -> DataType {
    match kind {
        InputKind::Id | InputKind::Text => DataType::String,
        InputKind::Instant | InputKind::Integer => DataType::Int64,
        InputKind::Day => DataType::Int32,
        InputKind::Amount => DataType::Decimal(AMOUNT.0, AMOUNT.1),
    }
}

/// What the interface promises to read as this kind, in words.
pub fn accepted(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Id => "strings or integers",
        InputKind::Text => "strings, integers or booleans",
        InputKind::Instant | InputKind::Day => "dates, timestamps or ISO strings",
        InputKind::Amount => "integers, floats or decimals",
        InputKind::Integer => "integers, or floats and decimals that are whole",
    }
}

/// The expression as a canonical column; None if the type cannot be read as this kind.
pub fn convert(column: Expr, from: &DataType, kind: InputKind, calendar: &Arc<Calendar>) -> Option<Expr> {
    if *from == DataType::Null {
        return Some(lit(NULL).cast(dtype_of(kind)));
    }
    match kind {
        InputKind::Id => text(column, from, false),
        InputKind::Text => text(column, from, true),
        InputKind::Instant => instant(column, from, calendar),
        InputKind::Day => day(column, from, calendar),
        InputKind::Amount => amount(column, from),
        InputKind::Integer => integer(column, from),
    }
}

/// Whether `convert` may turn a value of this type into null.
pub fn is_fallible(from: &DataType, kind: InputKind) -> bool {
    match (from, kind) {
        (DataType::Null, _) => false,
        (DataType::Binary, _) => true,
        (_, InputKind::Id | InputKind::Text) => false,
        (DataType::Datetime(unit, _), _) => *unit == TimeUnit::Milliseconds,
        // only so wide that eight more decimals overflow
        (DataType::Decimal(precision, scale), InputKind::Amount) => precision + AMOUNT.1 > AMOUNT.0 + scale,
        (DataType::UInt64, InputKind::Integer) => true,
        (other, _) => !other.is_integer(),
    }
}

/// The start of the day after the local day of each instant.
pub fn next_midnight(instant: Expr, calendar: &Arc<Calendar>) -> Expr {
    let calendar = calendar.clone();
    map(instant, DataType::Int64, move |series| {
        integers(series, |t: Micros| Some(calendar.day_start(calendar.day_of(t) + 1)))
    })
}

fn text(column: Expr, from: &DataType, is_bool_allowed: bool) -> Option<Expr> {
    match from {
        DataType::String => Some(column),
        DataType::Categorical(..) | DataType::Enum(..) | DataType::Binary => Some(as_text(column, from)),
        DataType::Boolean if is_bool_allowed => Some(column.cast(DataType::String)),
        // some warehouses export integers as decimals
        DataType::Decimal(_, 0) => Some(map(column, DataType::String, |series| {
            let texts: StringChunked =
                series.decimal()?.physical().iter().map(|value| value.map(|v| v.to_string())).collect();
            Ok(texts.into_series())
        })),
        other if other.is_integer() => Some(column.cast(DataType::String)),
        _ => None,
    }
}

fn instant(column: Expr, from: &DataType, calendar: &Arc<Calendar>) -> Option<Expr> {
    let calendar = calendar.clone();
    Some(match from {
        DataType::Date => {
            map(column, DataType::Int64, move |series| days_to(series, |day| Some(calendar.day_start(day))))
        }
        DataType::Datetime(unit, _) => micros(column, *unit),
        _ if is_text(from) => map(as_text(column, from), DataType::Int64, move |series| {
            let values = series.str()?.iter().map(|text| parse_instant(text?.trim(), &calendar));
            Ok(values.collect::<Int64Chunked>().into_series())
        }),
        _ => return None,
    })
}

fn day(column: Expr, from: &DataType, calendar: &Arc<Calendar>) -> Option<Expr> {
    let calendar = calendar.clone();
    Some(match from {
        DataType::Date => map(column, DataType::Int32, |series| {
            let days = series.to_physical_repr();
            Ok(arity::unary_elementwise::<Int32Type, Int32Type, _>(days.i32()?, |day| day.filter(is_day)).into_series())
        }),
        DataType::Datetime(unit, _) => map(micros(column, *unit), DataType::Int32, move |series| {
            let days = series.i64()?.iter().map(|t| t.map(|t| calendar.day_of(t)));
            Ok(days.collect::<Int32Chunked>().into_series())
        }),
        _ if is_text(from) => map(as_text(column, from), DataType::Int32, move |series| {
            let values = series.str()?.iter().map(|text| parse_day(text?.trim(), &calendar));
            Ok(values.collect::<Int32Chunked>().into_series())
        }),
        _ => return None,
    })
}

fn amount(column: Expr, from: &DataType) -> Option<Expr> {
    let decimal = dtype_of(InputKind::Amount);
    Some(match from {
        DataType::Decimal(_, scale) => {
            let scale = *scale as u32;
            map(column, decimal, move |series| {
                let values = series.decimal()?.physical().iter().map(|value| rescale(value?, scale));
                amounts(values.collect())
            })
        }
        DataType::Float64 => {
            map(column, decimal, |series| amounts(series.f64()?.iter().map(|value| from_float(value?)).collect()))
        }
        DataType::Float32 => map(column, decimal, |series| {
            // the shortest decimal of the 32 bits, not of their widening to 64
            let shortest = |value: f32| money::parse_decimal(&format!("{value:e}"));
            amounts(series.f32()?.iter().map(|value| shortest(value.filter(|v| v.is_finite())?)).collect())
        }),
        other if other.is_integer() => map(column.cast(DataType::Int128), decimal, |series| {
            let values = series.i128()?.iter().map(|value| value?.checked_mul(money::INPUT_UNIT));
            amounts(values.collect())
        }),
        _ if is_text(from) => map(as_text(column, from), decimal, |series| {
            amounts(series.str()?.iter().map(|text| money::parse_decimal(text?.trim())).collect())
        }),
        _ => return None,
    })
}

fn integer(column: Expr, from: &DataType) -> Option<Expr> {
    Some(match from {
        DataType::Int64 => column,
        DataType::Decimal(_, scale) => {
            let unit = 10_i128.checked_pow(u32::try_from(*scale).ok()?)?;
            map(column, DataType::Int64, move |series| {
                let whole = |value: i128| i64::try_from(value / unit).ok().filter(|_| value % unit == 0);
                let values = series.decimal()?.physical().iter().map(|value| whole(value?));
                Ok(values.collect::<Int64Chunked>().into_series())
            })
        }
        // a nullable integer of pandas is a float
        DataType::Float32 | DataType::Float64 => map(column.cast(DataType::Float64), DataType::Int64, |series| {
            let whole = |value: f64| (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64);
            Ok(series.f64()?.iter().map(|value| whole(value?)).collect::<Int64Chunked>().into_series())
        }),
        other if other.is_integer() => column.cast(DataType::Int64),
        _ if is_text(from) => map(as_text(column, from), DataType::Int64, |series| {
            let values = series.str()?.iter().map(|text| text?.trim().parse().ok());
            Ok(values.collect::<Int64Chunked>().into_series())
        }),
        _ => return None,
    })
}

/// Texts of any type as strings. Bytes that are no UTF-8 cannot be read.
pub fn as_text(column: Expr, from: &DataType) -> Expr {
    if *from != DataType::Binary {
        return column.cast(DataType::String);
    }
    map(column, DataType::String, |series| {
        let texts = series.binary()?.iter().map(|bytes| std::str::from_utf8(bytes?).ok());
        Ok(texts.collect::<StringChunked>().into_series())
    })
}

/// The 16 bytes of UUIDs as everybody writes them: lower-case hexadecimal, 8-4-4-4-12.
pub fn uuids(column: Expr) -> Expr {
    map(column, DataType::String, |series| {
        let texts = series.binary()?.iter().map(|bytes| {
            let value = u128::from_be_bytes(bytes?.try_into().ok()?);
            let part = |from: u32, digits: u32| (value >> (128 - 4 * (from + digits))) & ((1 << (4 * digits)) - 1);
            let [a, b, c, d, e] = [(0, 8), (8, 4), (12, 4), (16, 4), (20, 12)].map(|(from, digits)| part(from, digits));
            Some(format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}"))
        });
        Ok(texts.collect::<StringChunked>().into_series())
    })
}

fn is_text(from: &DataType) -> bool {
    matches!(from, DataType::String | DataType::Categorical(..) | DataType::Enum(..) | DataType::Binary)
}

/// A timestamp of any unit as microseconds; finer ones are floored.
pub fn micros(column: Expr, unit: TimeUnit) -> Expr {
    map(column, DataType::Int64, move |series| {
        let physical = series.to_physical_repr();
        match unit {
            TimeUnit::Nanoseconds => integers(&physical, |t| Some(t.div_euclid(1000))),
            TimeUnit::Microseconds => Ok(physical.into_owned()),
            TimeUnit::Milliseconds => integers(&physical, |t| t.checked_mul(1000)),
        }
    })
}

fn rescale(value: i128, scale: u32) -> Option<i128> {
    if scale <= money::INPUT_SCALE {
        value.checked_mul(10_i128.pow(money::INPUT_SCALE - scale))
    } else {
        Some(money::div_round(value, 10_i128.checked_pow(scale - money::INPUT_SCALE)?))
    }
}

/// The shortest decimal of a float. Amounts of up to four decimals and 15 digits, nearly all, take the short way: no
/// two such decimals share a double, so one that divides back to the same double is the shortest.
pub fn from_float(value: f64) -> Option<i128> {
    const UNIT: f64 = 10_000.0;
    let ticks = (value * UNIT).round();
    if ticks.abs() < 1e15 && ticks / UNIT == value {
        return Some(ticks as i128 * (money::INPUT_UNIT / i128::from(money::TICKS)));
    }
    money::from_float(value)
}

fn amounts(values: Int128Chunked) -> PolarsResult<Series> {
    let values =
        arity::unary_elementwise::<Int128Type, Int128Type, _>(&values, |value| value.filter(|v| v.abs() < TOO_LARGE));
    Ok(values.into_decimal(AMOUNT.0, AMOUNT.1)?.into_series())
}

fn integers(series: &Series, f: impl Fn(i64) -> Option<i64>) -> PolarsResult<Series> {
    Ok(arity::unary_elementwise::<Int64Type, Int64Type, _>(series.i64()?, |value| f(value?)).into_series())
}

fn days_to(series: &Series, f: impl Fn(Days) -> Option<i64>) -> PolarsResult<Series> {
    let days = series.to_physical_repr();
    let values = days.i32()?.iter().map(|day| f(day.filter(is_day)?));
    Ok(values.collect::<Int64Chunked>().into_series())
}

/// Within the years the calendar arithmetic covers.
fn is_day(day: &Days) -> bool {
    days_of(date_of(*day)) == *day
}

/// An elementwise function as an expression. The result keeps the input's name.
pub fn map<F>(column: Expr, to: DataType, f: F) -> Expr
where
    F: Fn(&Series) -> PolarsResult<Series> + 'static + Send + Sync,
{
    column.map(
        move |column| Ok(f(column.as_materialized_series())?.with_name(column.name().clone()).into_column()),
        move |_, field| Ok(Field::new(field.name().clone(), to.clone())),
    )
}

/// An ISO instant; without a zone it is UTC, a date alone is the start of that local day.
pub fn parse_instant(text: &str, calendar: &Calendar) -> Option<Micros> {
    if let Some(date) = parse_date(text) {
        return Some(calendar.day_start(days_of(date)));
    }
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return i64::try_from(instant.as_nanosecond().div_euclid(1000)).ok();
    }
    parse_naive(text)
}

/// An ISO timestamp without a zone, as UTC.
pub fn parse_naive(text: &str) -> Option<Micros> {
    let naive: DateTime = text.parse().ok()?;
    let days = i64::from(days_of(naive.date()));
    let time = naive.time();
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    Some(days * MICROS_PER_DAY + seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1000)
}

fn parse_day(text: &str, calendar: &Calendar) -> Option<Days> {
    match parse_date(text) {
        Some(date) => Some(days_of(date)),
        None => parse_instant(text, calendar).map(|t| calendar.day_of(t)),
    }
}
