//! The one dimension that varies: which plan a customer belongs to in a month.

use std::sync::Arc;

use polars::prelude::*;

use tenure::normalise::union::union;

use tenure::month::Calendar;
use tenure::normalise::fx::Rates;
use tenure::normalise::map;
use tenure::normalise::spans::UNKNOWN;
use tenure::normalise::surveys::first_of_each;
use tenure::tables::inputs::PLAN;
use tenure::tables::model::{AT, CUSTOMER, END, FROM, KEY, START, SUBSCRIPTION, TO, UNIT, WEIGHT};

use super::columns::{
    COHORT_PLAN, IS_FOREIGN, IS_MULTI_PLAN, RANK_CLASS, RANK_END, RANK_VALUE, UNTIL, last_day, months_between,
};

/// Adds PLAN to rows of (CUSTOMER, AT): the plan of the customer's subscription with the largest MRR at the close of that
/// month, else at its open, else at the last active instant before its close; ties go to the smallest subscription id.
///
/// Most customers only ever had one plan; the ranking runs for the others alone.
pub fn with_plan(rows: LazyFrame, spans: &LazyFrame, rates: &Arc<Rates>, calendar: &Arc<Calendar>) -> LazyFrame {
    let left = || JoinArgs::new(JoinType::Left);
    let marked =
        split_by_rate(rows.join(single_plans(spans, rates), [col(CUSTOMER)], [col(CUSTOMER)], left()), calendar);
    let several = marked.clone().filter(col(IS_MULTI_PLAN).fill_null(lit(false))).select([col(CUSTOMER), col(AT)]);
    let main = main_plans(several, spans, rates, calendar);
    let main = main.select([col(CUSTOMER), col(AT), col(PLAN.name).alias(KEY)]);
    let keys = [col(CUSTOMER), col(AT)];
    marked
        .join(main, keys.clone(), keys, left())
        .with_column(
            when(col(IS_MULTI_PLAN).fill_null(lit(false)))
                .then(col(KEY))
                .otherwise(col(PLAN.name))
                .fill_null(lit(UNKNOWN))
                .alias(PLAN.name),
        )
        .drop(cols([KEY, IS_MULTI_PLAN, IS_FOREIGN]))
}

/// Per customer: a plan, whether there were several, and whether any was paid in a foreign currency.
fn single_plans(spans: &LazyFrame, rates: &Rates) -> LazyFrame {
    let is_foreign = col(UNIT).neq(lit(rates.reporting().to_string()));
    spans.clone().group_by([col(CUSTOMER)]).agg([
        col(PLAN.name).min(),
        col(PLAN.name).min().neq(col(PLAN.name).max()).alias(IS_MULTI_PLAN),
        is_foreign.max().alias(IS_FOREIGN),
    ])
}

/// Where the ranking depends on a rate it can change in any month: a row of several months becomes one per month.
fn split_by_rate(rows: LazyFrame, calendar: &Calendar) -> LazyFrame {
    let is_split = col(IS_MULTI_PLAN).and(col(IS_FOREIGN)).fill_null(lit(false));
    let months = months_between(col(AT), col(UNTIL), i32::MIN, calendar.as_of_month().0);
    let split = rows
        .clone()
        .filter(is_split.clone())
        .with_column(months.alias(AT))
        .explode(cols([AT]), ExplodeOptions { empty_as_null: false, keep_nulls: false })
        .with_column((col(AT) + lit(1)).alias(UNTIL));
    union(vec![rows.filter(is_split.not()), split])
}

/// PLAN of each customer at the first instant it was ever active: the largest MRR at that month's rate.
pub fn first_plans(spans: &LazyFrame, rates: &Arc<Rates>, calendar: &Arc<Calendar>) -> LazyFrame {
    let day = last_day(col(FROM), calendar);
    let ranked = spans
        .clone()
        .with_column(map::convert(col(WEIGHT), col(UNIT), day, rates).alias(RANK_VALUE))
        .select([col(CUSTOMER), col(START), col(RANK_VALUE), col(SUBSCRIPTION), col(PLAN.name)])
        .sort(
            [CUSTOMER, START, RANK_VALUE, SUBSCRIPTION],
            SortMultipleOptions::default().with_order_descending_multi([false, false, true, false]),
        );
    first_of_each(ranked, &[CUSTOMER]).select([col(CUSTOMER), col(PLAN.name).alias(COHORT_PLAN)])
}

/// One row per (CUSTOMER, AT) that had an active span by then, with its PLAN.
fn main_plans(rows: LazyFrame, spans: &LazyFrame, rates: &Arc<Rates>, calendar: &Arc<Calendar>) -> LazyFrame {
    let candidates = spans.clone().select([
        col(CUSTOMER),
        col(SUBSCRIPTION),
        col(PLAN.name),
        col(UNIT),
        col(WEIGHT),
        col(FROM),
        col(TO),
        col(END),
    ]);
    let rows = rows.unique_generic(None::<Vec<Expr>>, UniqueKeepStrategy::Any);
    let at_close = col(FROM).lt_eq(col(AT)).and(col(AT).lt(col(TO)));
    let at_open = col(FROM).lt(col(AT)).and(col(AT).lt_eq(col(TO)));
    let class = when(at_close).then(lit(0)).when(at_open).then(lit(1)).otherwise(lit(2));
    let day = last_day(col(AT), calendar);
    let ranked = rows
        .join(candidates, [col(CUSTOMER)], [col(CUSTOMER)], JoinArgs::new(JoinType::Inner))
        .filter(col(FROM).lt_eq(col(AT)))
        .with_columns([class.alias(RANK_CLASS), map::convert(col(WEIGHT), col(UNIT), day, rates).alias(RANK_VALUE)])
        // Among those that had already ended, only the latest end counts.
        .with_column(when(col(RANK_CLASS).eq(lit(2))).then(col(END)).otherwise(map::int(0)).alias(RANK_END))
        .sort(
            [CUSTOMER, AT, RANK_CLASS, RANK_END, RANK_VALUE, SUBSCRIPTION],
            SortMultipleOptions::default().with_order_descending_multi([false, false, false, true, true, false]),
        );
    first_of_each(ranked, &[CUSTOMER, AT]).select([col(CUSTOMER), col(AT), col(PLAN.name)])
}
