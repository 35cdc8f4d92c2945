//! Everything wrong with the inputs, found before anything is computed.
//!
//! Two queries: `checks` asks how many rows break each rule, of every input that is not known to be sound; `samples` finds the keys of those
//! that do, and is empty for clean data. `pipeline` has both collected.

mod experience;
mod keys;
mod rates;
mod rows;
mod tables;

pub use experience::earliest;
pub use rows::LARGEST_AMOUNT;
pub use tables::{has_repeats, hashes};

use std::sync::Arc;

use polars::prelude::*;

use crate::error::Result;
use crate::ids::{Ids, number};
use crate::job::{Job, nearest};
use crate::month::{Calendar, Month};
use crate::snapshot::{Source, Sources};
use crate::tables::Input;
use crate::tables::inputs::{CUSTOMER_ID, PLAN};
use crate::violation::{Severity, Violation};

/// A question to the data: a small frame, and what its answer says is wrong.
pub struct Check {
    pub frame: LazyFrame,
    read: Read,
}

type Read = Box<dyn Fn(&DataFrame) -> Result<Vec<Found>>>;

/// A violation whose samples are still to be fetched.
pub struct Found {
    violation: Violation,
    /// At most three rows of one String column.
    samples: Option<LazyFrame>,
}

/// The customers of the input `customers`.
pub struct KnownCustomers {
    pub ids: Arc<Ids>,
    /// Their numbers are those before this one; None without the input.
    pub customers: Option<u32>,
}

/// The ids of the input `customers`, which are to be numbered before all others.
pub fn customers(sources: &Sources, ids: &Arc<Ids>) -> Option<LazyFrame> {
    let customers = sources.get(&Input::Customers).filter(|source| source.present.contains(CUSTOMER_ID.name))?;
    Some(customers.frame.clone().select([number(col(CUSTOMER_ID.name), ids)]))
}

/// Hashes of the keys of every input that has a key and is not known to break no rule.
pub fn key_hashes(
    job: &Job,
    sources: &Sources,
    calendar: &Calendar,
    is_sound: &dyn Fn(Input) -> bool,
) -> (Vec<Input>, Vec<LazyFrame>) {
    let hashes = |(input, source): (&Input, &Source)| {
        tables::key_hashes(job, *input, source, calendar).map(|hashes| (*input, hashes))
    };
    sources.iter().filter(|(input, _)| !is_sound(**input)).filter_map(hashes).unzip()
}

/// What is to be asked of inputs whose keys may repeat.
pub fn duplicates(job: &Job, sources: &Sources, calendar: &Calendar, inputs: &[Input]) -> Vec<Check> {
    let check = |input: &Input| tables::duplicates(job, *input, sources.get(input)?, calendar);
    inputs.iter().filter_map(check).collect()
}

/// The questions but for duplicates, all of them answerable in one query; none about inputs that are known to break no rule.
/// `last` is the last month that is asked for.
pub fn checks(
    job: &Job,
    sources: &Sources,
    calendar: &Calendar,
    last: Month,
    known: &KnownCustomers,
    is_sound: &dyn Fn(Input) -> bool,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for (&input, source) in sources.iter().filter(|(input, _)| !is_sound(**input)) {
        checks.extend(rows::check(job, input, source, calendar));
        checks.extend(tables::references(input, source, known));
        checks.extend(rates::check(job, input, source, sources, calendar));
        if input == Input::UsageEvents {
            checks.extend(experience::unseen_events(job, source));
        }
        if input == Input::Subscriptions {
            checks.extend(tables::overlaps(job, source, calendar));
            checks.extend(tables::snapshot_months(job, source, calendar, last));
        }
    }
    checks
}

/// What the answers say is wrong.
pub fn read(checks: &[Check], answers: &[DataFrame]) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for (check, answer) in checks.iter().zip(answers) {
        found.extend((check.read)(answer)?);
    }
    Ok(found)
}

/// The order violations are printed in: errors first, then by table, column and rule.
pub fn sort(violations: &mut [Violation]) {
    violations.sort_by(|a, b| {
        (a.severity, &a.table, &a.column, a.rule, &a.message)
            .cmp(&(b.severity, &b.table, &b.column, b.rule, &b.message))
    });
}

/// The samples still to be fetched, in one query; none if nothing is wrong.
pub fn samples(found: &[Found]) -> Vec<LazyFrame> {
    found.iter().filter_map(|found| found.samples.clone()).collect()
}

/// Every violation in the data with the fetched samples, sorted.
pub fn violations(job: &Job, sources: &Sources, found: Vec<Found>, samples: &[DataFrame]) -> Result<Vec<Violation>> {
    let mut samples = samples.iter();
    let mut violations = unknown_dimensions(job, sources);
    for Found { mut violation, samples: wanted } in found {
        let frame = wanted.and_then(|_| samples.next());
        for column in frame.into_iter().flat_map(DataFrame::columns) {
            violation.samples.extend(column.as_materialized_series().str()?.iter().flatten().map(str::to_string));
        }
        violations.push(violation);
    }
    sort(&mut violations);
    Ok(violations)
}

/// The first three of a String column, so that any order of rows gives the same.
fn first_three(rows: LazyFrame, sample: Expr) -> LazyFrame {
    let sample = sample.alias(keys::SAMPLE);
    rows.select([sample]).sort([keys::SAMPLE], SortMultipleOptions::default().with_nulls_last(true)).slice(0, 3)
}

fn violation(input: Input, column: &str, rule: &'static str, message: impl Into<String>, rows: u64) -> Violation {
    let table = input.name().to_string();
    let severity = Severity::Error;
    Violation { severity, table, column: column.to_string(), rule, message: message.into(), rows, samples: Vec::new() }
}

/// "`amount` (source column `price`)", or the name alone where both are the same.
fn label(job: &Job, input: Input, column: &str) -> String {
    let source = job.source_column(input, column);
    if source == column { format!("`{column}`") } else { format!("`{column}` (source column `{source}`)") }
}

/// Declared dimensions that no input offers.
fn unknown_dimensions(job: &Job, sources: &Sources) -> Vec<Violation> {
    let mut violations = Vec::new();
    for dimension in &job.dimensions {
        let input = if dimension == PLAN.name { Input::Subscriptions } else { Input::Customers };
        let is_mapped = job.inputs.get(&input).is_some_and(|source| source.columns.contains_key(dimension));
        let is_present = sources.get(&input).is_some_and(|source| source.present.contains(dimension));
        // a mapped column that is not there has its violation from the footers
        // and where there are no subscriptions, every customer's plan is unknown
        if is_present || is_mapped || dimension == PLAN.name && !job.has(Input::Subscriptions) {
            continue;
        }
        let message = if job.has(input) {
            let others = job.dimensions.iter().map(String::as_str).filter(|other| other != dimension);
            let near = nearest(dimension, others).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("the dimension `{dimension}` is no column of `{}`{near}", input.name())
        } else {
            format!("the dimension `{dimension}` is declared, but there is no [inputs.{}] to hold it", input.name())
        };
        violations.push(violation(input, dimension, "unknown_dimension", message, 0));
    }
    violations
}
