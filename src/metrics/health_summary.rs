//! Health by segment.

use polars::prelude::LazyFrame;

use super::Metric;
use super::expr::{Point, first_reason, reason, spine};
use super::rows::{Row, frame};
use super::scores::Scores;
use crate::models::health::Band;
use crate::month::{Month, MonthRange};
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::outputs::{
    GREEN_CUSTOMERS, HEALTH_SUMMARY_TABLE, MEAN_COVERAGE, MEAN_HEALTH, PRESENT_CUSTOMERS, RED_CUSTOMERS,
    SCORED_CUSTOMERS, UNKNOWN_CUSTOMERS, YELLOW_CUSTOMERS,
};

pub static METRIC: Metric = Metric {
    table: &HEALTH_SUMMARY_TABLE,
    needs: &[Input::Subscriptions],
    reads_customers: true,
    definition: "Customers paying at the close of a month by the band of their health score, with the mean score of those \
                 who have one.",
    sql: include_str!("../../sql/metrics/health_summary.sql"),
    compute,
};

/// Sums over the customers of one segment.
#[derive(Debug, Clone, Default)]
struct Sums {
    green: i64,
    yellow: i64,
    red: i64,
    unknown: i64,
    score: f64,
    coverage: f64,
}

/// Reads customers one by one; returns one row per month and segment on the full spine.
/// Source: design page, section 9.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    let sums: Vec<Vec<Sums>> = months.iter().map(|month| sums(model, month)).collect();
    let row = |point: Point| row(model, &point, &sums[(point.month.0 - months.first.0) as usize][point.at]);
    frame(&HEALTH_SUMMARY_TABLE, spine(model, months).map(row).collect())
}

/// Sums of a month by the position of the segment in the spine, always in the same order of customers.
fn sums(model: &Model, month: Month) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); model.segments.len()];
    let scores = Scores::of(model, month);
    for (customer, health) in scores.customers.iter().zip(&scores.health) {
        for at in model.panel.segments(*customer, month) {
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
