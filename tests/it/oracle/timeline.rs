//! Spans -> timeline: one row per change of a customer's level, never one per customer and month.
//!
//! A level that changes at month m changes the month's close at m, its open at m + 1 and the level "twelve closes ago" at
//! m + 12. Three deltas per change, summed per customer and month, then one running sum over the sorted rows: every
//! customer's deltas add up to zero (a closing delta at the horizon sees to it), so the sum needs no reset between
//! customers. Rows are valid from `AT` until `UNTIL`; where a row spans several months, nothing happens in them.

use std::sync::Arc;

use polars::prelude::*;

use tenure::normalise::union::union;

use tenure::month::{Calendar, MonthRange};
use tenure::normalise::fx::Rates;
use tenure::normalise::map;
use tenure::tables::model::{AT, CUSTOMER, FROM, IS_ENDING_INSIDE, TO, UNIT, WEIGHT};

use super::columns::{
    CLOSE, IS_ANY, IS_CLOSE, IS_FOREIGN, IS_OPEN, IS_THEN, IS_TOUCHED, OPEN, OPEN_BEFORE, THEN, UNTIL, last_day,
    months_between,
};

/// How many closes back THEN looks.
pub const THEN_MONTHS: i32 = 12;

fn ascending() -> SortMultipleOptions {
    SortMultipleOptions::default()
}

/// One row per (customer, unit, month with an event): levels OPEN, CLOSE and THEN in the unit, whether a span had an
/// instant in the month that its close may not show, and the month until which the row holds.
///
/// `marks`: spans that weigh nothing but at whose ends a row must begin, because the customer's plan may change there.
pub fn levels(spans: LazyFrame, marks: Option<(LazyFrame, &str)>) -> LazyFrame {
    let event = |at: Expr, close: Expr, open: Expr, then: Expr, touching: Expr| {
        [
            col(CUSTOMER),
            col(UNIT),
            at.alias(AT),
            close.alias(CLOSE),
            open.alias(OPEN),
            then.alias(THEN),
            touching.alias(IS_TOUCHED),
        ]
    };
    let (rise, fall, zero) = (col(WEIGHT), map::int(0) - col(WEIGHT), map::int(0));
    let months = |n: i32| lit(n);
    // A span inside one month never reaches a close: it has no delta, only rows that mark the month and end it.
    let mut events: Vec<LazyFrame> = vec![
        spans.clone().select(event(col(FROM), rise.clone(), zero.clone(), zero.clone(), lit(1))),
        spans.clone().select(event(col(FROM) + months(1), zero.clone(), rise.clone(), zero.clone(), lit(0))),
        spans.clone().select(event(col(FROM) + months(THEN_MONTHS), zero.clone(), zero.clone(), rise, lit(0))),
        spans.clone().select(event(col(TO), fall.clone(), zero.clone(), zero.clone(), col(IS_ENDING_INSIDE))),
        spans.clone().select(event(col(TO) + months(1), zero.clone(), fall.clone(), zero.clone(), lit(0))),
        spans.select(event(col(TO) + months(THEN_MONTHS), zero.clone(), zero, fall, lit(0))),
    ];
    if let Some((marks, unit)) = marks {
        let marks = marks.with_column(lit(unit.to_string()).alias(UNIT));
        let nothing = || map::int(0);
        for at in [col(FROM), col(FROM) + months(1), col(TO), col(TO) + months(1)] {
            events.push(marks.clone().select(event(at, nothing(), nothing(), nothing(), lit(0))));
        }
    }
    let is_last = col(CUSTOMER).neq(col(CUSTOMER).shift(lit(-1))).or(col(UNIT).neq(col(UNIT).shift(lit(-1))));
    union(events)
        .group_by([col(CUSTOMER), col(UNIT), col(AT)])
        .agg([col(CLOSE).sum(), col(OPEN).sum(), col(THEN).sum(), col(IS_TOUCHED).max()])
        .sort([CUSTOMER, UNIT, AT], ascending())
        .with_columns([
            col(CLOSE).cum_sum(false),
            col(OPEN).cum_sum(false),
            col(THEN).cum_sum(false),
            when(is_last.fill_null(lit(true))).then(lit(i32::MAX)).otherwise(col(AT).shift(lit(-1))).alias(UNTIL),
        ])
}

/// Customer level in customers: weights of 1, no unit.
pub fn counted(spans: LazyFrame) -> LazyFrame {
    spans.with_columns([map::int(1).alias(WEIGHT), lit("").alias(UNIT)])
}

fn flags() -> [Expr; 4] {
    [
        col(OPEN).gt(map::int(0)).alias(IS_OPEN),
        col(CLOSE).gt(map::int(0)).alias(IS_CLOSE),
        col(THEN).gt(map::int(0)).alias(IS_THEN),
        col(CLOSE).gt(map::int(0)).or(col(IS_TOUCHED).gt(lit(0))).alias(IS_ANY),
    ]
}

/// The timeline of customers: per change, whether the customer was active at open, at close, twelve closes ago, and at
/// any instant of the month.
pub fn of_customers(levels: LazyFrame) -> LazyFrame {
    let [open, close, then, any] = flags();
    levels.select([col(CUSTOMER), col(AT), col(UNTIL), open, close, then, any])
}

/// The timeline of money in the reporting currency, over the months of `window`.
///
/// A customer who only ever paid in the reporting currency has one row per change. The MRR of anybody else changes with
/// the rate, so those have one row per month of the window; converted once per customer, currency and rate.
pub fn of_money(
    levels: LazyFrame,
    spans: LazyFrame,
    window: MonthRange,
    rates: &Arc<Rates>,
    calendar: &Arc<Calendar>,
) -> LazyFrame {
    let reporting = rates.reporting().to_string();
    let foreign = spans
        .filter(col(UNIT).neq(lit(reporting)))
        .select([col(CUSTOMER), lit(true).alias(IS_FOREIGN)])
        .unique_generic(None::<Vec<Expr>>, UniqueKeepStrategy::Any);
    let marked = levels.join(foreign, [col(CUSTOMER)], [col(CUSTOMER)], JoinArgs::new(JoinType::Left));
    let columns = || [col(CUSTOMER), col(AT), col(UNTIL), col(OPEN_BEFORE), col(OPEN), col(CLOSE), col(THEN)];
    let domestic = marked
        .clone()
        .filter(col(IS_FOREIGN).is_null())
        .with_column(col(OPEN).alias(OPEN_BEFORE))
        .with_columns(flags());
    let day = last_day(col(AT), calendar);
    let valued = |ticks: &str, day: &Expr| map::convert(col(ticks), col(UNIT), day.clone(), rates);
    let exploded = marked
        .filter(col(IS_FOREIGN).is_not_null())
        .with_column(when(col(IS_TOUCHED).gt(lit(0))).then(col(AT)).otherwise(lit(i32::MIN)).alias(IS_TOUCHED))
        .with_column(months_between(col(AT), col(UNTIL), window.first.0, window.last.0).alias(AT))
        .explode(cols([AT]), ExplodeOptions { empty_as_null: false, keep_nulls: false })
        .with_column(col(IS_TOUCHED).eq(col(AT)).cast(DataType::Int32).alias(IS_TOUCHED))
        .filter(
            col(OPEN)
                .gt(map::int(0))
                .or(col(CLOSE).gt(map::int(0)))
                .or(col(THEN).gt(map::int(0)))
                .or(col(IS_TOUCHED).gt(lit(0))),
        );
    let before = last_day(col(AT) - lit(1), calendar);
    let converted = exploded
        .with_columns(flags())
        .with_columns([
            valued(OPEN, &before).alias(OPEN_BEFORE),
            valued(OPEN, &day).alias(OPEN),
            valued(CLOSE, &day).alias(CLOSE),
            valued(THEN, &day).alias(THEN),
        ])
        .group_by([col(CUSTOMER), col(AT)])
        .agg([
            (col(AT).first() + lit(1)).alias(UNTIL),
            col(OPEN_BEFORE).sum(),
            col(OPEN).sum(),
            col(CLOSE).sum(),
            col(THEN).sum(),
            col(IS_OPEN).max(),
            col(IS_CLOSE).max(),
            col(IS_THEN).max(),
            col(IS_ANY).max(),
        ]);
    let all = |frame: LazyFrame| {
        let mut list = columns().to_vec();
        list.extend([col(IS_OPEN), col(IS_CLOSE), col(IS_THEN), col(IS_ANY)]);
        frame.select(list)
    };
    // Only what overlaps the window matters; the rest would be clamped to nothing.
    let within = col(AT).lt_eq(lit(window.last.0)).and(col(UNTIL).gt(lit(window.first.0)));
    union(vec![all(domestic).filter(within), all(converted)])
}
