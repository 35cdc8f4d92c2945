//! Invoices -> revenue per customer and month, placed in the segments the customer belonged to in that month.

use std::sync::Arc;

use polars::prelude::*;

use super::fx::Rates;
use super::ids::Ids;
use super::map;
use super::plan::first_of_each;
use super::spans::{UNKNOWN, is_one_of};
use crate::job::Job;
use crate::month::Calendar;
use crate::snapshot::Source;
use crate::tables::inputs::{self, PLAN};
use crate::tables::model::{AT, CUSTOMER, IS_ANY, IS_COVERED, NET, PURCHASES, SIGN, TICKS, UNTIL};
use crate::tables::outputs::{REFUNDS, REVENUE};

/// Per CUSTOMER and AT (month of payment): REVENUE, REFUNDS (positive), NET and PURCHASES (payments above zero), in reporting
/// ticks, each payment at the rate of its own date.
pub fn per_customer(
    job: &Job,
    invoices: &Source,
    rates: &Arc<Rates>,
    calendar: &Arc<Calendar>,
    ids: &Arc<Ids>,
) -> LazyFrame {
    let unpaid: Vec<String> = inputs::UNPAID_STATUSES.iter().map(|status| (*status).to_string()).collect();
    let paid_at = col(inputs::PAID_AT.name);
    let currency = col(inputs::CURRENCY.name).fill_null(lit(job.currency.clone()));
    let ticks = map::convert(
        map::ticks(col(inputs::PAID_AMOUNT.name)),
        currency,
        map::day_of(paid_at.clone(), calendar),
        rates,
    );
    let when_sign = |sign: i64, value: Expr| when(col(SIGN).eq(map::int(sign))).then(value).otherwise(map::int(0));
    invoices
        .frame
        .clone()
        .filter(paid_at.clone().lt(lit(calendar.as_of_close())).and(is_one_of(col(inputs::STATUS.name), &unpaid).not()))
        .select([
            map::number(col(inputs::CUSTOMER_ID.name), ids).alias(CUSTOMER),
            map::month_of(paid_at, calendar).alias(AT),
            ticks.alias(TICKS),
            map::sign(col(inputs::PAID_AMOUNT.name)).alias(SIGN),
        ])
        // An invoice over nothing is none; one over less than a tick is.
        .filter(col(SIGN).neq(map::int(0)))
        .group_by([col(CUSTOMER), col(AT)])
        .agg([
            when_sign(1, col(TICKS)).sum().alias(REVENUE.name),
            when_sign(-1, map::int(0) - col(TICKS)).sum().alias(REFUNDS.name),
            col(TICKS).sum().alias(NET),
            when_sign(1, map::int(1)).sum().alias(PURCHASES),
        ])
}

/// CUSTOMER and AT of every month with a payment that failed, or was given back: a negative amount that was paid.
pub fn bad_payments(invoices: &Source, calendar: &Arc<Calendar>, ids: &Arc<Ids>) -> LazyFrame {
    let texts = |list: &[&str]| list.iter().map(|status| (*status).to_string()).collect::<Vec<_>>();
    let (failed, unpaid) = (texts(&inputs::FAILED_STATUSES), texts(&inputs::UNPAID_STATUSES));
    let paid_at = col(inputs::PAID_AT.name);
    let status = || col(inputs::STATUS.name);
    let is_refund = map::sign(col(inputs::PAID_AMOUNT.name)).lt(map::int(0)).and(is_one_of(status(), &unpaid).not());
    invoices
        .frame
        .clone()
        .filter(paid_at.clone().lt(lit(calendar.as_of_close())).and(is_one_of(status(), &failed).or(is_refund)))
        .select([map::number(col(inputs::CUSTOMER_ID.name), ids).alias(CUSTOMER), map::month_of(paid_at, calendar).alias(AT)])
        .unique_generic(None::<Vec<Expr>>, UniqueKeepStrategy::Any)
}

/// Stretches of months in which neither a customer's plan nor whether it paid changes: CUSTOMER, AT, UNTIL, IS_ANY, PLAN. The
/// stretch after the last payment keeps the last plan.
pub fn stretches(paying: &LazyFrame) -> LazyFrame {
    let sorted = paying
        .clone()
        .select([col(CUSTOMER), col(AT), col(IS_ANY), col(PLAN.name)])
        .sort([CUSTOMER, AT], SortMultipleOptions::default());
    let is_last = col(CUSTOMER).neq(col(CUSTOMER).shift(lit(-1))).fill_null(lit(true));
    first_of_each(sorted, &[CUSTOMER, IS_ANY, PLAN.name])
        .with_column(when(is_last).then(lit(i32::MAX)).otherwise(col(AT).shift(lit(-1))).alias(UNTIL))
        .select([col(CUSTOMER), col(AT), col(UNTIL), col(IS_ANY), col(PLAN.name)])
}

/// Adds to rows of (CUSTOMER, AT) the PLAN of that month (the last one before it where the customer did not pay, `(unknown)`
/// where it never had) and IS_COVERED: whether it paid at any instant of the month.
pub fn placed(rows: LazyFrame, stretches: &LazyFrame) -> LazyFrame {
    const FIRST: &str = "stretch_at";
    let pairs =
        rows.clone().select([col(CUSTOMER), col(AT)]).unique_generic(None::<Vec<Expr>>, UniqueKeepStrategy::Any);
    let stretches = stretches.clone().with_column(col(AT).alias(FIRST)).drop(cols([AT]));
    let hits = pairs
        .join(stretches, [col(CUSTOMER)], [col(CUSTOMER)], JoinArgs::new(JoinType::Inner))
        .filter(col(FIRST).lt_eq(col(AT)).and(col(AT).lt(col(UNTIL))))
        .select([col(CUSTOMER), col(AT), col(IS_ANY).alias(IS_COVERED), col(PLAN.name)]);
    let keys = [col(CUSTOMER), col(AT)];
    rows.join(hits, keys.clone(), keys, JoinArgs::new(JoinType::Left))
        .with_columns([col(IS_COVERED).fill_null(lit(false)), col(PLAN.name).fill_null(lit(UNKNOWN))])
}
