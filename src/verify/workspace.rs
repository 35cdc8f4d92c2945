//! A temporary directory that is gone afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::tables::Table;

pub struct Workspace(PathBuf);

impl Workspace {
    /// Makes a directory of its own under `parent`.
    pub fn new(parent: &Path) -> Result<Workspace> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("tenure-verify-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = parent.join(name);
        fs::create_dir(&path).map_err(|error| {
            Error::io(format!("no temporary directory could be made in {}", parent.display()))
                .hint("set TMPDIR to a directory with space")
                .because(error)
        })?;
        Ok(Workspace(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where DuckDB writes a table.
    pub fn result(&self, table: &Table) -> PathBuf {
        self.0.join(format!("result-{}.parquet", table.name))
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // the worst that can happen is a leftover in a temporary directory
        let _ = fs::remove_dir_all(&self.0);
    }
}
