//! Parquet files of an export.

use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter};

use crate::error::{Error, Result};

/// An output directory that was empty or missing, so that no file of an older sample is read as part of this one.
pub fn empty_directory(path: &Path) -> Result<PathBuf> {
    fs::create_dir_all(path).map_err(|error| cannot("create", path, error))?;
    let mut entries = fs::read_dir(path).map_err(|error| cannot("read", path, error))?;
    if entries.next().is_some() {
        return Err(Error::usage(format!("`{}` is not empty", path.display()))
            .hint("choose a directory that is empty or does not exist yet"));
    }
    Ok(path.to_path_buf())
}

/// Writes a frame as ZSTD Parquet, creating the directory; returns the file's size in bytes.
pub fn parquet(path: &Path, frame: &mut DataFrame) -> Result<u64> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| cannot("create", parent, error))?;
    }
    let file = fs::File::create(path).map_err(|error| cannot("create", path, error))?;
    // row groups must not follow the chunks a frame happens to have
    frame.rechunk_mut();
    let writer = ParquetWriter::new(BufWriter::new(file)).with_compression(ParquetCompression::Zstd(None));
    Ok(writer.with_row_group_size(Some(250_000)).finish(frame)?)
}

pub fn text(path: &Path, content: &str) -> Result<()> {
    fs::write(path, content).map_err(|error| cannot("write", path, error))
}

fn cannot(action: &str, path: &Path, error: std::io::Error) -> Error {
    let message = format!("cannot {action} `{}`", path.display());
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => Error::permission(message),
        _ => Error::io(message),
    }
    .because(error)
}
