//! Sums of customer rows by dimension and segment.

use polars::prelude::*;

use super::union::union;

use super::map;

use super::members::{dimension_column, fixed_dimensions, has_plan};
use crate::job::Job;
use crate::tables::inputs::PLAN;
use crate::tables::model::{AT, UNTIL};
use crate::tables::outputs::{DIMENSION, SEGMENT};

/// The dimension and the segment of rows that belong to no dimension in particular.
pub const ALL: &str = "all";

/// Sums `measures` of `rows` by DIMENSION, SEGMENT and `keys`, for `all` and every declared dimension. `plan` names the
/// column that holds the plan of a row.
pub fn by_segment(job: &Job, rows: &LazyFrame, plan: &str, keys: &[&str], measures: &[(&str, Expr)]) -> LazyFrame {
    let mut segments = vec![(ALL.to_string(), lit(ALL))];
    segments.extend(fixed_dimensions(job).map(|d| (d.clone(), col(dimension_column(d)))));
    if has_plan(job) {
        segments.push((PLAN.name.to_string(), col(plan)));
    }
    let frames: Vec<LazyFrame> = segments
        .into_iter()
        .map(|(dimension, segment)| {
            let mut by: Vec<Expr> = keys.iter().map(|key| col(*key)).collect();
            if dimension != ALL {
                by.push(segment.clone().alias(SEGMENT.name));
            }
            let sums: Vec<Expr> = measures.iter().map(|(name, sum)| sum.clone().alias(*name)).collect();
            let grouped = rows.clone().group_by(by).agg(sums);
            let grouped = if dimension == ALL { grouped.with_column(lit(ALL).alias(SEGMENT.name)) } else { grouped };
            let mut columns = vec![lit(dimension).alias(DIMENSION.name), col(SEGMENT.name)];
            columns.extend(keys.iter().map(|key| col(*key)));
            columns.extend(measures.iter().map(|(name, _)| col(*name)));
            grouped.select(columns)
        })
        .collect();
    union(frames)
}

/// Sums `measures` of `rows` by `keys` and all dimensions at once: the many rows are read once, and `of_combined`, which goes
/// through them dimension by dimension, has few. Columns: the keys, `KEYS_END`, the dimensions (`plan` becomes
/// `dimension_column(PLAN)`), the measures.
pub fn combined(job: &Job, rows: &LazyFrame, plan: &str, keys: &[&str], measures: &[(&str, Expr)]) -> LazyFrame {
    let mut by: Vec<Expr> = keys.iter().map(|key| col(*key)).collect();
    by.extend(fixed_dimensions(job).map(|dimension| col(dimension_column(dimension))));
    if has_plan(job) {
        by.push(col(plan).alias(dimension_column(PLAN.name)));
    }
    let sums: Vec<Expr> = measures.iter().map(|(name, sum)| sum.clone().alias(*name)).collect();
    let mut columns: Vec<Expr> = keys.iter().map(|key| col(*key)).collect();
    columns.push(lit(NULL).alias(KEYS_END));
    columns.extend(fixed_dimensions(job).map(|dimension| col(dimension_column(dimension))));
    if has_plan(job) {
        columns.push(col(dimension_column(PLAN.name)));
    }
    columns.extend(measures.iter().map(|(name, _)| col(*name)));
    rows.clone().group_by(by).agg(sums).select(columns)
}

/// Stands behind the keys of combined sums.
const KEYS_END: &str = "keys end";

/// `by_segment` of combined sums.
pub fn of_combined(job: &Job, combined: &DataFrame) -> LazyFrame {
    let names: Vec<&str> = combined.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
    let mut parts = names.split(|name| *name == KEYS_END);
    let (keys, others) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_measure = |name: &&&str| !name.starts_with(&dimension_column(""));
    let sums: Vec<(&str, Expr)> = others.iter().filter(is_measure).map(|name| (*name, col(*name).sum())).collect();
    by_segment(job, &combined.clone().lazy(), &dimension_column(PLAN.name), keys, &sums)
}

/// Cuts runs to the months of [first, last] and drops those outside it.
pub fn clamped(rows: LazyFrame, first: i32, last: i32) -> LazyFrame {
    rows.filter(col(AT).lt_eq(lit(last)).and(col(UNTIL).gt(lit(first)))).with_columns([
        when(col(AT).lt(lit(first))).then(lit(first)).otherwise(col(AT)).alias(AT),
        when(col(UNTIL).gt(lit(last + 1))).then(lit(last + 1)).otherwise(col(UNTIL)).alias(UNTIL),
    ])
}

/// 1 where the condition holds, else 0; summed it is a count.
pub fn count_if(condition: Expr) -> Expr {
    when(condition).then(map::int(1)).otherwise(map::int(0)).sum()
}

/// The value where the condition holds, else 0, summed.
pub fn sum_if(condition: Expr, value: Expr) -> Expr {
    when(condition).then(value).otherwise(map::int(0)).sum()
}
