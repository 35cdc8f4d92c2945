//! The whole job against a bucket: the same commands, the same bytes as on local disk, and failures that say what to do.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tenure::publish::{History, Run};
use tenure::sample::{SampleOptions, SampleReport, write};
use tenure::storage::Storage;
use tenure::tables::outputs::TABLES;

use crate::support::seaweed::{ADMIN, BUCKET, READER, Seaweed};
use crate::support::tool::{duckdb_path, outcome, tenure};

const AS_OF: &str = "2026-10-31";

/// A sample on local disk, and jobs over it and over its copy in a bucket.
struct World {
    directory: tempfile::TempDir,
    report: SampleReport,
    local: PathBuf,
    remote: PathBuf,
}

impl World {
    fn new() -> World {
        let directory = tempfile::tempdir().unwrap();
        let sample = directory.path().join("sample");
        let options = SampleOptions { customers: 400, months: 14, seed: 3, ..SampleOptions::new(&sample) };
        let report = write(&options).unwrap();
        let remote = directory.path().join("remote.toml");
        let text = fs::read_to_string(&report.job).unwrap();
        let moved = text.replace("uri = \"./", "uri = \"").replace("uri = \"", &format!("uri = \"s3://{BUCKET}/"));
        assert_eq!(moved.matches("s3://").count(), 9, "{moved}");
        fs::write(&remote, moved).unwrap();
        World { local: report.job.clone(), directory, report, remote }
    }

    fn upload(&self, storage: &Storage) {
        let root = self.directory.path().join("sample");
        let files = files_below(&root);
        assert_eq!(files.len() as u64, self.report.files);
        for file in files {
            let name = file.strip_prefix(&root).unwrap().display().to_string();
            storage.put(&format!("s3://{BUCKET}/{name}"), fs::read(file).unwrap()).unwrap();
        }
    }

    /// Exit code, stdout and stderr of a command on a job; no secret is in what it says.
    fn run(&self, job: &Path, environment: &[(String, String)], arguments: &[&str]) -> (i32, String, String) {
        let mut command = tenure();
        // nothing of this machine's own credentials
        let own = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_"));
        own.for_each(|(name, _)| {
            command.env_remove(name);
        });
        command.env("HOME", self.directory.path()).env("TENURE_DUCKDB", duckdb_path());
        command.envs(environment.iter().cloned()).args(arguments).arg("--job").arg(job);
        let (code, stdout, stderr) = outcome(&mut command);
        for text in [&stdout, &stderr] {
            assert!(
                ![ADMIN.1, READER.1].iter().any(|secret| text.contains(secret)),
                "{arguments:?}: a secret is shown"
            );
        }
        (code, stdout, stderr)
    }
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { vec![path] };
    entries.flat_map(below).filter(|path| path.extension().is_some_and(|extension| extension == "parquet")).collect()
}

/// SHA-256 of every data file of every run, in order.
fn hashes(storage: &Storage, output: &str) -> Vec<BTreeMap<(String, String), String>> {
    let history = History::open(storage, output).unwrap();
    let of_run = |run: &Run| {
        let files = run.tables.iter().flat_map(|(table, published)| published.files.iter().map(move |f| (table, f)));
        files.map(|(table, file)| ((table.clone(), file.month.clone()), file.sha256.clone())).collect()
    };
    history.runs().iter().map(of_run).collect()
}

#[test]
fn a_job_in_a_bucket_publishes_the_same_bytes() {
    let server = Seaweed::start();
    let world = World::new();
    let admin = server.pairs(ADMIN);
    let bucket = Storage::from_pairs(admin.clone(), false).unwrap();
    world.upload(&bucket);

    let both = |arguments: &[&str]| {
        let outcomes = [(&world.local, &[][..]), (&world.remote, &admin[..])]
            .map(|(job, environment)| world.run(job, environment, arguments));
        for (code, stdout, stderr) in &outcomes {
            assert_eq!(*code, 0, "{arguments:?}\n{stdout}{stderr}");
        }
        outcomes.map(|(_, stdout, _)| stdout)
    };
    let same = |arguments: &[&str]| {
        let [local, remote] = both(arguments);
        assert_eq!(local, remote, "{arguments:?}");
        assert!(!local.is_empty(), "{arguments:?}");
    };
    same(&["check", "--as-of", AS_OF]);
    both(&["run", "--as-of", AS_OF, "-vv"]);
    both(&["backfill", "--from", "2025-11", "--to", "2026-07", "--as-of", AS_OF]);
    for table in TABLES {
        same(&["show", table.name, "--all", "--format", "csv"]);
    }
    same(&["verify", "--month", "2026-09", "--as-of", AS_OF]);
    for stdout in both(&["run", "--as-of", AS_OF]) {
        assert!(stdout.starts_with("nothing to do"), "{stdout}");
    }

    let local = Storage::from_pairs([], false).unwrap();
    let output = format!("file://{}/published", world.local.parent().unwrap().display());
    let expected = hashes(&local, &output);
    assert_eq!(expected.iter().map(BTreeMap::len).collect::<Vec<_>>(), [TABLES.len() * 3, TABLES.len() * 9]);
    assert_eq!(hashes(&bucket, &format!("s3://{BUCKET}/published")), expected);
}

#[test]
fn credentials_that_do_not_allow_it_end_with_77() {
    let server = Seaweed::start();
    let world = World::new();
    world.upload(&Storage::from_pairs(server.pairs(ADMIN), false).unwrap());
    let run = ["run", "--as-of", AS_OF, "-vv"];
    // a wrong secret, a key nobody knows, and one that may read and not write
    for identity in [(ADMIN.0, READER.1), ("nobody", ADMIN.1), READER] {
        let (code, stdout, stderr) = world.run(&world.remote, &server.pairs(identity), &run);
        assert_eq!((code, stdout.as_str()), (77, ""), "{}: {stderr}", identity.0);
        assert!(stderr.contains("\nhint: ") && stderr.contains("s3://lake/"), "{}: {stderr}", identity.0);
    }
    let (code, _, stderr) = world.run(&world.remote, &server.pairs((ADMIN.0, READER.1)), &["show", "churn"]);
    assert_eq!(code, 77, "{stderr}");
    let (code, stdout, stderr) = world.run(&world.remote, &server.pairs(READER), &["check", "--as-of", AS_OF]);
    assert_eq!(code, 0, "a reader may check: {stdout}{stderr}");
}

/// A test that hangs is ended by the test runner; how long each took is in the output.
#[test]
fn an_endpoint_that_does_not_answer_ends_with_75() {
    let world = World::new();
    // a port nobody listens on: taken, then given back
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let pairs = [
        ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")),
        ("AWS_ACCESS_KEY_ID", ADMIN.0.to_string()),
        ("AWS_SECRET_ACCESS_KEY", ADMIN.1.to_string()),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_string(), value));
    for arguments in [&["run", "--as-of", AS_OF, "-vv"][..], &["check", "--as-of", AS_OF], &["show", "churn"]] {
        let started = Instant::now();
        let (code, stdout, stderr) = world.run(&world.remote, &pairs, arguments);
        assert_eq!((code, stdout.as_str()), (75, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains("AWS_ENDPOINT_URL"), "{arguments:?}: {stderr}");
        println!("{arguments:?} gave up after {:?}", started.elapsed());
    }
}
