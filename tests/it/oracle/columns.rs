//! Columns and expressions that only the oracle's plans have.

use std::sync::Arc;

use polars::prelude::*;
use tenure::month::{Calendar, Month, days_of};

/// First month number after a run of equal months, exclusive.
pub const UNTIL: &str = "until";
pub const COHORT_PLAN: &str = "cohort_plan";
/// A span has an instant in the month that its close does not show: it starts in it, or ends after its first instant.
pub const IS_TOUCHED: &str = "is_touched";
pub const OPEN: &str = "open";
/// Level twelve closes before this month's close.
pub const THEN: &str = "then";
pub const CLOSE: &str = "close";
/// The level at open, valued at the previous month's rate.
pub const OPEN_BEFORE: &str = "open_before";
pub const IS_OPEN: &str = "is_open";
pub const IS_CLOSE: &str = "is_close";
pub const IS_THEN: &str = "is_then";
pub const IS_ANY: &str = "is_any";
pub const RANK_CLASS: &str = "rank_class";
pub const RANK_END: &str = "rank_end";
pub const RANK_VALUE: &str = "rank_value";
pub const IS_MULTI_PLAN: &str = "is_multi_plan";
pub const IS_FOREIGN: &str = "is_foreign";

fn typed(dtype: DataType) -> impl Fn(&Schema, &Field) -> PolarsResult<Field> {
    move |_, field| Ok(Field::new(field.name().clone(), dtype.clone()))
}

/// The last day with data of a month number: the day whose rate values the month's MRR.
pub fn last_day(month: Expr, calendar: &Arc<Calendar>) -> Expr {
    let calendar = calendar.clone();
    month.map(
        move |column| {
            let days: Int32Chunked =
                column.i32()?.iter().map(|month| month.map(|m| days_of(calendar.last_day(Month(m))))).collect();
            Ok(days.with_name(column.name().clone()).into_column())
        },
        typed(DataType::Int32),
    )
}

/// The month numbers of [from, until) that lie in [first, last], as a list to explode.
pub fn months_between(from: Expr, until: Expr, first: i32, last: i32) -> Expr {
    from.map_many(
        move |columns| {
            let (from, until) = (columns[0].i32()?.clone(), columns[1].i32()?.clone());
            let mut builder = ListPrimitiveChunkedBuilder::<Int32Type>::new(
                columns[0].name().clone(),
                from.len(),
                from.len() * 4,
                DataType::Int32,
            );
            let mut months = Vec::new();
            for row in 0..from.len() {
                months.clear();
                if let (Some(from), Some(until)) = (from.get(row), until.get(row)) {
                    months.extend(from.max(first)..until.min(last + 1));
                }
                builder.append_slice(&months);
            }
            Ok(builder.finish().into_column())
        },
        &[until],
        |_, fields| Ok(Field::new(fields[0].name().clone(), DataType::List(Box::new(DataType::Int32)))),
    )
}
