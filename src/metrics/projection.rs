//! Forecasts made at the close of a month, from what was known then.
//!
//! Customers: the base of the close ages along the fitted hazards, brought to the level of the last year's losses; new and
//! returning customers follow level, trend and season of the past and age from 0. MRR: customers times MRR per customer at
//! the close, drifting as it did. Losses and flows are those of final months; the base is that of the close as it is known.
//!
//! In a dimension that changes (`plan`) customers have the ages and hazards of the cohorts that began there, are as many as
//! the segment has at the close, lose as many as it lost, and move over at the net rate of the last year.

use super::expr::{first_reason, reason};
use super::losses::Losses;
use super::survival::present_ages;
use crate::models::calibration::{Outcome, Spread, spreads};
use crate::models::drift::{NOISE_MONTHS, Walk};
use crate::models::flow::{AHEAD, Flow};
use crate::models::projection::{Ahead, Base, LEVEL_WEIGHT, project};
use crate::month::{Month, MonthRange};
use crate::normalise::Model;
use crate::tables::outputs::{
    CHURNED_CUSTOMERS, CLOSING_CUSTOMERS, CLOSING_MRR, NEW_CUSTOMERS, OPENING_CUSTOMERS, REACTIVATED_CUSTOMERS,
};

/// Final months a forecast needs.
const MIN_MONTHS: usize = 6;
/// Months that the level of losses and the net moves are taken from.
const LEVEL_MONTHS: usize = 12;
/// The level of losses over what the fit expected stays within 1/2 and 2.
const LEVEL_BOUND: f64 = 2.0;
/// Outcomes older than this say nothing about today's forecasts. How far back `normalise` values money follows from it.
const OUTCOME_MONTHS: i32 = 24;
/// A number ahead and what its model believes to be its standard error.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expected {
    pub value: f64,
    pub error: f64,
}

/// What the close of a month made one expect of a segment, 1 to 12 months ahead.
#[derive(Debug, Clone)]
pub struct Forecast {
    pub customers: [Expected; AHEAD],
    /// Ticks.
    pub mrr: [Expected; AHEAD],
    pub lost: [f64; AHEAD],
    pub won: [f64; AHEAD],
}

/// How wide the intervals of a forecast are.
pub struct Spreads {
    pub customers: [Spread; AHEAD],
    pub mrr: [Spread; AHEAD],
}

/// Why nothing can be expected at the close of a month.
pub fn unknown(model: &Model, at: usize, month: Month) -> Option<&'static str> {
    first_reason(&[
        (model.is_before_history(month), reason::NO_HISTORY),
        (observed(model, month).count() < MIN_MONTHS, reason::NOT_MATURE),
        (closing(model, at, month) <= 0, reason::NO_CUSTOMERS),
    ])
}

/// Customers and MRR at a close, ticks; None where they are not known.
pub fn base(model: &Model, at: usize, month: Month) -> Option<(i64, i64)> {
    (!model.is_before_history(month)).then(|| (closing(model, at, month), mrr(model, at, month)))
}

/// Final months of history up to `month`, the latest first; the first of dated snapshots has no movements.
fn observed(model: &Model, month: Month) -> impl Iterator<Item = Month> {
    let first = model.first.unwrap_or(month.next());
    let is_used = |month: &Month| model.calendar.is_final(*month) && !model.is_base(*month);
    (first.0..=month.0).rev().map(Month).filter(is_used)
}

fn closing(model: &Model, at: usize, month: Month) -> i64 {
    model.customers.get(at, month, CLOSING_CUSTOMERS.name)
}

fn mrr(model: &Model, at: usize, month: Month) -> i64 {
    model.money.get(at, month, CLOSING_MRR.name)
}

/// What the forecasts of all segments share, which are made one by one.
pub struct Outlook<'a> {
    model: &'a Model,
    first: Month,
    /// By month from `first`.
    seen: Vec<Option<Seen>>,
    /// That losses are known of.
    months: Vec<Month>,
    all: Losses,
}

impl<'a> Outlook<'a> {
    /// For tables of `months`: the forecasts made in them, those whose outcomes lie in them, and those before which the
    /// intervals of these learn from.
    pub fn of(model: &'a Model, months: MonthRange) -> Self {
        let earliest = months.first.plus(-(OUTCOME_MONTHS + 2 * AHEAD as i32));
        let first = model.first.map_or(months.first, |first| first.max(earliest)).min(months.first);
        let seen = (first.0..=months.last.0).map(|month| Seen::of(model, Month(month))).collect();
        let mut months: Vec<Month> = observed(model, months.last).collect();
        months.reverse();
        Outlook { model, first, seen, all: Losses::of(model, 0, &months), months }
    }

    /// The forecasts of one segment, by month.
    pub fn of_segment(&self, at: usize) -> Vec<Option<Forecast>> {
        let own = if at > 0 { Losses::of(self.model, at, &self.months) } else { Losses::default() };
        let losses = if at > 0 { (&own, Some(&self.all)) } else { (&self.all, None) };
        let make = |(month, seen): (i32, &Option<Seen>)| {
            let seen = seen.as_ref().filter(|_| unknown(self.model, at, Month(month)).is_none())?;
            Some(forecast(self.model, at, Month(month), seen, losses))
        };
        (self.first.0..).zip(&self.seen).map(make).collect()
    }

    /// `made` is what `of_segment` gives for every segment, in the order of `Model::segments`.
    pub fn forecasts(&self, made: Vec<Vec<Option<Forecast>>>) -> Forecasts<'a> {
        Forecasts { model: self.model, first: self.first, made }
    }
}

/// Every forecast that tables of some months and their intervals need.
pub struct Forecasts<'a> {
    model: &'a Model,
    first: Month,
    /// By segment, then by month from `first`.
    made: Vec<Vec<Option<Forecast>>>,
}

impl Forecasts<'_> {
    pub fn made(&self, at: usize, month: Month) -> Option<&Forecast> {
        self.made.get(at)?.get(usize::try_from(month.0 - self.first.0).ok()?)?.as_ref()
    }

    /// From the errors of earlier forecasts whose outcome was final by the close of `month`.
    pub fn spreads(&self, at: usize, month: Month) -> Spreads {
        let outcomes = |of: fn(&Forecast) -> &[Expected; AHEAD], actual: fn(&Model, usize, Month) -> i64| {
            let from = (month.0 - OUTCOME_MONTHS + 1).max(self.first.0);
            let finals = (from..=month.0).map(Month).filter(|outcome| self.model.calendar.is_final(*outcome));
            spreads(finals.flat_map(|outcome| {
                let actual = actual(self.model, at, outcome) as f64;
                (1..=AHEAD).filter_map(move |horizon| {
                    let expected = of(self.made(at, outcome.plus(-(horizon as i32)))?)[horizon - 1];
                    let error = (actual - expected.value) / expected.error;
                    let age = (month.0 - outcome.0) as usize;
                    error.is_finite().then_some(Outcome { horizon, age, error })
                })
            }))
        };
        Spreads { customers: outcomes(|f| &f.customers, closing), mrr: outcomes(|f| &f.mrr, mrr) }
    }
}

/// What all segments share at a close: the months that were seen, and the flow of all.
struct Seen {
    months: Vec<Month>,
    /// Months whose new customers are a flow. Those of the first month of an export that does not say where its history begins
    /// are the customers there were.
    won: Vec<Month>,
    gap: usize,
    flow: Flow,
}

impl Seen {
    fn of(model: &Model, month: Month) -> Option<Self> {
        let mut months: Vec<Month> = observed(model, month).collect();
        months.reverse();
        let last = *months.last().filter(|_| months.len() >= MIN_MONTHS)?;
        let gap = (month.0 - last.0) as usize;
        let is_stock = |month: Month| !model.is_truncated && model.first == Some(month);
        let flowing: Vec<Month> = months.iter().copied().filter(|month| !is_stock(*month)).collect();
        let flow = Flow::of_all(&won(model, 0, &flowing), last.0, gap);
        Some(Seen { months, won: flowing, gap, flow })
    }

    fn recent(&self, months: usize) -> &[Month] {
        &self.months[self.months.len().saturating_sub(months)..]
    }
}

fn won(model: &Model, at: usize, months: &[Month]) -> Vec<f64> {
    let count = |month: &Month, name: &str| model.customers.get(at, *month, name);
    let won = |month: &Month| (count(month, NEW_CUSTOMERS.name) + count(month, REACTIVATED_CUSTOMERS.name)) as f64;
    months.iter().map(won).collect()
}

fn forecast(model: &Model, at: usize, month: Month, seen: &Seen, losses: (&Losses, Option<&Losses>)) -> Forecast {
    let flow = match at {
        0 => seen.flow.clone(),
        _ => Flow::of_part(&won(model, at, &seen.won), &seen.flow, seen.gap),
    };
    let ages = ages(model, at, month);
    let (own, all) = losses;
    let hazards = own.hazards(month, all, ages.len() + AHEAD);
    let recent = seen.recent(LEVEL_MONTHS);
    let sum = |name: &str| recent.iter().map(|month| model.customers.get(at, *month, name)).sum::<i64>() as f64;
    let (churned, opening) = (sum(CHURNED_CUSTOMERS.name), sum(OPENING_CUSTOMERS.name));
    let expected = recent.first().map_or(0.0, |first| {
        own.expected(*first, month, &hazards, |month| model.customers.get(at, month, OPENING_CUSTOMERS.name) as f64)
    });
    let level = (churned + LEVEL_WEIGHT) / (expected + LEVEL_WEIGHT);
    let level = level.clamp(1.0 / LEVEL_BOUND, LEVEL_BOUND);
    let base = Base {
        ages: &ages,
        hazards: &hazards.iter().map(|hazard| (hazard * level).min(1.0)).collect::<Vec<f64>>(),
        moving: moving(model, at, recent),
        losses: churned,
        at_risk: opening,
        months: seen.months.len() as f64,
    };
    let ahead = project(&base, &flow);
    Forecast {
        customers: ahead.map(|ahead| Expected { value: ahead.customers, error: ahead.variance.sqrt() }),
        mrr: money(model, at, month, seen, &ahead),
        lost: ahead.map(|ahead| ahead.lost),
        won: ahead.map(|ahead| ahead.won),
    }
}

/// Customers at a close by age; those of a segment none of whose cohorts is left are as old as all.
fn ages(model: &Model, at: usize, month: Month) -> Vec<f64> {
    let customers = closing(model, at, month);
    let own = present_ages(model, at, month);
    let known = if own.iter().any(|there| *there > 0) { own } else { present_ages(model, 0, month) };
    let total: i64 = known.iter().sum();
    let share = |there: &i64| if total > 0 { *there as f64 * customers as f64 / total as f64 } else { 0.0 };
    known.iter().map(share).collect()
}

/// Customers who moved over between one close and the next open, per customer; 0 in a dimension that does not change.
fn moving(model: &Model, at: usize, months: &[Month]) -> f64 {
    let (mut moved, mut there) = (0, 0);
    for month in months.iter().filter(|month| model.first.is_some_and(|first| **month > first)) {
        let before = closing(model, at, month.plus(-1));
        moved += model.customers.get(at, *month, OPENING_CUSTOMERS.name) - before;
        there += before;
    }
    if there > 0 { (moved as f64 / there as f64).clamp(-0.5, 0.5) } else { 0.0 }
}

/// Customers times MRR per customer, which drifts.
fn money(model: &Model, at: usize, month: Month, seen: &Seen, ahead: &[Ahead; AHEAD]) -> [Expected; AHEAD] {
    let is_known = |month: Month| model.first.is_some_and(|first| month >= first);
    let per_customer = |month: Month| {
        let (mrr, customers) = (mrr(model, at, month), closing(model, at, month));
        (is_known(month) && mrr > 0 && customers > 0).then(|| mrr as f64 / customers as f64)
    };
    let change = |month: &Month| Some((per_customer(*month)? / per_customer(month.plus(-1))?).ln());
    let changes: Vec<f64> = seen.recent(NOISE_MONTHS).iter().filter_map(change).collect();
    let walk = Walk::of(&changes);
    let (today, customers) = (mrr(model, at, month).max(0) as f64, closing(model, at, month) as f64);
    std::array::from_fn(|j| {
        let (factor, variance) = walk.ahead(j + 1);
        let value = today * (ahead[j].customers / customers) * factor;
        let price = today / customers * factor;
        Expected { value, error: (price * price * ahead[j].variance + value * value * variance).sqrt() }
    })
}
