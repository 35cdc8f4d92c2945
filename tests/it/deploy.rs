//! The deployment files: each is read by the program it is for, and the command in each is one this binary takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin_cmd;

use crate::support::source::root;

fn deploy() -> PathBuf {
    root().join("jobs/deploy")
}

/// The Python of `make setup`.
fn python(script: &str, argument: &Path) -> Output {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/tenure/venv/bin/python");
    let python = std::env::var_os("TENURE_PYTHON").map_or_else(home, PathBuf::from);
    Command::new(python).arg("-c").arg(script).arg(argument).output().expect("run `make setup` first")
}

fn printed(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

/// The arguments must parse: a job file that does not exist is another error than a wrong command line.
fn is_taken(arguments: &[&str]) {
    let output = cargo_bin_cmd!("tenure").args(arguments).output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn systemd_reads_the_units() {
    let service = fs::read_to_string(deploy().join("systemd/tenure.service")).unwrap();
    let command = service.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/tenure ")).unwrap();
    is_taken(&command.split(' ').collect::<Vec<_>>());

    let Ok(_) = Command::new("systemd-analyze").arg("--version").output() else {
        println!("systemd-analyze is not installed: the units were not verified");
        return;
    };
    // The binary is not installed here, and neither is its manual page.
    let copy = tempfile::tempdir().unwrap();
    let here = service.replace("/usr/local/bin/tenure", "/bin/true").replace("Documentation=man:tenure(1)\n", "");
    fs::write(copy.path().join("tenure.service"), here).unwrap();
    fs::copy(deploy().join("systemd/tenure.timer"), copy.path().join("tenure.timer")).unwrap();
    let units = ["tenure.service", "tenure.timer"].map(|unit| copy.path().join(unit));
    let output = Command::new("systemd-analyze").arg("verify").args(&units).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let about_ours: Vec<&str> = said.lines().filter(|line| line.contains("tenure")).collect();
    assert!(output.status.success() && about_ours.is_empty(), "{said}");
}

#[test]
fn the_cron_job_is_yaml_that_runs_the_nightly_job() {
    let script = "import sys, yaml\n\
        job = yaml.safe_load(open(sys.argv[1]))\n\
        assert (job['apiVersion'], job['kind']) == ('batch/v1', 'CronJob')\n\
        assert job['spec']['concurrencyPolicy'] == 'Forbid'\n\
        pod = job['spec']['jobTemplate']['spec']['template']['spec']\n\
        volumes = {volume['name'] for volume in pod['volumes']}\n\
        container, = pod['containers']\n\
        assert {mount['name'] for mount in container['volumeMounts']} == volumes\n\
        print('\\n'.join(container['args']))";
    let arguments = printed(python(script, &deploy().join("kubernetes/cronjob.yaml")));
    is_taken(&arguments.lines().collect::<Vec<_>>());
}

#[test]
fn the_dag_is_python_that_runs_the_nightly_job() {
    let script = "import ast, sys\n\
        tree = ast.parse(open(sys.argv[1]).read())\n\
        compile(tree, sys.argv[1], 'exec')\n\
        lists = [n.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and n.targets[0].id == 'command']\n\
        words = {'JOB': '/etc/tenure/nightly.toml', 'as_of': '2026-01-01'}\n\
        command, = lists\n\
        print('\\n'.join(words[e.id] if isinstance(e, ast.Name) else e.value for e in command.elts))";
    let command = printed(python(script, &deploy().join("airflow/tenure_nightly.py")));
    let arguments: Vec<&str> = command.lines().collect();
    assert_eq!(arguments[0], "tenure");
    is_taken(&arguments[1..]);
}
