//! From URIs to canonical frames, over real Parquet files.

use std::path::Path;

use polars::prelude::*;
use tenure::error::Kind;
use tenure::job::Job;
use tenure::month::Calendar;
use tenure::snapshot::{Sources, resolve, scan};
use tenure::storage::Storage;
use tenure::tables::Input;
use tenure::validate::Violation;

const AS_OF: jiff::civil::Date = jiff::civil::date(2024, 3, 31);

fn storage() -> Storage {
    Storage::from_pairs(Vec::new(), false).unwrap()
}

fn write(path: &Path, mut frame: DataFrame) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = std::fs::File::create(path).unwrap();
    ParquetWriter::new(file).finish(&mut frame).unwrap();
}

fn job(directory: &Path, subscriptions: &str) -> Job {
    job_in_zone(directory, subscriptions, "UTC")
}

fn job_in_zone(directory: &Path, subscriptions: &str, zone: &str) -> Job {
    let text = format!(
        "currency = \"USD\"\ntime_zone = \"{zone}\"\n[output]\nuri = \"out\"\n[inputs.subscriptions]\n{subscriptions}\n"
    );
    Job::parse(&text, directory).unwrap()
}

fn read(job: &Job) -> (Sources, Vec<Violation>) {
    try_read(job).unwrap()
}

fn try_read(job: &Job) -> tenure::error::Result<(Sources, Vec<Violation>)> {
    let storage = storage();
    let snapshot = resolve(job, &storage, AS_OF)?;
    let calendar = Calendar::new(&job.time_zone, AS_OF, job.settle_days)?;
    scan(job, &storage, &snapshot, &calendar)
}

fn subscriptions(job: &Job) -> DataFrame {
    let (sources, violations) = read(job);
    assert_eq!(violations, vec![]);
    tenure::execute::collect_all(vec![sources[&Input::Subscriptions].frame.clone()]).unwrap().remove(0)
}

#[test]
fn plain_types() {
    let directory = tempfile::tempdir().unwrap();
    let frame = df!(
        "subscription_id" => [1i64, 2],
        "customer_id" => ["a", "b"],
        "started_at" => ["2024-01-01", "2024-01-02T03:04:05Z"],
        "mrr" => [19.99, 0.1],
    )
    .unwrap();
    write(&directory.path().join("subs/a.parquet"), frame);
    let got = subscriptions(&job(directory.path(), "uri = \"subs\""));
    println!("{:?}", got.schema());
    println!("{:?}", got.columns());
    let _ = Kind::Data;
}
