//! Cost lines -> sums per month, category, sign and the segment they name, if any.

use std::sync::Arc;

use polars::prelude::*;

use super::union::union;

use super::fx::Rates;
use super::group::ALL;
use super::map;
use super::members::dimension_column;
use super::places::{Places, named, placed};
use crate::ids::{Ids, number};
use crate::job::Job;
use crate::month::Calendar;
use crate::snapshot::Source;
use crate::tables::inputs;
use crate::tables::model::{AT, CUSTOMER, TICKS};
use crate::tables::outputs::{CATEGORY, DIMENSION, SEGMENT};

/// Whether a line is negative: positive and negative lines are allocated apart.
pub const IS_CREDIT: &str = "is_credit";

/// The column that holds what a line itself says of a dimension.
fn own(dimension: &str) -> String {
    format!("own:{dimension}")
}

/// Cost lines up to the as-of day: CUSTOMER (null: none named), AT, CATEGORY, TICKS at the rate of their own date, IS_CREDIT, and
/// the line's own value of every dimension.
pub fn lines(job: &Job, costs: &Source, rates: &Arc<Rates>, calendar: &Arc<Calendar>, ids: &Arc<Ids>) -> LazyFrame {
    let day = col(inputs::INCURRED_ON.name);
    let currency = col(inputs::CURRENCY.name).fill_null(lit(job.currency.clone()));
    let mut columns = vec![
        number(col(inputs::COST_CUSTOMER_ID.name), ids).alias(CUSTOMER),
        map::month_of_day(day.clone()).alias(AT),
        col(inputs::CATEGORY.name).alias(CATEGORY.name),
        map::convert(map::ticks(col(inputs::COST_AMOUNT.name)), currency, day.clone(), rates).alias(TICKS),
    ];
    for dimension in &job.dimensions {
        let is_named = costs.present.contains(dimension);
        let value = if is_named { col(dimension.as_str()) } else { lit(NULL).cast(DataType::String) };
        columns.push(value.alias(own(dimension)));
    }
    costs
        .frame
        .clone()
        .filter(day.lt_eq(lit(crate::month::days_of(calendar.as_of()))))
        .select(columns)
        .with_column(col(TICKS).lt(map::int(0)).alias(IS_CREDIT))
}

/// DIMENSION, SEGMENT (null: to be allocated), AT, CATEGORY, IS_CREDIT and the sum of TICKS. A line belongs to the segment
/// of its customer, else to the one its own column names.
pub fn per_segment(job: &Job, lines: LazyFrame, places: &Arc<Places>) -> LazyFrame {
    let lines = placed(lines, places).with_columns(named(places));
    let mut segments = vec![(ALL.to_string(), lit(ALL))];
    let of_line = |dimension: &str| {
        when(col(CUSTOMER).is_not_null()).then(col(dimension_column(dimension))).otherwise(col(own(dimension)))
    };
    segments.extend(job.dimensions.iter().map(|dimension| (dimension.clone(), of_line(dimension))));
    let keys = [DIMENSION.name, SEGMENT.name, AT, CATEGORY.name, IS_CREDIT].map(col);
    let frames: Vec<LazyFrame> = segments
        .into_iter()
        .map(|(dimension, segment)| {
            lines
                .clone()
                .with_columns([lit(dimension).alias(DIMENSION.name), segment.alias(SEGMENT.name)])
                .group_by(keys.clone())
                .agg([col(TICKS).sum()])
        })
        .collect();
    union(frames)
}
