//! One Delta table through delta_kernel: its schema, its snapshots, its live files.

use std::sync::Arc;

use delta_kernel::scan::state::ScanFile;
use delta_kernel::schema::{DataType, MetadataValue, SchemaRef, StructField, StructType};
use delta_kernel::{FilteredEngineData, KernelError, KernelResult, Snapshot, SnapshotRef};
use delta_kernel_default_engine::executor::tokio::TokioMultiThreadExecutor;
use delta_kernel_default_engine::{DefaultEngine, DefaultEngineBuilder};
use url::Url;

use super::table_uri;
use crate::error::{Error, Result};
use crate::money;
use crate::month::{Month, MonthRange, date_of, days_of};
use crate::storage::Storage;
use crate::tables::outputs::{MONTH, TABLES};
use crate::tables::runs::RUNS_TABLE;
use crate::tables::{Column, Kind, Table};

/// A published table: where it is and how to reach it.
pub struct Target<'a> {
    pub storage: &'a Storage,
    pub table: &'static Table,
    /// `<output>/<table>`, as typed.
    pub uri: String,
    /// The same as an encoded URL with a slash at its end.
    pub url: Url,
    pub engine: DefaultEngine<TokioMultiThreadExecutor>,
}

/// A data file some version of a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveFile {
    /// Relative to the table.
    pub path: String,
    /// None where the table is not partitioned.
    pub month: Option<Month>,
    pub bytes: u64,
}

impl<'a> Target<'a> {
    pub fn new(storage: &'a Storage, output: &str, table: &'static Table) -> Result<Target<'a>> {
        let uri = table_uri(output, table.name);
        if uri.contains('%') {
            return Err(Error::job(format!(
                "`{uri}` has a percent sign in it, which Delta logs cannot be found behind"
            ))
            .hint("give output.uri another name"));
        }
        let url = storage.directory_url(&uri)?;
        let executor = Arc::new(TokioMultiThreadExecutor::new(storage.runtime()));
        let store = storage.object_store_for(&uri)?;
        let engine = DefaultEngineBuilder::new(store).with_task_executor(executor).build();
        Ok(Target { storage, table, uri, url, engine })
    }

    /// Errors: `Kind::Internal` for a name that is no published table.
    pub fn of_name(storage: &'a Storage, output: &str, name: &str) -> Result<Target<'a>> {
        let known = TABLES.into_iter().chain([&RUNS_TABLE]).find(|table| table.name == name);
        let table =
            known.ok_or_else(|| Error::internal(format!("`runs` names a table `{name}` that does not exist")))?;
        Target::new(storage, output, table)
    }

    /// The newest version, or None if there is no table.
    pub fn latest(&self) -> Result<Option<SnapshotRef>> {
        // asked first because the kernel has no quiet way to say "no table"
        if !self.storage.has_any(&format!("{}/_delta_log", self.uri))? {
            return Ok(None);
        }
        let snapshot = Snapshot::builder_for(self.url.as_str()).build(&self.engine);
        snapshot.map(Some).map_err(|error| self.failure("reading", error))
    }

    pub fn at_version(&self, version: u64) -> Result<SnapshotRef> {
        let snapshot = Snapshot::builder_for(self.url.as_str()).at_version(version).build(&self.engine);
        snapshot.map_err(|error| self.failure("reading", error))
    }

    /// Files of these months in the newest version; none if there is no table.
    pub fn live_files(&self, months: MonthRange) -> Result<Vec<LiveFile>> {
        let Some(snapshot) = self.latest()? else { return Ok(Vec::new()) };
        let mut files = self.files(&snapshot)?;
        files.retain(|file| file.month.is_some_and(|month| months.contains(month)));
        Ok(files)
    }

    /// Every file of a version, sorted by month and path.
    pub fn files(&self, snapshot: &SnapshotRef) -> Result<Vec<LiveFile>> {
        let mut files: Vec<LiveFile> = self.scan(snapshot)?.into_iter().flat_map(|batch| batch.files).collect();
        files.sort_by(|a, b| (a.month, &a.path).cmp(&(b.month, &b.path)));
        Ok(files)
    }

    /// What to hand to a transaction so that it removes the files of these months, and which files those are.
    pub fn removals(
        &self,
        snapshot: &SnapshotRef,
        months: MonthRange,
    ) -> Result<(Vec<FilteredEngineData>, Vec<LiveFile>)> {
        let (mut batches, mut removed) = (Vec::new(), Vec::new());
        for ScanBatch { data, files } in self.scan(snapshot)? {
            let (data, selected) = data.into_parts();
            // a vector shorter than the data would select the rest
            let mut chosen = vec![false; data.len()];
            let rows = (0..data.len()).filter(|&row| selected.get(row).copied().unwrap_or(true));
            for (row, file) in rows.zip(files) {
                if file.month.is_some_and(|month| months.contains(month)) {
                    chosen[row] = true;
                    removed.push(file);
                }
            }
            if chosen.contains(&true) {
                let batch = FilteredEngineData::try_new(data, chosen);
                batches.push(batch.map_err(|error| self.failure("reading", error))?);
            }
        }
        Ok((batches, removed))
    }

    fn scan(&self, snapshot: &SnapshotRef) -> Result<Vec<ScanBatch>> {
        let read = || -> KernelResult<Vec<(FilteredEngineData, Vec<ScanFile>)>> {
            let scan = snapshot.clone().scan_builder().build()?;
            let mut batches = Vec::new();
            for batch in scan.scan_metadata(&self.engine)? {
                let batch = batch?;
                let files = batch.visit_scan_files(Vec::new(), |files, file| files.push(file))?;
                batches.push((batch.scan_files, files));
            }
            Ok(batches)
        };
        let batches = read().map_err(|error| self.failure("reading", error))?;
        let mut parsed = Vec::with_capacity(batches.len());
        for (data, files) in batches {
            let unselected = data.selection_vector().iter().filter(|selected| !**selected).count();
            if files.len() + unselected != data.data().len() {
                return Err(Error::internal(format!("the log of `{}` lists rows that are no files", self.uri)));
            }
            let files = files.into_iter().map(|file| self.live_file(file)).collect::<Result<_>>()?;
            parsed.push(ScanBatch { data, files });
        }
        Ok(parsed)
    }

    fn live_file(&self, mut file: ScanFile) -> Result<LiveFile> {
        let foreign = |text: &str| {
            Error::io(format!("`{}` holds a file of month `{text}`, which is no month", self.uri))
                .hint("something else wrote to this table; move it away, then backfill")
        };
        let month = match file.partition_values.remove(MONTH.name) {
            None => None,
            Some(text) => {
                let day: jiff::civil::Date = text.parse().map_err(|_| foreign(&text))?;
                let month = Month::of(day);
                if month.days() != days_of(day) {
                    return Err(foreign(&text));
                }
                Some(month)
            }
        };
        Ok(LiveFile { path: file.path, month, bytes: file.size.max(0) as u64 })
    }

    /// A kernel error as ours.
    pub fn failure(&self, doing: &str, error: KernelError) -> Error {
        match error {
            KernelError::ObjectStore(error) => self.storage.failure(doing, &self.uri, &error),
            KernelError::Backtraced { source, .. } => self.failure(doing, *source),
            other => Error::io(format!("{doing} the Delta log of `{}` failed", self.uri))
                .because(self.storage.redact(&other.to_string())),
        }
    }
}

struct ScanBatch {
    data: FilteredEngineData,
    /// Of the selected rows, in their order.
    files: Vec<LiveFile>,
}

/// True if the table is partitioned by month.
pub fn is_partitioned(table: &Table) -> bool {
    table.grain.iter().any(|column| column.name == MONTH.name)
}

/// The table's Delta schema: every column nullable, so that the protocol needs no features and every reader copes.
pub fn schema(table: &Table) -> KernelResult<SchemaRef> {
    let fields = table.columns().map(field).collect::<KernelResult<Vec<_>>>()?;
    Ok(Arc::new(StructType::try_new(fields)?))
}

/// The columns that data files hold: all but the partition column.
pub fn data_schema(table: &Table) -> KernelResult<SchemaRef> {
    let columns = table.columns().filter(|column| column.name != MONTH.name);
    Ok(Arc::new(StructType::try_new(columns.map(field).collect::<KernelResult<Vec<_>>>()?)?))
}

pub fn field(column: &Column) -> KernelResult<StructField> {
    let data_type = match column.kind {
        Kind::Month => DataType::DATE,
        Kind::Count => DataType::LONG,
        Kind::Money => DataType::decimal(18, money::SCALE as u8)?,
        Kind::Ratio => DataType::DOUBLE,
        Kind::Text => DataType::STRING,
        Kind::Flag => DataType::BOOLEAN,
    };
    let comment = [("comment", MetadataValue::String(column.doc.to_string()))];
    Ok(StructField::nullable(column.name, data_type).with_metadata(comment))
}

/// `month=2026-03-01`, the directory of a month's files.
pub fn month_directory(month: Month) -> String {
    format!("{}={}", MONTH.name, date_of(month.days()))
}
