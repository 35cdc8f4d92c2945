//! The table of runs: written last, read first.

use std::collections::BTreeMap;
use std::io::Cursor;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::commit::{self, Change, Committers};
use super::delta::Target;
use super::{RunKey, RunRecord, StagedTable, stage};
use crate::error::{Error, Result};
use crate::month::{Month, MonthRange, date_of};
use crate::storage::Storage;
use crate::tables::runs::*;

/// One row of `runs`.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Order of the runs: the version of `runs` that this row came with.
    pub sequence: u64,
    pub record: RunRecord,
    /// By table name.
    pub tables: BTreeMap<String, RunTable>,
}

/// What a run did to one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTable {
    /// The Delta version that its commit made.
    pub version: u64,
    pub rows: u64,
    /// By month, then in row order.
    pub files: Vec<RunFile>,
}

/// One data file a run wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// Relative to the table.
    pub path: String,
    /// YYYY-MM
    pub month: String,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

impl Run {
    pub fn key(&self) -> RunKey {
        let tables = crate::tables::outputs::TABLES.into_iter().filter(|table| self.tables.contains_key(table.name));
        self.record.key(tables)
    }
}

/// A staged table as the run will describe it.
pub fn published(staged: &StagedTable, version: u64) -> RunTable {
    let file = |file: &stage::StagedFile| RunFile {
        path: file.path.clone(),
        month: file.month.map(|month| month.to_string()).unwrap_or_default(),
        rows: file.rows,
        bytes: file.bytes,
        sha256: file.sha256.clone(),
    };
    RunTable {
        version,
        rows: staged.files.iter().map(|file| file.rows).sum(),
        files: staged.files.iter().map(file).collect(),
    }
}

/// Every finished run, oldest first; none if nothing was ever published.
pub fn runs(storage: &Storage, output: &str) -> Result<Vec<Run>> {
    let target = Target::new(storage, output, &RUNS_TABLE)?;
    let Some(snapshot) = target.latest()? else { return Ok(Vec::new()) };
    let uris: Vec<String> =
        target.files(&snapshot)?.into_iter().map(|file| format!("{}/{}", target.uri, file.path)).collect();
    let mut runs = Vec::with_capacity(uris.len());
    for (uri, bytes) in uris.iter().zip(storage.get_all(&uris)?) {
        let frame = ParquetReader::new(Cursor::new(bytes)).finish();
        let frame = frame.map_err(|error| Error::io(format!("`{uri}` cannot be read")).because(error))?;
        for row in 0..frame.height() {
            let run = decode(&frame, row);
            runs.push(run.map_err(|error| Error::io(format!("`{uri}` is not a row of `runs`")).because(error))?);
        }
    }
    runs.sort_by_key(|run| run.sequence);
    Ok(runs)
}

/// Commits the row of a run whose tables are all committed.
pub fn append(
    storage: &Storage,
    output: &str,
    record: RunRecord,
    tables: BTreeMap<String, RunTable>,
    committers: &Committers,
) -> Result<Run> {
    let target = Target::new(storage, output, &RUNS_TABLE)?;
    let mut run = Run { sequence: 0, record, tables };
    // one file per attempt: the row holds the version it is committed as
    let version = commit::commit(&target, target.latest()?, &run.record.clone(), committers, |_, version| {
        run.sequence = version;
        let bytes = stage::encode(&RUNS_TABLE, &encode(&run)?)?;
        let path = format!("{version:010}-{}.parquet", run.record.run_id);
        let file = stage::put(storage, output, &RUNS_TABLE, None, bytes, |_| path)?;
        Ok(Change { removals: Vec::new(), adds: vec![file] })
    })
    .map_err(|uncommitted| uncommitted.error)?;
    run.sequence = version;
    Ok(run)
}

fn encode(run: &Run) -> Result<DataFrame> {
    let record = &run.record;
    let text = |column: &crate::tables::Column, value: String| Column::new(column.name.into(), [value]);
    let month = |column: &crate::tables::Column, month: Month| -> Result<Column> {
        Ok(Column::new(column.name.into(), [month.days()]).cast(&DataType::Date)?)
    };
    let json = |value: serde_json::Result<String>| {
        value.map_err(|error| Error::internal("a run could not be written as JSON").because(error))
    };
    let columns = vec![
        Column::new(SEQUENCE.name.into(), [run.sequence as i64]),
        text(&RUN_ID, record.run_id.clone()),
        text(&RUN_KIND, record.kind.clone()),
        text(&AS_OF_ON, record.as_of.to_string()),
        month(&FIRST_MONTH, record.months.first)?,
        month(&LAST_MONTH, record.months.last)?,
        text(&STARTED_AT, record.started_at.clone()),
        text(&FINGERPRINT, record.fingerprint.clone()),
        text(&FINGERPRINT_SHA256, super::sha256(record.fingerprint.as_bytes())),
        text(&CODE_VERSION, record.code_version.clone()),
        text(&DEFINITION_VERSION, record.definition_version.clone()),
        text(&PUBLISHED_TABLES, json(serde_json::to_string(&run.tables))?),
        text(&INPUT_ROWS, json(serde_json::to_string(&record.input_rows))?),
        text(&SECONDS, json(serde_json::to_string(&record.seconds))?),
    ];
    Ok(DataFrame::new(1, columns)?)
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

fn decode(frame: &DataFrame, row: usize) -> std::result::Result<Run, Cause> {
    let text = |column: &crate::tables::Column| -> std::result::Result<String, Cause> {
        let value = frame.column(column.name)?.str()?.get(row);
        Ok(value.ok_or_else(|| format!("`{}` is null", column.name))?.to_string())
    };
    let number = |column: &crate::tables::Column| -> std::result::Result<i64, Cause> {
        let values = frame.column(column.name)?.to_physical_repr().cast(&DataType::Int64)?;
        Ok(values.i64()?.get(row).ok_or_else(|| format!("`{}` is null", column.name))?)
    };
    let month = |column| Ok::<_, Cause>(Month::of(date_of(i32::try_from(number(column)?)?)));
    let record = RunRecord {
        run_id: text(&RUN_ID)?,
        kind: text(&RUN_KIND)?,
        as_of: text(&AS_OF_ON)?.parse()?,
        months: MonthRange::new(month(&FIRST_MONTH)?, month(&LAST_MONTH)?)?,
        started_at: text(&STARTED_AT)?,
        fingerprint: text(&FINGERPRINT)?,
        code_version: text(&CODE_VERSION)?,
        definition_version: text(&DEFINITION_VERSION)?,
        input_rows: serde_json::from_str(&text(&INPUT_ROWS)?)?,
        seconds: serde_json::from_str(&text(&SECONDS)?)?,
    };
    let sequence = u64::try_from(number(&SEQUENCE)?)?;
    Ok(Run { sequence, record, tables: serde_json::from_str(&text(&PUBLISHED_TABLES)?)? })
}
