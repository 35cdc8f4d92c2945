//! One test binary: each would link Polars again.

mod export;
mod filter;
mod job;
mod snapshot;
mod validate;
