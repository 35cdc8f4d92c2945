//! Customer churn.

use polars::prelude::LazyFrame;

use super::expr::{Point, first_reason, ratio, reason, spine};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::models::interval::wilson;
use crate::month::MonthRange;
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::outputs::{
    CHURN_TABLE, CHURNED_CUSTOMERS, CLOSING_CUSTOMERS, CUSTOMER_CHURN_RATE, CUSTOMER_CHURN_RATE_INCLUDING_NEW,
    CUSTOMER_CHURN_RATE_LOWER, CUSTOMER_CHURN_RATE_UPPER, NEW_AND_CHURNED_CUSTOMERS, NEW_CUSTOMERS, OPENING_CUSTOMERS,
    REACTIVATED_CUSTOMERS,
};

pub static METRIC: Metric = Metric {
    table: &CHURN_TABLE,
    needs: &[Input::Subscriptions],
    definition: "Customers paying at the open of a month and not at its close, divided by those paying at its open. \
                 opening + new + reactivated - churned = closing, in every row.",
    sql: include_str!("../../sql/metrics/churn.sql"),
    compute: Compute::Whole(compute),
};

/// Reads customer counts per month and segment; returns one row for each on the full spine.
/// Source: design page, section 1.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    frame(&CHURN_TABLE, spine(model, months).map(|point| row(model, &point)).collect())
}

fn row(model: &Model, point: &Point) -> Row {
    if model.is_before_history(point.month) {
        return point.row(model, Some(reason::NO_HISTORY));
    }
    let count = |column: &str| model.customers.get(point.at, point.month, column);
    let closing = count(CLOSING_CUSTOMERS.name);
    if model.is_base(point.month) {
        return point.row(model, Some(reason::NO_OPENING)).with(&CLOSING_CUSTOMERS, closing);
    }
    let (opening, churned) = (count(OPENING_CUSTOMERS.name), count(CHURNED_CUSTOMERS.name));
    // A customer who came and went between two snapshots is in none of them.
    let unseen = (!model.is_snapshots).then(|| count(NEW_AND_CHURNED_CUSTOMERS.name));
    let why = first_reason(&[(opening == 0, reason::NO_OPENING_CUSTOMERS), (unseen.is_none(), reason::NO_INPUT)]);
    let interval = wilson(churned, opening);
    point
        .row(model, why)
        .with(&OPENING_CUSTOMERS, opening)
        .with(&NEW_CUSTOMERS, count(NEW_CUSTOMERS.name))
        .with(&REACTIVATED_CUSTOMERS, count(REACTIVATED_CUSTOMERS.name))
        .with(&CHURNED_CUSTOMERS, churned)
        .with(&NEW_AND_CHURNED_CUSTOMERS, unseen)
        .with(&CLOSING_CUSTOMERS, closing)
        .with(&CUSTOMER_CHURN_RATE, ratio(churned, opening))
        .with(&CUSTOMER_CHURN_RATE_LOWER, interval.map(|(lower, _)| lower))
        .with(&CUSTOMER_CHURN_RATE_UPPER, interval.map(|(_, upper)| upper))
        .with(&CUSTOMER_CHURN_RATE_INCLUDING_NEW, unseen.and_then(|unseen| ratio(churned + unseen, opening)))
}
