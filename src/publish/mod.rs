//! Staging, committing and reading back result tables.
//!
//! A run writes its Parquet files first (invisible: no log names them; those of large tables while it computes), then makes
//! one Delta commit per table, then one in `runs`. A reader that goes by `runs` therefore sees whole runs only.

mod commit;
mod delta;
mod history;
mod plan;
mod runs;
mod stage;
mod staging;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use polars::prelude::DataFrame;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::month::MonthRange;
use crate::storage::Storage;
use crate::tables::Table;

pub use commit::Committers;
pub use delta::LiveFile;
pub use history::History;
pub use plan::{Plan, TablePlan};
pub use runs::{Run, RunFile, RunTable};
pub use stage::{StagedFile, StagedTable};
pub use staging::Staging;

/// Tables that are staged, and looked up, at once: waiting for storage takes longer than what is done with them.
const TABLES_AT_ONCE: usize = 8;

/// Names a run: unique, made of letters, digits, `.`, `_` and `-`.
pub type RunId = String;

/// One computed table: rows of the run's months, money still in ticks, sorted by grain.
pub struct Computed {
    pub table: &'static Table,
    pub frame: DataFrame,
}

/// What a run says about itself in `runs`.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    pub run_id: RunId,
    /// The command: `run`, `backfill`, …
    pub kind: String,
    pub as_of: Date,
    /// The months it replaces.
    pub months: MonthRange,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// The exact input files, as JSON.
    pub fingerprint: String,
    pub code_version: String,
    pub definition_version: String,
    /// Rows read per input.
    pub input_rows: BTreeMap<String, u64>,
    /// Seconds spent per stage; publishing adds its own.
    pub seconds: BTreeMap<String, f64>,
}

/// What makes two runs the same: the same of everything here gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunKey {
    pub tables: BTreeSet<&'static str>,
    pub months: MonthRange,
    pub as_of: Date,
    pub fingerprint_sha256: String,
    pub code_version: String,
    pub definition_version: String,
}

impl RunRecord {
    pub fn key(&self, tables: impl IntoIterator<Item = &'static Table>) -> RunKey {
        RunKey {
            tables: tables.into_iter().map(|table| table.name).collect(),
            months: self.months,
            as_of: self.as_of,
            fingerprint_sha256: sha256(self.fingerprint.as_bytes()),
            code_version: self.code_version.clone(),
            definition_version: self.definition_version.clone(),
        }
    }
}

/// Stages and commits all tables, then records the run. Afterwards every table holds exactly the given rows in the
/// run's months and is unchanged in others.
///
/// Errors: `Kind::Retry` if another run replaced the same months meanwhile, or storage did not answer; `Kind::Io` and
/// `Kind::Permission` from storage; `Kind::Internal` for frames that break their table's declaration. Until the first
/// commit a failure leaves nothing; after it, the same command again completes the run.
pub fn publish(storage: &Storage, output: &str, computed: Vec<Computed>, record: &RunRecord) -> Result<Run> {
    publish_with(storage, output, computed, record, &commit::to_log)
}

/// `publish` with another way to write a log entry; tests lose its answer, or the process, here.
pub fn publish_with(
    storage: &Storage,
    output: &str,
    computed: Vec<Computed>,
    record: &RunRecord,
    committers: &Committers,
) -> Result<Run> {
    Staging::begin(storage, output, record.months, &record.run_id)?.publish_with(&computed, record, committers)
}

/// What publishing these months of these tables would replace; writes nothing.
pub fn plan(storage: &Storage, output: &str, tables: &[&'static Table], months: MonthRange) -> Result<Plan> {
    let mut plans = Vec::with_capacity(tables.len());
    for table in tables {
        let target = delta::Target::new(storage, output, table)?;
        let version = target.latest()?.map(|snapshot| snapshot.version());
        plans.push(TablePlan { table: table.name, version, replaced: target.live_files(months)? });
    }
    Ok(Plan { months, tables: plans })
}

/// Identifies what the numbers mean: all table declarations, the SQL twins, and the job's definitions as text.
pub fn definition_version<'a>(
    tables: &[&Table],
    sql: impl IntoIterator<Item = &'a str>,
    job_definitions: &str,
) -> String {
    let mut hasher = Sha256::new();
    let mut part = |text: &str| {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    };
    tables.iter().for_each(|table| part(&format!("{table:?}")));
    sql.into_iter().for_each(&mut part);
    part(job_definitions);
    hex(&hasher.finalize())
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `<output>/<table>`
fn table_uri(output: &str, table: &str) -> String {
    format!("{}/{table}", output.trim_end_matches('/'))
}
