//! Elementwise expressions written in plain Rust: exact money and calendar arithmetic that Polars rounds differently or
//! only offers behind features.

use std::sync::Arc;

use polars::prelude::arity::{
    binary_elementwise, try_unary_elementwise, try_unary_elementwise_values, unary_elementwise_values,
};
use polars::prelude::*;

use super::fx::Rates;
use crate::money;
use crate::month::Calendar;

/// An Int64 literal. `lit(0i64)` alone would be Int32, and sums of Int32 wrap.
pub fn int(value: i64) -> Expr {
    Expr::Literal(LiteralValue::Scalar(Scalar::from(value)))
}

fn typed(dtype: DataType) -> impl Fn(&Schema, &Field) -> PolarsResult<Field> {
    move |_, field| Ok(Field::new(field.name().clone(), dtype.clone()))
}

fn typed_many(dtype: DataType) -> impl Fn(&Schema, &[Field]) -> PolarsResult<Field> {
    move |_, fields| Ok(Field::new(fields[0].name().clone(), dtype.clone()))
}

fn overflow(what: &str) -> PolarsError {
    polars_err!(ComputeError: "{what} does not fit 64 bits of ticks")
}

/// The unscaled integers of a `Decimal(38, 8)` column.
pub fn unscaled(column: &Column) -> PolarsResult<Int128Chunked> {
    Ok(column.as_materialized_series().to_physical_repr().i128()?.clone())
}

/// Ticks (Int64) of a canonical amount, rounded half away from zero.
pub fn ticks(amount: Expr) -> Expr {
    amount.map(
        |column| {
            let exact = |value: i128| money::to_ticks(value).ok_or_else(|| overflow("an amount"));
            let amounts = unscaled(&column)?;
            let ticks: Int64Chunked = if amounts.has_nulls() {
                // what lies under a null is any value
                try_unary_elementwise(&amounts, |value| value.map(exact).transpose())?
            } else {
                try_unary_elementwise_values(&amounts, exact)?
            };
            Ok(ticks.into_column())
        },
        typed(DataType::Int64),
    )
}

/// -1, 0 or 1 (Int64) of a canonical amount before any rounding.
pub fn sign(amount: Expr) -> Expr {
    amount.map(
        |column| {
            let signs: Int64Chunked = unary_elementwise_values(&unscaled(&column)?, |value| value.signum() as i64);
            Ok(signs.into_column())
        },
        typed(DataType::Int64),
    )
}

/// Monthly ticks of (amount, quantity, discount, interval, interval_count); null where the amount or interval is.
pub fn monthly_ticks(amount: Expr, quantity: Expr, discount: Expr, interval: Expr, count: Expr) -> Expr {
    amount.map_many(
        |columns| {
            let (amount, quantity) = (unscaled(&columns[0])?, unscaled(&columns[1])?);
            let discount = unscaled(&columns[2])?;
            let (interval, count) = (columns[3].str()?.clone(), columns[4].i64()?.clone());
            let ticks = (0..amount.len())
                .map(|row| {
                    let (Some(amount), Some(interval)) = (amount.get(row), interval.get(row)) else { return Ok(None) };
                    let quantity = quantity.get(row).unwrap_or(money::INPUT_UNIT);
                    let discount = discount.get(row).unwrap_or(0);
                    let count = count.get(row).unwrap_or(1);
                    money::monthly_ticks(amount, quantity, discount, interval, count)
                        .map(Some)
                        .ok_or_else(|| overflow("a monthly amount"))
                })
                .collect::<PolarsResult<Int64Chunked>>()?;
            Ok(ticks.with_name(columns[0].name().clone()).into_column())
        },
        &[quantity, discount, interval, count],
        typed_many(DataType::Int64),
    )
}

/// Month number (Int32) of an instant in the job's zone.
pub fn month_of(instant: Expr, calendar: &Arc<Calendar>) -> Expr {
    let calendar = calendar.clone();
    instant.map(
        move |column| {
            let months: Int32Chunked = unary_elementwise_values(column.i64()?, |at| calendar.month_of(at).0);
            Ok(months.into_column())
        },
        typed(DataType::Int32),
    )
}

/// 1 (Int32) where an instant is not the first of its month, else 0.
pub fn is_inside_month(instant: Expr, calendar: &Arc<Calendar>) -> Expr {
    let calendar = calendar.clone();
    let is_inside = move |at: i64| i32::from(calendar.start(calendar.month_of(at)) != at);
    instant.map(
        move |column| {
            let inside: Int32Chunked = unary_elementwise_values(column.i64()?, &is_inside);
            Ok(inside.into_column())
        },
        typed(DataType::Int32),
    )
}

/// Month number (Int32) of a day.
pub fn month_of_day(day: Expr) -> Expr {
    day.map(
        |column| {
            let month = |day: i32| crate::month::Month::of(crate::month::date_of(day)).0;
            let months: Int32Chunked = unary_elementwise_values(column.i32()?, month);
            Ok(months.into_column())
        },
        typed(DataType::Int32),
    )
}

/// Local day (Int32) of an instant.
pub fn day_of(instant: Expr, calendar: &Arc<Calendar>) -> Expr {
    let calendar = calendar.clone();
    instant.map(
        move |column| {
            let days: Int32Chunked = unary_elementwise_values(column.i64()?, |at| calendar.day_of(at));
            Ok(days.into_column())
        },
        typed(DataType::Int32),
    )
}

/// The local day of an instant as a bit (UInt32): bit d - 1 for day d of its month.
pub fn day_bit(instant: Expr, calendar: &Arc<Calendar>) -> Expr {
    let calendar = calendar.clone();
    let bit = move |at: i64| 1_u32 << (crate::month::date_of(calendar.day_of(at)).day() - 1);
    instant.map(
        move |column| {
            let bits: UInt32Chunked = unary_elementwise_values(column.i64()?, &bit);
            Ok(bits.into_column())
        },
        typed(DataType::UInt32),
    )
}

/// Whether a month's bits hold one of its last seven elapsed days (Boolean).
pub fn is_in_last_week(month: Expr, days: Expr, calendar: &Arc<Calendar>) -> Expr {
    let calendar = calendar.clone();
    month.map_many(
        move |columns| {
            let (months, days) = (columns[0].i32()?.clone(), columns[1].u32()?.clone());
            let is_late = |month: i32, days: u32| {
                let last = calendar.last_day(crate::month::Month(month)).day();
                days >> (last - 7).max(0) != 0
            };
            let late: BooleanChunked =
                months.iter().zip(days.iter()).map(|(month, days)| Some(is_late(month?, days?))).collect();
            Ok(late.with_name(columns[0].name().clone()).into_column())
        },
        &[days],
        typed_many(DataType::Boolean),
    )
}

/// Ticks in the reporting currency at the latest rate on or before `day`. Zero needs no rate.
pub fn convert(ticks: Expr, currency: Expr, day: Expr, rates: &Arc<Rates>) -> Expr {
    let rates = rates.clone();
    ticks.map_many(
        move |columns| {
            let (ticks, currency, day) =
                (columns[0].i64()?.clone(), columns[1].str()?.clone(), columns[2].i32()?.clone());
            let converted = (0..ticks.len())
                .map(|row| {
                    let (Some(ticks), Some(currency)) = (ticks.get(row), currency.get(row)) else { return Ok(None) };
                    if ticks == 0 || currency == rates.reporting() {
                        return Ok(Some(ticks));
                    }
                    let rate = day.get(row).and_then(|day| rates.at(currency, day));
                    let rate = rate.ok_or_else(|| polars_err!(ComputeError: "no rate for currency `{currency}`"))?;
                    money::convert(ticks, rate).map(Some).ok_or_else(|| overflow("a converted amount"))
                })
                .collect::<PolarsResult<Int64Chunked>>()?;
            Ok(converted.with_name(columns[0].name().clone()).into_column())
        },
        &[currency, day],
        typed_many(DataType::Int64),
    )
}

/// A customer (UInt32) and a month (Int32) as one number (UInt64), which is hashed and compared faster than the pair.
pub fn pack(customer: Expr, month: Expr) -> Expr {
    customer.map_many(
        |columns| {
            let (customers, months) = (columns[0].u32()?, columns[1].i32()?);
            let pack = |customer: Option<u32>, month: Option<i32>| {
                Some(u64::from(customer?) << 32 | u64::from(month?.cast_unsigned()))
            };
            let packed: UInt64Chunked = binary_elementwise(customers, months, pack);
            Ok(packed.into_column())
        },
        &[month],
        typed_many(DataType::UInt64),
    )
}

/// The customer of a packed pair.
pub fn packed_customer(packed: Expr) -> Expr {
    let customer = |column: Column| {
        let customers: UInt32Chunked = unary_elementwise_values(column.u64()?, |packed| (packed >> 32) as u32);
        Ok(customers.into_column())
    };
    packed.map(customer, typed(DataType::UInt32))
}

/// The month of a packed pair.
pub fn packed_month(packed: Expr) -> Expr {
    let month = |column: Column| {
        let months: Int32Chunked = unary_elementwise_values(column.u64()?, |packed| packed as u32 as i32);
        Ok(months.into_column())
    };
    packed.map(month, typed(DataType::Int32))
}
