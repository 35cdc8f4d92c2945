//! Survey responses -> one answer per respondent, kind and month, and their counts.

use std::sync::Arc;

use polars::prelude::*;

use super::group::{combined, count_if};
use super::map;
use super::places::Places;
use crate::ids::{Ids, number};
use crate::job::Job;
use crate::month::Calendar;
use crate::snapshot::Source;
use crate::tables::inputs::{self, CSAT_DEFAULT_SCALE, CSAT_KIND, NPS_KIND, NPS_SCALE};
use crate::tables::model::{AT, CUSTOMER, DAY, KEY, POINTS, RESPONDENT, SCALE};
use crate::tables::outputs::{DETRACTORS, PROMOTERS, RESPONSES, SATISFIED};

/// `POINTS` of the best answer on any scale: 36 is a multiple of 2, 4, 6 and 9, so that every mean is one division.
pub const FULL_POINTS: i64 = 36;
/// When a response was given, and which; the last one of a month counts.
const GIVEN: &str = "given";
const KIND_OF: &str = "kind_of";

/// The last answer per CUSTOMER, RESPONDENT (null is one), kind and AT: its local DAY, score (`inputs::SCORE`) and SCALE.
/// Blanks are no answers.
pub fn answers(surveys: &Source, calendar: &Arc<Calendar>, ids: &Arc<Ids>) -> LazyFrame {
    let at = col(inputs::ANSWERED_AT.name);
    let scale = when(col(inputs::SURVEY_KIND.name).eq(lit(NPS_KIND)))
        .then(map::int(NPS_SCALE))
        .otherwise(col(inputs::SCALE_MAX.name).fill_null(map::int(CSAT_DEFAULT_SCALE)));
    let rows = surveys
        .frame
        .clone()
        .filter(at.clone().lt(lit(calendar.as_of_close())).and(col(inputs::SCORE.name).is_not_null()))
        .select([
            number(col(inputs::CUSTOMER_ID.name), ids).alias(CUSTOMER),
            col(inputs::RESPONDENT_ID.name).alias(RESPONDENT),
            col(inputs::SURVEY_KIND.name).alias(KIND_OF),
            map::month_of(at.clone(), calendar).alias(AT),
            map::day_of(at.clone(), calendar).alias(DAY),
            at.alias(GIVEN),
            col(inputs::RESPONSE_ID.name).alias(KEY),
            col(inputs::SCORE.name),
            scale.alias(SCALE),
        ])
        .sort(
            [CUSTOMER, RESPONDENT, KIND_OF, AT, GIVEN, KEY],
            SortMultipleOptions::default().with_order_descending_multi([false, false, false, false, true, true]),
        );
    let absent = lit("");
    // A null respondent is one of its own: the flag tells it from an empty id.
    let rows = rows.with_columns([
        col(RESPONDENT).is_null().alias(IS_ANONYMOUS),
        col(RESPONDENT).fill_null(absent).alias(RESPONDENT),
    ]);
    first_of_each(rows, &[CUSTOMER, IS_ANONYMOUS, RESPONDENT, KIND_OF, AT]).select([
        col(CUSTOMER),
        when(col(IS_ANONYMOUS)).then(lit(NULL)).otherwise(col(RESPONDENT)).alias(RESPONDENT),
        col(KIND_OF).alias(inputs::SURVEY_KIND.name),
        col(AT),
        col(DAY),
        col(inputs::SCORE.name),
        col(SCALE),
    ])
}

/// The first row of each run of equal keys in a frame sorted by them.
pub fn first_of_each(sorted: LazyFrame, keys: &[&str]) -> LazyFrame {
    let differs = keys.iter().fold(lit(false), |any, key| any.or(col(*key).neq(col(*key).shift(lit(1)))));
    sorted.with_column(differs.fill_null(lit(true)).alias(KEY)).filter(col(KEY))
}

const IS_ANONYMOUS: &str = "is_anonymous";

/// Responses, promoters and detractors by segment and month.
pub fn nps(job: &Job, placed: &LazyFrame, places: &Arc<Places>) -> LazyFrame {
    let score = || col(inputs::SCORE.name);
    let measures = [
        (RESPONSES.name, len().cast(DataType::Int64)),
        (PROMOTERS.name, count_if(score().gt_eq(map::int(9)))),
        (DETRACTORS.name, count_if(score().lt_eq(map::int(job.definitions.detractor_max)))),
    ];
    let rows = placed.clone().filter(col(inputs::SURVEY_KIND.name).eq(lit(NPS_KIND)));
    combined(&rows, places, &[AT], &measures)
}

/// Responses, satisfied ones and `FULL_POINTS` x (score - 1)/(scale - 1) by segment and month.
pub fn csat(placed: &LazyFrame, places: &Arc<Places>) -> LazyFrame {
    let score = || col(inputs::SCORE.name);
    let by_scale = |of: fn(i64) -> i64| {
        let [first, rest @ ..] = inputs::CSAT_SCALES;
        rest.iter().fold(map::int(of(first)), |other, scale| {
            when(col(SCALE).eq(map::int(*scale))).then(map::int(of(*scale))).otherwise(other)
        })
    };
    let measures = [
        (RESPONSES.name, len().cast(DataType::Int64)),
        (SATISFIED.name, count_if(score().gt_eq(by_scale(satisfied_from)))),
        (POINTS, ((score() - map::int(1)) * by_scale(|scale| FULL_POINTS / (scale - 1))).sum()),
    ];
    let rows = placed.clone().filter(col(inputs::SURVEY_KIND.name).eq(lit(CSAT_KIND)));
    combined(&rows, places, &[AT], &measures)
}

/// The lowest satisfied answer: the top one of 3, two of 5 and 7, three of 10.
fn satisfied_from(scale: i64) -> i64 {
    match scale {
        3 => 3,
        5 => 4,
        7 => 6,
        _ => 8,
    }
}
