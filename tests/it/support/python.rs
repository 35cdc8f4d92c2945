//! Other programs' readers, run in Python.

use std::path::PathBuf;
use std::process::Command;

/// The virtual environment's Python: `TENURE_PYTHON`, or where `make setup` puts it.
pub fn python() -> PathBuf {
    let default = || PathBuf::from(std::env::var("HOME").unwrap_or_default()).join(".cache/tenure/venv/bin/python");
    let path = std::env::var_os("TENURE_PYTHON").map_or_else(default, PathBuf::from);
    assert!(path.exists(), "no Python at {}: run `make setup`, or set TENURE_PYTHON", path.display());
    path
}

/// A tool installed beside that Python.
pub fn tool(name: &str) -> PathBuf {
    let path = python().parent().unwrap().join(name);
    assert!(path.exists(), "no `{name}` at {}: run `make setup`", path.display());
    path
}

/// Ends the interpreter before pyarrow's threads can abort it, which they do now and then when it tears itself down.
const END: &str = "\nimport os, sys\nsys.stdout.flush()\nos._exit(0)\n";

/// Runs a snippet with arguments (`sys.argv[1:]`) and extra environment; what it printed, without the last newline.
/// Panics with everything it said if it fails.
pub fn run(snippet: &str, arguments: &[&str], environment: &[(String, String)]) -> String {
    let output = Command::new(python())
        .arg("-c")
        .arg(format!("{snippet}{END}"))
        .args(arguments)
        .envs(environment.iter().cloned())
        .output()
        .unwrap();
    let (printed, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "python failed\n{printed}\n{said}\n{snippet}");
    printed.trim_end().to_string()
}
