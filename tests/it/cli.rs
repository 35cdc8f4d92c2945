//! The command line: help, exit codes, completions, and what goes to stdout and what to stderr.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use polars::prelude::*;
use tenure::cli::panics;
use tenure::error::Kind;
use tenure::tables::inputs::{ENDED_AT, MRR, STARTED_AT, SUBSCRIPTION_ID};

use crate::support::bless;
use crate::support::source::root;
use crate::support::tool::{outcome, success, tenure};

const COMMANDS: [&str; 9] = ["run", "backfill", "check", "show", "metrics", "verify", "sample", "completions", "man"];
const KINDS: [Kind; 8] =
    [Kind::Usage, Kind::Data, Kind::Internal, Kind::Io, Kind::Retry, Kind::Permission, Kind::Job, Kind::Delivery];

#[test]
fn generated_help_is_current() {
    let mut differences = Vec::new();
    for command in std::iter::once("tenure").chain(COMMANDS) {
        let arguments: &[&str] = if command == "tenure" { &["--help"] } else { &[command, "--help"] };
        let help = success(tenure().args(arguments));
        assert!(help.contains("\nExamples:\n"), "`{command}` has no examples");
        assert!(!help.contains('\u{1b}'), "`{command}` prints escape codes into a pipe");
        differences.extend(bless::difference(&root().join(format!("tests/help/{command}.txt")), &help));
    }
    assert!(differences.is_empty(), "{}\nBLESS=1 rewrites them", differences.join("\n"));
}

#[test]
fn help_lists_every_command_and_every_exit_code() {
    let help = success(tenure().arg("--help"));
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
    }
    for kind in KINDS {
        let line = format!("\n  {:>2}  ", kind as u8);
        assert!(help.contains(&line), "exit code {kind:?}");
    }
    assert!(!help.contains("generate"), "a command of ours is shown to users");
}

#[test]
fn usage_errors_end_with_2_and_print_nothing_to_stdout() {
    let wrong: [&[&str]; 9] = [
        &[],
        &["shwo"],
        &["run"],
        &["backfill", "--job", "x.toml", "--from", "2026-13", "--to", "2026-01"],
        &["backfill", "--job", "x.toml", "--from", "2026-02", "--to", "2026-01"],
        &["run", "--job", "x.toml", "--as-of", "31.10.2026"],
        &["show", "churn", "--job", "x.toml", "--segment", "region"],
        &["show", "churn", "--job", "x.toml", "--month", "2026-01", "--all"],
        &["metrics", "churn", "extra"],
    ];
    for arguments in wrong {
        let (code, stdout, stderr) = outcome(tenure().args(arguments));
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(!stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_unknown_table_names_the_nearest() {
    let (code, _, stderr) = outcome(tenure().args(["metrics", "cohort"]));
    assert_eq!(code, 2);
    assert_eq!(stderr, "error: there is no table `cohort`\nhint: did you mean `cohorts`?\n");
    let (_, _, stderr) = outcome(tenure().args(["metrics", "zzz"]));
    assert!(stderr.contains("hint: known are `churn`, `cohorts`, `mrr`"), "{stderr}");
}

#[test]
fn a_wrong_job_file_ends_with_78() {
    let directory = tempfile::tempdir().unwrap();
    let job = directory.path().join("job.toml");
    fs::write(&job, "currency = \"USD\"\ncurency = \"EUR\"\n").unwrap();
    for path in [job.as_path(), Path::new("/no/such/job.toml")] {
        let (code, stdout, stderr) = outcome(tenure().args(["run", "--job"]).arg(path));
        assert_eq!((code, stdout.as_str()), (78, ""), "{stderr}");
        assert!(stderr.starts_with("error: "), "{stderr}");
    }
    let (_, _, stderr) = outcome(tenure().args(["check", "--job"]).arg(&job));
    assert!(stderr.contains("curency") && stderr.contains("currency"), "{stderr}");
}

/// A job over one subscription that ends before it starts.
fn rejected(directory: &Path) -> std::path::PathBuf {
    let mut frame = df!(
        SUBSCRIPTION_ID.name => ["s1"],
        "customer_id" => ["c1"],
        STARTED_AT.name => ["2026-01-10T00:00:00Z"],
        ENDED_AT.name => ["2026-01-01T00:00:00Z"],
        MRR.name => [10_i64],
    )
    .unwrap();
    let file = fs::File::create(directory.join("subscriptions.parquet")).unwrap();
    ParquetWriter::new(file).finish(&mut frame).unwrap();
    let job = directory.join("job.toml");
    let text = "currency = \"USD\"\n[inputs.subscriptions]\nuri = \"subscriptions.parquet\"\n[output]\nuri = \"out\"\n";
    fs::write(&job, text).unwrap();
    job
}

#[test]
fn rejected_data_ends_with_65_and_publishes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let job = rejected(directory.path());
    let as_of = ["--as-of", "2026-03-31"];

    let (code, stdout, stderr) = outcome(tenure().args(["run", "--job"]).arg(&job).args(as_of));
    assert_eq!((code, stdout.as_str()), (65, ""), "{stderr}");
    assert!(!directory.path().join("out").exists(), "something was published");

    let (code, stdout, stderr) = outcome(tenure().args(["check", "--job"]).arg(&job).args(as_of));
    assert_eq!(code, 65, "{stderr}");
    assert!(stdout.contains("subscriptions") && stdout.contains("ended_at") && stdout.contains("s1"), "{stdout}");

    let (code, stdout, _) = outcome(tenure().args(["check", "--json", "--job"]).arg(&job).args(as_of));
    assert_eq!(code, 65);
    for line in stdout.lines() {
        let violation: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(violation["table"], "subscriptions", "{line}");
        assert!(violation["rule"].is_string() && violation["rows"].is_number(), "{line}");
    }
    assert!(stdout.lines().count() >= 1);
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish"] {
        let script = success(tenure().args(["completions", shell]));
        for word in ["backfill", "as-of", "dry-run"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
}

#[test]
fn manual_pages_are_roff() {
    let page = success(tenure().arg("man"));
    assert!(page.contains(".TH tenure 1"), "{page}");
    assert!(page.contains("Exit codes") && page.contains("AWS_REGION"), "the page lacks the reference");
    for command in COMMANDS {
        let page = success(tenure().args(["man", command]));
        assert!(page.contains(&format!(".TH tenure-{command} 1")), "{command}");
        assert!(page.contains("Examples"), "{command}");
    }
    let (code, _, stderr) = outcome(tenure().args(["man", "nothing"]));
    assert_eq!(code, 2, "{stderr}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut child = tenure().args(["completions", "bash"]).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_bug_ends_with_70_and_one_line() {
    let error = panics::catch(false, || panic!("seven\nlines")).unwrap_err();
    assert_eq!(error.kind, Kind::Internal);
    assert!(error.message.contains("seven lines") && error.message.contains("cli.rs"), "{}", error.message);
    assert!(error.hint.is_some_and(|hint| hint.contains("report")));
    assert!(panics::catch(false, || Ok(())).is_ok());
}

#[test]
fn the_catalogue_prints_definition_columns_and_sql() {
    let list = success(tenure().arg("metrics"));
    for name in ["churn", "cohorts", "mrr", "arpc", "crc", "cltv", "checks"] {
        assert!(list.lines().any(|line| line.starts_with(name)), "{name}");
        let entry = success(tenure().args(["metrics", name]));
        assert!(entry.contains("One row per month") && entry.contains("| `month` | date |"), "{entry}");
    }
    let sql = success(tenure().args(["metrics", "churn", "--sql"]));
    assert_eq!(sql, fs::read_to_string(root().join("sql/metrics/churn.sql")).unwrap());
}

#[test]
fn example_jobs_parse() {
    for name in ["quickstart", "nightly", "backfill"] {
        let path = root().join(format!("jobs/{name}.toml"));
        tenure::job::Job::load(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// The sample, a run, a second run, and what `show` says of it.
#[test]
fn sample_run_show() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("demo");
    let report =
        success(tenure().args(["sample", "--customers", "300", "--months", "14", "--json", "--out"]).arg(&out));
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let as_of = report["as_of"].as_str().unwrap().to_string();
    let job = out.join("job.toml");
    let run = |command: &str, more: &[&str]| {
        let mut tenure = tenure();
        tenure.args([command, "--job"]).arg(&job).args(["--as-of", &as_of]).args(more);
        outcome(&mut tenure)
    };

    let (code, stdout, stderr) = run("check", &[]);
    assert_eq!(code, 0, "{stdout}{stderr}");

    let (code, plan, stderr) = run("run", &["--dry-run"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(plan.contains("churn"), "{plan}");
    assert!(!out.join("published").exists(), "a dry run published");

    let (code, stdout, stderr) = run("run", &["--json", "--log-format", "json"]);
    assert_eq!(code, 0, "{stderr}");
    let done: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(done["status"], "published");
    assert!(stderr.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{stderr}");

    let (code, stdout, stderr) = run("run", &[]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.starts_with("nothing to do"), "{stdout}");
    assert_eq!(stdout.lines().count(), 1);

    let show = |more: &[&str]| success(tenure().args(["show", "churn", "--job"]).arg(&job).args(more));
    let rows = |csv: String| -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        reader.records().map(|row| row.unwrap().iter().map(str::to_string).collect()).collect()
    };
    let table = show(&[]);
    assert!(table.contains("opening") && table.lines().filter(|line| line.starts_with("| 20")).count() == 3, "{table}");
    let all = rows(show(&["--all", "--format", "csv"]));
    let of_region = rows(show(&["--dimension", "region", "--format", "csv"]));
    assert!(of_region.iter().all(|row| row[1] == "region") && of_region.len() > 3);
    assert_eq!(of_region.len(), all.iter().filter(|row| row[1] == "region").count());
    let segment = &of_region[0][2];
    let one = rows(show(&["--segment", &format!("region={segment}"), "--format", "csv"]));
    assert!(one.len() == 3 && one.iter().all(|row| row[2] == *segment), "{one:?}");
    let month = show(&["--month", &as_of[..7], "--format", "json"]);
    let row: serde_json::Value = serde_json::from_str(month.trim_end()).unwrap();
    assert_eq!(row["month"], format!("{}-01", &as_of[..7]));
    assert!(month.starts_with("{\"month\":"), "keys in column order: {month}");

    // what is not there is said, not shown as nothing
    let refused = |table: &str, more: &[&str]| {
        let (code, stdout, stderr) = outcome(tenure().args(["show", table, "--job"]).arg(&job).args(more));
        assert_eq!((code, stdout.as_str()), (2, ""), "{more:?}: {stderr}");
        stderr
    };
    assert!(refused("churn", &["--month", "1999-01"]).contains("hint: it has rows of "));
    assert!(refused("churn", &["--dimension", "regoin"]).contains("hint: did you mean `region`?"));
    assert!(refused("churn", &["--segment", "region=nowhere"]).contains("no row has `nowhere` as its segment"));
    assert!(refused("health", &["--segment", &format!("region={segment}")]).contains("`health` has no segments"));
    assert!(refused("runs", &[]).contains("hint: `runs` is a Delta table"));

    for day in ["9999-12-31", "0202-03-31"] {
        let (code, _, stderr) = outcome(tenure().args(["run", "--as-of", day, "--job"]).arg(&job));
        assert!(code == 2 && stderr.contains("is no as-of day"), "{code} {stderr}");
    }
}

/// Months that are there already are left alone, and said to be.
#[test]
fn a_backfill_computes_what_is_missing() {
    let directory = tempfile::tempdir().unwrap();
    let job = directory.path().join("job.toml");
    success(
        tenure()
            .args(["sample", "--customers", "60", "--months", "8", "--until", "2025-12", "--out"])
            .arg(directory.path()),
    );
    let backfill = |from: &str, to: &str| {
        let mut tenure = tenure();
        tenure.args(["backfill", "--as-of", "2025-12-31", "--from", from, "--to", to, "--job"]).arg(&job);
        success(&mut tenure)
    };
    assert!(backfill("2025-06", "2025-08").starts_with("published 2025-06..2025-08 as of 2025-12-31: churn "));
    assert!(backfill("2025-07", "2025-08").starts_with("nothing to do: 2025-07..2025-08 "));
    let grown = backfill("2025-06", "2025-10");
    assert!(
        grown.starts_with("published 2025-09..2025-10 as of 2025-12-31, others of 2025-06..2025-10 were already: "),
        "{grown}"
    );
    assert!(backfill("2025-06", "2025-10").starts_with("nothing to do: 2025-06..2025-10 "));
}
