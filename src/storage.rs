//! The only user of object_store: local directories and S3 buckets behind one type.

/// Configured once from the environment pairs that `main` read.
pub struct Storage {}
