//! URIs taken apart: which store, which path in it.

use object_store::path::Path;

use crate::error::{Error, Result};

/// Where a URI points.
pub enum Location {
    Local(Path),
    S3 { bucket: String, path: Path },
}

impl Location {
    /// Errors: `Kind::Job` for another scheme, a relative path, or a path no store could hold.
    pub fn parse(uri: &str) -> Result<Location> {
        let wrong = |why: &str| {
            Error::job(format!("`{uri}` {why}")).hint("write s3://bucket/path, file:///path or an absolute path")
        };
        if let Some(rest) = uri.strip_prefix("s3://").or_else(|| uri.strip_prefix("s3a://")) {
            let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
            if bucket.is_empty() {
                return Err(wrong("names no bucket"));
            }
            let path = Path::parse(key).map_err(|error| wrong("is not a usable path").because(error))?;
            return Ok(Location::S3 { bucket: bucket.to_string(), path });
        }
        let path = local_path(uri);
        if !path.starts_with('/') {
            return Err(wrong("is neither s3:// nor an absolute path"));
        }
        let path = Path::parse(normal(path)).map_err(|error| wrong("is not a usable path").because(error))?;
        Ok(Location::Local(path))
    }

    pub fn path(&self) -> &Path {
        match self {
            Location::Local(path) | Location::S3 { path, .. } => path,
        }
    }

    /// The URI of another path in the same store.
    pub fn sibling(&self, path: &Path) -> String {
        match self {
            Location::Local(_) => format!("file:///{path}"),
            Location::S3 { bucket, .. } => format!("s3://{bucket}/{path}"),
        }
    }

    /// The percent-encoded URL, ending with a slash.
    pub fn directory_url(&self) -> Result<url::Url> {
        let root = match self {
            Location::Local(_) => "file:///".to_string(),
            Location::S3 { bucket, .. } => format!("s3://{bucket}/"),
        };
        let mut url = url::Url::parse(&root)
            .map_err(|error| Error::job(format!("`{root}` is not a usable address")).because(error))?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear();
            segments.extend(self.path().as_ref().split('/').filter(|part| !part.is_empty()));
            segments.push("");
        }
        Ok(url)
    }
}

/// The path of a local URI, as typed.
pub fn local_path(uri: &str) -> &str {
    uri.strip_prefix("file://").unwrap_or(uri)
}

/// Resolves `.` and `..` by name: object stores know neither.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
