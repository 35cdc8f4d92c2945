//! What is fixed about a customer: its segments, the month it was first active and the plan it began with.

use std::sync::Arc;

use polars::prelude::*;

use super::fx::Rates;
use super::plan;
use super::spans::UNKNOWN;
use crate::ids::{Ids, number};
use crate::job::Job;
use crate::month::Calendar;
use crate::snapshot::Source;
use crate::tables::inputs::{CUSTOMER_ID, PLAN};
use crate::tables::model::{COHORT, COHORT_PLAN, CUSTOMER, FROM};

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

/// Adds the fixed dimensions to rows that have CUSTOMER.
pub fn with_dimensions(job: &Job, rows: LazyFrame, dimensions: Option<&LazyFrame>) -> LazyFrame {
    let unknown: Vec<Expr> = fixed_dimensions(job).map(|d| lit(UNKNOWN).alias(dimension_column(d))).collect();
    if unknown.is_empty() {
        return rows;
    }
    let Some(dimensions) = dimensions else { return rows.with_columns(unknown) };
    let filled: Vec<Expr> = fixed_dimensions(job).map(|d| col(dimension_column(d)).fill_null(lit(UNKNOWN))).collect();
    let left = JoinArgs::new(JoinType::Left);
    rows.join(dimensions.clone(), [col(CUSTOMER)], [col(CUSTOMER)], left).with_columns(filled)
}

/// CUSTOMER, COHORT (month number) and COHORT_PLAN, one row per customer ever active.
pub fn cohorts(job: &Job, spans: &LazyFrame, rates: &Arc<Rates>, calendar: &Arc<Calendar>) -> LazyFrame {
    let first = spans.clone().group_by([col(CUSTOMER)]).agg([col(FROM).min().alias(COHORT)]);
    if !has_plan(job) {
        return first.with_column(lit(UNKNOWN).alias(COHORT_PLAN));
    }
    let plans = plan::first_plans(spans, rates, calendar);
    first.join(plans, [col(CUSTOMER)], [col(CUSTOMER)], JoinArgs::new(JoinType::Left))
}
