//! The only user of object_store: local directories and S3 buckets behind one type.
//!
//! A URI is `file:///…` or `s3://bucket/…`, or an absolute path; the part after the bucket is taken literally, never
//! percent-decoded, so a URI that `list` returns reads back the object it names.

mod failure;
mod s3;
mod uri;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutMode};
use polars::prelude::cloud::CloudOptions;
use tokio::runtime::{Handle, Runtime};

use crate::error::{Error, Result};
use crate::parallel::in_parallel;
use uri::Location;

/// One object as its store describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    pub uri: String,
    pub bytes: u64,
    /// What the store says identifies the content; on local disk `size-mtime` with the time in nanoseconds.
    pub etag: String,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub modified_ms: i64,
}

/// Local disk and every bucket the process has asked for, configured once from the environment pairs `main` read.
/// Calls block; they must not be made from inside an async runtime.
pub struct Storage {
    runtime: Runtime,
    local: Arc<LocalFileSystem>,
    settings: s3::Settings,
    buckets: Mutex<BTreeMap<String, Arc<s3::Bucket>>>,
}

impl Storage {
    /// `pairs` are environment variables; those that configure S3 (`AWS_…`) are kept, all others ignored. Nothing is
    /// contacted yet. Plain http to hosts other than loopback is refused unless `allow_http`.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>, allow_http: bool) -> Result<Storage> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("storage")
            .enable_all()
            .build()
            .map_err(|error| Error::internal("the storage threads could not be started").because(error))?;
        Ok(Storage {
            runtime,
            local: Arc::new(LocalFileSystem::new().with_fsync(true)),
            settings: s3::Settings::new(pairs, allow_http),
            buckets: Mutex::default(),
        })
    }

    /// Every object below a directory (whole path segments), sorted by URI; none if it does not exist.
    pub fn list(&self, uri_prefix: &str) -> Result<Vec<ObjectInfo>> {
        let (store, location) = self.open(uri_prefix)?;
        let listing = async { store.list(Some(location.path())).try_collect::<Vec<_>>().await };
        let found = self.runtime.block_on(listing).map_err(|error| self.failure("listing", uri_prefix, &error))?;
        let mut objects: Vec<_> = found.into_iter().map(|meta| info(&location, &meta)).collect();
        objects.sort_by(|a, b| a.uri.cmp(&b.uri));
        Ok(objects)
    }

    /// True if anything lies below a directory; cheaper than listing it.
    pub fn has_any(&self, uri_prefix: &str) -> Result<bool> {
        let (store, location) = self.open(uri_prefix)?;
        let first = async { store.list(Some(location.path())).try_next().await };
        Ok(self.runtime.block_on(first).map_err(|error| self.failure("listing", uri_prefix, &error))?.is_some())
    }

    pub fn head(&self, uri: &str) -> Result<ObjectInfo> {
        let (store, location) = self.open(uri)?;
        let meta = self.runtime.block_on(store.head(location.path()));
        Ok(info(&location, &meta.map_err(|error| self.failure("reading", uri, &error))?))
    }

    pub fn exists(&self, uri: &str) -> Result<bool> {
        let (store, location) = self.open(uri)?;
        match self.runtime.block_on(store.head(location.path())) {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.failure("reading", uri, &error)),
        }
    }

    pub fn get(&self, uri: &str) -> Result<Bytes> {
        let (store, location) = self.open(uri)?;
        let read = async { store.get(location.path()).await?.bytes().await };
        self.runtime.block_on(read).map_err(|error| self.failure("reading", uri, &error))
    }

    /// Several whole objects, in the order asked, at most `READS` at a time.
    pub fn get_all(&self, uris: &[String]) -> Result<Vec<Bytes>> {
        const READS: usize = 16;
        let mut reads = Vec::with_capacity(uris.len());
        for uri in uris {
            let (store, location) = self.open(uri)?;
            reads.push(async move {
                let read = async { store.get(location.path()).await?.bytes().await };
                read.await.map_err(|error| (uri, error))
            });
        }
        let all = futures::StreamExt::buffered(futures::stream::iter(reads), READS).try_collect();
        self.runtime.block_on(all).map_err(|(uri, error)| self.failure("reading", uri, &error))
    }

    /// Ranges of several objects, in the order asked, many at a time. What lies behind the end of an object is left out.
    pub fn get_ranges(&self, ranges: &[(&str, Range<u64>)]) -> Result<Vec<Bytes>> {
        const REQUESTS: usize = 128;
        // Local files are read without the runtime, whose waking takes longer than reading a small one: a thread for
        // so many files, but no more threads than that.
        const FILES: usize = 8;
        const READERS: usize = 32;
        if !ranges.iter().any(|(uri, _)| Storage::is_remote(uri)) {
            let readers = ranges.len().div_ceil(FILES).min(READERS);
            return in_parallel(ranges, readers, |(uri, range)| self.read_local(uri, range));
        }
        let mut reads = Vec::with_capacity(ranges.len());
        for (uri, range) in ranges {
            let (store, location) = self.open(uri)?;
            reads.push(
                async move { store.get_range(location.path(), range.clone()).await.map_err(|error| (*uri, error)) },
            );
        }
        let all = futures::StreamExt::buffered(futures::stream::iter(reads), REQUESTS).try_collect();
        self.runtime.block_on(all).map_err(|(uri, error)| self.failure("reading", uri, &error))
    }

    /// Whether every request for the URI takes its time.
    pub fn is_remote(uri: &str) -> bool {
        matches!(Location::parse(uri), Ok(Location::S3 { .. }))
    }

    /// Bytes `range` of an object.
    pub fn get_range(&self, uri: &str, range: Range<u64>) -> Result<Bytes> {
        let (store, location) = self.open(uri)?;
        let read = self.runtime.block_on(store.get_range(location.path(), range));
        read.map_err(|error| self.failure("reading", uri, &error))
    }

    /// Creates or replaces an object atomically; parent directories are made.
    pub fn put(&self, uri: &str, bytes: impl Into<Bytes>) -> Result<()> {
        self.write(uri, bytes.into(), PutMode::Overwrite)?.map_err(|error| self.failure("writing", uri, &error))
    }

    /// Creates an object atomically, and only if there is none: true if this call made it.
    pub fn put_if_absent(&self, uri: &str, bytes: impl Into<Bytes>) -> Result<bool> {
        match self.write(uri, bytes.into(), PutMode::Create)? {
            Ok(()) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(self.failure("writing", uri, &error)),
        }
    }

    /// Makes sure that what exists cannot be created again below a directory: commits rest on it, and some S3 servers
    /// take the condition and overwrite all the same.
    pub fn check_creates_once(&self, uri_prefix: &str, name: &str) -> Result<()> {
        let uri = format!("{}/{name}", uri_prefix.trim_end_matches('/'));
        self.put(&uri, "probe")?;
        let is_created_again = self.put_if_absent(&uri, "probe")?;
        let is_deleted = self.delete(&uri);
        if is_created_again {
            return Err(Error::job(format!("the storage of `{uri_prefix}` overwrites objects it was told not to"))
                .hint("publish to storage that honours `If-None-Match: *`"));
        }
        is_deleted
    }

    /// Deletes an object; that there was none is no error.
    pub fn delete(&self, uri: &str) -> Result<()> {
        let (store, location) = self.open(uri)?;
        match self.runtime.block_on(store.delete(location.path())) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failure("deleting", uri, &error)),
        }
    }

    /// Makes a local directory and its parents; nothing to do in a bucket.
    pub fn create_directory(&self, uri: &str) -> Result<()> {
        if let Location::Local(_) = Location::parse(uri)? {
            let made = std::fs::create_dir_all(uri::local_path(uri));
            made.map_err(|error| failure::of_io("creating", uri, error))?;
        }
        Ok(())
    }

    /// The store that holds the URI: rooted at `/`, or at the bucket.
    pub fn object_store_for(&self, uri: &str) -> Result<Arc<dyn ObjectStore>> {
        Ok(self.open(uri)?.0)
    }

    /// The runtime the stores do their work on.
    pub fn runtime(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// The URI as the percent-encoded URL of a directory (it ends with a slash).
    pub fn directory_url(&self, uri: &str) -> Result<url::Url> {
        Location::parse(uri)?.directory_url()
    }

    /// What Polars needs to read the same URI with the same endpoint, credentials, region, timeouts and retries;
    /// None on local disk.
    pub fn polars_options(&self, uri: &str) -> Result<Option<CloudOptions>> {
        match Location::parse(uri)? {
            Location::Local(_) => Ok(None),
            Location::S3 { bucket, .. } => self.bucket(&bucket)?.polars_options(&self.settings).map(Some),
        }
    }

    /// An object store's error as ours, for libraries that were handed a store.
    pub fn failure(&self, doing: &str, uri: &str, error: &object_store::Error) -> Error {
        failure::of_store(doing, uri, error, &|text| self.settings.redact(text))
    }

    /// A kernel or engine error whose object-store cause is only known as text.
    pub fn redact(&self, text: &str) -> String {
        self.settings.redact(text)
    }

    fn read_local(&self, uri: &str, range: &Range<u64>) -> Result<Bytes> {
        let location = Location::parse(uri)?;
        let path =
            self.local.path_to_filesystem(location.path()).map_err(|error| self.failure("reading", uri, &error))?;
        let length = range.end.saturating_sub(range.start);
        let read = || -> std::io::Result<Vec<u8>> {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(range.start))?;
            let mut bytes = Vec::with_capacity(usize::try_from(length.min(file.metadata()?.len())).unwrap_or(0));
            file.take(length).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map(Bytes::from).map_err(|error| match error.kind() {
            ErrorKind::NotFound => failure::missing(uri).because(error),
            _ => failure::of_io("reading", uri, error),
        })
    }

    fn write(&self, uri: &str, bytes: Bytes, mode: PutMode) -> Result<object_store::Result<()>> {
        let (store, location) = self.open(uri)?;
        let put = store.put_opts(location.path(), bytes.into(), mode.into());
        Ok(self.runtime.block_on(put).map(|_| ()))
    }

    fn open(&self, uri: &str) -> Result<(Arc<dyn ObjectStore>, Location)> {
        let location = Location::parse(uri)?;
        let store: Arc<dyn ObjectStore> = match &location {
            Location::Local(_) => self.local.clone(),
            Location::S3 { bucket, .. } => self.bucket(bucket)?.store.clone(),
        };
        Ok((store, location))
    }

    fn bucket(&self, name: &str) -> Result<Arc<s3::Bucket>> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(name) {
            return Ok(bucket.clone());
        }
        let bucket = Arc::new(s3::Bucket::open(name, &self.settings, self.runtime())?);
        buckets.insert(name.to_string(), bucket.clone());
        Ok(bucket)
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage").finish_non_exhaustive()
    }
}

fn info(parent: &Location, meta: &ObjectMeta) -> ObjectInfo {
    let path: &Path = &meta.location;
    let etag = match parent {
        // object_store's own local tag holds the inode, which a copy of the same file does not keep
        Location::Local(_) => format!("{}-{}", meta.size, meta.last_modified.timestamp_nanos_opt().unwrap_or_default()),
        Location::S3 { .. } => meta.e_tag.clone().unwrap_or_default(),
    };
    ObjectInfo { uri: parent.sibling(path), bytes: meta.size, etag, modified_ms: meta.last_modified.timestamp_millis() }
}
