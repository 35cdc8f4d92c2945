//! Health scores: how five components, each 0 to 100, are made from plain numbers, and one score from them.
//! Source: design page, section 9.

use super::ranking::{percentiles, weighted_mean};
use super::special::limit;

/// Usage, survey, support, commercial, tenure: the order in which a score sums them.
pub const COMPONENTS: usize = 5;
/// An answer weighs half as much every so many days.
const HALF_LIFE_DAYS: f64 = 90.0;
/// What a failed or refunded payment costs, and what a contraction does.
const MALUS: f64 = 50.0;
/// Scores from here are green, and yellow.
const GREEN_FROM: f64 = 76.0;
const YELLOW_FROM: f64 = 51.0;
/// A score needs this share of the weights.
const MIN_COVERAGE: f64 = 0.5;
/// Scores are told apart to nine decimals: what is equal on paper is equal here, whatever the order of its sums.
const TOLD_APART: f64 = 1e9;

/// A score as ranks and bands see it.
pub fn comparable(score: f64) -> i64 {
    (score * TOLD_APART).round() as i64
}

/// `50 x days / mean`, at most 100, against the mean of `before` over so many `months`; None without a month to compare
/// with, or where nothing ever happened. Any use after none is 100.
pub fn trend(days: i64, before: i64, months: i64) -> Option<f64> {
    match (days, before, months) {
        (_, _, ..=0) | (0, 0, _) => None,
        (_, 0, _) => Some(100.0),
        _ => Some(limit(50.0 * days as f64 / (before as f64 / months as f64), 0.0, 100.0)),
    }
}

/// Mean of the percentile of active days and the trend, where there is one.
pub fn usage(days: &[i64], trends: &[Option<f64>]) -> Vec<f64> {
    let mean = |(percentile, trend): (f64, &Option<f64>)| trend.map_or(percentile, |trend| (percentile + trend) / 2.0);
    percentiles(days).into_iter().zip(trends).map(mean).collect()
}

/// Mean of (age in days, score) pairs by their half-life; None without answers.
pub fn survey(answers: impl IntoIterator<Item = (i32, f64)>) -> Option<f64> {
    weighted_mean(answers.into_iter().map(|(age, score)| ((-f64::from(age) / HALF_LIFE_DAYS).exp2(), score)))
}

/// 100 less the percentile of tickets, and of cost per revenue among those who have any; the mean of what there is.
pub fn support(tickets: Option<&[i64]>, burdens: Option<&[Option<f64>]>, customers: usize) -> Vec<Option<f64>> {
    let mut scores = vec![None; customers];
    if let Some(tickets) = tickets {
        scores = percentiles(tickets).into_iter().map(|percentile| Some(100.0 - percentile)).collect();
    }
    if let Some(burdens) = burdens {
        let known: Vec<usize> = (0..burdens.len()).filter(|at| burdens[*at].is_some()).collect();
        let ranked = percentiles(&known.iter().map(|at| burdens[*at].unwrap_or(0.0)).collect::<Vec<_>>());
        for (at, percentile) in known.into_iter().zip(ranked) {
            let score = 100.0 - percentile;
            scores[at] = Some(scores[at].map_or(score, |other: f64| (other + score) / 2.0));
        }
    }
    scores
}

pub fn commercial(has_bad_payment: bool, has_contraction: bool) -> f64 {
    100.0 - MALUS * f64::from(u8::from(has_bad_payment)) - MALUS * f64::from(u8::from(has_contraction))
}

pub fn tenure(hazard: f64) -> f64 {
    100.0 * (1.0 - hazard)
}

/// A customer's score, if enough is known, and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Health {
    pub score: Option<f64>,
    /// Weight of the components there are, as a share of all.
    pub coverage: f64,
    /// They sum to the score.
    pub contributions: [Option<f64>; COMPONENTS],
}

/// The weighted mean of the components there are.
pub fn health(weights: &[f64; COMPONENTS], components: &[Option<f64>; COMPONENTS]) -> Health {
    let (mut sum, mut present) = (0.0, 0.0);
    for (weight, component) in weights.iter().zip(components) {
        if let Some(value) = component {
            sum += weight * value;
            present += weight;
        }
    }
    let coverage = present / weights.iter().sum::<f64>();
    // A sum of weights that should be a half may miss it by its last digit.
    if coverage < MIN_COVERAGE - 1.0 / TOLD_APART {
        return Health { score: None, coverage, contributions: [None; COMPONENTS] };
    }
    let mut contributions = [None; COMPONENTS];
    for (at, contribution) in contributions.iter_mut().enumerate() {
        *contribution = components[at].map(|value| weights[at] * value / present);
    }
    Health { score: Some(sum / present), coverage, contributions }
}

/// How a score is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    Green,
    Yellow,
    Red,
    Unknown,
}

impl Band {
    pub fn of(score: Option<f64>) -> Self {
        match score.map(comparable) {
            None => Band::Unknown,
            Some(score) if score >= comparable(GREEN_FROM) => Band::Green,
            Some(score) if score >= comparable(YELLOW_FROM) => Band::Yellow,
            Some(_) => Band::Red,
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Band::Green => "green",
            Band::Yellow => "yellow",
            Band::Red => "red",
            Band::Unknown => "unknown",
        }
    }
}
