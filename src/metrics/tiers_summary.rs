//! Tiers by segment.

use polars::prelude::LazyFrame;

use super::Metric;
use super::expr::{Point, reason, spine};
use super::rows::{Row, frame};
use super::tiers::{Tier, Tiers};
use crate::month::{Month, MonthRange};
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::outputs::{
    AT_RISK_TIER_CUSTOMERS, CORE_CUSTOMERS, PRESENT_CUSTOMERS, SUPER_FAN_CUSTOMERS, TIERS_SUMMARY_TABLE,
};

pub static METRIC: Metric = Metric {
    table: &TIERS_SUMMARY_TABLE,
    needs: &[Input::Subscriptions],
    reads_customers: true,
    definition: "Customers paying at the close of a month by tier; ranks are among all of them, whatever the segment.",
    sql: include_str!("../../sql/metrics/tiers_summary.sql"),
    compute,
};

/// Super fans, core, at risk.
type Counts = [i64; 3];

/// Reads customers one by one; returns one row per month and segment on the full spine.
/// Source: design page, section 10.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    let counts: Vec<Vec<Counts>> = months.iter().map(|month| counts(model, month)).collect();
    let row = |point: Point| row(model, &point, counts[(point.month.0 - months.first.0) as usize][point.at]);
    frame(&TIERS_SUMMARY_TABLE, spine(model, months).map(row).collect())
}

/// Customers of a month by the position of the segment in the spine.
fn counts(model: &Model, month: Month) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); model.segments.len()];
    let Tiers { customers, tiers, .. } = Tiers::of(model, month);
    for (customer, tier) in customers.into_iter().zip(tiers) {
        let tier = match tier {
            Tier::SuperFan => 0,
            Tier::Core => 1,
            Tier::AtRisk => 2,
        };
        model.panel.segments(customer, month).for_each(|at| counts[at][tier] += 1);
    }
    counts
}

fn row(model: &Model, point: &Point, counts: Counts) -> Row {
    if model.is_before_history(point.month) {
        return point.row(model, Some(reason::NO_HISTORY));
    }
    let customers: i64 = counts.iter().sum();
    let [super_fans, core, at_risk] = counts;
    point
        .row(model, (customers == 0).then_some(reason::NO_CUSTOMERS))
        .with(&PRESENT_CUSTOMERS, customers)
        .with(&SUPER_FAN_CUSTOMERS, super_fans)
        .with(&CORE_CUSTOMERS, core)
        .with(&AT_RISK_TIER_CUSTOMERS, at_risk)
}
