//! Resolves the job's URIs to exact files and offers each input as a lazy canonical frame.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use polars::prelude::LazyFrame;

use crate::error::Result;
use crate::job::Job;
use crate::month::Calendar;
use crate::storage::Storage;
use crate::tables::Input;
use crate::validate::Violation;

/// One input file, pinned by size and etag.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SourceFile {
    /// `s3://…` or `file:///…`
    pub uri: String,
    pub bytes: u64,
    /// What the store says identifies the content; local disk: size and modification time.
    pub etag: String,
    /// Hive partition values from the path, percent-decoded.
    pub partitions: Vec<(String, String)>,
}

/// Exactly which files a run reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Snapshot {
    pub files: BTreeMap<String, Vec<SourceFile>>,
}

/// One input as a canonical frame: every column of its `InputTable` under its canonical name and type (`InputKind`),
/// typed nulls where the source has none, then the job's dimension columns (String) where the input has dimensions.
#[derive(Clone)]
pub struct Source {
    pub frame: LazyFrame,
    /// Canonical columns (and dimensions) the source really has.
    pub present: BTreeSet<String>,
}

pub type Sources = BTreeMap<Input, Source>;

/// Lists the files behind every URI as of a day; `{latest}` is the newest date at or before it.
pub fn resolve(_job: &Job, _storage: &Storage, _as_of: Date) -> Result<Snapshot> {
    unimplemented!()
}

/// Canonical lazy frames over exactly those files, and every schema violation found in their footers.
pub fn scan(
    _job: &Job,
    _storage: &Storage,
    _snapshot: &Snapshot,
    _calendar: &Calendar,
) -> Result<(Sources, Vec<Violation>)> {
    unimplemented!()
}
