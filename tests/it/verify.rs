//! `tenure verify`: the comparison and the command.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use polars::prelude::*;
use tenure::tables::outputs::{
    ARPC_TABLE, CHURN_TABLE, CLOSING_CUSTOMERS, CLTV_TABLE, CUSTOMER_CHURN_RATE, IS_FINAL, MONTH, NET_REVENUE,
    NULL_REASON, SEGMENT, VALUE,
};
use tenure::tables::render::polars::computed_schema;
use tenure::tables::{Column as Declared, Input, Kind, Table};
use tenure::verify::compare::{Difference, FITTED, compare};

use tenure::sample::{SampleOptions, write as write_sample};
use tenure::storage::Storage;

use crate::support::seaweed::{ADMIN, BUCKET, Seaweed};
use crate::support::tool::{duckdb_path, outcome, success, tenure};

/// `rows` rows that differ in `segment`; every other cell has the same plain value.
fn plain(table: &Table, rows: usize) -> DataFrame {
    let schema = computed_schema(table);
    let columns = table.columns().map(|column| {
        let name = PlSmallStr::from_static(column.name);
        let series = match column.kind {
            Kind::Month => Series::new(name, vec![19_000_i32; rows]),
            Kind::Count | Kind::Money => Series::new(name, vec![70_000_i64; rows]),
            Kind::Ratio => Series::new(name, vec![0.25; rows]),
            Kind::Text if column.name == SEGMENT.name => {
                Series::new(name, (0..rows).map(|row| format!("segment {row}")).collect::<Vec<_>>())
            }
            Kind::Text => Series::new(name, vec!["text"; rows]),
            Kind::Flag => Series::new(name, vec![true; rows]),
        };
        Column::from(series.cast(schema.get(column.name).unwrap()).unwrap())
    });
    DataFrame::new(rows, columns.collect()).unwrap()
}

fn with<T>(frame: &DataFrame, column: &Declared, values: T) -> DataFrame
where
    Series: NamedFrom<T, [i64]>,
{
    replaced(frame, Series::new(column.name.into(), values))
}

fn replaced(frame: &DataFrame, series: Series) -> DataFrame {
    let mut frame = frame.clone();
    frame.with_column(series.into()).unwrap();
    frame
}

fn columns(differences: &[Difference]) -> Vec<Option<&'static str>> {
    differences.iter().map(|difference| difference.column).collect()
}

#[test]
fn equal_frames_have_no_differences_whatever_their_row_order() {
    for table in [&CHURN_TABLE, &ARPC_TABLE, &CLTV_TABLE] {
        let frame = plain(table, 5);
        assert_eq!(compare(table, &frame, &frame).unwrap(), []);
        assert_eq!(compare(table, &frame, &frame.reverse()).unwrap(), []);
    }
}

#[test]
fn every_measure_is_compared_and_null_equals_null_only() {
    for table in [&CHURN_TABLE, &ARPC_TABLE, &CLTV_TABLE] {
        let frame = plain(table, 3);
        for column in table.measures {
            let null = Series::full_null(column.name.into(), 3, frame.column(column.name).unwrap().dtype());
            let other = replaced(&frame, null);
            assert_eq!(columns(&compare(table, &other, &frame).unwrap()), [Some(column.name); 3], "{}", column.name);
            // the twin fits nothing: where a model decides it may be silent
            let silent: &[Option<&str>] = if column.is_fitted { &[] } else { &[Some(column.name); 3] };
            assert_eq!(columns(&compare(table, &frame, &other).unwrap()), silent, "{}", column.name);
            assert_eq!(compare(table, &other, &other).unwrap(), []);
        }
    }
}

#[test]
fn counts_and_money_are_exact_and_rates_nearly_so() {
    let frame = plain(&CHURN_TABLE, 1);
    let off = with(&frame, &CLOSING_CUSTOMERS, vec![70_001_i64]);
    let [difference] = &compare(&CHURN_TABLE, &frame, &off).unwrap()[..] else { panic!() };
    assert_eq!((difference.left.as_str(), difference.right.as_str()), ("70000", "70001"));
    assert_eq!(difference.row, "month=2022-01-08 dimension=text segment=segment 0");

    let rate = |value: f64| replaced(&frame, Series::new(CUSTOMER_CHURN_RATE.name.into(), [value]));
    assert_eq!(compare(&CHURN_TABLE, &frame, &rate(0.25 + 5e-13)).unwrap(), []);
    assert_eq!(compare(&CHURN_TABLE, &frame, &rate(0.25 + 5e-12)).unwrap().len(), 1);
    assert_eq!(compare(&CHURN_TABLE, &frame, &rate(f64::NAN)).unwrap().len(), 1);

    let frame = plain(&ARPC_TABLE, 1);
    let tick = with(&frame, &NET_REVENUE, vec![70_001_i64]);
    let [difference] = &compare(&ARPC_TABLE, &frame, &tick).unwrap()[..] else { panic!() };
    assert_eq!((difference.left.as_str(), difference.right.as_str()), ("7.0000", "7.0001"));
    let frame = plain(&CLTV_TABLE, 1);
    assert_eq!(compare(&CLTV_TABLE, &frame, &with(&frame, &VALUE, vec![69_999_i64])).unwrap(), []);
    assert_eq!(compare(&CLTV_TABLE, &frame, &with(&frame, &VALUE, vec![70_002_i64])).unwrap().len(), 1);
}

#[test]
fn a_reason_that_a_fit_decides_is_the_engines_alone() {
    let frame = plain(&CLTV_TABLE, 1);
    let reason = |text: &str| replaced(&frame, Series::new(NULL_REASON.name.into(), [text]));
    assert_eq!(compare(&CLTV_TABLE, &reason("infinite"), &reason(FITTED)).unwrap(), []);
    assert_eq!(compare(&CLTV_TABLE, &reason(FITTED), &reason("infinite")).unwrap().len(), 1);
    assert_eq!(compare(&CLTV_TABLE, &reason("infinite"), &reason("too_few")).unwrap().len(), 1);
}

#[test]
fn rows_on_one_side_only_and_rows_that_come_twice_are_differences() {
    let frame = plain(&CHURN_TABLE, 4);
    let missing = frame.head(Some(3));
    assert_eq!(columns(&compare(&CHURN_TABLE, &frame, &missing).unwrap()), [None]);
    assert_eq!(columns(&compare(&CHURN_TABLE, &missing, &frame).unwrap()), [None]);
    let twice = frame.vstack(&frame.head(Some(1))).unwrap();
    let [difference] = &compare(&CHURN_TABLE, &frame, &twice).unwrap()[..] else { panic!() };
    assert_eq!((difference.left.as_str(), difference.right.as_str()), ("1 rows", "2 rows"));
}

#[test]
fn frames_that_are_not_the_table_are_refused() {
    let frame = plain(&CHURN_TABLE, 1);
    for column in [&MONTH, &NULL_REASON, &IS_FINAL] {
        assert!(compare(&CHURN_TABLE, &frame, &frame.drop(column.name).unwrap()).is_err());
    }
}

/// Amounts are the same whether a frame holds ticks or the published decimal.
#[test]
fn ticks_and_decimals_compare() {
    let frame = plain(&ARPC_TABLE, 1);
    let decimals = frame.column(NET_REVENUE.name).unwrap().cast(&DataType::Int128).unwrap();
    let decimals = decimals.as_materialized_series().i128().unwrap().clone().into_decimal(18, 4).unwrap();
    assert_eq!(compare(&ARPC_TABLE, &frame, &replaced(&frame, decimals.into_series())).unwrap(), []);
}

fn published_sample(directory: &Path) -> std::path::PathBuf {
    let out = directory.join("demo");
    success(tenure().args(["sample", "--customers", "300", "--months", "14", "--out"]).arg(&out));
    let job = out.join("job.toml");
    success(tenure().args(["run", "--as-of", "2026-10-31", "--quiet", "--job"]).arg(&job));
    job
}

#[test]
fn the_command_verifies_what_was_published() {
    let directory = tempfile::tempdir().unwrap();
    let job = published_sample(directory.path());
    let verify = |more: &[&str]| {
        let mut command = tenure();
        command.env("TENURE_DUCKDB", duckdb_path()).env("TMPDIR", directory.path());
        outcome(command.args(["verify", "--month", "2026-09", "--job"]).arg(&job).args(more))
    };
    let (code, stdout, stderr) = verify(&[]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.starts_with("verified 2026-09 as of 2026-10-31: churn "), "{stdout}");
    assert!(stdout.contains("more are fitted, and not compared), and so does what is published\n"), "{stdout}");

    let (code, stdout, stderr) = verify(&["--as-of", "2026-11-05", "--tables", "churn", "--json"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["computed"]["differences"], 0);
    assert!(report["published"].is_null() && report["notes"][0].as_str().unwrap().contains("as of 2026-10-31"));

    let (code, _, stderr) = verify(&["--tables", "chrun"]);
    assert_eq!((code, stderr.contains("did you mean `churn`?")), (2, true), "{stderr}");

    let left: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["demo"], "temporary files were left");
}

#[test]
fn the_script_alone_runs_in_duckdb() {
    let directory = tempfile::tempdir().unwrap();
    let job = published_sample(directory.path());
    let script = success(tenure().args(["verify", "--sql-only", "--month", "2026-09", "--job"]).arg(&job));
    let path = directory.path().join("september.sql");
    fs::write(&path, script + "SELECT COUNT(*) FROM churn WHERE dimension = 'all';\n").unwrap();
    let printed = success(crate::support::tool::duckdb().arg("-f").arg(path));
    assert_eq!(printed.lines().last(), Some("1"), "{printed}");
}

/// A DuckDB that counts one closing customer too many.
fn miscounting(directory: &Path) -> std::path::PathBuf {
    let path = directory.join("duckdb");
    let script = format!(
        "#!/bin/sh\nfor script; do :; done\n\
         sed -i 's/^COPY \\(.*FROM churn)\\)/UPDATE churn SET closing_customers = closing_customers + 1 WHERE dimension = '\"'all'\"';\\nCOPY \\1/' \"$script\"\n\
         exec {} \"$@\"\n",
        duckdb_path().display()
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_number_that_differs_ends_with_70_and_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let job = published_sample(directory.path());
    let mut command = tenure();
    command.env("TENURE_DUCKDB", miscounting(directory.path()));
    let (code, stdout, stderr) = outcome(command.args(["verify", "--month", "2026-09", "--job"]).arg(&job));
    assert_eq!(code, 70, "{stdout}{stderr}");
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{stdout}");
    for (line, side) in lines.iter().zip(["computed", "published"]) {
        assert!(line.starts_with("churn [month=2026-09-01 dimension=all segment=all] closing_customers: "), "{line}");
        assert!(line.contains(side), "{line}");
    }
    assert!(stderr.contains("1 difference in what the engine computes, 1 difference in what is published"), "{stderr}");
}

#[test]
fn without_duckdb_it_says_what_to_install() {
    let directory = tempfile::tempdir().unwrap();
    let job = published_sample(directory.path());
    let run = |name: &str, value: &str| {
        let mut command = tenure();
        command.env("PATH", "/nowhere").env("HOME", "/nowhere").env(name, value);
        outcome(command.args(["verify", "--month", "2026-09", "--job"]).arg(&job))
    };
    let (code, stdout, stderr) = run("PATH", "/nowhere");
    assert_eq!((code, stdout.as_str()), (74, ""), "{stderr}");
    assert!(stderr.contains("hint: install it"), "{stderr}");
    let (code, _, stderr) = run("TENURE_DUCKDB", "/nowhere/duckdb");
    assert_eq!((code, stderr.contains("TENURE_DUCKDB names /nowhere/duckdb")), (74, true), "{stderr}");
}

/// Everything in a bucket: the exports are read, published and downloaded for DuckDB from there.
#[test]
fn exports_in_s3_verify() {
    let server = Seaweed::start();
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("demo");
    let options = SampleOptions { customers: 200, months: 14, ..SampleOptions::new(&out) };
    let report = write_sample(&options).unwrap();
    let storage = Storage::from_pairs(server.pairs(ADMIN), false).unwrap();
    for object in storage.list(out.to_str().unwrap()).unwrap() {
        let (_, name) = object.uri.split_once("/demo/").unwrap();
        storage.put(&format!("s3://{BUCKET}/exports/{name}"), storage.get(&object.uri).unwrap()).unwrap();
    }
    let text = fs::read_to_string(&report.job).unwrap();
    let text = text.replace("uri = \"./published\"", &format!("uri = \"s3://{BUCKET}/metrics\""));
    let text = Input::ALL.iter().map(|input| input.name()).fold(text, |text, name| {
        text.replace(&format!("uri = \"{name}/"), &format!("uri = \"s3://{BUCKET}/exports/{name}/"))
    });
    let job = directory.path().join("s3.toml");
    fs::write(&job, text).unwrap();
    let command = |arguments: &[&str]| {
        let mut command = tenure();
        command.envs(server.pairs(ADMIN)).env("TENURE_DUCKDB", duckdb_path()).env("TMPDIR", directory.path());
        command.args(arguments).arg("--job").arg(&job);
        command
    };
    success(&mut command(&["run", "--as-of", &report.as_of]));
    let shown = success(&mut command(&["show", "churn", "--format", "csv"]));
    assert_eq!(shown.lines().count(), 4, "{shown}");
    let stdout = success(&mut command(&["verify", "--month", "2026-10"]));
    assert!(stdout.contains("agree with DuckDB") && stdout.contains("and so does what is published"), "{stdout}");
    let script = success(&mut command(&["verify", "--month", "2026-10", "--sql-only"]));
    assert!(script.contains(&format!("'s3://{BUCKET}/exports/invoices/")), "the script names other files");
}
