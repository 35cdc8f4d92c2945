//! The snapshot's files where DuckDB can read them: local ones in place, others downloaded.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::source_type::{self, SourceType};
use super::views::Files;
use crate::error::{Error, Result};
use crate::snapshot::Snapshot;
use crate::storage::Storage;
use crate::tables::Input;

/// What Hive writes for a null partition value.
const HIVE_NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// One input file.
#[derive(Debug, Clone)]
pub struct LocalFile {
    /// The path DuckDB is given.
    pub path: String,
    pub columns: BTreeMap<String, SourceType>,
    /// Partition values of the path, the innermost of a name; None is null.
    pub partitions: BTreeMap<String, Option<String>>,
}

impl LocalFile {
    /// The type of a column of the file or, failing that, of its path.
    pub fn type_of(&self, name: &str) -> Option<SourceType> {
        let partition = || self.partitions.get(name).map(|_| SourceType::Text);
        self.columns.get(name).copied().or_else(partition)
    }

    /// Partition values that no column of the file hides.
    pub fn hidden_partitions(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let is_hidden = |name: &String| self.columns.keys().any(|column| column.eq_ignore_ascii_case(name));
        let values = self.partitions.iter().filter(move |(name, _)| !is_hidden(name));
        values.map(|(name, value)| (name.as_str(), value.as_deref()))
    }
}

/// Every file of the snapshot with the types of its columns. Files that are not local are downloaded to `directory`;
/// the path stays the original one if `is_kept_remote`, for scripts that run elsewhere.
pub fn localise(storage: &Storage, snapshot: &Snapshot, directory: &Path, is_kept_remote: bool) -> Result<Files> {
    let mut files = Files::new();
    for input in Input::ALL {
        let Some(sources) = snapshot.files.get(input.name()) else { continue };
        let mut local = Vec::with_capacity(sources.len());
        for (index, source) in sources.iter().enumerate() {
            let path = match source.uri.strip_prefix("file://") {
                Some(path) => PathBuf::from(path),
                None => download(storage, &source.uri, directory.join(format!("{}-{index}.parquet", input.name())))?,
            };
            let columns = source_type::read(&path)?;
            let partitions = source
                .partitions
                .iter()
                .map(|(name, value)| (name.clone(), (value != HIVE_NULL).then(|| value.clone())));
            let partitions = partitions.collect();
            let path = if is_kept_remote { source.uri.replace("file://", "") } else { path.display().to_string() };
            local.push(LocalFile { path, columns, partitions });
        }
        files.insert(input, local);
    }
    Ok(files)
}

fn download(storage: &Storage, uri: &str, path: PathBuf) -> Result<PathBuf> {
    let bytes = storage.get(uri)?;
    fs::write(&path, bytes).map_err(|error| Error::io(format!("writing {} failed", path.display())).because(error))?;
    Ok(path)
}
