//! Net promoter score.

use polars::prelude::LazyFrame;

use super::expr::{Point, reason, spine};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::models::interval::{nps, nps_interval};
use crate::month::MonthRange;
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::outputs::{DETRACTORS, NPS, NPS_LOWER, NPS_TABLE, NPS_UPPER, PASSIVES, PROMOTERS, RESPONSES};

pub static METRIC: Metric = Metric {
    table: &NPS_TABLE,
    needs: &[Input::Surveys],
    definition: "Percentage of promoters (9 and 10) less that of detractors (0 to 6, or to nps.detractor_max) among the \
                 respondents of a month, each by its latest answer.",
    sql: include_str!("../../sql/metrics/nps.sql"),
    compute: Compute::Whole(compute),
};

/// Reads answers per month and segment; returns one row for each on the full spine.
/// Source: design page, section 7.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    frame(&NPS_TABLE, spine(model, months).map(|point| row(model, &point)).collect())
}

fn row(model: &Model, point: &Point) -> Row {
    let count = |column: &str| model.nps.get(point.at, point.month, column);
    let (responses, promoters, detractors) = (count(RESPONSES.name), count(PROMOTERS.name), count(DETRACTORS.name));
    let interval = nps_interval(promoters, detractors, responses);
    point
        .row(model, (responses == 0).then_some(reason::NO_RESPONSES))
        .with(&RESPONSES, responses)
        .with(&PROMOTERS, promoters)
        .with(&PASSIVES, responses - promoters - detractors)
        .with(&DETRACTORS, detractors)
        .with(&NPS, nps(promoters, detractors, responses))
        .with(&NPS_LOWER, interval.map(|(lower, _)| lower))
        .with(&NPS_UPPER, interval.map(|(_, upper)| upper))
}
