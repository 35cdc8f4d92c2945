//! Keys of offending rows as text.

use polars::prelude::*;

use crate::month::{Days, Micros, date_of};
use crate::tables::{InputColumn, InputKind, InputTable};

/// The column of a sample frame.
pub const SAMPLE: &str = "sample";

/// The key columns of a table; a table without a key shows its required columns.
pub fn of(table: &'static InputTable) -> Vec<&'static InputColumn> {
    if table.key.is_empty() {
        return table.columns.iter().copied().filter(|column| column.is_required).collect();
    }
    table.key.to_vec()
}

/// The row's key as text, `s1 2024-01-31T00:00:00Z`.
pub fn text(columns: &[&'static InputColumn]) -> Expr {
    let texts: Vec<Expr> = columns.iter().map(|column| column_text(column)).collect();
    joined(&texts, " ")
}

/// Text columns side by side, nulls as `(null)`.
pub fn joined(texts: &[Expr], separator: &'static str) -> Expr {
    let Some((first, rest)) = texts.split_first() else { return lit("") };
    let join = move |columns: &mut [Column]| {
        let series: Vec<&Series> = columns.iter().map(|column| column.as_materialized_series()).collect();
        let texts = series.iter().map(|series| series.str()).collect::<PolarsResult<Vec<_>>>()?;
        let length = texts.iter().map(|text| text.len()).max().unwrap_or(0);
        let rows = (0..length).map(|row| {
            let at = |text: &StringChunked| {
                let row = if text.len() == 1 { 0 } else { row };
                text.get(row).unwrap_or("(null)").to_string()
            };
            texts.iter().map(|text| at(text)).collect::<Vec<_>>().join(separator)
        });
        Ok(rows.collect::<StringChunked>().with_name(SAMPLE.into()).into_column())
    };
    first.clone().map_many(join, rest, |_, _| Ok(Field::new(SAMPLE.into(), DataType::String)))
}

/// A canonical column as text.
pub fn column_text(column: &InputColumn) -> Expr {
    let value = col(column.name);
    let shown: fn(&Series) -> PolarsResult<StringChunked> = match column.kind {
        InputKind::Id | InputKind::Text => return value,
        InputKind::Instant => |series| Ok(series.i64()?.iter().map(|t| t.map(instant)).collect()),
        InputKind::Day => |series| Ok(series.i32()?.iter().map(|day| day.map(day_text)).collect()),
        InputKind::Integer => |series| Ok(series.i64()?.iter().map(|v| v.map(|v| v.to_string())).collect()),
        InputKind::Amount => |series| {
            let values = series.decimal()?.physical().iter().map(|value| value.map(crate::money::format_amount));
            Ok(values.collect())
        },
    };
    value.map(
        move |column| Ok(shown(column.as_materialized_series())?.with_name(column.name().clone()).into_column()),
        |_, field| Ok(Field::new(field.name().clone(), DataType::String)),
    )
}

fn instant(micros: Micros) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |instant| instant.to_string())
}

pub fn day_text(day: Days) -> String {
    date_of(day).to_string()
}
