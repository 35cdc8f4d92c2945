//! Computed tables, runs and places to publish them.

use std::collections::BTreeMap;

use polars::prelude::*;
use tenure::month::{Month, MonthRange};
use tenure::publish::{Computed, History, RunRecord};
use tenure::storage::Storage;
use tenure::tables::outputs::{CHURN_TABLE, DIMENSION, MRR_TABLE, SEGMENT};
use tenure::tables::{Kind, Table};

/// Local disk only.
pub fn local() -> Storage {
    Storage::from_pairs(Vec::new(), false).unwrap()
}

pub fn months(first: &str, last: &str) -> MonthRange {
    MonthRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
}

/// Two rows a month (segments `all` and `north`); every measure is `value` in its column's type, money `value` ticks,
/// and null in the second row where the column may be null.
pub fn frame(table: &Table, months: MonthRange, value: i64) -> DataFrame {
    let rows: Vec<(Month, usize)> = months.iter().flat_map(|month| [(month, 0), (month, 1)]).collect();
    let columns = table.columns().map(|column| {
        let name = PlSmallStr::from_static(column.name);
        let number = |row: usize| (row == 0 || !column.is_nullable).then_some(value);
        match column.kind {
            Kind::Month => {
                let days: Vec<i32> = rows.iter().map(|(month, _)| month.days()).collect();
                Column::new(name, days).cast(&DataType::Date).unwrap()
            }
            Kind::Count | Kind::Money => {
                Column::new(name, rows.iter().map(|(_, row)| number(*row)).collect::<Vec<_>>())
            }
            Kind::Ratio => {
                Column::new(name, rows.iter().map(|(_, row)| number(*row).map(|v| v as f64 / 7.0)).collect::<Vec<_>>())
            }
            Kind::Text => {
                let text = |row: usize| match (column.name == DIMENSION.name, column.name == SEGMENT.name, row) {
                    (true, _, 1) => "region",
                    (_, true, 1) => "north",
                    _ => "all",
                };
                Column::new(name, rows.iter().map(|(_, row)| text(*row)).collect::<Vec<_>>())
            }
            Kind::Flag => Column::new(name, rows.iter().map(|_| value % 2 == 0).collect::<Vec<_>>()),
        }
    });
    DataFrame::new(rows.len(), columns.collect()).unwrap()
}

/// `churn` and `mrr` for these months.
pub fn computed(months: MonthRange, value: i64) -> Vec<Computed> {
    [&CHURN_TABLE, &MRR_TABLE].map(|table| Computed { table, frame: frame(table, months, value) }).into()
}

pub fn record(run_id: &str, months: MonthRange, fingerprint: &str) -> RunRecord {
    RunRecord {
        run_id: run_id.into(),
        kind: "run".into(),
        as_of: jiff::civil::date(2026, 6, 30),
        months,
        started_at: "2026-07-01T02:00:00Z".into(),
        fingerprint: format!("{{\"files\":\"{fingerprint}\"}}"),
        code_version: "0.1.0".into(),
        definition_version: "d1".into(),
        input_rows: BTreeMap::from([("subscriptions".to_string(), 12)]),
        seconds: BTreeMap::new(),
    }
}

/// Where a test publishes: a local directory or a prefix in a bucket, and how to reach it.
pub struct Place {
    pub storage: Storage,
    pub output: String,
    /// Environment pairs of the storage.
    pub pairs: Vec<(String, String)>,
    _directory: Option<tempfile::TempDir>,
}

impl Place {
    pub fn local() -> Place {
        let directory = tempfile::tempdir().unwrap();
        // a space and an umlaut, because paths become URLs on the way (delta-rs itself loses the history behind a `#`)
        let output = format!("file://{}/out put für/lake", directory.path().display());
        Place { storage: local(), output, pairs: Vec::new(), _directory: Some(directory) }
    }

    pub fn s3(server: &super::seaweed::Seaweed, name: &str) -> Place {
        let pairs = server.pairs(super::seaweed::ADMIN);
        let storage = Storage::from_pairs(pairs.clone(), false).unwrap();
        Place { storage, output: format!("s3://{}/{name}", super::seaweed::BUCKET), pairs, _directory: None }
    }

    /// What finished runs published here so far.
    pub fn history(&self) -> History<'_> {
        History::open(&self.storage, &self.output).unwrap()
    }

    /// A second process, as far as storage can tell.
    pub fn another_storage(&self) -> Storage {
        Storage::from_pairs(self.pairs.clone(), false).unwrap()
    }
}

/// Runs every test of a suite on local disk, each alone, and on S3, one after the other on one server.
macro_rules! everywhere {
    ($($test:ident),* $(,)?) => {
        mod on_disk {
            $(#[test] fn $test() { super::$test(&$crate::support::publish::Place::local()); })*
        }
        #[test]
        fn on_s3() {
            let server = $crate::support::seaweed::Seaweed::start();
            $($test(&$crate::support::publish::Place::s3(&server, stringify!($test)));)*
        }
    };
}
pub(crate) use everywhere;
