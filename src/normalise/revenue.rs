//! Invoices -> revenue per customer and month, placed in the segments the customer belonged to in that month.

use std::sync::Arc;

use polars::prelude::*;

use super::fx::Rates;
use super::group::{by_customer_and_month, count_if};
use super::map;
use super::spans::is_one_of;
use crate::ids::{Ids, number};
use crate::job::Job;
use crate::month::Calendar;
use crate::snapshot::Source;
use crate::tables::inputs;
use crate::tables::model::{AT, CUSTOMER, INVOICED_ONLY, IS_COVERED, MEMBERS, NET, PURCHASES, SIGN, TICKS};
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
    let paid_at = col(inputs::PAID_AT.name);
    let currency = col(inputs::CURRENCY.name).fill_null(lit(job.currency.clone()));
    let ticks = map::convert(
        map::ticks(col(inputs::PAID_AMOUNT.name)),
        currency,
        map::day_of(paid_at.clone(), calendar),
        rates,
    );
    let when_sign = |sign: i64, value: Expr| when(col(SIGN).eq(map::int(sign))).then(value).otherwise(map::int(0));
    let paid = invoices
        .frame
        .clone()
        .filter(
            paid_at
                .clone()
                .lt(lit(calendar.as_of_close()))
                .and(is_one_of(col(inputs::STATUS.name), &inputs::UNPAID_STATUSES).not()),
        )
        .select([
            number(col(inputs::CUSTOMER_ID.name), ids).alias(CUSTOMER),
            map::month_of(paid_at, calendar).alias(AT),
            ticks.alias(TICKS),
            map::sign(col(inputs::PAID_AMOUNT.name)).alias(SIGN),
        ])
        // An invoice over nothing is none; one over less than a tick is.
        .filter(col(SIGN).neq(map::int(0)));
    by_customer_and_month(
        paid,
        &[
            when_sign(1, col(TICKS)).sum().alias(REVENUE.name),
            when_sign(-1, map::int(0) - col(TICKS)).sum().alias(REFUNDS.name),
            col(TICKS).sum().alias(NET),
            when_sign(1, map::int(1)).sum().alias(PURCHASES),
        ],
    )
}

/// CUSTOMER and AT of every month with a payment that failed, or was given back: a negative amount that was paid.
pub fn bad_payments(invoices: &Source, calendar: &Arc<Calendar>, ids: &Arc<Ids>) -> LazyFrame {
    let paid_at = col(inputs::PAID_AT.name);
    let status = || col(inputs::STATUS.name);
    let is_refund = map::sign(col(inputs::PAID_AMOUNT.name))
        .lt(map::int(0))
        .and(is_one_of(status(), &inputs::UNPAID_STATUSES).not());
    invoices
        .frame
        .clone()
        .filter(
            paid_at
                .clone()
                .lt(lit(calendar.as_of_close()))
                .and(is_one_of(status(), &inputs::FAILED_STATUSES).or(is_refund)),
        )
        .select([
            number(col(inputs::CUSTOMER_ID.name), ids).alias(CUSTOMER),
            map::month_of(paid_at, calendar).alias(AT),
        ])
        .unique_generic(None::<Vec<Expr>>, UniqueKeepStrategy::Any)
}

/// What is summed per segment and month.
pub fn revenue_measures() -> Vec<(&'static str, Expr)> {
    vec![
        (MEMBERS, len().cast(DataType::Int64)),
        (INVOICED_ONLY, count_if(col(IS_COVERED).not())),
        (REVENUE.name, col(REVENUE.name).sum()),
        (REFUNDS.name, col(REFUNDS.name).sum()),
        (PURCHASES, col(PURCHASES).sum()),
    ]
}
