//! One test binary: each would link Polars again.

mod job;
mod snapshot;
