//! The job file: TOML as typed, turned into a `Job` as meant.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::tables::Input;

/// A job as meant: every default filled in, every URI absolute.
#[derive(Debug, Clone)]
pub struct Job {
    /// Reporting currency, e.g. `USD`.
    pub currency: String,
    /// IANA name.
    pub time_zone: String,
    /// Declared dimensions, in the job's order; `plan` is the one that varies.
    pub dimensions: Vec<String>,
    pub gross_margin: f64,
    pub discount_rate_annual: f64,
    pub inputs: BTreeMap<Input, InputSource>,
    pub definitions: Definitions,
    pub output: Output,
    /// The as-of month and the months before it that a nightly run recomputes.
    pub restate_months: u32,
    pub settle_days: i64,
    /// Plain http to hosts other than loopback is allowed.
    pub allow_http: bool,
}

/// Where an input comes from and how its columns map.
#[derive(Debug, Clone)]
pub struct InputSource {
    /// Absolute: `s3://…` or `file:///…`, with globs, hive partitions and `{latest}`.
    pub uri: String,
    /// Canonical name -> the source's own.
    pub columns: BTreeMap<String, String>,
    /// A SQL boolean over the source's own columns.
    pub filter: Option<String>,
    /// `ended_at` names the last day of service (`end = "inclusive"`).
    pub is_end_inclusive: bool,
    /// Rows are dated states, not periods (`shape = "snapshots"`).
    pub is_snapshots: bool,
    /// Exits before this day are missing from the export.
    pub history_from: Option<jiff::civil::Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Active {
    Paying,
    Entitled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocation {
    Customers,
    Mrr,
}

#[derive(Debug, Clone)]
pub struct Definitions {
    pub active: Active,
    pub exclude_statuses: Vec<String>,
    pub allocation: Allocation,
}

#[derive(Debug, Clone)]
pub struct Output {
    /// Absolute URI of the directory that holds one Delta table per metric.
    pub uri: String,
    /// None: all whose inputs exist.
    pub tables: Option<Vec<String>>,
}

impl Job {
    pub fn load(_path: &Path) -> Result<Job> {
        unimplemented!()
    }
    /// `text` is the job file, `directory` what its relative URIs are relative to.
    pub fn parse(_text: &str, _directory: &Path) -> Result<Job> {
        unimplemented!()
    }
    /// The source's own name of a canonical column.
    pub fn source_column<'a>(&'a self, input: Input, canonical: &'a str) -> &'a str {
        self.inputs.get(&input).and_then(|source| source.columns.get(canonical)).map_or(canonical, String::as_str)
    }
    pub fn has(&self, input: Input) -> bool {
        self.inputs.contains_key(&input)
    }
}

/// Where `tenure sample` and friends write by default.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
