//! A small export in a temporary directory: what the tests of snapshot and validate read.

use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use polars::prelude::*;
use tenure::error::Result;
use tenure::execute::collect_all;
use tenure::job::Job;
use tenure::month::Calendar;
use tenure::pipeline;
use tenure::snapshot::{Sources, resolve, scan};
use tenure::storage::Storage;
use tenure::tables::Input;
use tenure::violation::Violation;

pub const AS_OF: Date = date(2024, 3, 31);

pub struct Export {
    directory: tempfile::TempDir,
    head: String,
    inputs: String,
}

impl Export {
    pub fn new() -> Export {
        let head = "currency = \"USD\"\n".to_string();
        Export { directory: tempfile::tempdir().unwrap(), head, inputs: String::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Adds lines to the top of the job file.
    pub fn with(mut self, lines: &str) -> Export {
        self.head.push_str(lines);
        self.head.push('\n');
        self
    }

    /// Adds an input with these keys.
    pub fn input(mut self, name: &str, keys: &str) -> Export {
        self.inputs.push_str(&format!("[inputs.{name}]\n{keys}\n"));
        self
    }

    /// The same files with this as the only input.
    pub fn only(mut self, name: &str, keys: &str) -> Export {
        self.inputs.clear();
        self.input(name, keys)
    }

    /// Adds an input that is one file.
    pub fn table(self, name: &str, frame: DataFrame) -> Export {
        self.table_with(name, frame, "")
    }

    pub fn table_with(self, name: &str, frame: DataFrame, keys: &str) -> Export {
        self.file(&format!("{name}.parquet"), frame);
        let keys = format!("uri = \"{name}.parquet\"\n{keys}");
        self.input(name, &keys)
    }

    pub fn file(&self, name: &str, frame: DataFrame) {
        write(&self.path(name), frame);
    }

    pub fn bytes(&self, name: &str, bytes: &[u8]) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub fn job(&self) -> Job {
        let text = format!("{}\n[output]\nuri = \"out\"\n{}", self.head, self.inputs);
        Job::parse(&text, self.directory.path()).unwrap()
    }

    /// The URIs a run reads of an input, from the export's directory.
    pub fn files(&self, input: Input) -> Vec<String> {
        let snapshot = resolve(&self.job(), &storage(), AS_OF).unwrap();
        let root = format!("file://{}/", self.directory.path().display());
        snapshot.files[input.name()].iter().map(|file| file.uri.strip_prefix(&root).unwrap().to_string()).collect()
    }

    pub fn scan(&self) -> Result<(Sources, Vec<Violation>)> {
        let (job, storage) = (self.job(), storage());
        let snapshot = resolve(&job, &storage, AS_OF)?;
        scan(&job, &storage, &snapshot, &calendar(&job))
    }

    /// An input as a canonical frame; it must have no schema violations.
    pub fn read(&self, input: Input) -> DataFrame {
        let (sources, violations) = self.scan().unwrap();
        assert_eq!(violations, vec![]);
        collect_all(vec![sources[&input].frame.clone()]).unwrap().remove(0)
    }

    /// Every violation of schema and data.
    pub fn violations(&self) -> Vec<Violation> {
        pipeline::check(&self.job(), &storage(), AS_OF).unwrap()
    }
}

pub fn storage() -> Storage {
    Storage::from_pairs(Vec::new(), false).unwrap()
}

pub fn calendar(job: &Job) -> Calendar {
    Calendar::new(&job.time_zone, AS_OF, job.settle_days).unwrap()
}

pub fn write(path: &Path, mut frame: DataFrame) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    ParquetWriter::new(std::fs::File::create(path).unwrap()).finish(&mut frame).unwrap();
}

/// Microseconds of an ISO instant.
pub fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

pub fn strings(frame: &DataFrame, name: &str) -> Vec<Option<String>> {
    let column = frame.column(name).unwrap().as_materialized_series().clone();
    column.str().unwrap().iter().map(|text| text.map(str::to_string)).collect()
}

pub fn integers(frame: &DataFrame, name: &str) -> Vec<Option<i64>> {
    let column = frame.column(name).unwrap().as_materialized_series().cast(&DataType::Int64).unwrap();
    column.i64().unwrap().iter().collect()
}

/// Amounts at eight decimals.
pub fn amounts(frame: &DataFrame, name: &str) -> Vec<Option<i128>> {
    let column = frame.column(name).unwrap().as_materialized_series().clone();
    assert_eq!(column.dtype(), &DataType::Decimal(38, 8));
    column.decimal().unwrap().physical().iter().collect()
}
