//! Health: a score for every paying customer.

use polars::prelude::{DataFrame, PolarsResult};

use super::columns::Columns;
use super::customers::Customers;
use super::expr::reason;
use super::{Compute, Metric};
use crate::models::health::Band;
use crate::normalise::Model;
use crate::tables::outputs::{
    BAND, COMMERCIAL_CONTRIBUTION, COMMERCIAL_SCORE, COVERAGE, HEALTH_CUSTOMER, HEALTH_SCORE, HEALTH_TABLE, IS_FINAL,
    MONTH, NULL_REASON, SUPPORT_CONTRIBUTION, SUPPORT_SCORE, SURVEY_CONTRIBUTION, SURVEY_SCORE, TENURE_CONTRIBUTION,
    TENURE_SCORE, USAGE_CONTRIBUTION, USAGE_SCORE,
};
use crate::tables::{Column, Input};

pub static METRIC: Metric = Metric {
    table: &HEALTH_TABLE,
    needs: &[Input::Subscriptions],
    definition: "A score from 0 to 100 for every customer paying at the close of the month: the weighted mean of usage, \
                 survey answers, support, payments and tenure, of those components that are known. Their contributions sum \
                 to it; with less than half of the weight there is none.",
    sql: include_str!("../../sql/metrics/health.sql"),
    compute: Compute::Customers(compute),
};

/// In the order of the components.
const PARTS: [(&Column, &Column); 5] = [
    (&USAGE_SCORE, &USAGE_CONTRIBUTION),
    (&SURVEY_SCORE, &SURVEY_CONTRIBUTION),
    (&SUPPORT_SCORE, &SUPPORT_CONTRIBUTION),
    (&COMMERCIAL_SCORE, &COMMERCIAL_CONTRIBUTION),
    (&TENURE_SCORE, &TENURE_CONTRIBUTION),
];

/// Returns one row per customer paying at the close of the month.
/// Source: design page, section 9.
fn compute(model: &Model, customers: &Customers) -> PolarsResult<DataFrame> {
    let Customers { month, scores, .. } = customers;
    let health = || scores.health.iter();
    let mut columns = Columns::new(&HEALTH_TABLE, scores.customers.len())
        .month(&MONTH, *month)
        .texts(&HEALTH_CUSTOMER, scores.customers.iter().map(|customer| Some(model.panel.id(*customer))))
        .floats(&HEALTH_SCORE, health().map(|health| health.score))
        .texts(&BAND, health().map(|health| Some(Band::of(health.score).name())))
        .floats(&COVERAGE, health().map(|health| Some(health.coverage)))
        .texts(&NULL_REASON, health().map(|health| health.score.is_none().then_some(reason::LOW_COVERAGE)))
        .flag(&IS_FINAL, model.calendar.is_final(*month));
    for (part, (score, contribution)) in PARTS.into_iter().enumerate() {
        columns = columns
            .floats(score, scores.components.iter().map(|components| components[part]))
            .floats(contribution, health().map(|health| health.contributions[part]));
    }
    columns.frame()
}
