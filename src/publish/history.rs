//! What finished runs published: which months from what, and the tables read back through the log and against the recorded hashes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Cursor;

use polars::prelude::*;

use super::delta::{LiveFile, Target};
use super::runs::{Run, RunFile, runs};
use super::{RunKey, TABLES_AT_ONCE, sha256, stage};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::month::{Month, MonthRange};
use crate::parallel::in_parallel;
use crate::storage::Storage;
use crate::tables::outputs::MONTH;
use crate::tables::{Column as Declared, Kind, Table as DeclaredTable};

/// Files that are in memory at once while a table is read.
const FILES_AT_ONCE: usize = 8;

/// The finished runs of one output, as they were when it was opened.
pub struct History<'a> {
    storage: &'a Storage,
    output: &'a str,
    runs: Vec<Run>,
}

impl<'a> History<'a> {
    pub fn open(storage: &'a Storage, output: &'a str) -> Result<Self> {
        Ok(History { storage, output, runs: runs(storage, output)? })
    }

    /// Oldest first; none if nothing was ever published.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The last run that published the month of the table.
    pub fn last_of(&self, table: &str, month: Month) -> Option<&Run> {
        self.runs.iter().rev().find(|run| run.record.months.contains(month) && run.tables.contains_key(table))
    }

    /// From the first to the last month of the key that readers do not have from exactly this; None if they have all of them.
    pub fn missing(&self, key: &RunKey) -> Result<Option<MonthRange>> {
        let same: BTreeMap<Month, &Run> =
            key.months.iter().filter_map(|month| Some((month, self.same(key, month)?))).collect();
        if same.is_empty() {
            return Ok(Some(key.months));
        }
        let tables: Vec<&str> = key.tables.iter().copied().collect();
        let live = |table: &&str| Target::of_name(self.storage, self.output, table)?.live_files(key.months);
        let live = in_parallel(&tables, TABLES_AT_ONCE, live)?;
        // a run that died after some of its commits may have replaced files without an entry in `runs`
        let is_read = |run: &Run, month| {
            tables.iter().zip(&live).all(|(table, live)| recorded_of(run, table, month) == paths_of(live, month))
        };
        let mut missing = key.months.iter().filter(|month| !same.get(month).is_some_and(|run| is_read(run, *month)));
        let Some(first) = missing.next() else { return Ok(None) };
        MonthRange::new(first, missing.next_back().unwrap_or(first)).map(Some)
    }

    /// The last run of the month with any table of the key, if it was exactly this.
    fn same(&self, key: &RunKey, month: Month) -> Option<&Run> {
        let is_of = |run: &&Run| {
            run.record.months.contains(month) && key.tables.iter().any(|table| run.tables.contains_key(*table))
        };
        let last = self.runs.iter().rev().find(is_of);
        last.filter(|run| RunKey { months: key.months, ..run.key() } == *key)
    }

    /// The months that the table has rows of, as its last finished run left it.
    ///
    /// Errors: `Kind::Io` if nothing was published.
    pub fn months(&self, table: &'static DeclaredTable) -> Result<BTreeSet<Month>> {
        let (_, files) = self.files(table)?;
        Ok(files.into_iter().filter_map(|file| file.month).collect())
    }

    /// The table as its last finished run left it (all months, or those given): declared columns in declared order, sorted
    /// by grain, months as Date, money in ticks (Int64) as inside the program. Columns that older files lack are null.
    ///
    /// Errors: `Kind::Io` if nothing was published, if a file's SHA-256 is not the recorded one, or if a run that never
    /// finished left files in these months.
    pub fn table(&self, table: &'static DeclaredTable, months: Option<MonthRange>) -> Result<DataFrame> {
        let (target, mut files) = self.files(table)?;
        files.retain(|file| match (file.month, months) {
            (Some(month), Some(months)) => months.contains(month),
            _ => true,
        });
        let recorded = recorded_files(&self.runs, table);
        let mut wanted = Vec::with_capacity(files.len());
        for file in &files {
            let (order, recorded) = recorded.get(file.path.as_str()).ok_or_else(|| unfinished(&target, file))?;
            wanted.push((file.month, *order, *recorded));
        }
        wanted.sort_by_key(|(month, order, _)| (*month, *order));

        let mut all = empty(table)?;
        for wanted in wanted.chunks(FILES_AT_ONCE) {
            let uris: Vec<String> = wanted.iter().map(|(_, _, file)| format!("{}/{}", target.uri, file.path)).collect();
            let bytes = self.storage.get_all(&uris).map_err(|error| match error.kind {
                ErrorKind::Io => error.hint("publish the month again with --force, and find out who removed the file"),
                _ => error,
            })?;
            for ((uri, bytes), (month, _, file)) in uris.iter().zip(bytes).zip(wanted) {
                if sha256(&bytes) != file.sha256 {
                    return Err(Error::io(format!("`{uri}` is not the file that was published: its SHA-256 differs"))
                        .hint("publish the month again with --force, and find out who changed the file"));
                }
                let frame = ParquetReader::new(Cursor::new(bytes)).finish();
                let frame = frame.map_err(|error| Error::io(format!("`{uri}` cannot be read")).because(error))?;
                all.vstack_mut(&internal(table, &frame, *month)?)?;
            }
        }
        all.rechunk_mut();
        Ok(all)
    }

    /// The files of the newest version that some finished run made: runs of other months may have committed in another order.
    fn files(&self, table: &'static DeclaredTable) -> Result<(Target<'a>, Vec<LiveFile>)> {
        let target = Target::new(self.storage, self.output, table)?;
        let versions = self.runs.iter().filter_map(|run| Some(run.tables.get(table.name)?.version));
        let version = versions.max().ok_or_else(|| {
            Error::io(format!("`{}` was never published", target.uri))
                .hint("publish it first: tenure run, tenure backfill")
        })?;
        let files = target.files(&target.at_version(version)?)?;
        Ok((target, files))
    }
}

/// The files of a month that a run wrote to a table.
fn recorded_of<'r>(run: &'r Run, table: &str, month: Month) -> BTreeSet<&'r str> {
    let files = run.tables.get(table).into_iter().flat_map(|table| &table.files);
    files.filter(|file| file.month == month.to_string()).map(|file| file.path.as_str()).collect()
}

fn paths_of(files: &[LiveFile], month: Month) -> BTreeSet<&str> {
    files.iter().filter(|file| file.month == Some(month)).map(|file| file.path.as_str()).collect()
}

/// Every file of the table that some finished run wrote, with its place among that run's files.
fn recorded_files<'r>(runs: &'r [Run], table: &DeclaredTable) -> HashMap<&'r str, (usize, &'r RunFile)> {
    let published = runs.iter().filter_map(|run| run.tables.get(table.name));
    published
        .flat_map(|table| table.files.iter().enumerate())
        .map(|(n, file)| (file.path.as_str(), (n, file)))
        .collect()
}

fn unfinished(target: &Target<'_>, file: &LiveFile) -> Error {
    let month = file.month.map(|month| month.to_string()).unwrap_or_default();
    Error::io(format!("{month} of `{}` holds `{}`, which no finished run wrote", target.uri, file.path))
        .hint(format!("a run ended half-way: backfill the month again (--from {month} --to {month})"))
}

fn empty(table: &DeclaredTable) -> Result<DataFrame> {
    let columns = table.columns().map(|column| Column::new_empty(column.name.into(), &stage::data_type(column)));
    Ok(DataFrame::new(0, columns.collect())?)
}

/// A published frame in the program's own types.
fn internal(table: &DeclaredTable, frame: &DataFrame, month: Option<Month>) -> Result<DataFrame> {
    let convert = |column: &'static Declared| -> Result<Column> {
        let (name, wanted) = (PlSmallStr::from_static(column.name), stage::data_type(column));
        if let Some(month) = month.filter(|_| column.name == MONTH.name) {
            let days = Scalar::new(DataType::Int32, AnyValue::Int32(month.days()));
            return Ok(Column::new_scalar(name, days, frame.height()).cast(&wanted)?);
        }
        match frame.column(column.name) {
            Err(_) => Ok(Column::full_null(name, frame.height(), &wanted)),
            // the digits of a Decimal(18, 4) are ticks
            Ok(values) if column.kind == Kind::Money => Ok(values.to_physical_repr().cast(&DataType::Int64)?),
            Ok(values) => Ok(values.cast(&wanted)?),
        }
    };
    let columns = table.columns().map(convert).collect::<Result<Vec<_>>>()?;
    Ok(DataFrame::new(frame.height(), columns)?)
}
