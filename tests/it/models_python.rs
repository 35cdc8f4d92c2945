//! The retention models once more, in Python with scipy, from the papers: what `cltv` publishes must be what they say.

use std::fs;
use std::path::Path;

use tenure::job::Job;
use tenure::pipeline::compute;
use tenure::sample::{SampleOptions, write};
use tenure::storage::Storage;

use crate::support::publish::months;
use crate::support::source::root;
use crate::support::table_csv;
use crate::support::tool::{outcome, python};

/// What the check reads.
const TABLES: [&str; 5] = ["cohorts", "churn", "mrr", "crc", "cltv"];

fn publish_as_csv(directory: &Path) {
    let out = directory.join("sample");
    let options = SampleOptions { customers: 2_500, months: 30, seed: 23, ..SampleOptions::new(out) };
    let options = SampleOptions { events_per_customer_month: 0.0, ..options };
    let report = write(&options).unwrap();
    let job = Job::load(&report.job).unwrap();
    let tables = TABLES.map(str::to_string);
    let storage = Storage::from_pairs([], false).unwrap();
    let months = months(&report.first_month, &report.last_month);
    let computed = compute(&job, &storage, report.as_of.parse().unwrap(), months, Some(&tables)).unwrap();
    for computed in &computed {
        let text = table_csv::text(computed.table, &computed.frame).write();
        fs::write(directory.join(format!("{}.csv", computed.table.name)), text).unwrap();
    }
    fs::copy(&report.job, directory.join("job.toml")).unwrap();
}

#[test]
fn scipy_fits_what_is_published() {
    let directory = tempfile::tempdir().unwrap();
    publish_as_csv(directory.path());
    let mut pytest = python();
    pytest.args(["-B", "-m", "pytest", "--quiet", "-p", "no:cacheprovider", "--durations=3"]);
    pytest.arg(root().join("tests/models/check_models.py")).env("TENURE_MODELS", directory.path());
    let (code, said, errors) = outcome(&mut pytest);
    println!("{said}");
    assert!(code == 0 && said.contains(" passed") && !said.contains("skipped"), "{said}{errors}");
}
