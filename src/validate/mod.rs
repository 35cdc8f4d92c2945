//! Everything wrong with the inputs, found before anything is computed.

use polars::prelude::LazyFrame;

use crate::job::Job;
use crate::month::Calendar;
use crate::snapshot::Sources;

/// Whether a violation stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// One rule broken by one table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    pub severity: Severity,
    pub table: String,
    /// Canonical name, with the source's own in the message where they differ.
    pub column: String,
    /// A stable name such as `duplicate_key`.
    pub rule: &'static str,
    pub message: String,
    pub rows: u64,
    /// Up to three keys of offending rows.
    pub samples: Vec<String>,
}

/// Lazy frames, each yielding (severity, table, column, rule, message, rows, samples); `violations` reads them after
/// `execute` collected them.
pub fn checks(_job: &Job, _sources: &Sources, _calendar: &Calendar) -> Vec<LazyFrame> {
    Vec::new()
}

/// The violations that the collected frames of `checks` show.
pub fn read(_frames: &[polars::prelude::DataFrame]) -> crate::error::Result<Vec<Violation>> {
    Ok(Vec::new())
}
