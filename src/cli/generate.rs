use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::cli::{metrics::definitions, output};
use crate::error::{Error, Result};
use crate::tables::render;

/// Write the generated files under a directory (`make generate`).
#[derive(Debug, Args)]
#[command(hide = true)]
pub struct Generate {
    /// The repository's `sql` directory.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Generate {
    pub fn run(self) -> Result<()> {
        for (path, text) in render::files(&definitions()) {
            let path = self.out.join(path);
            let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
            written.map_err(|error| Error::io(format!("writing {} failed", path.display())).because(error))?;
            output::line(&path.display().to_string())?;
        }
        Ok(())
    }
}
