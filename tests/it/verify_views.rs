//! The canonical views of `tenure verify` read every kind of export as the engine reads it.

use std::path::Path;

use jiff::civil::{Date, date};
use polars::prelude::*;
use tenure::job::Job;
use tenure::month::{Month, MonthRange};
use tenure::sample::nasty::nasty;
use tenure::snapshot;
use tenure::storage::Storage;
use tenure::verify::Subject;
use tenure::verify::compare::{Difference, compare};

use crate::support::export::Export;
use crate::support::tool::duckdb_path;

/// Where the engine and DuckDB disagree, both reading the same files.
pub fn differences(job: &Job, as_of: Date, months: MonthRange, temporary: &Path) -> Vec<Difference> {
    let storage = Storage::from_pairs([], false).unwrap();
    let computed = tenure::pipeline::compute(job, &storage, as_of, months, None).unwrap();
    assert!(!computed.is_empty());
    let snapshot = snapshot::resolve(job, &storage, as_of).unwrap();
    let subject = Subject { job, storage: &storage, snapshot: &snapshot, as_of, months };
    let twins = subject.run(&duckdb_path(), temporary).unwrap();
    let mut found = Vec::new();
    for ours in &computed {
        let twin = twins.iter().find(|twin| twin.table.name == ours.table.name).unwrap();
        found.extend(compare(ours.table, &ours.frame, &twin.frame).unwrap());
    }
    found
}

/// How many random businesses: 12, or TENURE_TWIN_SEEDS for a long search.
fn seeds() -> u64 {
    std::env::var("TENURE_TWIN_SEEDS").map_or(12, |seeds| seeds.parse().unwrap())
}

/// Periods and snapshots, dates and instants, prices and MRR, texts and numbers, time zones.
#[test]
fn the_engine_and_the_sql_agree_on_nasty_businesses() {
    let mut wrong = Vec::new();
    for (seed, customers) in (0..seeds()).map(|seed| (seed, 12)).chain((0..4).map(|seed| (seed, 2))) {
        let directory = tempfile::tempdir().unwrap();
        let business = nasty(seed, customers).unwrap();
        let job = Job::load(&business.write(directory.path()).unwrap()).unwrap();
        let found = differences(&job, business.as_of, business.range, directory.path());
        wrong.extend(found.iter().take(5).map(|difference| format!("seed {seed}, {customers}: {difference:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn dates(name: &str, days: &[Option<Date>]) -> Series {
    let days = days.iter().map(|day| day.map(tenure::month::days_of));
    days.collect::<Int32Chunked>().with_name(name.into()).into_date().into_series()
}

fn decimals(name: &str, unscaled: &[i128], precision: usize, scale: usize) -> Series {
    Int128Chunked::from_slice(name.into(), unscaled).into_decimal(precision, scale).unwrap().into_series()
}

fn instants(name: &str, texts: &[&str], unit: TimeUnit) -> Series {
    let per_second = if unit == TimeUnit::Nanoseconds { 1_000_000_000 } else { 1_000 };
    let values = texts.iter().map(|text| text.parse::<jiff::Timestamp>().unwrap().as_second() * per_second).map(Some);
    values.collect::<Int64Chunked>().with_name(name.into()).into_datetime(unit, None).into_series()
}

/// Two files of one table in different types, partitions in paths, inclusive ends, a `where`, and days that begin at
/// 01:00 (Cairo, 26 April 2024).
#[test]
fn types_that_differ_between_files_are_read_alike() {
    let export = Export::new()
        .with("time_zone = \"Africa/Cairo\"\ndimensions = [\"region\", \"plan\"]")
        .input(
            "subscriptions",
            "uri = \"subs/*/*.parquet\"\nend = \"inclusive\"\nwhere = \"is_test = false AND part <> 3\"\n\
             columns = { customer_id = \"Account Id\", ended_at = \"last_day\" }",
        )
        .input("customers", "uri = \"customers/*/*.parquet\"\ncolumns = { customer_id = \"id\" }")
        .input("invoices", "uri = \"invoices.parquet\"")
        .input("retention_costs", "uri = \"costs.parquet\"");
    let numbers = df!(
        "subscription_id" => [1_i64, 2, 3, 4],
        "Account Id" => [10_i32, 11, 12, 13],
        "started_at" => dates("", &[Some(date(2024, 1, 1)), Some(date(2024, 1, 31)), Some(date(2024, 4, 26)), Some(date(2024, 2, 1))]),
        "last_day" => dates("", &[Some(date(2024, 4, 25)), None, None, Some(date(2024, 2, 29))]),
        "amount" => [9.99_f32, 0.1, 16.7, 5.0],
        "interval" => ["month", "year", "quarter", "month"],
        "quantity" => [1_i64, 3, 1, 2],
        "is_test" => [false, false, false, true],
        "plan" => ["basic", "pro", "pro", "basic"],
    );
    let texts = df!(
        "is_test" => [Some(false), Some(false), None, Some(false)],
        "Account Id" => ["11", "20", "21", "22"],
        "subscription_id" => ["02", "5", "6", "7"],
        "plan" => [None, Some("pro"), Some("basic"), Some("basic")],
        "started_at" => instants("", &["2024-02-29T21:59:59Z", "2024-02-29T22:00:00Z", "2024-03-01T00:00:00Z", "2024-04-30T21:00:00Z"], TimeUnit::Nanoseconds),
        "last_day" => [None, Some("2024-04-26"), None, Some("2024-05-02")],
        "interval" => ["week", "month", "month", "day"],
        "quantity" => ["1", "2.5", "1", "1"],
        "amount" => decimals("", &[12_345, 20_005, 7_000, 33], 12, 3),
    );
    export.file("subs/part=1/a.parquet", numbers.unwrap());
    export.file("subs/part=2/b.parquet", texts.clone().unwrap());
    export.file("subs/part=3/c.parquet", texts.unwrap());
    export.file("customers/region=north%20west/a.parquet", df!("id" => [10_i64, 11, 20]).unwrap());
    export.file("customers/region=__HIVE_DEFAULT_PARTITION__/b.parquet", df!("id" => [12_i64, 21, 22]).unwrap());
    let invoices = df!(
        "invoice_id" => [1, 2, 3, 4],
        "customer_id" => ["10", "11", "12", "99"],
        "paid_at" => ["2024-04-26", "2024-04-30T23:30:00+03:00", "2024-04-30 20:59:59.999999", "2024-04-30T21:00:00Z"],
        "amount" => [19.99, -0.1, 1e-4, 123_456.789],
    );
    export.file("invoices.parquet", invoices.unwrap());
    let costs = df!(
        "incurred_on" => instants("", &["2024-04-30T20:59:59Z", "2024-04-30T21:00:00Z", "2024-04-01T00:00:00Z"], TimeUnit::Milliseconds),
        "category" => ["support", "success", "support"],
        "amount" => [100_i64, 7, -3],
        "customer_id" => [Some("10"), None, None],
        "region" => [None, Some("north west"), None::<&str>],
    );
    export.file("costs.parquet", costs.unwrap());
    let months = MonthRange::new(Month::new(2024, 1), Month::new(2024, 5)).unwrap();
    let found = differences(&export.job(), date(2024, 5, 15), months, export.path(".").as_path());
    assert!(found.is_empty(), "{found:#?}");
}
