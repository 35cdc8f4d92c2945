//! The stages of a run, in order, and nothing else.

use std::time::Duration;

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::job::Job;
use crate::month::MonthRange;
use crate::publish::Computed;
use crate::storage::Storage;
use crate::validate::Violation;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    Run,
    Backfill,
}

/// What to compute and publish.
#[derive(Debug, Clone)]
pub struct Request {
    pub months: MonthRange,
    pub as_of: Date,
    pub force: bool,
    pub dry_run: bool,
    pub kind: RunKind,
}

#[derive(Debug, Clone)]
pub struct TableOutcome {
    pub name: String,
    pub rows: u64,
    pub files: usize,
    pub bytes: u64,
    pub version: Option<u64>,
}

/// What a run did.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub run_id: Option<String>,
    pub is_noop: bool,
    pub months: MonthRange,
    pub as_of: Date,
    pub tables: Vec<TableOutcome>,
    /// Table, why.
    pub skipped: Vec<(String, String)>,
    pub warnings: Vec<Violation>,
    pub stages: Vec<(String, Duration)>,
    pub input_files: usize,
    pub input_bytes: u64,
    pub plan: Option<String>,
}

pub fn run(_job: &Job, _storage: &Storage, _request: &Request, _progress: &dyn Fn(&str)) -> Result<Outcome> {
    Err(Error::internal("the pipeline is not here yet"))
}

pub fn check(_job: &Job, _storage: &Storage, _as_of: Date) -> Result<Vec<Violation>> {
    Err(Error::internal("the pipeline is not here yet"))
}

pub fn compute(
    _job: &Job,
    _storage: &Storage,
    _as_of: Date,
    _months: MonthRange,
    _tables: Option<&[String]>,
) -> Result<Vec<Computed>> {
    Err(Error::internal("the pipeline is not here yet"))
}
