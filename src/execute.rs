//! The only place where plans are collected.

use polars::prelude::*;

use crate::error::{Error, Result};

/// Collects all frames in one streaming query, so that common scans are shared. A panic inside the engine (bad
/// Parquet pages, a full disk) becomes an error.
#[allow(clippy::disallowed_methods, reason = "this is the place")]
pub fn collect_all(frames: Vec<LazyFrame>) -> Result<Vec<DataFrame>> {
    let plans = frames.into_iter().map(|frame| frame.logical_plan).collect();
    let run = || LazyFrame::collect_all_with_engine(plans, Engine::Streaming, OptFlags::default());
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(result) => Ok(result?),
        Err(panic) => Err(Error::stopped("the query engine", &*panic)),
    }
}
