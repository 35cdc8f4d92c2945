//! One test binary: every other one would link Polars again.

mod publish;
mod publish_failures;
mod publish_readers;
mod storage;
mod support;
