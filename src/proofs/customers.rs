//! Laws of the tables about single customers, and of their summaries.

use std::collections::BTreeMap;

use super::{Cells, Tallies, identity, within};
use crate::error::Result;
use crate::month::{Month, date_of};
use crate::normalise::group::ALL;
use crate::publish::Computed;
use crate::tables::outputs::*;
use crate::tables::{Column as Declared, Table};

/// Contributions are rounded one by one.
const ROUNDING: f64 = 1e-9;

/// Every law whose tables were computed.
pub fn prove(computed: &[Computed], tallies: &mut Tallies) -> Result<()> {
    let bands = [
        (&GREEN_CUSTOMERS, "green"),
        (&YELLOW_CUSTOMERS, "yellow"),
        (&RED_CUSTOMERS, "red"),
        (&UNKNOWN_CUSTOMERS, "unknown"),
    ];
    let tiers = [(&SUPER_FAN_CUSTOMERS, "super_fan"), (&CORE_CUSTOMERS, "core"), (&AT_RISK_TIER_CUSTOMERS, "at_risk")];
    if let Some(health) = Cells::of(computed, &HEALTH_TABLE) {
        contributions(&health, tallies)?;
    }
    if let Some(summary) = Cells::of(computed, &HEALTH_SUMMARY_TABLE) {
        let table = &HEALTH_SUMMARY_TABLE;
        let columns = [&GREEN_CUSTOMERS, &YELLOW_CUSTOMERS, &RED_CUSTOMERS, &UNKNOWN_CUSTOMERS, &PRESENT_CUSTOMERS];
        identity(&summary, table, "bands_sum_to_customers", &columns, &[1, 1, 1, 1, -1], tallies);
        within(&summary, table, "scored_within_customers", &SCORED_CUSTOMERS, &PRESENT_CUSTOMERS, tallies);
        let scored = [&GREEN_CUSTOMERS, &YELLOW_CUSTOMERS, &RED_CUSTOMERS, &SCORED_CUSTOMERS];
        identity(&summary, table, "bands_sum_to_scored", &scored, &[1, 1, 1, -1], tallies);
        counted(&summary, table, Cells::of(computed, &HEALTH_TABLE), &BAND, &bands, tallies)?;
        all_paying(&summary, table, computed, tallies);
    }
    if let Some(summary) = Cells::of(computed, &TIERS_SUMMARY_TABLE) {
        let table = &TIERS_SUMMARY_TABLE;
        let columns = [&SUPER_FAN_CUSTOMERS, &CORE_CUSTOMERS, &AT_RISK_TIER_CUSTOMERS, &PRESENT_CUSTOMERS];
        identity(&summary, table, "tiers_sum_to_customers", &columns, &[1, 1, 1, -1], tallies);
        counted(&summary, table, Cells::of(computed, &TIERS_TABLE), &TIER, &tiers, tallies)?;
        all_paying(&summary, table, computed, tallies);
    }
    if let Some(backtest) = Cells::of(computed, &HEALTH_BACKTEST_TABLE) {
        within(&backtest, &HEALTH_BACKTEST_TABLE, "lost_within_customers", &LOST_CUSTOMERS, &TESTED_CUSTOMERS, tallies);
        deciles(&backtest, tallies);
    }
    Ok(())
}

/// The month of every row; read once, because there is a row per customer.
fn months(cells: &Cells) -> Result<Vec<Option<Month>>> {
    let days = cells.frame.column(MONTH.name)?.as_materialized_series().to_physical_repr().i32()?.clone();
    // Rows of a month are together: its day is turned into a month once.
    let mut last = (i32::MIN, None);
    let month = |day: Option<i32>| {
        let day = day?;
        if last.0 != day {
            last = (day, Some(Month::of(date_of(day))));
        }
        last.1
    };
    Ok(days.iter().map(month).collect())
}

/// A score is the sum of its contributions.
fn contributions(health: &Cells, tallies: &mut Tallies) -> Result<()> {
    let floats = |column: &Declared| -> Result<Vec<Option<f64>>> {
        Ok(health.frame.column(column.name)?.f64()?.iter().collect())
    };
    let scores = floats(&HEALTH_SCORE)?;
    let parts = [
        &USAGE_CONTRIBUTION,
        &SURVEY_CONTRIBUTION,
        &SUPPORT_CONTRIBUTION,
        &COMMERCIAL_CONTRIBUTION,
        &TENURE_CONTRIBUTION,
    ];
    let parts: Vec<Vec<Option<f64>>> = parts.into_iter().map(floats).collect::<Result<_>>()?;
    for (row, month) in months(health)?.into_iter().enumerate() {
        if let (Some(month), Some(score)) = (month, scores[row]) {
            let sum: f64 = parts.iter().filter_map(|part| part[row]).sum();
            let tally = tallies.entry((month, HEALTH_TABLE.name, "contributions_sum_to_score")).or_default();
            tally.see(i64::from((sum - score).abs() > ROUNDING), score > 0.0);
        }
    }
    Ok(())
}

/// The row of everybody counts the rows of the customers, by what they are called there.
fn counted(
    summary: &Cells,
    table: &Table,
    customers: Option<Cells>,
    label: &Declared,
    counts: &[(&Declared, &str)],
    tallies: &mut Tallies,
) -> Result<()> {
    let Some(customers) = customers else { return Ok(()) };
    let labels = customers.frame.column(label.name)?.str()?.clone();
    let mut rows: BTreeMap<(Month, &str), i64> = BTreeMap::new();
    for (month, label) in months(&customers)?.into_iter().zip(labels.iter()) {
        if let (Some(month), Some(label)) = (month, label) {
            *rows.entry((month, label)).or_default() += 1;
        }
    }
    for at in summary.rows().filter(|at| summary.text(&DIMENSION, *at) == ALL) {
        let Some(month) = summary.month(&MONTH, at) else { continue };
        for (column, label) in counts {
            if let Some(count) = summary.int(column, at) {
                let seen = rows.get(&(month, *label)).copied().unwrap_or(0);
                tallies.entry((month, table.name, "customers_are_rows")).or_default().see(count - seen, count != 0);
            }
        }
    }
    Ok(())
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
