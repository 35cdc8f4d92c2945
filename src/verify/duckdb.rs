//! The `duckdb` program: found, run, and nothing else known of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};

/// The program named by `TENURE_DUCKDB` in these environment pairs, else the first `duckdb` on the PATH, else the one
/// that `make setup` installs.
///
/// Errors: `Kind::Io` if there is none.
pub fn find(pairs: &[(String, String)]) -> Result<PathBuf> {
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if let Some(path) = value("TENURE_DUCKDB").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        if path.is_file() {
            return Ok(path);
        }
        return Err(Error::io(format!("TENURE_DUCKDB names {}, which is no file", path.display()))
            .hint("set it to the `duckdb` program, or unset it to use the one on the PATH"));
    }
    let on_path = value("PATH").unwrap_or_default().split(':').map(|directory| Path::new(directory).join("duckdb"));
    let installed = value("HOME").map(|home| Path::new(home).join(".cache/tenure/venv/bin/duckdb"));
    on_path.chain(installed).find(|path| path.is_file()).ok_or_else(|| {
        Error::io("`tenure verify` needs the `duckdb` program, and there is none on the PATH")
            .hint("install it (`pip install duckdb-cli`, or https://duckdb.org), or set TENURE_DUCKDB to it")
    })
}

/// Runs a script that stops at its first error; `directory` receives the script and what DuckDB spills.
pub fn run(program: &Path, script: &str, directory: &Path) -> Result<()> {
    let file = directory.join("verify.sql");
    fs::write(&file, script).map_err(|error| Error::io("writing the DuckDB script failed").because(error))?;
    let output = Command::new(program)
        .args(["-no-init", "-batch", "-bail", ":memory:", "-f"])
        .arg(&file)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Error::io(format!("{} could not be started", program.display())).because(error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().map(str::trim_end).filter(|line| !line.is_empty()).take(6).collect();
    Err(Error::internal(format!("DuckDB ended with {}: {}", output.status, said.join(" | ")))
        .hint("`tenure verify … --sql-only` prints the script that was run"))
}
