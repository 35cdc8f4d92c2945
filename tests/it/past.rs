//! A run over what was published before: changes of the past are said, and a past that cannot be read stops nobody.

use std::fs::{self, File};
use std::path::Path;

use jiff::civil::{Date, date};
use polars::prelude::*;
use tenure::error::Kind;
use tenure::job::Job;
use tenure::month::MonthRange;
use tenure::pipeline::{self, Outcome, Request, RunKind};
use tenure::sample::{SampleOptions, write};
use tenure::violation::Violation;

use crate::support::publish::{local, months};

const AS_OF: Date = date(2025, 12, 31);

/// A published business: its job file, and the months it has.
struct Business(tempfile::TempDir);

impl Business {
    fn new() -> Business {
        let directory = tempfile::tempdir().unwrap();
        let until = "2025-12".parse().unwrap();
        write(&SampleOptions { customers: 80, months: 10, until, ..SampleOptions::new(directory.path()) }).unwrap();
        Business(directory)
    }
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }
    fn request(&self, id: &str, range: MonthRange, as_of: Date) -> Request {
        let (run_id, started_at) = (id.to_string(), "2026-01-01T00:00:00Z".to_string());
        Request { months: range, as_of, force: false, dry_run: false, kind: RunKind::Run, run_id, started_at }
    }
    fn run(&self, id: &str, range: MonthRange, as_of: Date) -> Outcome {
        let request = self.request(id, range, as_of);
        pipeline::run(&Job::load(&self.path("job.toml")).unwrap(), &local(), &request, &|_| ()).unwrap()
    }
    /// Half of the subscriptions are no longer in the export.
    fn lose(&self) {
        let file = first_file(&self.path("subscriptions"));
        let frame = ParquetReader::new(File::open(&file).unwrap()).finish().unwrap();
        let ids = frame.column("account_id").unwrap().str().unwrap().clone();
        let is_kept: BooleanChunked = ids.iter().map(|id| !id.unwrap().ends_with(['1', '3', '5', '7', '9'])).collect();
        let mut half = frame.filter(&is_kept).unwrap();
        ParquetWriter::new(File::create(&file).unwrap()).finish(&mut half).unwrap();
    }
}

/// What a run publishes is no input of the next.
#[test]
fn results_are_no_inputs() {
    let business = Business::new();
    let job = business.path("job.toml");
    let text = fs::read_to_string(&job).unwrap();
    // a directory stands for every file below it
    let inside = text
        .replace("retention_costs/*.parquet", "retention_costs")
        .replace("./published", "retention_costs/published");
    fs::write(&job, &inside).unwrap();
    let request = business.request("r1", months("2025-11", "2025-12"), AS_OF);
    let error = pipeline::run(&Job::load(&job).unwrap(), &local(), &request, &|_| ()).unwrap_err();
    assert_eq!(error.kind, Kind::Job, "{error}");
    assert!(error.to_string().starts_with("[inputs.retention_costs] matches results: "), "{error}");
}

/// Monthly states: only months that are asked for need theirs.
#[test]
fn a_snapshot_to_come_is_not_missing() {
    let directory = tempfile::tempdir().unwrap();
    let mut states = df!(
        "snapshot_date" => ["2025-10-31", "2025-11-30"],
        "subscription_id" => ["s1", "s1"],
        "customer_id" => ["c1", "c1"],
        "mrr" => [10, 10],
    )
    .unwrap();
    ParquetWriter::new(File::create(directory.path().join("states.parquet")).unwrap()).finish(&mut states).unwrap();
    let input = "[inputs.subscriptions]\nuri = \"states.parquet\"\nshape = \"snapshots\"\n[output]\nuri = \"out\"\n";
    fs::write(directory.path().join("job.toml"), format!("currency = \"USD\"\n{input}")).unwrap();
    let business = Business(directory);
    let as_of = date(2025, 12, 15);
    assert_eq!(business.run("r1", months("2025-10", "2025-11"), as_of).months, months("2025-10", "2025-11"));
    let request = business.request("r2", months("2025-10", "2025-12"), as_of);
    let error =
        pipeline::run(&Job::load(&business.path("job.toml")).unwrap(), &local(), &request, &|_| ()).unwrap_err();
    assert_eq!(error.kind, Kind::Data);
    assert!(error.to_string().contains("subscriptions: 1 months from 2025-10 to 2025-12 have no snapshot"), "{error}");
}

fn first_file(directory: &Path) -> std::path::PathBuf {
    let first = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    if first.is_dir() { first_file(&first) } else { first }
}

fn rules(warnings: &[Violation]) -> Vec<(&str, &str, &str)> {
    warnings.iter().map(|found| (found.rule, found.table.as_str(), found.column.as_str())).collect()
}

#[test]
fn a_past_that_changed_is_said() {
    let business = Business::new();
    assert_eq!(rules(&business.run("r1", months("2025-03", "2025-12"), AS_OF).warnings), []);
    business.lose();
    let outcome = business.run("r2", months("2025-10", "2025-12"), AS_OF);
    let (opening, closing) = ("opening_is_published_closing", "final_closing_is_published");
    let restated = [("churn", opening), ("churn", closing), ("mrr", opening), ("mrr", closing)];
    let mut found: Vec<(&str, &str)> = outcome
        .warnings
        .iter()
        .filter(|w| w.rule == "restated")
        .map(|w| (w.table.as_str(), w.column.as_str()))
        .collect();
    found.sort_unstable();
    // October and November are final; December is not
    let expected = restated.iter().flat_map(|(table, law)| vec![(*table, *law); if *law == closing { 2 } else { 1 }]);
    let mut expected: Vec<(&str, &str)> = expected.collect();
    expected.sort_unstable();
    assert_eq!(found, expected, "{:?}", outcome.warnings);
    let message = &outcome.warnings.iter().find(|w| w.rule == "restated").unwrap().message;
    assert!(message.contains("differs by -") && message.contains("tenure backfill --from"), "{message}");
}

#[test]
fn months_of_other_definitions_are_said() {
    let business = Business::new();
    business.run("r1", months("2025-03", "2025-12"), AS_OF);
    let job = business.path("job.toml");
    let text = fs::read_to_string(&job).unwrap();
    fs::write(&job, text.replace("gross_margin = 0.80", "gross_margin = 0.70")).unwrap();
    let outcome = business.run("r2", months("2025-11", "2025-12"), AS_OF);
    assert_eq!(rules(&outcome.warnings), [("other_definitions", "runs", "definition_version")]);
    assert!(outcome.warnings[0].message.contains("--from 2025-03 --to 2025-10"), "{}", outcome.warnings[0].message);
    // where data lies and which day it is asked for are no definitions
    fs::write(
        &job,
        text.replace("gross_margin = 0.80", "gross_margin = 0.70").replace("restate_months = 3", "restate_months = 2"),
    )
    .unwrap();
    let outcome = business.run("r3", months("2025-03", "2025-10"), AS_OF);
    assert_eq!(rules(&outcome.warnings), []);
    assert_eq!(rules(&business.run("r4", months("2025-12", "2026-01"), date(2026, 1, 2)).warnings), []);
}

#[test]
fn an_old_snapshot_is_said() {
    let business = Business::new();
    let outcome = business.run("r1", months("2025-12", "2026-01"), date(2026, 1, 8));
    let stale = outcome.warnings.iter().filter(|w| w.rule == "stale_snapshot").map(|w| w.table.as_str());
    assert_eq!(stale.collect::<Vec<_>>(), ["customers", "subscriptions"], "{:?}", outcome.warnings);
    let outcome = business.run("r2", months("2025-12", "2026-01"), date(2026, 1, 7));
    assert_eq!(rules(&outcome.warnings), []);
}

#[test]
fn a_past_that_cannot_be_read_stops_nobody() {
    let business = Business::new();
    business.run("r1", months("2025-03", "2025-09"), AS_OF);
    let file = first_file(&business.path("published/churn/month=2025-09-01"));
    fs::write(&file, b"not what was published").unwrap();
    let outcome = business.run("r2", months("2025-10", "2025-12"), AS_OF);
    assert_eq!((outcome.months, rules(&outcome.warnings)), (months("2025-10", "2025-12"), vec![]));
}
