//! The files of one run on storage, before any log names them, and the commits that do.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::commit::{self, Before, Committers};
use super::delta::Target;
use super::stage::{self, StagedFile, StagedTable};
use super::{Computed, Run, RunId, RunRecord, TABLES_AT_ONCE, runs, table_uri};
use crate::error::{Error, Result};
use crate::month::{Month, MonthRange};
use crate::parallel::in_parallel;
use crate::storage::Storage;
use crate::tables::Table;
use crate::tables::runs::RUNS_TABLE;

/// Files of a table that are written at once: waiting for storage takes longer than encoding them.
const FILES_AT_ONCE: usize = 8;

/// What a run has staged so far, from any thread and in any order. Dropped before any commit may have landed it takes its
/// files away again, as far as storage lets it; a process that dies leaves them, unseen.
pub struct Staging<'a> {
    storage: &'a Storage,
    output: &'a str,
    months: MonthRange,
    run_id: RunId,
    tables: Mutex<BTreeMap<&'static str, Files>>,
    /// A log may name the files.
    is_committed: bool,
}

/// The files of a table, by month and then in row order.
struct Files {
    table: &'static Table,
    files: BTreeMap<(Month, usize), StagedFile>,
}

impl<'a> Staging<'a> {
    /// Errors: `Kind::Job` for a place that nothing can be published to.
    pub fn begin(storage: &'a Storage, output: &'a str, months: MonthRange, run_id: &str) -> Result<Self> {
        check_run_id(run_id)?;
        if Target::new(storage, output, &RUNS_TABLE)?.latest()?.is_none() {
            storage.check_creates_once(output, &format!("_probe-{run_id}"))?;
        }
        let run_id = run_id.to_string();
        Ok(Staging { storage, output, months, run_id, tables: Mutex::default(), is_committed: false })
    }

    /// Writes the rows of a table, of all months of the run or of some: a month's are staged at once. The same rows always
    /// give the same bytes; names carry the run id, because a version may not remove and add one path.
    ///
    /// Errors: `Kind::Internal` if the frame breaks the declaration: columns, types, months, order, uniqueness, nulls.
    pub fn stage(&self, Computed { table, frame }: &Computed) -> Result<()> {
        let parts = stage::parts(table, frame, self.months)?;
        // A table without any rows has no files, but its months are replaced.
        self.add(table, None);
        in_parallel(&parts, FILES_AT_ONCE, |part| {
            let bytes = stage::encode(table, &part.rows)?;
            let file = stage::put(self.storage, self.output, table, Some(part.month), bytes, |sha256| {
                part.path(&self.run_id, sha256)
            })?;
            self.add(table, Some(((part.month, part.number), file)));
            Ok(())
        })?;
        Ok(())
    }

    /// The tables staged so far, by name.
    fn names(&self) -> Vec<&'static Table> {
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.values().map(|files| files.table).collect()
    }

    fn add(&self, table: &'static Table, file: Option<((Month, usize), StagedFile)>) {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.entry(table.name).or_insert_with(|| Files { table, files: BTreeMap::new() }).files.extend(file);
    }

    /// Stages what remains, commits every table, records the run. `record` is of the months and the id it began with.
    pub fn publish(self, rest: &[Computed], record: &RunRecord) -> Result<Run> {
        self.publish_with(rest, record, &commit::to_log)
    }

    pub(super) fn publish_with(
        mut self,
        rest: &[Computed],
        record: &RunRecord,
        committers: &Committers,
    ) -> Result<Run> {
        let started = Instant::now();
        in_parallel(rest, TABLES_AT_ONCE, |computed| self.stage(computed))?;
        let find = |table: &&'static Table| {
            let target = Target::new(self.storage, self.output, table)?;
            let before = Before::of(&target, record.months)?;
            Ok((target, before))
        };
        let targets = in_parallel(&self.names(), TABLES_AT_ONCE, find)?;
        let tables = self.tables.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut published = BTreeMap::new();
        // By name, one after the other: of two runs of the same months one always ends whole.
        for ((target, before), Files { table, files }) in targets.into_iter().zip(tables.values()) {
            let staged = StagedTable { table, files: files.values().cloned().collect() };
            let version = commit::replace_months(&target, before, &staged, record, committers);
            self.is_committed |= version.as_ref().map_or_else(|uncommitted| uncommitted.may_land, |_| true);
            let version = version.map_err(|uncommitted| uncommitted.error)?;
            published.insert(table.name.to_string(), runs::published(&staged, version));
        }
        let mut record = record.clone();
        record.seconds.insert("publish".into(), started.elapsed().as_secs_f64());
        runs::append(self.storage, self.output, record, published, committers)
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        let tables = self.tables.get_mut().unwrap_or_else(PoisonError::into_inner);
        let uri = |table: &str, file: &StagedFile| format!("{}/{}", table_uri(self.output, table), file.path);
        let uris = tables.iter().flat_map(|(table, files)| files.files.values().map(move |file| uri(table, file)));
        let left = uris.filter(|uri| !self.is_committed && self.storage.delete(uri).is_err()).count();
        if left > 0 {
            tracing::warn!(left, "files that nothing refers to stay on storage");
        }
    }
}

fn check_run_id(run_id: &str) -> Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if run_id.is_empty() || !run_id.bytes().all(is_plain) {
        return Err(Error::internal(format!("run id `{run_id}` cannot be part of a file name")));
    }
    Ok(())
}
