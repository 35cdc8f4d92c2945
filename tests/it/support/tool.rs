//! The program under test and the tools it is held against.

use std::path::PathBuf;
use std::process::{Command, Output};

/// `tenure` without anything of this machine's environment that could change its output.
pub fn tenure() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tenure"));
    for name in ["RUST_LOG", "RUST_BACKTRACE", "NO_COLOR", "CLICOLOR_FORCE", "TENURE_DUCKDB"] {
        command.env_remove(name);
    }
    command.env("COLUMNS", "100");
    command
}

/// Runs it and returns (exit code, stdout, stderr).
pub fn outcome(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

/// Runs it and returns stdout; fails with stderr if it fails.
pub fn success(command: &mut Command) -> String {
    let (code, stdout, stderr) = outcome(command);
    assert_eq!(code, 0, "{command:?}\n{stderr}");
    stdout
}

/// The virtual environment of `make setup`, or `TENURE_VENV`.
fn venv() -> PathBuf {
    let of_home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/tenure/venv");
    std::env::var_os("TENURE_VENV").map_or_else(of_home, PathBuf::from)
}

pub fn python() -> Command {
    let program = std::env::var_os("TENURE_PYTHON").map_or_else(|| venv().join("bin/python"), PathBuf::from);
    assert!(program.exists(), "{} is missing: run `make setup`", program.display());
    Command::new(program)
}

pub fn duckdb_path() -> PathBuf {
    let path = std::env::var_os("TENURE_DUCKDB").map_or_else(|| venv().join("bin/duckdb"), PathBuf::from);
    assert!(path.exists(), "{} is missing: run `make setup`", path.display());
    path
}

/// `duckdb` in memory, stopping at the first error.
pub fn duckdb() -> Command {
    let mut command = Command::new(duckdb_path());
    command.args(["-no-init", "-batch", "-bail", "-csv", ":memory:"]);
    command
}
