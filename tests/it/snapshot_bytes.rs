//! Inputs whose bytes are not what Polars takes them for: UUIDs, and damaged pages.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use tenure::error::Kind;
use tenure::job::Job;
use tenure::pipeline;
use tenure::sample::{SampleOptions, write};
use tenure::tables::Input;

use crate::support::export::{Export, strings};
use crate::support::publish::local;
use crate::support::tool::duckdb;

/// DuckDB writes them as 16 bytes; the first of these are valid UTF-8, and still no text.
#[test]
fn uuids_are_read_as_their_text() {
    let ids = ["00000000-0000-0000-0000-00000000000a", "0123e567-e89b-42d3-a456-426614174000"];
    let frame = df!(
        "subscription_id" => ["s1", "s2"],
        "customer_id" => ids,
        "started_at" => ["2024-01-01", "2024-02-01"],
        "mrr" => [10.0, 20.0],
    );
    let export = Export::new().table("subscriptions", frame.unwrap());
    let (texts, file) = (export.path("texts.parquet"), export.path("subscriptions.parquet"));
    fs::rename(&file, &texts).unwrap();
    let copy = "SELECT * REPLACE (CAST(customer_id AS UUID) AS customer_id) FROM";
    let copy = format!("COPY ({copy} '{}' ORDER BY subscription_id) TO '{}'", texts.display(), file.display());
    assert!(duckdb().args(["-c", &copy]).status().unwrap().success());
    let read = strings(&export.read(Input::Subscriptions), "customer_id");
    assert_eq!(read, ids.map(|id| Some(id.to_string())));
    let export =
        export.only("subscriptions", &format!("uri = \"{}\"\nwhere = \"customer_id = '{}'\"", file.display(), ids[1]));
    assert_eq!(strings(&export.read(Input::Subscriptions), "subscription_id"), [Some("s2".to_string())]);
}

#[test]
fn a_damaged_page_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let options = SampleOptions { customers: 60, months: 4, ..SampleOptions::new(directory.path()) };
    write(&options).unwrap();
    let as_of = options.until.next().first_day().yesterday().unwrap();
    for input in ["subscriptions", "surveys", "usage_events"] {
        let file = first_file(&directory.path().join(input));
        let whole = fs::read(&file).unwrap();
        let mut damaged = whole.clone();
        damaged[30..90].iter_mut().for_each(|byte| *byte ^= 0x5a);
        fs::write(&file, damaged).unwrap();
        let job = Job::load(&directory.path().join("job.toml")).unwrap();
        let error = pipeline::check(&job, &local(), as_of).unwrap_err();
        assert_eq!(error.kind, Kind::Data, "{input}: {error}");
        assert!(error.to_string().contains(file.file_name().unwrap().to_str().unwrap()), "{input}: {error}");
        fs::write(&file, whole).unwrap();
    }
}

fn first_file(directory: &Path) -> PathBuf {
    let first = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    if first.is_dir() { first_file(&first) } else { first }
}
