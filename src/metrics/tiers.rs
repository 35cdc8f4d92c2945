//! Tiers: super fans, customers at risk, and the core between them.

use polars::prelude::{DataFrame, PolarsResult};

use super::columns::Columns;
use super::customers::Customers;
use super::scores::Scores;
use super::{Compute, Metric};
use crate::models::health::{Band, comparable};
use crate::models::ranking::{Rank, ranking, ranks};
use crate::month::Month;
use crate::normalise::Model;
use crate::tables::Input;
use crate::tables::outputs::{
    ENGAGEMENT_RANK, HEALTH_CUSTOMER, HEALTH_RANK, IS_FINAL, MONTH, SPEND_RANK, SURVEY_RANK, TIER, TIERS_TABLE,
};

pub static METRIC: Metric = Metric {
    table: &TIERS_TABLE,
    needs: &[Input::Subscriptions],
    definition: "Every customer paying at the close of the month is a super fan (in the top third by all of engagement, \
                 spend, survey and health that are known, at least two), at risk (in the bottom third by engagement and \
                 spend, or of red health), or core.",
    sql: include_str!("../../sql/metrics/tiers.sql"),
    compute: Compute::Customers(compute),
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    SuperFan,
    Core,
    AtRisk,
}

impl Tier {
    fn name(self) -> &'static str {
        match self {
            Tier::SuperFan => "super_fan",
            Tier::Core => "core",
            Tier::AtRisk => "at_risk",
        }
    }
}

/// Tiers of the customers paying at the close of a month, and the ranks that decided them.
pub struct Tiers {
    pub tiers: Vec<Tier>,
    /// By customer: engagement, spend, survey, health.
    ranks: [Vec<Option<Rank>>; 4],
}

impl Tiers {
    pub fn of(model: &Model, month: Month, scores: &Scores) -> Self {
        let Scores { customers, active_days, components, health, .. } = scores;
        let known = |ranking: Vec<Rank>| ranking.into_iter().map(Some).collect();
        let engagement = active_days.as_ref().map_or(vec![None; customers.len()], |days| known(ranking(days)));
        let spend: Vec<i64> = customers.iter().map(|customer| model.panel.mrr(*customer, month)).collect();
        let survey: Vec<Option<i64>> = components.iter().map(|[_, survey, ..]| survey.map(comparable)).collect();
        let score: Vec<Option<i64>> = health.iter().map(|health| health.score.map(comparable)).collect();
        let ranks = [engagement, known(ranking(&spend)), ranks(&survey), ranks(&score)];
        let tier = |at: usize| tier([0, 1, 2, 3].map(|rank: usize| ranks[rank][at]), Band::of(health[at].score));
        let tiers = (0..customers.len()).map(tier).collect();
        Tiers { tiers, ranks }
    }
}

/// Source: design page, section 10.
fn tier(ranks: [Option<Rank>; 4], band: Band) -> Tier {
    let known = || ranks.iter().flatten();
    if known().count() >= 2 && known().all(|rank| rank.is_in_top_third()) {
        return Tier::SuperFan;
    }
    let [engagement, spend, ..] = ranks;
    let is_low = engagement.zip(spend).is_some_and(|(a, b)| a.is_in_bottom_third() && b.is_in_bottom_third());
    if is_low || band == Band::Red { Tier::AtRisk } else { Tier::Core }
}

/// Shares of all customers that the ranks stand for.
fn shares(ranks: &[Option<Rank>]) -> impl Iterator<Item = Option<f64>> {
    ranks.iter().map(|rank| rank.map(Rank::share))
}

/// Returns one row per customer paying at the close of the month.
fn compute(model: &Model, customers: &Customers) -> PolarsResult<DataFrame> {
    let Customers { month, scores, .. } = customers;
    let Tiers { tiers, ranks: [engagement, spend, survey, health] } = customers.tiers(model);
    Columns::new(&TIERS_TABLE, scores.customers.len())
        .month(&MONTH, *month)
        .texts(&HEALTH_CUSTOMER, scores.customers.iter().map(|customer| Some(model.panel.id(*customer))))
        .texts(&TIER, tiers.iter().map(|tier| Some(tier.name())))
        .floats(&ENGAGEMENT_RANK, shares(engagement))
        .floats(&SPEND_RANK, shares(spend))
        .floats(&SURVEY_RANK, shares(survey))
        .floats(&HEALTH_RANK, shares(health))
        .flag(&IS_FINAL, model.calendar.is_final(*month))
        .frame()
}
