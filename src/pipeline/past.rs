//! What was published before a run, held against what the run computes: it changes nothing, it is said.

use std::collections::BTreeMap;

use tracing::warn;

use crate::error::{Error, Kind, Result};
use crate::month::{Month, MonthRange, date_of};
use crate::normalise::group::ALL;
use crate::proofs::{self, Published};
use crate::publish::{Computed, History, RunRecord};
use crate::tables::outputs::{
    CHECK, CHECKED_TABLE, CHURN_TABLE, CLOSING_CUSTOMERS, CLOSING_MRR, DIFFERENCE, DIMENSION, HINT, IS_FINAL, MONTH,
    MRR_TABLE, STATUS,
};
use crate::tables::runs::RUNS_TABLE;
use crate::tables::{Column, Table};
use crate::violation::{Severity, Violation};

/// What readers see of the month before the run, and of those of its months that were final.
pub fn closings(history: &History, months: MonthRange) -> Result<Published> {
    Ok(Published {
        closing_customers: closings_of(history, &CHURN_TABLE, &CLOSING_CUSTOMERS, months)?,
        closing_mrr: closings_of(history, &MRR_TABLE, &CLOSING_MRR, months)?,
    })
}

/// A past that cannot be read is not compared with, and stops nobody.
fn closings_of(
    history: &History,
    table: &'static Table,
    closing: &Column,
    months: MonthRange,
) -> Result<BTreeMap<Month, i64>> {
    let before = months.first.plus(-1);
    let seen = MonthRange { first: before, last: months.last };
    if !seen.iter().any(|month| history.last_of(table.name, month).is_some()) {
        return Ok(BTreeMap::new());
    }
    let frame = match history.table(table, Some(seen)) {
        Ok(frame) => frame,
        Err(error) if error.kind == Kind::Io => {
            let hint = error.hint.as_deref().unwrap_or_default();
            warn!(table = table.name, %error, hint, "what was published cannot be read, so nothing is compared with it");
            return Ok(BTreeMap::new());
        }
        Err(error) => return Err(error),
    };
    let (days, dimensions) = (frame.column(MONTH.name)?.to_physical_repr(), frame.column(DIMENSION.name)?.str()?);
    let (days, finals, values) =
        (days.i32()?, frame.column(IS_FINAL.name)?.bool()?, frame.column(closing.name)?.i64()?);
    let of_all = (0..frame.height()).filter(|row| dimensions.get(*row) == Some(ALL));
    let closings = of_all.filter_map(|row| {
        let month = Month::of(date_of(days.get(row)?));
        let is_told = month == before || finals.get(row)?;
        Some((month, values.get(row)?)).filter(|_| is_told)
    });
    Ok(closings.collect())
}

/// A warning for every check that found the published past changed.
pub fn restated(checks: &Computed) -> Result<Vec<Violation>> {
    let column = |column: &Column| Ok::<_, Error>(checks.frame.column(column.name)?.str()?);
    let days = checks.frame.column(MONTH.name)?.to_physical_repr();
    let (days, statuses) = (days.i32()?, column(&STATUS)?);
    let (tables, laws, amounts, hints) =
        (column(&CHECKED_TABLE)?, column(&CHECK)?, column(&DIFFERENCE)?, column(&HINT)?);
    let rows = (0..checks.frame.height()).filter(|row| statuses.get(*row) == Some(proofs::RESTATED));
    let warning = |row| {
        let month = Month::of(date_of(days.get(row)?));
        let (table, law) = (tables.get(row)?, laws.get(row)?);
        let message = format!("{month}: {law} differs by {}: {}", amounts.get(row)?, hints.get(row)?);
        Some(warning(table, law, proofs::RESTATED, message))
    };
    Ok(rows.filter_map(warning).collect())
}

/// A warning if months that the run leaves alone were published under other definitions.
pub fn other_definitions(history: &History, record: &RunRecord) -> Option<Violation> {
    let runs = history.runs();
    let first = runs.iter().map(|run| run.record.months.first).min()?;
    let last = runs.iter().map(|run| run.record.months.last).max()?;
    let differs = |month: &Month| {
        let run = runs.iter().rev().find(|run| run.record.months.contains(*month));
        run.is_some_and(|run| run.record.definition_version != record.definition_version)
    };
    let others = || (MonthRange { first, last }).iter().filter(|month| !record.months.contains(*month)).filter(differs);
    let range = MonthRange { first: others().next()?, last: others().next_back()? };
    let message = format!(
        "{range} were published under other definitions (the job's, or another version's): `tenure backfill --from {} --to {}`",
        range.first, range.last
    );
    Some(warning(RUNS_TABLE.name, "definition_version", "other_definitions", message))
}

fn warning(table: &str, column: &str, rule: &'static str, message: String) -> Violation {
    let (table, column, samples) = (table.to_string(), column.to_string(), Vec::new());
    Violation { severity: Severity::Warning, table, column, rule, message, rows: 0, samples }
}
