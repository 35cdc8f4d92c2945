//! The only place where plans are collected, and where work is spread over threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
        Err(panic) => Err(stopped("the query engine", &*panic)),
    }
}

fn stopped(what: &str, panic: &(dyn std::any::Any + Send)) -> Error {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_string())).unwrap_or_default();
    Error::internal(format!("{what} stopped: {text}"))
}

/// Months of customers at work at once at most, which is what bounds memory on machines of many cores.
const MOST_WORKERS: usize = 8;

/// How many threads are of use for arithmetic.
pub fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS)
}

/// Does the work of every item on so many threads; the results are in the order of the items. The first error ends it, and
/// a panic of a thread is one.
pub fn in_parallel<I: Sync, T: Send>(
    items: &[I],
    workers: usize,
    work: impl Fn(&I) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    if items.len() < 2 || workers < 2 {
        return items.iter().map(work).collect();
    }
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let worker = || {
        let mut done = Vec::new();
        while !has_failed.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            let result = work(item);
            has_failed.fetch_or(result.is_err(), Ordering::Relaxed);
            done.push((at, result));
        }
        done
    };
    let mut done = Vec::new();
    std::thread::scope(|scope| -> Result<()> {
        let threads: Vec<_> = (0..workers.min(items.len())).map(|_| scope.spawn(worker)).collect();
        for thread in threads {
            done.extend(thread.join().map_err(|panic| stopped("a thread", &*panic))?);
        }
        Ok(())
    })?;
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
