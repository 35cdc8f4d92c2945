//! The independent check: the same tables through `sql/` in DuckDB, compared cell by cell.

pub mod compare;
mod convert;
pub mod duckdb;
mod files;
pub mod report;
mod settings;
mod source_type;
mod views;
mod workspace;

use std::fs::File;
use std::path::Path;

use jiff::civil::Date;
use polars::prelude::{DataFrame, ParquetReader, SerReader};

use crate::error::{Error, Result};
use crate::job::Job;
use crate::metrics::{METRICS, SHARED_SQL};
use crate::month::MonthRange;
use crate::publish::Computed;
use crate::snapshot::Snapshot;
use crate::storage::Storage;
use crate::tables::Table;
use crate::tables::render::engine::Engine;
use workspace::Workspace;

const PRELUDE: &str = include_str!("../../sql/prelude/duckdb.sql");

/// What is recomputed, from which files.
pub struct Subject<'a> {
    pub job: &'a Job,
    pub storage: &'a Storage,
    pub snapshot: &'a Snapshot,
    pub as_of: Date,
    pub months: MonthRange,
}

impl Subject<'_> {
    /// The whole script for DuckDB: canonical views over exactly the snapshot's files, the shared model, and one
    /// temporary table per metric under its own name. `temporary` is a directory for downloads.
    pub fn script(&self, temporary: &Path) -> Result<String> {
        let workspace = Workspace::new(temporary)?;
        let files = files::localise(self.storage, self.snapshot, workspace.path(), true)?;
        Ok(views::script(self.job, &files, self.as_of, self.months)? + &model())
    }

    /// Every metric table as the SQL definitions give it, computed by the `duckdb` program, in the types of its
    /// declaration. `temporary` is a directory for downloads, spilled data and results; nothing stays there.
    pub fn run(&self, duckdb: &Path, temporary: &Path) -> Result<Vec<Computed>> {
        let workspace = Workspace::new(temporary)?;
        let files = files::localise(self.storage, self.snapshot, workspace.path(), false)?;
        let spill = convert::literal(&workspace.path().join("spill").display().to_string());
        let mut text = format!("SET temp_directory = {spill};\n");
        text += &views::script(self.job, &files, self.as_of, self.months)?;
        text += &model();
        for metric in METRICS {
            text += &copy(metric.table, &workspace.result(metric.table));
        }
        duckdb::run(duckdb, &text, workspace.path())?;
        let read = |table| Ok(Computed { table, frame: read(&workspace.result(table))? });
        METRICS.iter().map(|metric| read(metric.table)).collect()
    }
}

fn model() -> String {
    let mut text = format!("\n{PRELUDE}\n{}\n", SHARED_SQL.join("\n"));
    for metric in METRICS {
        let select = metric.sql.trim_end().trim_end_matches(';');
        text += &format!("\nCREATE OR REPLACE TEMP TABLE {} AS\n{select}\n;\n", metric.table.name);
    }
    text
}

/// Exports a result in the types of its declaration, so that a twin may count in HUGEINT.
fn copy(table: &Table, path: &Path) -> String {
    let columns: Vec<String> = table
        .columns()
        .map(|column| {
            let name = convert::quote(column.name);
            format!("CAST({name} AS {}) AS {name}", Engine::DuckDb.type_name(column.kind))
        })
        .collect();
    let path = convert::literal(&path.display().to_string());
    format!("COPY (SELECT {} FROM {}) TO {path} (FORMAT parquet);\n", columns.join(", "), table.name)
}

fn read(path: &Path) -> Result<DataFrame> {
    let file = File::open(path)
        .map_err(|error| Error::internal(format!("DuckDB left no {}", path.display())).because(error))?;
    Ok(ParquetReader::new(file).finish()?)
}
