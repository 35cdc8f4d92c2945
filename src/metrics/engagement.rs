//! Engagement: who uses the product, and on how many days.

use polars::prelude::LazyFrame;

use super::expr::{Point, first_reason, ratio, reason, spine};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::month::MonthRange;
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::model::ACTIVE_DAYS;
use crate::tables::outputs::{
    ACTIVE_DAYS_TOTAL, AVERAGE_DAILY_ACTIVE_CUSTOMERS, AVERAGE_DAILY_ACTIVE_USERS, ENGAGEMENT_SCORE, ENGAGEMENT_TABLE,
    MONTHLY_ACTIVE_CUSTOMERS, MONTHLY_ACTIVE_USERS, USER_ENGAGEMENT_SCORE, WEEKLY_ACTIVE_CUSTOMERS,
};

pub static METRIC: Metric = Metric {
    table: &ENGAGEMENT_TABLE,
    needs: &[Input::UsageEvents],
    definition: "Daily over monthly active customers: distinct customer-days with a qualifying event, divided by the days of \
                 the month times its distinct customers; the same over users. Any customer counts, paying or not.",
    sql: include_str!("../../sql/metrics/engagement.sql"),
    compute: Compute::Whole(compute),
};

/// Reads active days per month and segment; returns one row for each on the full spine.
/// Source: design page, section 8.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    frame(&ENGAGEMENT_TABLE, spine(model, months).map(|point| row(model, &point)).collect())
}

fn row(model: &Model, point: &Point) -> Row {
    let count = |column: &str| model.usage.get(point.at, point.month, column);
    let days = i64::from(model.calendar.last_day(point.month).day());
    let (active_days, customers) = (count(ACTIVE_DAYS_TOTAL.name), count(MONTHLY_ACTIVE_CUSTOMERS.name));
    let user_days = model.users.get(point.at, point.month, ACTIVE_DAYS);
    let users = model.users.get(point.at, point.month, MONTHLY_ACTIVE_USERS.name);
    let why = first_reason(&[
        (customers == 0, reason::NO_ACTIVE_CUSTOMERS),
        (!model.has_users, reason::NO_INPUT),
        (users == 0, reason::NO_ACTIVE_USERS),
    ]);
    let row = point
        .row(model, why)
        .with(&ACTIVE_DAYS_TOTAL, active_days)
        .with(&MONTHLY_ACTIVE_CUSTOMERS, customers)
        .with(&AVERAGE_DAILY_ACTIVE_CUSTOMERS, ratio(active_days, days))
        .with(&ENGAGEMENT_SCORE, ratio(active_days, days * customers))
        .with(&WEEKLY_ACTIVE_CUSTOMERS, count(WEEKLY_ACTIVE_CUSTOMERS.name));
    if !model.has_users {
        return row;
    }
    row.with(&MONTHLY_ACTIVE_USERS, users)
        .with(&AVERAGE_DAILY_ACTIVE_USERS, ratio(user_days, days))
        .with(&USER_ENGAGEMENT_SCORE, ratio(user_days, days * users))
}
