//! Whether health scores foretold who would leave, beside two simpler predictors.

use polars::prelude::LazyFrame;

use super::customers::{Customers, Summaries};
use super::expr::{first_reason, ratio, reason};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::models::health::comparable;
use crate::models::ranking::{Ranked, auc, ranking, top_lift};
use crate::month::{Month, MonthRange};
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::outputs::{
    AUC, BRIER, BRIER_BASE_RATE, DECILE, HEALTH_BACKTEST_TABLE, IS_FINAL, LOST_CUSTOMERS, LOST_RATE, MEAN_RISK, MONTH,
    NULL_REASON, PREDICTOR, SCORED_MONTH, TESTED_CUSTOMERS, TOP_DECILE_LIFT,
};

pub static METRIC: Metric = Metric {
    table: &HEALTH_BACKTEST_TABLE,
    needs: &[Input::Subscriptions],
    definition: "Scores of three months ago against who was not paying at one of the three closes since: how well they \
                 ordered customers, and how well the loss rates seen one step earlier foretold these. A row belongs to the \
                 month in which the outcome is known.",
    sql: include_str!("../../sql/metrics/health_backtest.sql"),
    compute: Compute::Summaries(compute),
};

/// From a score to its outcome.
pub const MONTHS_AHEAD: i32 = 3;
const PREDICTORS: [&str; 3] = ["health", "usage", "tenure"];
const DECILES: usize = 10;

/// Customers and those of them lost.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    customers: i64,
    lost: i64,
}

impl Count {
    fn rate(self) -> Option<f64> {
        ratio(self.lost, self.customers)
    }
}

/// What came of the ranking of one month's customers by one predictor.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Decile 10, the highest risk, last.
    deciles: [Count; DECILES],
    auc: Option<f64>,
    lift: Option<f64>,
}

impl Outcome {
    /// Larger values are higher risks; a customer without one is left out.
    fn of<T: Ranked>(risks: impl Iterator<Item = Option<T>>, is_lost: &[bool]) -> Self {
        let known = risks.zip(is_lost).filter_map(|(risk, lost)| Some((risk?, *lost)));
        let (risks, is_lost): (Vec<T>, Vec<bool>) = known.unzip();
        let ranks = ranking(&risks);
        let mut outcome = Outcome {
            auc: auc(&ranks, &is_lost),
            lift: top_lift(&ranks, &is_lost, 1.0 / DECILES as f64),
            ..Outcome::default()
        };
        for (rank, is_lost) in ranks.iter().zip(is_lost) {
            let decile = &mut outcome.deciles[rank.decile() - 1];
            decile.customers += 1;
            decile.lost += i64::from(is_lost);
        }
        outcome
    }
    fn all(&self) -> Count {
        let add = |sum: Count, decile: &Count| Count {
            customers: sum.customers + decile.customers,
            lost: sum.lost + decile.lost,
        };
        self.deciles.iter().fold(Count::default(), add)
    }
    /// The loss rate to foretell of each decile, and of everybody: what was seen of it; of a decile that nobody was in, what was
    /// seen of everybody.
    fn rates(&self) -> Option<Rates> {
        let base = self.all().rate()?;
        Some((self.deciles.map(|decile| decile.rate().unwrap_or(base)), base))
    }
}

type Rates = ([f64; DECILES], f64);

/// Mean over the customers of the loss rate foretold, and of the squared errors of it and of the base rate.
fn foretold(tested: &Outcome, (rates, base): Rates) -> Option<[f64; 3]> {
    let error = |count: &Count, rate: f64| {
        count.lost as f64 * (1.0 - rate).powi(2) + (count.customers - count.lost) as f64 * rate.powi(2)
    };
    let (mut customers, mut sums) = (0, [0.0; 3]);
    for (count, rate) in tested.deciles.iter().zip(rates) {
        customers += count.customers;
        let parts = [count.customers as f64 * rate, error(count, rate), error(count, base)];
        sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
    }
    (customers > 0).then(|| sums.map(|sum| sum / customers as f64))
}

/// By predictor; None without its input.
pub type Outcomes = [Option<Outcome>; 3];

/// Outcomes of the scores of a month by the closes of the next three.
pub fn outcomes(model: &Model, customers: &Customers) -> Outcomes {
    let Customers { month, scores, .. } = customers;
    let with_score: Vec<usize> = (0..scores.customers.len()).filter(|at| scores.health[*at].score.is_some()).collect();
    let is_lost =
        |at: &usize| (1..=MONTHS_AHEAD).any(|ahead| !model.panel.is_paying(scores.customers[*at], month.plus(ahead)));
    let is_lost: Vec<bool> = with_score.iter().map(is_lost).collect();
    let health = with_score.iter().map(|at| scores.health[*at].score.map(|score| -comparable(score)));
    let usage = |days: &Vec<i64>| Outcome::of(with_score.iter().map(|at| Some(-days[*at])), &is_lost);
    let tenure = with_score.iter().map(|at| scores.hazards[*at]);
    [Some(Outcome::of(health, &is_lost)), scores.active_days.as_ref().map(usage), Some(Outcome::of(tenure, &is_lost))]
}

/// Reads the outcomes of earlier months; returns one row per month, predictor and decile.
/// Source: design page, section 9.
fn compute(model: &Model, summaries: &Summaries, months: MonthRange) -> LazyFrame {
    let known = |scored: Month| summaries.get(&scored)?.outcomes.as_ref();
    let mut rows = Vec::new();
    for month in months.iter() {
        let scored = month.plus(-MONTHS_AHEAD);
        for (at, predictor) in PREDICTORS.into_iter().enumerate() {
            let tested = known(scored).map(|outcomes| outcomes[at].as_ref());
            let earlier = known(scored.plus(-MONTHS_AHEAD)).and_then(|outcomes| outcomes[at].as_ref());
            let keyed = |decile: usize, why: Option<&'static str>| {
                Row::new()
                    .with(&MONTH, month)
                    .with(&PREDICTOR, predictor)
                    .with(&DECILE, decile as i64)
                    .with(&SCORED_MONTH, scored)
                    .with(&NULL_REASON, why)
                    .with(&IS_FINAL, model.calendar.is_final(month))
            };
            match tested {
                None => rows.extend((0..=DECILES).map(|decile| keyed(decile, Some(reason::NOT_MATURE)))),
                Some(None) => rows.extend((0..=DECILES).map(|decile| keyed(decile, Some(reason::NO_INPUT)))),
                Some(Some(tested)) => rows.extend(rows_of(tested, earlier.and_then(Outcome::rates), keyed)),
            }
        }
    }
    frame(&HEALTH_BACKTEST_TABLE, rows)
}

/// Everybody, then the deciles. `earlier` are the loss rates seen one step earlier.
fn rows_of(tested: &Outcome, earlier: Option<Rates>, keyed: impl Fn(usize, Option<&'static str>) -> Row) -> Vec<Row> {
    let counted = |decile: usize, count: Count, is_ranked: bool| {
        let why = first_reason(&[
            (count.customers == 0, reason::NO_CUSTOMERS),
            (earlier.is_none(), reason::NOT_MATURE),
            (!is_ranked, reason::TOO_FEW),
        ]);
        keyed(decile, why)
            .with(&TESTED_CUSTOMERS, count.customers)
            .with(&LOST_CUSTOMERS, count.lost)
            .with(&LOST_RATE, count.rate())
    };
    let means = earlier.and_then(|rates| foretold(tested, rates));
    let everybody = counted(0, tested.all(), tested.auc.is_some())
        .with(&MEAN_RISK, means.map(|[risk, _, _]| risk))
        .with(&AUC, tested.auc)
        .with(&TOP_DECILE_LIFT, tested.lift)
        .with(&BRIER, means.map(|[_, brier, _]| brier))
        .with(&BRIER_BASE_RATE, means.map(|[_, _, of_base]| of_base));
    let decile = |(at, count): (usize, Count)| {
        let rate = earlier.map(|(rates, _)| rates[at]).filter(|_| count.customers > 0);
        counted(at + 1, count, true).with(&MEAN_RISK, rate)
    };
    std::iter::once(everybody).chain(tested.deciles.into_iter().enumerate().map(decile)).collect()
}
