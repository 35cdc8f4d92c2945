//! The segments of customers: which dimensions there are, and the values a customer keeps for ever.

use std::sync::Arc;

use polars::prelude::*;

use super::spans::UNKNOWN;
use crate::ids::{Ids, number};
use crate::job::Job;
use crate::snapshot::Source;
use crate::tables::inputs::{CUSTOMER_ID, PLAN};
use crate::tables::model::CUSTOMER;

/// Prefix that keeps a dimension's column apart from columns of the same name.
pub fn dimension_column(dimension: &str) -> String {
    format!("dimension:{dimension}")
}

/// The declared dimensions whose value a customer keeps for ever.
pub fn fixed_dimensions(job: &Job) -> impl Iterator<Item = &String> {
    job.dimensions.iter().filter(|dimension| dimension.as_str() != PLAN.name)
}

pub fn has_plan(job: &Job) -> bool {
    job.dimensions.iter().any(|dimension| dimension == PLAN.name)
}

/// CUSTOMER and one column per fixed dimension; None without a customers input.
pub fn dimensions(job: &Job, customers: Option<&Source>, ids: &Arc<Ids>) -> Option<LazyFrame> {
    let customers = customers?;
    let mut columns = vec![number(col(CUSTOMER_ID.name), ids).alias(CUSTOMER)];
    columns.extend(fixed_dimensions(job).map(|d| col(d.as_str()).fill_null(lit(UNKNOWN)).alias(dimension_column(d))));
    Some(customers.frame.clone().select(columns))
}
