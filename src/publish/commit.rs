//! Delta commits: remove and add in one version, and never believe a lost answer.
//!
//! The kernel neither rebases a transaction that lost a race nor knows whether one whose answer was lost has landed.
//! So the first attempt is upon the version the run found, and every other starts from the newest snapshot and looks whether
//! this run's id is already in the log.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use delta_kernel::committer::{Committer, FileSystemCommitter};
use delta_kernel::expressions::Scalar;
use delta_kernel::transaction::create_table::create_table;
use delta_kernel::transaction::data_layout::DataLayout;
use delta_kernel::transaction::{CommitResult, CommittedTransaction, Transaction, UpdateTableOperation};
use delta_kernel::{FileMeta, FilteredEngineData, KernelError, KernelResult, SnapshotRef};
use delta_kernel_default_engine::build_add_file_metadata;
use delta_kernel_default_engine::parquet::DataFileMetadata;

use super::delta::{self, Target};
use super::{RunRecord, StagedFile, StagedTable, sha256};
use crate::error::{Error, Kind, Result};
use crate::month::MonthRange;
use crate::tables::Column;
use crate::tables::outputs::MONTH;

/// Makes what writes a log entry.
pub type Committers = dyn Fn() -> Box<dyn Committer>;

/// The committer for tables that live in a directory.
pub fn to_log() -> Box<dyn Committer> {
    Box::new(FileSystemCommitter::new())
}

const ENGINE: &str = concat!("tenure/", env!("CARGO_PKG_VERSION"));
/// Rebuilds after a lost race before giving up.
const ATTEMPTS: usize = 12;
const COMMITS_PER_CHECKPOINT: u64 = 20;
/// Long enough for any run still being retried; without it the log would keep one entry per run for ever.
const TRANSACTION_RETENTION: (&str, &str) = ("delta.setTransactionRetentionDuration", "interval 30 days");

/// What one commit does to the table as of the snapshot it was made for.
pub struct Change {
    pub removals: Vec<FilteredEngineData>,
    pub adds: Vec<StagedFile>,
}

/// A table as a run finds it before its first commit.
pub struct Before {
    /// None: there is no table.
    newest: Option<SnapshotRef>,
    removals: Vec<FilteredEngineData>,
    /// Those of the run's months.
    files: BTreeSet<String>,
}

impl Before {
    pub fn of(target: &Target<'_>, months: MonthRange) -> Result<Before> {
        let newest = target.latest()?;
        let (removals, files) = removals(target, newest.as_ref(), months)?;
        Ok(Before { newest, removals, files })
    }
}

/// What takes the files of the months away, and their paths.
fn removals(
    target: &Target<'_>,
    snapshot: Option<&SnapshotRef>,
    months: MonthRange,
) -> Result<(Vec<FilteredEngineData>, BTreeSet<String>)> {
    let Some(snapshot) = snapshot else { return Ok(Default::default()) };
    let (removals, files) = target.removals(snapshot, months)?;
    Ok((removals, files.into_iter().map(|file| file.path).collect()))
}

/// A commit that is not known to have landed.
pub struct Uncommitted {
    pub error: Error,
    /// Nobody knows: its answer was lost. Its files must stay.
    pub may_land: bool,
}

impl From<Error> for Uncommitted {
    fn from(error: Error) -> Self {
        Uncommitted { error, may_land: false }
    }
}

/// Replaces exactly the files of the run's months by the staged ones; the version that did it.
///
/// Errors: `Kind::Retry` if there are others now than before.
pub fn replace_months(
    target: &Target<'_>,
    before: Before,
    staged: &StagedTable,
    record: &RunRecord,
    committers: &Committers,
) -> std::result::Result<u64, Uncommitted> {
    let Before { newest, removals: known, files } = before;
    let version = |snapshot: Option<&SnapshotRef>| snapshot.map(|snapshot| snapshot.version());
    let (found, mut known) = (version(newest.as_ref()), Some(known));
    commit(target, newest, record, committers, |snapshot, _| {
        let adds = staged.files.clone();
        // Of the version that was found they are known; a commit upon it is refused if there is a newer one.
        if let Some(removals) = known.take_if(|_| version(snapshot) == found) {
            return Ok(Change { removals, adds });
        }
        let (removals, now) = removals(target, snapshot, record.months)?;
        if now != files {
            return Err(Error::retry(format!("another run published {} of `{}` meanwhile", record.months, target.uri))
                .hint("run it again once the other run has ended"));
        }
        Ok(Change { removals, adds })
    })
}

/// Commits the change that `prepare` makes for a snapshot (None: the table does not exist) and the version to come: first for
/// `newest`, however old that is by now, then for the newest there is.
pub fn commit(
    target: &Target<'_>,
    mut newest: Option<SnapshotRef>,
    record: &RunRecord,
    committers: &Committers,
    prepare: impl FnMut(Option<&SnapshotRef>, u64) -> Result<Change>,
) -> std::result::Result<u64, Uncommitted> {
    let mut open = None;
    let version = attempts(target, &mut newest, record, committers, prepare, &mut open);
    version.map_err(|error| Uncommitted { error, may_land: open.is_some() })
}

/// As `commit`; `open` is the version of an attempt that may yet be, or is, in the log: its answer was lost, or called it a
/// conflict, which is also what a client hears that asked twice.
fn attempts(
    target: &Target<'_>,
    newest: &mut Option<SnapshotRef>,
    record: &RunRecord,
    committers: &Committers,
    mut prepare: impl FnMut(Option<&SnapshotRef>, u64) -> Result<Change>,
    open: &mut Option<u64>,
) -> Result<u64> {
    let after = |newest: &Option<SnapshotRef>| newest.as_ref().map_or(0, |snapshot| snapshot.version() + 1);
    let first = after(newest);
    let mut last_error = None;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            *newest = target.latest()?;
        }
        let version = after(newest);
        if let Some(landed) = landed(target, &record.run_id, first..version)? {
            return Ok(landed);
        }
        // a version that is there, and not this run's, never will be
        *open = open.filter(|attempted| *attempted >= version);
        let change = prepare(newest.as_ref(), version)?;
        let result = match &*newest {
            Some(snapshot) => update(target, snapshot, change, record, committers),
            None => create(target, change, record, committers),
        };
        match result {
            Ok(Some(version)) => return Ok(version),
            Ok(None) => *open = Some(version),
            Err(error) => {
                let found = landed(target, &record.run_id, version..version + 1);
                if let Ok(Some(version)) = found {
                    return Ok(version);
                }
                if error.kind == Kind::Retry || found.is_err() {
                    *open = Some(version);
                }
                // still unknown, or certainly not there: only what may pass by itself is tried again
                if error.kind != Kind::Retry && (newest.is_some() || target.latest()?.is_none()) {
                    return Err(error);
                }
                last_error = Some(error);
            }
        }
    }
    Err(last_error.unwrap_or_else(|| {
        Error::retry(format!("`{}` changed under every one of {ATTEMPTS} attempts to commit", target.uri))
            .hint("run it again when fewer runs publish at once")
    }))
}

/// The version among these whose log entry carries the run's id.
fn landed(target: &Target<'_>, run_id: &str, versions: std::ops::Range<u64>) -> Result<Option<u64>> {
    for version in versions {
        let uri = format!("{}/_delta_log/{version:020}.json", target.uri);
        match target.storage.get(&uri) {
            Ok(entry) if has_transaction(&entry, run_id) => return Ok(Some(version)),
            Ok(_) => {}
            Err(error) if error.kind == Kind::Io && !target.storage.exists(&uri)? => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn has_transaction(entry: &Bytes, run_id: &str) -> bool {
    entry.split(|byte| *byte == b'\n').any(|line| {
        let action: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
        action["txn"]["appId"] == run_id
    })
}

/// None: another writer took the version.
fn update(
    target: &Target<'_>,
    snapshot: &SnapshotRef,
    change: Change,
    record: &RunRecord,
    committers: &Committers,
) -> Result<Option<u64>> {
    let added = added_columns(target, snapshot)?;
    let run = || -> KernelResult<_> {
        let mut builder = snapshot
            .clone()
            .update_table(UpdateTableOperation::Write, ENGINE, true)
            .with_transaction_id(&record.run_id, 1)
            .with_operation_parameters(parameters(record));
        for column in &added {
            builder = builder.add_column(delta::field(column)?);
        }
        let mut transaction = builder.build(&target.engine, committers())?;
        change.removals.into_iter().for_each(|removal| transaction.remove_files(removal));
        finish(target, transaction, &change.adds)
    };
    run().map_err(|error| target.failure("committing to", error))
}

/// The table is created with its first rows in it, so that nobody sees it empty.
fn create(target: &Target<'_>, change: Change, record: &RunRecord, committers: &Committers) -> Result<Option<u64>> {
    target.storage.create_directory(&target.uri)?;
    let run = || -> KernelResult<_> {
        let mut builder = create_table(target.url.as_str(), delta::schema(target.table)?, ENGINE, true)
            .with_table_properties([TRANSACTION_RETENTION])
            .with_transaction_id(&record.run_id, 1)
            .with_operation_parameters(parameters(record));
        if delta::is_partitioned(target.table) {
            builder = builder.with_data_layout(DataLayout::partitioned([MONTH.name]));
        }
        let transaction = builder.build(&target.engine, committers())?;
        finish(target, transaction, &change.adds)
    };
    run().map_err(|error| target.failure("creating", error))
}

fn finish<S>(target: &Target<'_>, mut transaction: Transaction<S>, adds: &[StagedFile]) -> KernelResult<Option<u64>> {
    if !adds.is_empty() {
        let state = transaction.write_state()?;
        for file in adds {
            let mut context = state.write_context_builder();
            if let Some(month) = file.month {
                let value = Scalar::Date(month.days());
                context = context.with_partition_values(HashMap::from([(MONTH.name.to_string(), value)]));
            }
            let context = context.build()?;
            let url = context.table_root_dir().join(&file.path).map_err(KernelError::generic_err)?;
            let metadata = FileMeta::new(url, file.modified_ms, file.bytes);
            let metadata = DataFileMetadata::new(metadata, file.statistics.clone());
            transaction.add_files(build_add_file_metadata(metadata, &context)?);
        }
    }
    match transaction.commit(&target.engine)? {
        CommitResult::Committed(committed) => {
            checkpoint(target, &committed);
            Ok(Some(committed.commit_version()))
        }
        CommitResult::Conflicted(_) => Ok(None),
        CommitResult::Retryable(failed) => Err(failed.error),
    }
}

/// Shortens the log for readers. The commit stands whether this works or not.
fn checkpoint(target: &Target<'_>, committed: &CommittedTransaction) {
    let Some(snapshot) = committed.post_commit_snapshot() else { return };
    if committed.post_commit_stats().commits_since_checkpoint >= COMMITS_PER_CHECKPOINT
        && let Err(error) = snapshot.checkpoint(&target.engine, None)
    {
        let error = target.failure("writing a checkpoint to", error);
        tracing::warn!(table = target.table.name, %error, "no checkpoint this time; the next commit tries again");
    }
}

fn parameters(record: &RunRecord) -> [(&'static str, Option<String>); 6] {
    [
        ("run", Some(record.kind.clone())),
        ("months", Some(record.months.to_string())),
        ("asOf", Some(record.as_of.to_string())),
        ("inputFingerprint", Some(sha256(record.fingerprint.as_bytes()))),
        ("codeVersion", Some(record.code_version.clone())),
        ("definitionVersion", Some(record.definition_version.clone())),
    ]
}

/// Declared columns an older version of the program did not publish. Errors: `Kind::Job` for any other difference.
fn added_columns(target: &Target<'_>, snapshot: &SnapshotRef) -> Result<Vec<&'static Column>> {
    let (declared, published) = (delta::schema(target.table), snapshot.schema());
    let declared = declared.map_err(|error| target.failure("describing", error))?;
    let known = |column: &&Column| published.field(column.name).is_some();
    let differs = published.fields().any(|field| match declared.field(field.name()) {
        Some(ours) => ours.data_type() != field.data_type(),
        None => true,
    });
    let partitions = snapshot.table_configuration().logical_partition_columns();
    if differs || partitions.len() != usize::from(delta::is_partitioned(target.table)) {
        return Err(Error::job(format!("`{}` has columns this version of the program does not write", target.uri))
            .hint("publish to another output.uri, or move the old table away"));
    }
    Ok(target.table.columns().filter(|column| !known(column)).collect())
}
