//! Health by segment.

use polars::prelude::LazyFrame;

use super::customers::{Customers, Summaries};
use super::expr::{Point, first_reason, reason, spine};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::models::health::Band;
use crate::month::MonthRange;
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::outputs::{
    GREEN_CUSTOMERS, HEALTH_SUMMARY_TABLE, MEAN_COVERAGE, MEAN_HEALTH, PRESENT_CUSTOMERS, RED_CUSTOMERS,
    SCORED_CUSTOMERS, UNKNOWN_CUSTOMERS, YELLOW_CUSTOMERS,
};

pub static METRIC: Metric = Metric {
    table: &HEALTH_SUMMARY_TABLE,
    needs: &[Input::Subscriptions],
    definition: "Customers paying at the close of a month by the band of their health score, with the mean score of those \
                 who have one.",
    sql: include_str!("../../sql/metrics/health_summary.sql"),
    compute: Compute::Summaries(compute),
};

/// Sums over the customers of one segment.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    green: i64,
    yellow: i64,
    red: i64,
    unknown: i64,
    score: f64,
    coverage: f64,
}

/// Reads sums over the customers of each month; returns one row per month and segment on the full spine.
/// Source: design page, section 9.
fn compute(model: &Model, summaries: &Summaries, months: MonthRange) -> LazyFrame {
    let nobody = Sums::default();
    let sums = |point: &Point| summaries.get(&point.month)?.health.get(point.at);
    let row = |point: Point| row(model, &point, sums(&point).unwrap_or(&nobody));
    frame(&HEALTH_SUMMARY_TABLE, spine(model, months).map(row).collect())
}

/// Sums of a month by the position of the segment in the spine, always in the same order of customers.
pub fn sums(model: &Model, customers: &Customers) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); model.segments.len()];
    let Customers { month, scores, .. } = customers;
    for (customer, health) in scores.customers.iter().zip(&scores.health) {
        for at in model.panel.segments(*customer, *month) {
            let sum = &mut sums[at];
            *match Band::of(health.score) {
                Band::Green => &mut sum.green,
                Band::Yellow => &mut sum.yellow,
                Band::Red => &mut sum.red,
                Band::Unknown => &mut sum.unknown,
            } += 1;
            sum.score += health.score.unwrap_or(0.0);
            sum.coverage += health.coverage;
        }
    }
    sums
}

fn row(model: &Model, point: &Point, sums: &Sums) -> Row {
    if model.is_before_history(point.month) {
        return point.row(model, Some(reason::NO_HISTORY));
    }
    let scored = sums.green + sums.yellow + sums.red;
    let customers = scored + sums.unknown;
    let mean = |sum: f64, count: i64| (count > 0).then(|| sum / count as f64);
    let why = first_reason(&[(customers == 0, reason::NO_CUSTOMERS), (scored == 0, reason::LOW_COVERAGE)]);
    point
        .row(model, why)
        .with(&PRESENT_CUSTOMERS, customers)
        .with(&SCORED_CUSTOMERS, scored)
        .with(&GREEN_CUSTOMERS, sums.green)
        .with(&YELLOW_CUSTOMERS, sums.yellow)
        .with(&RED_CUSTOMERS, sums.red)
        .with(&UNKNOWN_CUSTOMERS, sums.unknown)
        .with(&MEAN_HEALTH, mean(sums.score, scored))
        .with(&MEAN_COVERAGE, mean(sums.coverage, customers))
}
