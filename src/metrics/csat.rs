//! Customer satisfaction.

use polars::prelude::LazyFrame;

use super::expr::{Point, ratio, reason, spine};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::models::interval::wilson;
use crate::month::MonthRange;
use crate::normalise::Model;
use crate::normalise::surveys::FULL_POINTS;
use crate::tables::Input;
use crate::tables::model::POINTS;
use crate::tables::outputs::{CSAT, CSAT_LOWER, CSAT_TABLE, CSAT_UPPER, MEAN_SCORE, RESPONSES, SATISFIED};

pub static METRIC: Metric = Metric {
    table: &CSAT_TABLE,
    needs: &[Input::Surveys],
    definition: "Share of satisfied answers (the top one of 3, the top two of 5 and 7, the top three of 10) among the \
                 respondents of a month, each by its latest answer.",
    sql: include_str!("../../sql/metrics/csat.sql"),
    compute: Compute::Whole(compute),
};

/// Reads answers per month and segment; returns one row for each on the full spine.
/// Source: design page, section 7.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    frame(&CSAT_TABLE, spine(model, months).map(|point| row(model, &point)).collect())
}

fn row(model: &Model, point: &Point) -> Row {
    let count = |column: &str| model.csat.get(point.at, point.month, column);
    let (responses, satisfied) = (count(RESPONSES.name), count(SATISFIED.name));
    let interval = wilson(satisfied, responses);
    point
        .row(model, (responses == 0).then_some(reason::NO_RESPONSES))
        .with(&RESPONSES, responses)
        .with(&SATISFIED, satisfied)
        .with(&CSAT, ratio(satisfied, responses))
        .with(&CSAT_LOWER, interval.map(|(lower, _)| lower))
        .with(&CSAT_UPPER, interval.map(|(_, upper)| upper))
        .with(&MEAN_SCORE, ratio(count(POINTS), FULL_POINTS * responses))
}
