//! A seeded generator of realistic snapshots of a subscription business, with known truth.
//!
//! The same options give the same bytes on every machine. Customers are simulated in chunks, each with its own random
//! stream, so memory does not grow with their number and chunks can be made in any order.

mod billing;
pub mod catalogue;
mod clock;
mod customer;
mod export;
pub mod files;
pub mod frames;
pub mod job_file;
pub mod nasty;
mod overhead;
pub mod random;
pub mod rows;
pub mod truth;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use crate::error::{Error, Result};
use crate::month::{Month, MonthRange};
use crate::tables::Input;
use clock::Clock;
use export::Export;
use rows::Tables;
use truth::Truth;

/// What to simulate.
#[derive(Debug, Clone)]
pub struct SampleOptions {
    /// A directory that is empty or does not exist yet.
    pub out: PathBuf,
    pub customers: u64,
    pub months: u32,
    pub seed: u64,
    /// The last month of data; the core reads no clock.
    pub until: Month,
}

impl SampleOptions {
    pub fn new(out: impl Into<PathBuf>) -> Self {
        SampleOptions { out: out.into(), customers: 10_000, months: 36, seed: 1, until: Month::new(2026, 10) }
    }

    fn range(&self) -> Result<MonthRange> {
        if self.months == 0 || self.months > 600 {
            return Err(Error::usage(format!("cannot simulate {} months", self.months)).hint("choose 1 to 600"));
        }
        if self.customers > 50_000_000 {
            return Err(
                Error::usage(format!("cannot simulate {} customers", self.customers)).hint("choose at most 50000000")
            );
        }
        MonthRange::new(self.until.plus(1 - self.months as i32), self.until)
    }
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SampleReport {
    pub job: PathBuf,
    /// The last day of data, YYYY-MM-DD: pass it as `--as-of`.
    pub as_of: String,
    pub first_month: String,
    pub last_month: String,
    pub customers: u64,
    pub subscriptions: u64,
    pub invoices: u64,
    pub retention_costs: u64,
    pub fx_rates: u64,
    pub files: u64,
    pub bytes: u64,
}

/// Customers simulated at once by one worker.
const CHUNK: u64 = 20_000;
const WORKERS: usize = 2;

/// Writes Parquet files, `job.toml` and `truth.json` into `options.out`. `progress` hears the number of customers done.
///
/// Errors: usage (the directory is not empty, nothing to simulate), I/O, permission.
pub fn write(options: &SampleOptions, progress: &(dyn Fn(u64) + Sync)) -> Result<SampleReport> {
    let range = options.range()?;
    let clock = Clock::new(range);
    let as_of =
        range.last.next().first_day().yesterday().map_err(|error| Error::internal("no last day").because(error))?;
    let export = Export { root: files::empty_directory(&options.out)?, snapshot: as_of.to_string() };
    let schedule = sign_ups(options.customers, range);

    let next_chunk = AtomicUsize::new(0);
    let work = || -> Result<(SampleReport, Truth)> {
        let mut report = SampleReport::default();
        let mut truth = Truth::new(clock.month_starts(), range.iter().map(|month| month.to_string()));
        loop {
            let chunk = next_chunk.fetch_add(1, Ordering::Relaxed);
            let first = chunk as u64 * CHUNK;
            if first >= options.customers && chunk > 0 {
                return Ok((report, truth));
            }
            let last = (first + CHUNK).min(options.customers);
            let tables = simulate(options.seed, first..last, &schedule, &clock, &mut truth);
            export.write(&tables, chunk, &mut report)?;
            progress(last - first);
        }
    };
    let parts: Vec<Result<(SampleReport, Truth)>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        let stopped = |_| Err(Error::internal("a worker of the simulation stopped"));
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(stopped)).collect()
    });

    let mut report = SampleReport {
        job: options.out.join("job.toml"),
        as_of: as_of.to_string(),
        first_month: range.first.to_string(),
        last_month: range.last.to_string(),
        ..SampleReport::default()
    };
    let mut truth = Truth::new(clock.month_starts(), range.iter().map(|month| month.to_string()));
    for part in parts {
        let (counts, counted) = part?;
        report.add(&counts);
        truth.add(&counted);
    }
    let costs = overhead::costs(options.seed, &clock, &truth);
    truth.count_costs(&costs, catalogue::REPORTING);
    export.write_overhead(&costs, &overhead::rates(options.seed, &clock), &mut report)?;
    files::text(&report.job, &export::job_text(options, &report.as_of))?;
    files::text(&options.out.join("truth.json"), &export::truth_text(options, &report.as_of, &truth)?)?;
    Ok(report)
}

/// The rows of some customers; `schedule` has the number signed up by the end of each month.
fn simulate(seed: u64, customers: std::ops::Range<u64>, schedule: &[u64], clock: &Clock, truth: &mut Truth) -> Tables {
    let mut tables = Tables::default();
    for index in customers {
        let month = schedule.partition_point(|&signed_up| signed_up <= index);
        let first = tables.subscriptions.len();
        customer::simulate(index + 1, month, seed, clock, &mut tables);
        let region = tables.customers.last().and_then(|customer| customer.region);
        truth.count_customer(region, &tables.subscriptions[first..]);
    }
    truth.count_invoices(&tables.invoices, catalogue::REPORTING);
    truth.count_costs(&tables.costs, catalogue::REPORTING);
    tables
}

/// Cumulative sign-ups by the end of each month: growing, with busy seasons.
fn sign_ups(customers: u64, range: MonthRange) -> Vec<u64> {
    let mut trend = 1.0;
    let mut total = 0.0;
    let weights: Vec<f64> = range
        .iter()
        .map(|month| {
            trend *= catalogue::GROWTH;
            total += trend * catalogue::SEASONS[month.0.rem_euclid(12) as usize] as f64;
            total
        })
        .collect();
    let mut schedule: Vec<u64> = weights.iter().map(|sum| (sum / total * customers as f64) as u64).collect();
    if let Some(last) = schedule.last_mut() {
        *last = customers;
    }
    schedule
}

impl SampleReport {
    fn count(&mut self, input: Input, rows: usize, bytes: u64) {
        let counter = match input {
            Input::Customers => &mut self.customers,
            Input::Subscriptions => &mut self.subscriptions,
            Input::Invoices => &mut self.invoices,
            Input::RetentionCosts => &mut self.retention_costs,
            Input::FxRates => &mut self.fx_rates,
            // the sample has none yet
            Input::UsageEvents | Input::Surveys | Input::SupportTickets => return,
        };
        *counter += rows as u64;
        self.files += 1;
        self.bytes += bytes;
    }

    fn add(&mut self, other: &SampleReport) {
        self.customers += other.customers;
        self.subscriptions += other.subscriptions;
        self.invoices += other.invoices;
        self.retention_costs += other.retention_costs;
        self.fx_rates += other.fx_rates;
        self.files += other.files;
        self.bytes += other.bytes;
    }
}
