//! Sums of customer rows by dimension and segment.

use std::sync::Arc;

use polars::prelude::*;

use super::map;
use super::members::dimension_column;
use super::places::{Places, named};
use super::union::union;
use crate::job::Job;
use crate::tables::model::{AT, CUSTOMER, KEY, PLACE};
use crate::tables::outputs::{DIMENSION, SEGMENT};

/// The dimension and the segment of rows that belong to no dimension in particular.
pub const ALL: &str = "all";

/// Sums `measures` of `rows` by DIMENSION, SEGMENT and `keys`, for `all` and every declared dimension; the rows name their
/// segments in `dimension_column`s.
pub fn by_segment(job: &Job, rows: &LazyFrame, keys: &[&str], measures: &[(&str, Expr)]) -> LazyFrame {
    let mut segments = vec![(ALL.to_string(), lit(ALL))];
    segments.extend(job.dimensions.iter().map(|d| (d.clone(), col(dimension_column(d)))));
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

/// `sums` of `rows` by CUSTOMER and AT, of which there are about as many as rows.
pub fn by_customer_and_month(rows: LazyFrame, sums: &[Expr]) -> LazyFrame {
    let pair = [map::packed_customer(col(KEY)).alias(CUSTOMER), map::packed_month(col(KEY)).alias(AT)];
    rows.group_by([map::pack(col(CUSTOMER), col(AT)).alias(KEY)]).agg(sums).with_columns(pair).drop(cols([KEY]))
}

/// Sums `measures` of `rows` by `keys` and PLACE: the many rows are read once, and `of_combined`, which goes through them
/// dimension by dimension, has few. Columns: the keys, `KEYS_END`, the `dimension_column`s, the measures.
pub fn combined(rows: &LazyFrame, places: &Arc<Places>, keys: &[&str], measures: &[(&str, Expr)]) -> LazyFrame {
    let by: Vec<Expr> = keys.iter().chain(&[PLACE]).map(|key| col(*key)).collect();
    let sums: Vec<Expr> = measures.iter().map(|(name, sum)| sum.clone().alias(*name)).collect();
    let mut columns: Vec<Expr> = keys.iter().map(|key| col(*key)).collect();
    columns.push(lit(NULL).alias(KEYS_END));
    columns.extend(named(places));
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
    by_segment(job, &combined.clone().lazy(), keys, &sums)
}

/// 1 where the condition holds, else 0; summed it is a count.
pub fn count_if(condition: Expr) -> Expr {
    when(condition).then(map::int(1)).otherwise(map::int(0)).sum()
}
