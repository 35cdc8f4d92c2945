//! The program under test and the tools it is held against.

use std::path::PathBuf;
use std::process::{Command, Output};

use super::python;

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

pub fn python() -> Command {
    Command::new(python::python())
}

/// The `duckdb` that `make setup` installs.
pub fn duckdb_path() -> PathBuf {
    python::tool("duckdb")
}

/// `duckdb` in memory, stopping at the first error.
pub fn duckdb() -> Command {
    let mut command = Command::new(duckdb_path());
    command.args(["-no-init", "-batch", "-bail", "-csv", ":memory:"]);
    command
}
