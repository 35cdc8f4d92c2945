//! The metrics: each a definition, a table, an independent SQL twin and a function from the model to a lazy frame.

use polars::prelude::{DataFrame, LazyFrame, PolarsResult};

use crate::month::MonthRange;
use crate::normalise::Model;
use crate::tables::{Input, Table};
use customers::{Customers, Summaries};
use projection::Forecasts;

mod arpc;
mod churn;
mod cltv;
mod cltv_backtest;
mod cohorts;
mod crc;
mod csat;
mod engagement;
mod forecast;
mod forecast_backtest;
mod health;
mod health_backtest;
mod health_summary;
mod mrr;
mod nps;
mod tiers;
mod tiers_summary;

pub mod columns;
pub mod customers;
pub mod expr;
pub mod losses;
pub mod pool;
pub mod projection;
pub mod rows;
pub mod scores;
pub mod survival;
pub mod trailing;

/// One metric table.
pub struct Metric {
    pub table: &'static Table,
    /// Inputs without which the table is skipped; none: whatever makes customers active will do.
    pub needs: &'static [Input],
    /// What the numbers mean, for the catalogue.
    pub definition: &'static str,
    /// The independent twin, `sql/metrics/<id>.sql`.
    pub sql: &'static str,
    pub compute: Compute,
}

impl Metric {
    /// Whether it is made of `Model::panel`, customers one by one, which is read for such tables alone.
    pub fn reads_customers(&self) -> bool {
        matches!(self.compute, Compute::Customers(_) | Compute::Summaries(_))
    }
}

/// How the rows are made: one per grain, sorted by it, money in ticks (Int64).
#[derive(Clone, Copy)]
pub enum Compute {
    /// From the aggregates, for all months asked.
    Whole(fn(&Model, MonthRange) -> LazyFrame),
    /// A row for every customer of one month, so that no more than a few months need be in memory.
    Customers(fn(&Model, &Customers) -> PolarsResult<DataFrame>),
    /// From what is kept of the customers of each month, for all months asked.
    Summaries(fn(&Model, &Summaries, MonthRange) -> LazyFrame),
    /// From the forecasts made in the months asked and before, for all months asked.
    Forecasts(fn(&Model, &Forecasts, MonthRange) -> LazyFrame),
}

/// What the twins share, in the order in which it runs: as much their definition as their own statements.
pub const SHARED_SQL: [&str; 2] = [include_str!("../../sql/model.sql"), include_str!("../../sql/customers.sql")];

/// The registry: every metric, in the order in which they are computed and printed.
pub static METRICS: [&Metric; 17] = [
    &churn::METRIC,
    &cohorts::METRIC,
    &mrr::METRIC,
    &arpc::METRIC,
    &crc::METRIC,
    &cltv::METRIC,
    &cltv_backtest::METRIC,
    &nps::METRIC,
    &csat::METRIC,
    &engagement::METRIC,
    &health::METRIC,
    &health_summary::METRIC,
    &health_backtest::METRIC,
    &tiers::METRIC,
    &tiers_summary::METRIC,
    &forecast::METRIC,
    &forecast_backtest::METRIC,
];
