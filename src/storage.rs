//! The only user of object_store: local directories and S3 buckets behind one type.
//! STUB of the branch `inputs`, local disk only: replaced by the real one at the merge.

use std::ops::Range;
use std::path::Path;

use bytes::Bytes;
use polars::io::cloud::CloudOptions;

use crate::error::{Error, Result};

/// Configured once from the environment pairs that `main` read.
pub struct Storage {}

/// One stored object.
#[derive(Debug, Clone)]
pub struct ObjectInfo {
    pub uri: String,
    pub bytes: u64,
    pub etag: String,
    pub modified_ms: i64,
}

impl Storage {
    pub fn from_pairs(_pairs: impl IntoIterator<Item = (String, String)>, _allow_http: bool) -> Result<Storage> {
        Ok(Storage {})
    }
    pub fn list(&self, prefix: &str) -> Result<Vec<ObjectInfo>> {
        let mut found = Vec::new();
        walk(Path::new(prefix.trim_start_matches("file://")), &mut found)?;
        Ok(found)
    }
    pub fn get_range(&self, uri: &str, range: Range<u64>) -> Result<Bytes> {
        Ok(self.get(uri)?.slice(range.start as usize..range.end as usize))
    }
    pub fn get(&self, uri: &str) -> Result<Bytes> {
        Ok(std::fs::read(uri.trim_start_matches("file://")).map_err(|e| Error::io(e.to_string()))?.into())
    }
    pub fn polars_options(&self, _uri: &str) -> Result<Option<CloudOptions>> {
        Ok(None)
    }
}

fn walk(path: &Path, found: &mut Vec<ObjectInfo>) -> Result<()> {
    let Ok(meta) = std::fs::metadata(path) else { return Ok(()) };
    if meta.is_file() {
        let uri = format!("file://{}", path.display());
        found.push(ObjectInfo { uri, bytes: meta.len(), etag: String::new(), modified_ms: 0 });
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(|e| Error::io(e.to_string()))?.flatten() {
        walk(&entry.path(), found)?;
    }
    Ok(())
}
