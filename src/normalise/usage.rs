//! Usage events -> the days on which customers and users were active, one bit per day of a month.

use std::sync::Arc;

use polars::prelude::*;

use super::group::{by_customer_and_month, by_segment, combined, count_if};
use super::map;
use super::places::{Places, named};
use super::spans::is_one_of;
use crate::ids::{Ids, number};
use crate::job::Job;
use crate::month::Calendar;
use crate::snapshot::Source;
use crate::tables::inputs;
use crate::tables::model::{ACTIVE_DAYS, AT, CUSTOMER, DAYS, IS_LATE, IS_SHARED, USER};
use crate::tables::outputs::{
    ACTIVE_DAYS_TOTAL, DIMENSION, MONTHLY_ACTIVE_CUSTOMERS, MONTHLY_ACTIVE_USERS, SEGMENT, WEEKLY_ACTIVE_CUSTOMERS,
};

/// Per CUSTOMER, USER (null: the event names none) and AT: DAYS, whose bit d - 1 is set if an event of
/// `definitions.qualifying_events` happened on day d of the month, by the job's zone; IS_SHARED: the user may have other
/// customers.
pub fn per_user(job: &Job, events: &Source, calendar: &Arc<Calendar>, ids: &Arc<Ids>, users: &Arc<Ids>) -> LazyFrame {
    let at = col(inputs::OCCURRED_AT.name);
    let qualifying = &job.definitions.qualifying_events;
    let mut rows = events.frame.clone().filter(at.clone().lt(lit(calendar.as_of_close())));
    if !qualifying.is_empty() {
        rows = rows.filter(is_one_of(col(inputs::EVENT.name), qualifying));
    }
    rows.select([
        number(col(inputs::CUSTOMER_ID.name), ids).alias(CUSTOMER),
        number(col(inputs::USER_ID.name), users).alias(USER),
        map::month_of(at.clone(), calendar).alias(AT),
        map::day_bit(at, calendar).alias(DAYS),
    ])
    .group_by([col(CUSTOMER), col(USER), col(AT)])
    .agg([col(DAYS).bitwise_or()])
    .with_column(lit(true).alias(IS_SHARED))
}

/// DAYS per CUSTOMER and AT.
pub fn per_customer(per_user: LazyFrame) -> LazyFrame {
    by_customer_and_month(per_user, &[col(DAYS).bitwise_or()])
}

/// How many DAYS there are (ACTIVE_DAYS) and whether one is among the last seven elapsed of AT (IS_LATE).
pub fn measured(days: LazyFrame, calendar: &Arc<Calendar>) -> LazyFrame {
    counted(days).with_column(map::is_in_last_week(col(AT), col(DAYS), calendar).alias(IS_LATE))
}

fn counted(rows: LazyFrame) -> LazyFrame {
    rows.with_column(col(DAYS).bitwise_count_ones().cast(DataType::Int64).alias(ACTIVE_DAYS))
}

/// Sums of customers by segment and month.
pub fn customers(placed: &LazyFrame, places: &Arc<Places>) -> LazyFrame {
    let measures = [
        (ACTIVE_DAYS_TOTAL.name, col(ACTIVE_DAYS).sum()),
        (MONTHLY_ACTIVE_CUSTOMERS.name, len().cast(DataType::Int64)),
        (WEEKLY_ACTIVE_CUSTOMERS.name, count_if(col(IS_LATE))),
    ];
    combined(placed, places, &[AT], &measures)
}

/// Sums of users with one customer, by all segments and month.
pub fn users(placed: &LazyFrame, places: &Arc<Places>) -> LazyFrame {
    let own = counted(placed.clone().filter(col(USER).is_not_null().and(col(IS_SHARED).not())));
    let measures = [(ACTIVE_DAYS, col(ACTIVE_DAYS).sum()), (MONTHLY_ACTIVE_USERS.name, len().cast(DataType::Int64))];
    combined(&own, places, &[AT], &measures)
}

/// The other users by segment and month, each once whatever the customers it belongs to.
pub fn shared_users_by_segment(job: &Job, placed: LazyFrame, places: &Arc<Places>) -> LazyFrame {
    let shared = placed.filter(col(USER).is_not_null().and(col(IS_SHARED)));
    let days = by_segment(job, &shared.with_columns(named(places)), &[AT, USER], &[(DAYS, col(DAYS).bitwise_or())]);
    counted(days)
        .group_by([col(DIMENSION.name), col(SEGMENT.name), col(AT)])
        .agg([col(ACTIVE_DAYS).sum(), len().cast(DataType::Int64).alias(MONTHLY_ACTIVE_USERS.name)])
}
