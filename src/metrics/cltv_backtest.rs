//! Lifetime projections made some months ago, against what happened since.

use std::collections::BTreeMap;

use polars::prelude::LazyFrame;

use super::cohorts::is_left_truncated;
use super::expr::{Point, first_reason, reason, spine};
use super::pool::Pool;
use super::rows::{Row, frame};
use super::survival::Survival;
use super::trailing::{Trailing, margin};
use super::{Compute, Metric};
use crate::models::curve::Curve;
use crate::models::lifetime::residual_payments;
use crate::month::{Month, MonthRange};
use crate::normalise::Model;
use crate::normalise::group::ALL;
use crate::tables::Input;
use crate::tables::outputs::{
    ACTUAL_CUSTOMER_MONTHS, ACTUAL_VALUE, BIAS, CLTV_BACKTEST_TABLE, HORIZON_MONTHS, METHOD, PROJECTED_CUSTOMER_MONTHS,
    PROJECTED_CUSTOMERS, PROJECTED_MONTH, PROJECTED_VALUE,
};

pub static METRIC: Metric = Metric {
    table: &CLTV_BACKTEST_TABLE,
    needs: &[Input::Subscriptions],
    definition: "The last months are hidden, the survival of the customers then present is projected by each method, and \
                 compared with the months they stayed. A row belongs to the month in which the outcome is known.",
    sql: include_str!("../../sql/metrics/cltv_backtest.sql"),
    compute: Compute::Whole(compute),
};

const HORIZONS: [i32; 4] = [3, 6, 12, 24];
const METHODS: [&str; 4] = ["constant", "empirical", "sbg", "bdw"];
/// Months of history a projection needs.
const MIN_HISTORY: i32 = 6;

/// Reads cohorts and margins; returns one row per month, segment, method and horizon. Money in ticks.
/// Source: design page, section 6.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    // A projection serves four methods, and months asked together share those they look back to.
    let mut known: BTreeMap<(usize, i32), Projection> = BTreeMap::new();
    let mut pools: BTreeMap<i32, Pool> = BTreeMap::new();
    let mut rows = Vec::new();
    for point in spine(model, months) {
        for horizon in HORIZONS {
            let from = point.month.plus(-horizon);
            let why = unknown(model, &point, from);
            let projection = match why {
                None => {
                    let all = pools.entry(from.0).or_insert_with(|| Pool::of(model, 0, from));
                    let made =
                        known.entry((point.at, from.0)).or_insert_with(|| Projection::of(model, &point, from, all));
                    let became = Became::of(model, &point, made);
                    Some((&*made, became))
                }
                Some(_) => None,
            };
            for method in METHODS {
                let keyed = |why| {
                    point
                        .money_row(model, why)
                        .with(&METHOD, method)
                        .with(&HORIZON_MONTHS, i64::from(horizon))
                        .with(&PROJECTED_MONTH, from)
                };
                rows.push(match projection {
                    Some((projection, became)) => row(projection, &became, method, horizon, keyed),
                    None => keyed(why),
                });
            }
        }
    }
    frame(&CLTV_BACKTEST_TABLE, rows)
}

/// Why nothing can be said of a projection made at the close of `from`.
fn unknown(model: &Model, point: &Point, from: Month) -> Option<&'static str> {
    if model.is_before_history(point.month) {
        return Some(reason::NO_HISTORY);
    }
    let is_final = model.calendar.is_final(point.month) && model.calendar.is_final(from);
    let is_mature = model.first.is_some_and(|first| from >= first.plus(MIN_HISTORY));
    (!is_final || !is_mature).then_some(reason::NOT_MATURE)
}

/// What was known at the close of a month.
struct Projection {
    month: Month,
    survival: Survival,
    churn: f64,
    margin: Option<f64>,
    /// Customers never lost by then, by age.
    ages: Vec<i64>,
}

impl Projection {
    fn of(model: &Model, point: &Point, month: Month, all: &Pool) -> Self {
        let is_part = point.segment.dimension != ALL;
        let trailing = Trailing::of(model, point.at, month);
        let mut ages = vec![0; (month.0 - cohorts_from(model, point.at, month)).max(0) as usize + 1];
        for (cohort_month, survivors) in survivors(model, point.at, month, month) {
            ages[(month.0 - cohort_month) as usize] += survivors;
        }
        Projection {
            month,
            survival: Survival::of(&Pool::of(model, point.at, month), all, is_part),
            churn: trailing.churn().unwrap_or(0.0),
            margin: trailing.margin,
            ages,
        }
    }

    /// Customer months expected within the horizon.
    fn customer_months(&self, method: &str, horizon: u64) -> Option<f64> {
        let survival = &self.survival;
        let sbg = survival.sbg.map_or(Curve::Geometric { hazard: 0.0 }, |fit| fit.curve());
        let curve = match method {
            "constant" => Curve::Geometric { hazard: self.churn },
            "bdw" => survival.bdw.map_or(sbg, |fit| fit.curve()),
            _ => sbg,
        };
        let per_customer = |age: u64| {
            let observed =
                (method == "empirical").then(|| survival.residual_observed(age, 0.0, Some(horizon))).flatten();
            let fitted = || residual_payments(&curve, age, 0.0, Some(horizon));
            observed.or_else(|| match method {
                "constant" => fitted(),
                _ => Some(survival.at_age(age, fitted()?, Some(horizon))),
            })
        };
        let mut sum = 0.0;
        for (age, customers) in self.ages.iter().enumerate().filter(|(_, customers)| **customers > 0) {
            sum += *customers as f64 * per_customer(age as u64)?;
        }
        Some(sum)
    }
}

fn cohorts_from(model: &Model, at: usize, month: Month) -> i32 {
    model.cohorts.range((at, i32::MIN)..=(at, month.0)).next().map_or(month.0, |((_, first), _)| *first)
}

/// Members of the cohorts up to `acquired`, seen from their beginning, that were never lost by the close of `month`.
fn survivors(model: &Model, at: usize, acquired: Month, month: Month) -> impl Iterator<Item = (i32, i64)> {
    model
        .cohorts
        .range((at, i32::MIN)..=(at, acquired.0))
        .filter(|((_, cohort_month), _)| !is_left_truncated(model, Month(*cohort_month)))
        .map(move |((_, cohort_month), cohort)| {
            let lost: i64 = cohort.losses.range(..=month.0).map(|(_, losses)| losses).sum();
            (*cohort_month, cohort.customers - lost)
        })
}

/// What became of the customers of a projection by the close of a month.
#[derive(Clone, Copy)]
struct Became {
    customer_months: i64,
    /// Ticks; None where a month's margin is not known.
    value: Option<f64>,
}

impl Became {
    fn of(model: &Model, point: &Point, projection: &Projection) -> Self {
        let mut became = Became { customer_months: 0, value: Some(0.0) };
        for month in (projection.month.0 + 1..=point.month.0).map(Month) {
            let left: i64 = survivors(model, point.at, projection.month, month).map(|(_, survivors)| survivors).sum();
            became.customer_months += left;
            if left > 0 {
                let margin = margin(model, point.at, month);
                became.value = became.value.zip(margin).map(|(sum, margin)| sum + left as f64 * margin);
            }
        }
        became
    }
}

fn row(
    projection: &Projection,
    became: &Became,
    method: &str,
    horizon: i32,
    keyed: impl Fn(Option<&'static str>) -> Row,
) -> Row {
    let customers: i64 = projection.ages.iter().sum();
    if customers == 0 {
        return keyed(Some(reason::NO_CUSTOMERS))
            .with(&PROJECTED_CUSTOMERS, 0)
            .with(&ACTUAL_CUSTOMER_MONTHS, 0)
            .with(&ACTUAL_VALUE, 0);
    }
    let Became { customer_months: actual, value } = *became;
    let projected = projection.customer_months(method, horizon as u64);
    let why = first_reason(&[
        (value.is_none() || projection.margin.is_none(), reason::NO_CUSTOMERS),
        (actual == 0, reason::NO_RETAINED_CUSTOMERS),
    ]);
    let round = |ticks: f64| ticks.is_finite().then(|| ticks.round() as i64);
    keyed(why)
        .with(&PROJECTED_CUSTOMERS, customers)
        .with(&PROJECTED_CUSTOMER_MONTHS, projected)
        .with(&ACTUAL_CUSTOMER_MONTHS, actual)
        .with(&BIAS, projected.filter(|_| actual > 0).map(|projected| projected / actual as f64 - 1.0))
        .with(&PROJECTED_VALUE, projected.zip(projection.margin).and_then(|(months, margin)| round(months * margin)))
        .with(&ACTUAL_VALUE, value.and_then(round))
}
