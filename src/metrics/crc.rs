//! Retention cost per customer.

use polars::prelude::LazyFrame;

use super::expr::{Point, first_reason, per, ratio, reason, spine};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::money::div_round;
use crate::month::{Month, MonthRange};
use crate::normalise::Model;
use crate::normalise::allocated::Cost;
use crate::normalise::group::ALL;
use crate::tables::Input;
use crate::tables::model::{RETAINED, THEN_CUSTOMERS, THEN_RETAINED};
use crate::tables::outputs::{
    ALLOCATED_COST, AVERAGE_CUSTOMERS, CATEGORY, CLOSING_CUSTOMERS, CLOSING_MRR, COST_SHARE_OF_MRR, CRC,
    CRC_PER_AVERAGE_CUSTOMER, CRC_TABLE, DIRECT_COST, OPENING_CUSTOMERS, RETAINED_CUSTOMERS, RETENTION_COST,
    WINDOW_MONTHS,
};

pub static METRIC: Metric = Metric {
    table: &CRC_TABLE,
    needs: &[Input::Subscriptions, Input::RetentionCosts],
    definition: "What was spent on keeping customers in a window, divided by the customers who were paying at the window's \
                 open and at its close. Lines that name no segment are allocated so that segments sum to the total.",
    sql: include_str!("../../sql/metrics/crc.sql"),
    compute: Compute::Whole(compute),
};

const WINDOWS: [i32; 2] = [1, 12];

/// Reads allocated costs and customer counts; returns one row per month, segment, category and window. Money in ticks.
/// Source: design page, section 5.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    let mut rows = Vec::new();
    for point in spine(model, months) {
        for category in std::iter::once(ALL).chain(model.categories.iter().map(String::as_str)) {
            rows.extend(WINDOWS.iter().map(|window| row(model, &point, category, *window)));
        }
    }
    frame(&CRC_TABLE, rows)
}

/// Cost of a segment in a month; of every category for `all`.
pub fn cost(model: &Model, at: usize, month: Month, category: &str) -> Cost {
    let mut sum = Cost::default();
    for (name, cost) in model.allocated.get(&(at, month.0)).into_iter().flatten() {
        if category == ALL || name == category {
            sum.direct += cost.direct;
            sum.allocated += cost.allocated;
        }
    }
    sum
}

fn row(model: &Model, point: &Point, category: &str, window: i32) -> Row {
    let open = point.month.plus(1 - window);
    let keyed = |why| point.money_row(model, why).with(&CATEGORY, category).with(&WINDOW_MONTHS, i64::from(window));
    if model.is_before_history(point.month) {
        return keyed(Some(reason::NO_HISTORY));
    }
    let is_mature = window == 1 || model.first.is_some_and(|first| open >= first);
    let has_opening = !MonthRange { first: open, last: point.month }.iter().any(|month| model.is_base(month));
    if !is_mature {
        return keyed(Some(if has_opening { reason::NOT_MATURE } else { reason::NO_OPENING }));
    }
    let (mut direct, mut allocated, mut spread, mut mrr) = (0, 0, 0, 0);
    for month in (MonthRange { first: open, last: point.month }).iter() {
        let cost = cost(model, point.at, month, category);
        direct += cost.direct;
        allocated += cost.allocated;
        spread += model.customers.get(point.at, month, OPENING_CUSTOMERS.name);
        spread += model.customers.get(point.at, month, CLOSING_CUSTOMERS.name);
        mrr += model.money.get(point.at, month, CLOSING_MRR.name);
    }
    let total = direct + allocated;
    let names = if window == 1 { [OPENING_CUSTOMERS.name, RETAINED] } else { [THEN_CUSTOMERS, THEN_RETAINED] };
    let [opening, retained] = names.map(|name| model.customers.get(point.at, point.month, name));
    let why = first_reason(&[
        (!has_opening, reason::NO_OPENING),
        (retained == 0, reason::NO_RETAINED_CUSTOMERS),
        (spread == 0, reason::NO_CUSTOMERS),
        (mrr == 0, reason::NO_MRR),
    ]);
    let row = keyed(why)
        .with(&DIRECT_COST, direct)
        .with(&ALLOCATED_COST, allocated)
        .with(&RETENTION_COST, total)
        .with(&COST_SHARE_OF_MRR, ratio(total, mrr));
    if !has_opening {
        return row;
    }
    row.with(&OPENING_CUSTOMERS, opening)
        .with(&RETAINED_CUSTOMERS, retained)
        .with(&AVERAGE_CUSTOMERS, spread as f64 / f64::from(2 * window))
        .with(&CRC, per(total, retained))
        .with(&CRC_PER_AVERAGE_CUSTOMER, per_average(total, window, spread))
}

/// `cost / (spread / (2 window))`, where spread sums opening and closing customers over the window.
fn per_average(ticks: i64, window: i32, spread: i64) -> Option<i64> {
    if spread <= 0 {
        return None;
    }
    i64::try_from(div_round(i128::from(ticks) * i128::from(2 * window), i128::from(spread))).ok()
}
