//! Earlier forecasts of a month against what it became.

use polars::prelude::LazyFrame;

use super::expr::{Point, first_reason, reason, spine};
use super::forecast::bounds;
use super::projection::{Expected, Forecasts, base, unknown};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::models::calibration::Spread;
use crate::models::flow::AHEAD;
use crate::month::MonthRange;
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::outputs::{
    ACTUAL_CUSTOMERS, ACTUAL_MRR, CUSTOMERS_ERROR, EXPECTED_CUSTOMERS, EXPECTED_MRR, FORECAST_BACKTEST_TABLE,
    HORIZON_MONTH, IS_MRR_WITHIN_80, IS_MRR_WITHIN_95, IS_WITHIN_80, IS_WITHIN_95, MRR_ERROR, PROJECTED_MONTH,
};

pub static METRIC: Metric = Metric {
    table: &FORECAST_BACKTEST_TABLE,
    needs: &[Input::Subscriptions],
    definition: "The forecasts of a month made 1 to 12 months before it, each from what was known then, against the customers \
                 and the MRR of the month.",
    sql: include_str!("../../sql/metrics/forecast_backtest.sql"),
    compute: Compute::Forecasts(compute),
};

/// Reads cohorts, movements and MRR; returns one row per month, segment and horizon. Money in ticks.
/// Source: design page, section 11.
fn compute(model: &Model, forecasts: &Forecasts, months: MonthRange) -> LazyFrame {
    frame(&FORECAST_BACKTEST_TABLE, spine(model, months).flat_map(|point| rows(model, &point, forecasts)).collect())
}

fn rows(model: &Model, point: &Point, forecasts: &Forecasts) -> Vec<Row> {
    let Some((customers, mrr)) = base(model, point.at, point.month) else {
        let keyed = |horizon| keyed(model, point, horizon, Some(reason::NO_HISTORY));
        return (1..=AHEAD).map(keyed).collect();
    };
    let row = |horizon: usize| {
        let from = point.month.plus(-(horizon as i32));
        let is_early = model.first.is_none_or(|first| from < first);
        let is_open = !model.calendar.is_final(point.month);
        let why = first_reason(&[(is_early || is_open, reason::NOT_MATURE)]).or_else(|| unknown(model, point.at, from));
        let row = keyed(model, point, horizon, why).with(&ACTUAL_CUSTOMERS, customers).with(&ACTUAL_MRR, mrr);
        let Some(forecast) = forecasts.made(point.at, from).filter(|_| why.is_none()) else { return row };
        let spreads = forecasts.spreads(point.at, from);
        let ahead = horizon - 1;
        let (there, paid) = (forecast.customers[ahead], forecast.mrr[ahead]);
        let [is_in_80, is_in_95] = within(there, &spreads.customers[ahead], customers as f64);
        let [is_mrr_in_80, is_mrr_in_95] = within(paid, &spreads.mrr[ahead], mrr as f64);
        row.with(&EXPECTED_CUSTOMERS, there.value)
            .with(&EXPECTED_MRR, paid.value.round() as i64)
            .with(&CUSTOMERS_ERROR, error(there, customers))
            .with(&MRR_ERROR, error(paid, mrr))
            .with(&IS_WITHIN_80, is_in_80)
            .with(&IS_WITHIN_95, is_in_95)
            .with(&IS_MRR_WITHIN_80, is_mrr_in_80)
            .with(&IS_MRR_WITHIN_95, is_mrr_in_95)
    };
    (1..=AHEAD).map(row).collect()
}

fn keyed(model: &Model, point: &Point, horizon: usize, why: Option<&'static str>) -> Row {
    let from = point.month.plus(-(horizon as i32));
    point.money_row(model, why).with(&HORIZON_MONTH, horizon as i64).with(&PROJECTED_MONTH, from)
}

fn within(expected: Expected, spread: &Spread, actual: f64) -> [bool; 2] {
    bounds(expected, spread).map(|(lower, upper)| (lower..=upper).contains(&actual))
}

/// Expected over actual, less 1; None where nothing came of it.
fn error(expected: Expected, actual: i64) -> Option<f64> {
    (actual != 0).then(|| expected.value / actual as f64 - 1.0)
}
