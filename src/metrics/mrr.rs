//! Monthly recurring revenue and its movements.

use polars::prelude::LazyFrame;

use super::expr::{Point, first_reason, ratio, reason, spine};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::month::MonthRange;
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::model::{OPEN_MRR_NOW, THEN_MRR, THEN_MRR_KEPT, THEN_MRR_NOW};
use crate::tables::outputs::{
    ARR, CHURNED_MRR, CLOSING_MRR, CONTRACTION_MRR, EXPANSION_MRR, FX_MRR, GROSS_MRR_CHURN_RATE,
    GROSS_REVENUE_RETENTION, GROSS_REVENUE_RETENTION_12M, MRR_TABLE, NET_MRR_CHURN_RATE, NET_REVENUE_RETENTION,
    NET_REVENUE_RETENTION_12M, NEW_MRR, OPENING_MRR, QUICK_RATIO, REACTIVATION_MRR,
};

pub static METRIC: Metric = Metric {
    table: &MRR_TABLE,
    needs: &[Input::Subscriptions],
    definition: "The monthly amount of every paying subscription at the close of a month, and what changed it: netted per \
                 customer, opening and closing at the month's own exchange rate. \
                 opening + new + expansion + reactivation - contraction - churned + fx = closing, in every row.",
    sql: include_str!("../../sql/metrics/mrr.sql"),
    compute: Compute::Whole(compute),
};

/// Reads money per month and segment; returns one row for each on the full spine. Money in ticks.
/// Source: design page, section 3.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    frame(&MRR_TABLE, spine(model, months).map(|point| row(model, &point)).collect())
}

fn row(model: &Model, point: &Point) -> Row {
    if model.is_before_history(point.month) {
        return point.money_row(model, Some(reason::NO_HISTORY));
    }
    let money = |column: &str| model.money.get(point.at, point.month, column);
    let closing = money(CLOSING_MRR.name);
    let closed = |row: Row| row.with(&CLOSING_MRR, closing).with(&ARR, closing * 12);
    if model.is_base(point.month) {
        return closed(point.money_row(model, Some(reason::NO_OPENING)));
    }
    let (before, opening) = (money(OPENING_MRR.name), money(OPEN_MRR_NOW));
    let (new, returning) = (money(NEW_MRR.name), money(REACTIVATION_MRR.name));
    let (expansion, contraction, churned) =
        (money(EXPANSION_MRR.name), money(CONTRACTION_MRR.name), money(CHURNED_MRR.name));
    let lost = churned + contraction;
    let is_known_then = model.first.is_some_and(|first| point.month.plus(-12) >= first);
    let then = if is_known_then { money(THEN_MRR) } else { 0 };
    let why = first_reason(&[
        (opening == 0, reason::NO_OPENING_CUSTOMERS),
        (then == 0, reason::NOT_MATURE),
        (lost == 0, reason::NO_OUTFLOW),
    ]);
    closed(point.money_row(model, why))
        .with(&OPENING_MRR, before)
        .with(&NEW_MRR, new)
        .with(&EXPANSION_MRR, expansion)
        .with(&REACTIVATION_MRR, returning)
        .with(&CONTRACTION_MRR, contraction)
        .with(&CHURNED_MRR, churned)
        .with(&FX_MRR, opening - before)
        .with(&GROSS_REVENUE_RETENTION, ratio(opening - lost, opening))
        .with(&NET_REVENUE_RETENTION, ratio(opening - lost + expansion, opening))
        .with(&GROSS_REVENUE_RETENTION_12M, ratio(money(THEN_MRR_KEPT), then))
        .with(&NET_REVENUE_RETENTION_12M, ratio(money(THEN_MRR_NOW), then))
        .with(&GROSS_MRR_CHURN_RATE, ratio(lost, opening))
        .with(&NET_MRR_CHURN_RATE, ratio(lost - expansion, opening))
        .with(&QUICK_RATIO, ratio(new + expansion + returning, lost))
}
