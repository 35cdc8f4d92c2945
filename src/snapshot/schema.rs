//! What the footers of one input say, held against what the job wants of it.

use std::collections::{BTreeMap, BTreeSet};

use parquet::basic::LogicalType;
use polars::prelude::{ArrowDataType, DataType, lit};

use super::SourceFile;
use super::convert::{accepted, convert};
use super::filter::Filter;
use super::footer::{Footer, is_supported};
use crate::error::{Error, Result};
use crate::job::{Job, nearest, nearest_hint};
use crate::month::Calendar;
use crate::tables::inputs::{AMOUNT, EVENT, INTERVAL, MRR};
use crate::tables::{Input, InputKind};
use crate::violation::{Severity, Violation};
use std::sync::Arc;

/// A canonical column and where it comes from.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub canonical: String,
    pub kind: InputKind,
    /// The source's own name.
    pub source: String,
    /// Its absence is a violation: the interface requires it, or the job maps it.
    is_required: bool,
}

/// How one file offers a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// In the file; the type is `Footer::schema`'s.
    Column,
    /// In the path.
    Partition,
    Missing,
}

/// Every canonical column of an input, in the order of its declaration, then its dimensions.
pub fn wanted(job: &Job, input: Input) -> Vec<Wanted> {
    let mapping = job.inputs.get(&input).map(|source| &source.columns);
    let is_mapped = |name: &str| mapping.is_some_and(|columns| columns.contains_key(name));
    let declared = job.table(input).columns.iter().map(|column| (column.name, column.kind, column.is_required));
    let dimensions = job.dimensions_of(input).into_iter().map(|name| (name, InputKind::Text, false));
    declared
        .chain(dimensions)
        .map(|(name, kind, is_required)| Wanted {
            canonical: name.to_string(),
            kind,
            source: job.source_column(input, name).to_string(),
            is_required: is_required || is_mapped(name) || is_needed(job, input, name),
        })
        .collect()
}

/// Optional columns that a definition of the job cannot do without.
fn is_needed(job: &Job, input: Input, name: &str) -> bool {
    input == Input::UsageEvents && name == EVENT.name && !job.definitions.qualifying_events.is_empty()
}

pub fn find(name: &str, file: &SourceFile, footer: &Footer) -> Found {
    if footer.schema.contains(name) {
        Found::Column
    } else if file.partition(name).is_some() {
        Found::Partition
    } else {
        Found::Missing
    }
}

/// The Polars type of a file's column; None if Polars knows none.
pub fn dtype(name: &str, footer: &Footer) -> Option<DataType> {
    let field = footer.schema.get(name)?;
    is_supported(field.dtype()).then(|| DataType::from_arrow_field(field))
}

/// Whether a column holds UUIDs, which Polars takes for bytes.
pub fn is_uuid(name: &str, footer: &Footer) -> bool {
    let is_bytes = footer.schema.get(name).is_some_and(|field| DataType::from_arrow_field(field) == DataType::Binary);
    let mut leaves = footer.metadata.file_metadata().schema_descr().columns().iter();
    is_bytes && leaves.any(|leaf| leaf.path().parts() == [name] && leaf.logical_type_ref() == Some(&LogicalType::Uuid))
}

/// The columns every file has in a readable type, and a violation for each that only some have or none can be read.
pub fn check(
    input: Input,
    wanted: &[Wanted],
    files: &[(&SourceFile, &Footer)],
    calendar: &Arc<Calendar>,
) -> (BTreeSet<String>, Vec<Violation>) {
    let mut present = BTreeSet::new();
    let mut violations = Vec::new();
    for column in wanted {
        let is_missing = |file: &&(&SourceFile, &Footer)| find(&column.source, file.0, file.1) == Found::Missing;
        let missing: Vec<&str> = files.iter().filter(is_missing).map(|(file, _)| file.uri.as_str()).collect();
        let mistyped = mistyped(column, files, calendar);
        if missing.len() == files.len() {
            if column.is_required {
                violations.push(missing_column(input, column, files));
            }
        } else if !missing.is_empty() {
            violations.push(missing_in_some(input, &column.canonical, &column.source, &missing, files.len()));
        } else if !mistyped.is_empty() {
            violations.push(wrong_type(input, column, &mistyped));
        } else {
            present.insert(column.canonical.clone());
        }
    }
    if input == Input::Subscriptions {
        violations.extend(price(wanted, &present, &violations));
    }
    (present, violations)
}

/// The columns a `where` uses, as it writes them -> the source's name: exactly, or if written without quotes in any
/// case. A column that only some files have is a violation.
///
/// Errors: `Kind::Job` for a name no file has.
pub fn filter_columns(
    input: Input,
    filter: Option<&Filter>,
    files: &[(&SourceFile, &Footer)],
) -> Result<(BTreeMap<String, String>, Vec<Violation>)> {
    let mut columns = BTreeMap::new();
    let mut violations = Vec::new();
    let names = names(files);
    for (name, is_unquoted) in filter.map(Filter::names).unwrap_or_default() {
        let alike = || names.iter().find(|found| is_unquoted && found.to_lowercase() == name.to_lowercase());
        let Some(found) = names.get(name.as_str()).or_else(alike) else {
            let message = format!("[inputs.{}] where: there is no column `{name}`", input.name());
            return Err(Error::job(message).hint(nearest_hint(&name, names.iter().copied())));
        };
        let is_missing = |file: &&(&SourceFile, &Footer)| find(found, file.0, file.1) == Found::Missing;
        let missing: Vec<&str> = files.iter().filter(is_missing).map(|(file, _)| file.uri.as_str()).collect();
        if !missing.is_empty() {
            violations.push(missing_in_some(input, found, found, &missing, files.len()));
        }
        columns.insert(name, (*found).to_string());
    }
    Ok((columns, violations))
}

/// Every column name any file has, in itself or in its path.
fn names<'f>(files: &[(&'f SourceFile, &'f Footer)]) -> BTreeSet<&'f str> {
    let names = files.iter().flat_map(|(file, footer)| {
        let columns = footer.schema.iter_names().map(|name| name.as_str());
        columns.chain(file.partitions.iter().map(|(name, _)| name.as_str()))
    });
    names.collect()
}

/// Types that cannot be read as the column's kind, each with the first file that has it.
fn mistyped(column: &Wanted, files: &[(&SourceFile, &Footer)], calendar: &Arc<Calendar>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (file, footer) in files {
        let Some(field) = footer.schema.get(column.source.as_str()) else { continue };
        let is_readable =
            dtype(&column.source, footer).is_some_and(|from| convert(lit(0), &from, column.kind, calendar).is_some());
        if !is_readable {
            found.entry(type_name(field.dtype())).or_insert_with(|| file.uri.clone());
        }
    }
    found
}

fn type_name(dtype: &ArrowDataType) -> String {
    match dtype {
        ArrowDataType::Utf8View => "String".to_string(),
        ArrowDataType::BinaryView => "Binary".to_string(),
        ArrowDataType::Struct(_) => "Struct".to_string(),
        ArrowDataType::List(_) | ArrowDataType::LargeList(_) | ArrowDataType::FixedSizeList(..) => "List".to_string(),
        other => format!("{other:?}"),
    }
}

fn violation(input: Input, column: &str, rule: &'static str, message: String, rows: u64) -> Violation {
    let table = input.name().to_string();
    let severity = Severity::Error;
    Violation { severity, table, column: column.to_string(), rule, message, rows, samples: Vec::new() }
}

fn missing_column(input: Input, column: &Wanted, files: &[(&SourceFile, &Footer)]) -> Violation {
    let names = names(files);
    let hint = match nearest(&column.source, names.iter().copied()) {
        Some(near) => format!("; the nearest is `{near}`"),
        None => format!("; it has {}", names.into_iter().collect::<Vec<_>>().join(", ")),
    };
    let message = format!("the source has no column `{}`{hint}", column.source);
    violation(input, &column.canonical, "missing_column", message, 0)
}

fn missing_in_some(input: Input, column: &str, source: &str, missing: &[&str], files: usize) -> Violation {
    let message = format!("{} of {files} files have no column `{source}`", missing.len());
    let mut found = violation(input, column, "missing_in_some_files", message, 0);
    found.samples = missing.iter().take(3).map(ToString::to_string).collect();
    found
}

fn wrong_type(input: Input, column: &Wanted, mistyped: &BTreeMap<String, String>) -> Violation {
    let types = mistyped.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let message = format!("`{}` is {types}; {} can be read", column.source, accepted(column.kind));
    let mut found = violation(input, &column.canonical, "wrong_type", message, 0);
    found.samples = mistyped.values().take(3).cloned().collect();
    found
}

/// Subscriptions need `mrr`, or `amount` and `interval`.
fn price(wanted: &[Wanted], present: &BTreeSet<String>, found: &[Violation]) -> Option<Violation> {
    let names = [MRR.name, AMOUNT.name, INTERVAL.name];
    let [mrr, amount, interval] = names.map(|name| present.contains(name));
    let is_reported = found.iter().any(|violation| names.contains(&violation.column.as_str()));
    if mrr || amount && interval || is_reported {
        return None;
    }
    let source = |name: &str| wanted.iter().find(|column| column.canonical == name).map_or("", |c| c.source.as_str());
    let (column, message) = if amount {
        (INTERVAL.name, format!("`amount` needs `interval`, and the source has no column `{}`", source(INTERVAL.name)))
    } else {
        (MRR.name, "the source has neither `mrr` nor `amount` with `interval`; map one of them".to_string())
    };
    Some(violation(Input::Subscriptions, column, "missing_column", message, 0))
}
