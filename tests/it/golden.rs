//! Golden cases: small hand-written inputs whose results were computed by hand.
//!
//! `tests/golden/<table>/<case>/` holds one CSV per input, `expected.csv`, and `case.toml`:
//!
//! ```toml
//! as_of = "2024-07-31"
//! months = "2024-01..2024-06"
//! [only]                     # compare these rows alone
//! dimension = ["all"]
//! [job]                      # anything a job file may say; inputs and output are filled in
//! dimensions = ["region"]
//! ```
//!
//! `expected.csv` names the columns that are compared, the grain among them, and lists every row of the months (of
//! `[only]`) in order. `BLESS=1` rewrites its rows and keeps its comments and columns.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use tenure::job::Job;
use tenure::month::MonthRange;
use tenure::publish::Computed;
use tenure::storage::Storage;
use tenure::tables::{Input, Table, outputs::TABLES};
use toml::Value;

use crate::support::bless;
use crate::support::source::root;
use crate::support::table_csv::{self, CsvTable};

fn case_file(case: &Path) -> toml::Table {
    let path = case.join("case.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text<'a>(file: &'a toml::Table, key: &str) -> &'a str {
    file[key].as_str().unwrap_or_else(|| panic!("`{key}` is text"))
}

fn months(file: &toml::Table) -> MonthRange {
    let text = text(file, "months");
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    MonthRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
}

fn sub_table<'a>(table: &'a mut toml::Table, key: &str) -> &'a mut toml::Table {
    let entry = table.entry(key).or_insert_with(|| Value::Table(toml::Table::new()));
    entry.as_table_mut().unwrap()
}

/// Writes the case's inputs as Parquet and returns the job that reads them.
fn job(case: &Path, file: &toml::Table, directory: &Path) -> Job {
    let mut job = file.get("job").map_or_else(toml::Table::new, |fragment| fragment.as_table().unwrap().clone());
    job.entry("currency").or_insert_with(|| Value::from("USD"));
    for input in Input::ALL {
        let path = case.join(format!("{}.csv", input.name()));
        if path.exists() {
            let mut frame = table_csv::frame(&CsvTable::read(&path), input);
            table_csv::write_parquet(&mut frame, &directory.join(format!("{}.parquet", input.name())));
            let section = sub_table(sub_table(&mut job, "inputs"), input.name());
            section.entry("uri").or_insert_with(|| Value::from(format!("{}.parquet", input.name())));
        }
    }
    sub_table(&mut job, "output").entry("uri").or_insert_with(|| Value::from("metrics"));
    let text = toml::to_string(&job).unwrap();
    fs::write(directory.join("job.toml"), &text).unwrap();
    Job::parse(&text, directory).unwrap_or_else(|error| panic!("{}: {error}\n{text}", case.display()))
}

fn compute(case: &Path, file: &toml::Table, table: &Table) -> Computed {
    let directory = tempfile::tempdir().unwrap();
    let job = job(case, file, directory.path());
    let as_of: Date = text(file, "as_of").parse().unwrap();
    let storage = Storage::from_pairs([], false).unwrap();
    let wanted = [table.name.to_string()];
    let computed = tenure::pipeline::compute(&job, &storage, as_of, months(file), Some(&wanted));
    let computed = computed.unwrap_or_else(|error| panic!("{}: {error}", case.display()));
    let found = computed.into_iter().find(|computed| computed.table.name == table.name);
    found.unwrap_or_else(|| panic!("{}: the table was not computed", case.display()))
}

/// The rows and columns of `found` that the case compares, under the comments of `expected`.
fn reduce(expected: &CsvTable, found: &CsvTable, file: &toml::Table, case: &Path) -> CsvTable {
    let index = |name: &str| found.index(name).unwrap_or_else(|| panic!("{}: no column `{name}`", case.display()));
    let only: Vec<(usize, Vec<String>)> = file.get("only").map_or_else(Vec::new, |only| {
        let list =
            |values: &Value| values.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_string()).collect();
        only.as_table().unwrap().iter().map(|(name, values)| (index(name), list(values))).collect()
    });
    let columns: Vec<usize> = expected.header.iter().map(|name| index(name)).collect();
    let wanted = found.rows.iter().filter(|row| only.iter().all(|(at, values)| values.contains(&row[*at])));
    CsvTable {
        comments: expected.comments.clone(),
        header: expected.header.clone(),
        rows: wanted.map(|row| columns.iter().map(|&at| row[at].clone()).collect()).collect(),
    }
}

fn check(case: &Path, table: &Table) -> Result<(), String> {
    let (file, path) = (case_file(case), case.join("expected.csv"));
    let expected = CsvTable::read(&path);
    for column in table.grain {
        assert!(expected.index(column.name).is_some(), "{} lacks the grain column {}", path.display(), column.name);
    }
    let found = table_csv::text(table, &compute(case, &file, table).frame);
    let found = reduce(&expected, &found, &file, case);
    if bless::is_blessing() {
        fs::write(&path, found.write()).unwrap();
        return Ok(());
    }
    let mut wrong: Vec<String> = (0..expected.rows.len().max(found.rows.len()))
        .filter(|&at| expected.rows.get(at) != found.rows.get(at))
        .map(|at| {
            let show = |rows: &[Vec<String>]| rows.get(at).map_or_else(|| "<no row>".to_string(), |row| row.join(","));
            format!("  expected {}\n  found    {}", show(&expected.rows), show(&found.rows))
        })
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    wrong.truncate(12);
    Err(format!("{}\n           {}\n{}", path.display(), expected.header.join(","), wrong.join("\n")))
}

/// Runs every case of a table and reports all that differ.
fn cases_of(name: &str) {
    let table = TABLES.iter().find(|table| table.name == name).unwrap();
    let directory = root().join("tests/golden").join(name);
    let mut cases: Vec<PathBuf> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    assert!(!cases.is_empty(), "no cases in {}", directory.display());
    let wrong: Vec<String> = cases.iter().filter_map(|case| check(case, table).err()).collect();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn churn() {
    cases_of("churn");
}

#[test]
fn cohorts() {
    cases_of("cohorts");
}

#[test]
fn mrr() {
    cases_of("mrr");
}

#[test]
fn arpc() {
    cases_of("arpc");
}

#[test]
fn crc() {
    cases_of("crc");
}

#[test]
fn cltv() {
    cases_of("cltv");
}

#[test]
fn cltv_backtest() {
    cases_of("cltv_backtest");
}

#[test]
fn nps() {
    cases_of("nps");
}

#[test]
fn csat() {
    cases_of("csat");
}

#[test]
fn engagement() {
    cases_of("engagement");
}

#[test]
fn health() {
    cases_of("health");
}

#[test]
fn health_summary() {
    cases_of("health_summary");
}

#[test]
fn health_backtest() {
    cases_of("health_backtest");
}

#[test]
fn tiers() {
    cases_of("tiers");
}

#[test]
fn tiers_summary() {
    cases_of("tiers_summary");
}

#[test]
fn forecast() {
    cases_of("forecast");
}

#[test]
fn forecast_backtest() {
    cases_of("forecast_backtest");
}
