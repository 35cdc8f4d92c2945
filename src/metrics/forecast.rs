//! Expected customers and MRR of the next twelve months.

use polars::prelude::LazyFrame;

use super::expr::{Point, spine};
use super::projection::{Expected, Forecasts, Spreads, base, unknown};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::models::calibration::Spread;
use crate::models::flow::AHEAD;
use crate::month::MonthRange;
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::outputs::{
    BASE_CUSTOMERS, BASE_MRR, EXPECTED_CHURNED_CUSTOMERS, EXPECTED_CUSTOMERS, EXPECTED_CUSTOMERS_LOWER_80,
    EXPECTED_CUSTOMERS_LOWER_95, EXPECTED_CUSTOMERS_UPPER_80, EXPECTED_CUSTOMERS_UPPER_95, EXPECTED_MRR,
    EXPECTED_MRR_LOWER_80, EXPECTED_MRR_LOWER_95, EXPECTED_MRR_UPPER_80, EXPECTED_MRR_UPPER_95, EXPECTED_NEW_CUSTOMERS,
    FORECAST_MONTH, FORECAST_TABLE, HORIZON_MONTH,
};

pub static METRIC: Metric = Metric {
    table: &FORECAST_TABLE,
    needs: &[Input::Subscriptions],
    definition: "The customers of the close leave along fitted hazards of their age, new ones come at the level, trend and \
                 season of the past, and MRR per customer drifts on; the intervals are as wide as earlier forecasts were wrong.",
    sql: include_str!("../../sql/metrics/forecast.sql"),
    compute: Compute::Forecasts(compute),
};

/// Reads cohorts, movements and MRR; returns one row per month, segment and horizon. Money in ticks.
/// Source: design page, section 11.
fn compute(model: &Model, forecasts: &Forecasts, months: MonthRange) -> LazyFrame {
    frame(&FORECAST_TABLE, spine(model, months).flat_map(|point| rows(model, &point, forecasts)).collect())
}

fn rows(model: &Model, point: &Point, forecasts: &Forecasts) -> Vec<Row> {
    let why = unknown(model, point.at, point.month);
    let base = base(model, point.at, point.month);
    let keyed = |horizon: usize| {
        point
            .money_row(model, why)
            .with(&HORIZON_MONTH, horizon as i64)
            .with(&FORECAST_MONTH, point.month.plus(horizon as i32))
            .with(&BASE_CUSTOMERS, base.map(|(customers, _)| customers))
            .with(&BASE_MRR, base.map(|(_, mrr)| mrr))
    };
    let Some(forecast) = forecasts.made(point.at, point.month) else { return (1..=AHEAD).map(keyed).collect() };
    let Spreads { customers, mrr } = forecasts.spreads(point.at, point.month);
    let row = |ahead: usize| {
        let (there, paid) = (forecast.customers[ahead], forecast.mrr[ahead]);
        let (within, paid_within) = (bounds(there, &customers[ahead]), bounds(paid, &mrr[ahead]));
        let ticks = |value: f64| value.round() as i64;
        keyed(ahead + 1)
            .with(&EXPECTED_CUSTOMERS, there.value)
            .with(&EXPECTED_CUSTOMERS_LOWER_80, within[0].0)
            .with(&EXPECTED_CUSTOMERS_UPPER_80, within[0].1)
            .with(&EXPECTED_CUSTOMERS_LOWER_95, within[1].0)
            .with(&EXPECTED_CUSTOMERS_UPPER_95, within[1].1)
            .with(&EXPECTED_CHURNED_CUSTOMERS, forecast.lost[ahead])
            .with(&EXPECTED_NEW_CUSTOMERS, forecast.won[ahead])
            .with(&EXPECTED_MRR, ticks(paid.value))
            .with(&EXPECTED_MRR_LOWER_80, ticks(paid_within[0].0))
            .with(&EXPECTED_MRR_UPPER_80, ticks(paid_within[0].1))
            .with(&EXPECTED_MRR_LOWER_95, ticks(paid_within[1].0))
            .with(&EXPECTED_MRR_UPPER_95, ticks(paid_within[1].1))
    };
    (0..AHEAD).map(row).collect()
}

/// Normal quantiles of two-sided 80 and 95 %.
const LEVELS: [f64; 2] = [1.281_551_565_544_600_5, 1.959_963_984_540_054];

/// The 80 and the 95 % interval of a number that is never negative.
pub fn bounds(expected: Expected, spread: &Spread) -> [(f64, f64); 2] {
    LEVELS.map(|z| {
        let half = spread.half_width(expected.error, z);
        ((expected.value - half).max(0.0), expected.value + half)
    })
}
