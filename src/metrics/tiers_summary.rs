//! Tiers by segment.

use polars::prelude::LazyFrame;

use super::customers::{Customers, Summaries};
use super::expr::{Point, reason, spine};
use super::rows::{Row, frame};
use super::tiers::Tier;
use super::{Compute, Metric};
use crate::month::MonthRange;
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::outputs::{
    AT_RISK_TIER_CUSTOMERS, CORE_CUSTOMERS, PRESENT_CUSTOMERS, SUPER_FAN_CUSTOMERS, TIERS_SUMMARY_TABLE,
};

pub static METRIC: Metric = Metric {
    table: &TIERS_SUMMARY_TABLE,
    needs: &[Input::Subscriptions],
    definition: "Customers paying at the close of a month by tier; ranks are among all of them, whatever the segment.",
    sql: include_str!("../../sql/metrics/tiers_summary.sql"),
    compute: Compute::Summaries(compute),
};

/// Super fans, core, at risk.
pub type Counts = [i64; 3];

/// Reads counts of the customers of each month; returns one row per month and segment on the full spine.
/// Source: design page, section 10.
fn compute(model: &Model, summaries: &Summaries, months: MonthRange) -> LazyFrame {
    let counts = |point: &Point| Some(*summaries.get(&point.month)?.tiers.get(point.at)?);
    let row = |point: Point| row(model, &point, counts(&point).unwrap_or_default());
    frame(&TIERS_SUMMARY_TABLE, spine(model, months).map(row).collect())
}

/// Customers of a month by the position of the segment in the spine.
pub fn counts(model: &Model, customers: &Customers) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); model.segments.len()];
    for (customer, tier) in customers.scores.customers.iter().zip(&customers.tiers(model).tiers) {
        let tier = match tier {
            Tier::SuperFan => 0,
            Tier::Core => 1,
            Tier::AtRisk => 2,
        };
        model.panel.segments(*customer, customers.month).for_each(|at| counts[at][tier] += 1);
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
