//! Laws of the tables about single customers, and of their summaries.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::{Cells, Tallies, Tally, identity, within};
use crate::error::Result;
use crate::month::{Month, date_of};
use crate::normalise::group::ALL;
use crate::publish::Computed;
use crate::tables::outputs::*;
use crate::tables::{Column as Declared, Table};

/// Contributions are rounded one by one.
const ROUNDING: f64 = 1e-9;

/// What the rows of customers say: seen month by month, so that they need not stay in memory until everything is proven.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Names of the tables whose rows were seen.
    tables: BTreeSet<&'static str>,
    tallies: Tallies,
    /// Rows by table, month and what the customer is called there.
    labels: BTreeMap<(&'static str, Month, String), i64>,
}

impl Rows {
    /// Of the tables that have a row per customer; the others have nothing to say.
    pub fn of<'a>(computed: impl IntoIterator<Item = &'a Computed>) -> Result<Rows> {
        let mut rows = Rows::default();
        for Computed { table, frame } in computed {
            let label = match table.name {
                name if name == HEALTH_TABLE.name => &BAND,
                name if name == TIERS_TABLE.name => &TIER,
                _ => continue,
            };
            rows.tables.insert(table.name);
            for (month, frame) in by_month(frame)? {
                rows.count(table, month, frame.column(label.name)?.str()?);
                if table.name == HEALTH_TABLE.name {
                    let tally = rows.tallies.entry((month, table.name, "contributions_sum_to_score")).or_default();
                    contributions(&frame, tally)?;
                }
            }
        }
        // A law that no row had to obey was not checked.
        rows.tallies.retain(|_, tally| tally.rows > 0);
        Ok(rows)
    }

    fn count(&mut self, table: &'static Table, month: Month, labels: &StringChunked) {
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        for label in labels.iter().flatten() {
            *counts.entry(label).or_default() += 1;
        }
        for (label, count) in counts {
            *self.labels.entry((table.name, month, label.to_string())).or_default() += count;
        }
    }
}

/// Of parts that share no month.
impl FromIterator<Rows> for Rows {
    fn from_iter<I: IntoIterator<Item = Rows>>(parts: I) -> Self {
        parts.into_iter().fold(Rows::default(), |mut all, part| {
            all.tables.extend(part.tables);
            all.tallies.extend(part.tallies);
            all.labels.extend(part.labels);
            all
        })
    }
}

/// The rows of each month; those of a month are together.
fn by_month(frame: &DataFrame) -> Result<Vec<(Month, DataFrame)>> {
    let days = frame.column(MONTH.name)?.as_materialized_series().to_physical_repr().i32()?.clone();
    let days: Vec<i32> = days.iter().flatten().collect();
    let mut from = 0;
    let part = |days: &[i32]| {
        let rows = frame.slice(from, days.len());
        from += days.len() as i64;
        (Month::of(date_of(days[0])), rows)
    };
    Ok(days.chunk_by(|a, b| a == b).map(part).collect())
}

/// A score is the sum of its contributions.
fn contributions(health: &DataFrame, tally: &mut Tally) -> Result<()> {
    let floats = |column: &Declared| -> Result<Float64Chunked> { Ok(health.column(column.name)?.f64()?.clone()) };
    let mut sums = vec![0.0; health.height()];
    for part in [
        &USAGE_CONTRIBUTION,
        &SURVEY_CONTRIBUTION,
        &SUPPORT_CONTRIBUTION,
        &COMMERCIAL_CONTRIBUTION,
        &TENURE_CONTRIBUTION,
    ] {
        sums.iter_mut().zip(floats(part)?.iter()).for_each(|(sum, part)| *sum += part.unwrap_or(0.0));
    }
    for (score, sum) in floats(&HEALTH_SCORE)?.iter().zip(sums) {
        if let Some(score) = score {
            tally.see(i64::from((sum - score).abs() > ROUNDING), score > 0.0);
        }
    }
    Ok(())
}

/// Every law whose tables were computed.
pub fn prove(computed: &[Computed], rows: &Rows, tallies: &mut Tallies) {
    let bands = [
        (&GREEN_CUSTOMERS, "green"),
        (&YELLOW_CUSTOMERS, "yellow"),
        (&RED_CUSTOMERS, "red"),
        (&UNKNOWN_CUSTOMERS, "unknown"),
    ];
    let tiers = [(&SUPER_FAN_CUSTOMERS, "super_fan"), (&CORE_CUSTOMERS, "core"), (&AT_RISK_TIER_CUSTOMERS, "at_risk")];
    tallies.extend(rows.tallies.clone());
    if let Some(summary) = Cells::of(computed, &HEALTH_SUMMARY_TABLE) {
        let table = &HEALTH_SUMMARY_TABLE;
        let columns = [&GREEN_CUSTOMERS, &YELLOW_CUSTOMERS, &RED_CUSTOMERS, &UNKNOWN_CUSTOMERS, &PRESENT_CUSTOMERS];
        identity(&summary, table, "bands_sum_to_customers", &columns, &[1, 1, 1, 1, -1], tallies);
        within(&summary, table, "scored_within_customers", &SCORED_CUSTOMERS, &PRESENT_CUSTOMERS, tallies);
        let scored = [&GREEN_CUSTOMERS, &YELLOW_CUSTOMERS, &RED_CUSTOMERS, &SCORED_CUSTOMERS];
        identity(&summary, table, "bands_sum_to_scored", &scored, &[1, 1, 1, -1], tallies);
        counted(&summary, table, &HEALTH_TABLE, rows, &bands, tallies);
        all_paying(&summary, table, computed, tallies);
    }
    if let Some(summary) = Cells::of(computed, &TIERS_SUMMARY_TABLE) {
        let table = &TIERS_SUMMARY_TABLE;
        let columns = [&SUPER_FAN_CUSTOMERS, &CORE_CUSTOMERS, &AT_RISK_TIER_CUSTOMERS, &PRESENT_CUSTOMERS];
        identity(&summary, table, "tiers_sum_to_customers", &columns, &[1, 1, 1, -1], tallies);
        counted(&summary, table, &TIERS_TABLE, rows, &tiers, tallies);
        all_paying(&summary, table, computed, tallies);
    }
    if let Some(backtest) = Cells::of(computed, &HEALTH_BACKTEST_TABLE) {
        within(&backtest, &HEALTH_BACKTEST_TABLE, "lost_within_customers", &LOST_CUSTOMERS, &TESTED_CUSTOMERS, tallies);
        deciles(&backtest, tallies);
    }
}

/// The row of everybody counts the rows of the customers, by what they are called there.
fn counted(
    summary: &Cells,
    table: &Table,
    customers: &Table,
    rows: &Rows,
    counts: &[(&Declared, &str)],
    tallies: &mut Tallies,
) {
    if !rows.tables.contains(customers.name) {
        return;
    }
    for at in summary.rows().filter(|at| summary.text(&DIMENSION, *at) == ALL) {
        let Some(month) = summary.month(&MONTH, at) else { continue };
        for (column, label) in counts {
            if let Some(count) = summary.int(column, at) {
                let seen = rows.labels.get(&(customers.name, month, (*label).to_string())).copied().unwrap_or(0);
                tallies.entry((month, table.name, "customers_are_rows")).or_default().see(count - seen, count != 0);
            }
        }
    }
}

/// The customers of a segment are those `arpc` counts as paying at the close, whatever makes a customer active.
fn all_paying(summary: &Cells, table: &Table, computed: &[Computed], tallies: &mut Tallies) {
    let Some(arpc) = Cells::of(computed, &ARPC_TABLE) else { return };
    let key = |cells: &Cells, at: usize| {
        let segment = (cells.text(&DIMENSION, at).to_string(), cells.text(&SEGMENT, at).to_string());
        Some((cells.month(&MONTH, at)?, segment))
    };
    let paying: BTreeMap<_, i64> =
        arpc.rows().filter_map(|at| Some((key(&arpc, at)?, arpc.int(&CLOSING_CUSTOMERS, at)?))).collect();
    for at in summary.rows() {
        let (Some(key), Some(customers)) = (key(summary, at), summary.int(&PRESENT_CUSTOMERS, at)) else { continue };
        if let Some(closing) = paying.get(&key) {
            let tally = tallies.entry((key.0, table.name, "customers_are_paying")).or_default();
            tally.see(customers - closing, customers != 0 || *closing != 0);
        }
    }
}

/// Deciles sum to everybody.
fn deciles(backtest: &Cells, tallies: &mut Tallies) {
    let mut sums: BTreeMap<(Month, &str), [i64; 2]> = BTreeMap::new();
    let counts = [&TESTED_CUSTOMERS, &LOST_CUSTOMERS];
    for at in backtest.rows() {
        let (Some(month), Some(decile)) = (backtest.month(&MONTH, at), backtest.int(&DECILE, at)) else { continue };
        let sum = sums.entry((month, backtest.text(&PREDICTOR, at))).or_default();
        // Everybody on one side, the deciles on the other.
        let sign = if decile == 0 { 1 } else { -1 };
        for (sum, column) in sum.iter_mut().zip(counts) {
            *sum += sign * backtest.int(column, at).unwrap_or(0);
        }
    }
    for at in backtest.rows().filter(|at| backtest.int(&DECILE, *at) == Some(0)) {
        let (Some(month), Some(customers)) = (backtest.month(&MONTH, at), backtest.int(&TESTED_CUSTOMERS, at)) else {
            continue;
        };
        let differences = sums.get(&(month, backtest.text(&PREDICTOR, at))).copied().unwrap_or_default();
        let tally = tallies.entry((month, HEALTH_BACKTEST_TABLE.name, "deciles_sum_to_all")).or_default();
        differences.into_iter().for_each(|difference| tally.see(difference, customers != 0));
    }
}
