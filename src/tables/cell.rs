//! One value of a published table, as it is compared and printed.

use polars::prelude::*;

use super::{Column, Kind};
use crate::error::{Error, Result};
use crate::money;
use crate::month;

/// A value of one column. Money is always in ticks, whether the frame holds ticks (Int64) or a `Decimal`.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Integer(i64),
    Ticks(i64),
    Number(f64),
    Text(String),
    Flag(bool),
    /// Days since 1970-01-01.
    Day(i32),
}

impl Cell {
    /// As CSV and JSON carry it: amounts with four decimals, numbers in their shortest exact form, days in ISO 8601.
    /// Null is None.
    pub fn text(&self) -> Option<String> {
        Some(match self {
            Cell::Null => return None,
            Cell::Integer(value) => value.to_string(),
            Cell::Ticks(value) => money::format_ticks(*value),
            Cell::Number(value) => value.to_string(),
            Cell::Text(value) => value.clone(),
            Cell::Flag(value) => value.to_string(),
            Cell::Day(value) => month::date_of(*value).to_string(),
        })
    }
}

/// The values of one declared column of a frame. Fails if the frame lacks it or holds another type.
pub fn cells(frame: &DataFrame, column: &Column) -> Result<Vec<Cell>> {
    let series = frame
        .column(column.name)
        .map_err(|_| Error::internal(format!("the frame has no column `{}`", column.name)))?
        .as_materialized_series();
    let wrong = || Error::internal(format!("column `{}` holds {} values", column.name, series.dtype()));
    (0..series.len()).map(|row| cell(column.kind, series.get(row)?).ok_or_else(wrong)).collect()
}

fn cell(kind: Kind, value: AnyValue) -> Option<Cell> {
    Some(match (kind, value) {
        (_, AnyValue::Null) => Cell::Null,
        (Kind::Month, AnyValue::Date(days)) => Cell::Day(days),
        (Kind::Money, AnyValue::Decimal(value, _, scale)) => Cell::Ticks(ticks(value, scale)?),
        (Kind::Money, AnyValue::Int64(ticks)) => Cell::Ticks(ticks),
        (Kind::Count, AnyValue::Int64(count)) => Cell::Integer(count),
        (Kind::Ratio, AnyValue::Float64(value)) => Cell::Number(value),
        (Kind::Text, AnyValue::String(text)) => Cell::Text(text.to_string()),
        (Kind::Text, AnyValue::StringOwned(text)) => Cell::Text(text.to_string()),
        (Kind::Flag, AnyValue::Boolean(flag)) => Cell::Flag(flag),
        _ => return None,
    })
}

fn ticks(unscaled: i128, scale: usize) -> Option<i64> {
    (scale == money::SCALE).then(|| i64::try_from(unscaled).ok())?
}
