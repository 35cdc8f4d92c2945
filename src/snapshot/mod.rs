//! Resolves the job's URIs to exact files and offers each input as a lazy canonical frame.

mod columns;
mod convert;
mod damage;
mod filter;
mod footer;
mod freshness;
mod partition;
mod pattern;
mod plain;
mod resolve;
mod rewrite;
mod scan;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::LazyFrame;

use crate::tables::Input;

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
    /// `frame` with two more columns for each of `fallible`: `fault_name` (Int32: 0, `UNPARSEABLE`, `NOT_FINITE`) and
    /// `raw_name` (String: the value as found). `frame` is a selection of it.
    pub checked: LazyFrame,
    /// Columns whose values may turn out unreadable, and are null then.
    pub fallible: BTreeSet<String>,
    /// Usage events or invoices that can be read without Polars.
    pub plain: Option<PlainFiles>,
    /// Rows in the files, before `where`.
    pub rows: u64,
}

/// The value cannot be read as its column's kind.
pub const UNPARSEABLE: i32 = 1;
/// The value is NaN or infinite.
pub const NOT_FINITE: i32 = 2;

/// The column of `Source::checked` that says what is wrong with a value.
pub fn fault_name(canonical: &str) -> String {
    format!("fault: {canonical}")
}

/// The column of `Source::checked` with the value as found.
pub fn raw_name(canonical: &str) -> String {
    format!("raw: {canonical}")
}

pub type Sources = BTreeMap<Input, Source>;

pub use columns::{Coded, MISSING, Rows, Values};
pub use convert::map;
pub use damage::explained;
pub use plain::{Part, PlainFiles};
pub use resolve::resolve;
pub use scan::scan;

impl SourceFile {
    /// The value of a hive partition; the innermost if it is there twice.
    pub fn partition(&self, name: &str) -> Option<&str> {
        self.partitions.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
