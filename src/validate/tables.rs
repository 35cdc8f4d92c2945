//! Rules that rows break together.

use polars::prelude::*;

use super::rows::is_excluded;
use super::{Check, Found, KnownCustomers, first_three, keys, violation};
use crate::error::Result;
use crate::ids::{hash_of, number};
use crate::job::Job;
use crate::month::{Calendar, Month, date_of, days_of};
use crate::snapshot::Source;
use crate::tables::inputs::{
    ANSWERED_AT, CUSTOMER_ID, ENDED_AT, OPENED_AT, PAID_AT, SNAPSHOT_DATE, STARTED_AT, SUBSCRIPTION_ID,
};
use crate::tables::{Input, InputColumn};
use crate::violation::{Severity, Violation};

/// How many rows share a key.
const ROWS: &str = "rows";
const NEXT_ID: &str = "next id";
const NEXT_START: &str = "next start";

/// A frame of offending keys with `ROWS` each: one violation if it is not empty.
fn keyed(offending: LazyFrame, sample: Expr, broken: Violation) -> Check {
    let frame = offending.clone().select([col(ROWS).sum().alias(ROWS)]);
    let read = move |answer: &DataFrame| {
        let rows = answer.column(ROWS)?.as_materialized_series().i64()?.get(0).unwrap_or(0);
        if rows == 0 {
            return Ok(Vec::new());
        }
        let violation = Violation { rows: rows as u64, ..broken.clone() };
        Ok(vec![Found { violation, samples: Some(first_three(offending.clone(), sample.clone())) }])
    };
    Check { frame, read: Box::new(read) }
}

fn has_all(source: &Source, columns: &[&InputColumn]) -> bool {
    columns.iter().all(|column| source.present.contains(column.name))
}

/// Rows that exist at the as-of instant and are not excluded.
fn existing(job: &Job, input: Input, source: &Source, calendar: &Calendar) -> LazyFrame {
    let mut rows = source.frame.clone().filter(is_excluded(job, input, source).not());
    let happened = match input {
        Input::Subscriptions => Some(&STARTED_AT),
        Input::Invoices => Some(&PAID_AT),
        Input::Surveys => Some(&ANSWERED_AT),
        Input::SupportTickets => Some(&OPENED_AT),
        Input::Customers | Input::RetentionCosts | Input::FxRates | Input::UsageEvents => None,
    };
    if let Some(at) = happened.filter(|at| source.present.contains(at.name)) {
        rows = rows.filter(col(at.name).lt(lit(calendar.as_of_close())));
    }
    rows
}

/// Rows that have a whole key.
fn keyed_rows(job: &Job, input: Input, source: &Source, calendar: &Calendar) -> Option<LazyFrame> {
    let key = job.table(input).key;
    if key.is_empty() || !has_all(source, key) {
        return None;
    }
    let is_whole = key.iter().map(|column| col(column.name).is_not_null()).fold(lit(true), Expr::and);
    Some(existing(job, input, source, calendar).filter(is_whole))
}

/// A hash of the key of every row that has one. Grouping millions of keys as text to find that none repeats would be the
/// dearest check of all.
pub fn key_hashes(job: &Job, input: Input, source: &Source, calendar: &Calendar) -> Option<LazyFrame> {
    let rows = keyed_rows(job, input, source, calendar)?;
    let (first, rest) = job.table(input).key.split_first()?;
    let rest: Vec<Expr> = rest.iter().map(|column| col(column.name)).collect();
    let hashes = |columns: &mut [Column]| {
        let mut hashes = vec![0_u64; columns[0].len()];
        for column in columns {
            let text = column.as_materialized_series().to_physical_repr().cast(&DataType::String)?;
            for (hash, text) in hashes.iter_mut().zip(text.str()?.iter()) {
                *hash = hash.rotate_left(23) ^ hash_of(text.unwrap_or_default().as_bytes());
            }
        }
        Ok(UInt64Chunked::from_vec(KEY_HASH.into(), hashes).into_column())
    };
    let field = |_: &Schema, _: &[Field]| Ok(Field::new(KEY_HASH.into(), DataType::UInt64));
    Some(rows.select([col(first.name).map_many(hashes, &rest, field).alias(KEY_HASH)]))
}

const KEY_HASH: &str = "key hash";

/// The hashes of a collected frame of them.
pub fn hashes(frame: &DataFrame) -> Result<Vec<u64>> {
    Ok(frame.column(KEY_HASH)?.u64()?.iter().flatten().collect())
}

/// Whether two keys may be the same: without a common hash they are not.
pub fn has_repeats(mut hashes: Vec<u64>) -> bool {
    hashes.sort_unstable();
    hashes.windows(2).any(|pair| pair[0] == pair[1])
}

/// Keys that more than one row has. Rows with a null in the key have their own rule.
pub fn duplicates(job: &Job, input: Input, source: &Source, calendar: &Calendar) -> Option<Check> {
    let key = job.table(input).key;
    let columns: Vec<Expr> = key.iter().map(|column| col(column.name)).collect();
    let offending = keyed_rows(job, input, source, calendar)?
        .group_by(columns)
        .agg([len().cast(DataType::Int64).alias(ROWS)])
        .filter(col(ROWS).gt(lit(1)));
    let names: Vec<&str> = key.iter().map(|column| column.name).collect();
    let message = format!("rows share one key ({})", names.join(", "));
    Some(keyed(offending, keys::text(key), violation(input, names[0], "duplicate_key", message, 0)))
}

/// Periods of one subscription that run at the same time. Rows are counted that begin before the one before has ended.
pub fn overlaps(job: &Job, source: &Source, calendar: &Calendar) -> Option<Check> {
    if !has_all(source, &[&SUBSCRIPTION_ID, &STARTED_AT, &ENDED_AT]) {
        return None;
    }
    let [id, start, end] = [SUBSCRIPTION_ID.name, STARTED_AT.name, ENDED_AT.name];
    let is_period = col(end).is_null().or(col(end).gt(col(start)));
    let periods = existing(job, Input::Subscriptions, source, calendar)
        .filter(col(id).is_not_null().and(is_period))
        .select([col(id), col(start), col(end)]);
    // most subscriptions have one row: only the others are sorted
    let several = periods.clone().group_by([col(id)]).agg([len().alias(ROWS)]).filter(col(ROWS).gt(lit(1)));
    // of overlapping periods sorted by start, some neighbours overlap
    let offending = periods
        .join(several, [col(id)], [col(id)], JoinArgs::new(JoinType::Semi))
        .sort([id, start, end], SortMultipleOptions::default().with_nulls_last(true))
        .with_columns([col(id).shift(lit(-1)).alias(NEXT_ID), col(start).shift(lit(-1)).alias(NEXT_START)])
        .filter(
            col(NEXT_ID)
                .eq(col(id))
                .and(col(NEXT_START).gt(col(start)))
                .and(col(end).is_null().or(col(NEXT_START).lt(col(end)))),
        )
        .with_columns([lit(1_i64).cast(DataType::Int64).alias(ROWS)]);
    let message = "periods of one subscription overlap";
    let broken = violation(Input::Subscriptions, start, "overlapping_periods", message, 0);
    Some(keyed(offending, keys::text(&[&SUBSCRIPTION_ID, &STARTED_AT]), broken))
}

/// Customers of other inputs that `customers` does not have: a warning, their segment is `(unknown)`.
pub fn references(input: Input, source: &Source, known: &KnownCustomers) -> Option<Check> {
    let (ids, customers) = (&known.ids, known.customers.filter(|_| input != Input::Customers)?);
    if !has_all(source, &[&CUSTOMER_ID]) {
        return None;
    }
    let offending = source
        .frame
        .clone()
        .filter(number(col(CUSTOMER_ID.name), ids).gt_eq(lit(customers)))
        .group_by([col(CUSTOMER_ID.name)])
        .agg([len().cast(DataType::Int64).alias(ROWS)]);
    let message = "customers that are not in `customers`: they are in the segment (unknown)";
    let mut broken = violation(input, CUSTOMER_ID.name, "unknown_customer", message, 0);
    broken.severity = Severity::Warning;
    Some(keyed(offending, keys::text(&[&CUSTOMER_ID]), broken))
}

/// Months from the first snapshot to `last` that have none.
pub fn snapshot_months(job: &Job, source: &Source, calendar: &Calendar, last: Month) -> Option<Check> {
    let is_snapshots = job.inputs.get(&Input::Subscriptions).is_some_and(|source| source.is_snapshots);
    if !is_snapshots || !has_all(source, &[&SNAPSHOT_DATE]) {
        return None;
    }
    let date = SNAPSHOT_DATE.name;
    let existing = col(date).lt_eq(lit(days_of(calendar.as_of())));
    let frame = source.frame.clone().filter(existing).group_by([col(date)]).agg([len().alias(ROWS)]);
    let read = move |answer: &DataFrame| {
        let days = answer.column(date)?.as_materialized_series().i32()?.clone();
        let months: std::collections::BTreeSet<Month> =
            days.iter().flatten().map(|day| Month::of(date_of(day))).collect();
        let Some(&first) = months.first() else { return Ok(Vec::new()) };
        let missing: Vec<Month> = (first.0..=last.0).map(Month).filter(|month| !months.contains(month)).collect();
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let message = format!("{} months from {first} to {last} have no snapshot", missing.len());
        let mut violation = violation(Input::Subscriptions, date, "missing_snapshot", message, 0);
        violation.samples = missing.iter().take(3).map(ToString::to_string).collect();
        Ok(vec![Found { violation, samples: None }])
    };
    Some(Check { frame, read: Box::new(read) })
}
