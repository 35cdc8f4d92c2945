//! A seeded generator of realistic snapshots of a subscription business, with known truth.
//!
//! The same options give the same bytes on every machine. Customers are simulated in chunks, each customer with its own
//! random streams, so chunks can be made in any order and memory holds two of them. Usage follows month by month, from
//! about a hundred bytes kept of each customer.

mod billing;
pub mod catalogue;
mod clock;
mod customer;
mod engagement;
mod export;
pub mod files;
pub mod frames;
pub mod job_file;
pub mod nasty;
mod overhead;
pub mod random;
mod report;
pub mod rows;
pub mod truth;

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::month::{Month, MonthRange};
use crate::parallel::in_parallel;
use clock::Clock;
use engagement::Spell;
use engagement::usage::Usage;
use export::Export;
pub use report::SampleReport;
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
    /// The mean over customers and months of service; 0: no usage is exported.
    pub events_per_customer_month: f64,
}

impl SampleOptions {
    pub fn new(out: impl Into<PathBuf>) -> Self {
        SampleOptions {
            out: out.into(),
            customers: 10_000,
            months: 36,
            seed: 1,
            until: Month::new(2026, 10),
            events_per_customer_month: 15.0,
        }
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
        if !(0.0..=MOST_EVENTS).contains(&self.events_per_customer_month) {
            let events = self.events_per_customer_month;
            return Err(Error::usage(format!("cannot simulate {events} events a month"))
                .hint(format!("choose 0 to {MOST_EVENTS} per customer")));
        }
        MonthRange::new(self.until.plus(1 - self.months as i32), self.until)
    }
}

/// Customers simulated at once by one worker.
const CHUNK: u64 = 20_000;
const WORKERS: usize = 2;
const MOST_EVENTS: f64 = 10_000.0;

/// What one worker has made.
struct Part {
    report: SampleReport,
    truth: Truth,
    /// By number of the chunk.
    spells: Vec<(usize, Vec<Spell>)>,
}

impl Part {
    fn add(&mut self, other: Part) {
        self.report.add(&other.report);
        self.truth.add(&other.truth);
        self.spells.extend(other.spells);
    }
}

/// Writes Parquet files, `job.toml` and `truth.json` into `options.out`.
///
/// Errors: usage (the directory is not empty, nothing to simulate), I/O, permission.
pub fn write(options: &SampleOptions) -> Result<SampleReport> {
    let range = options.range()?;
    let clock = Clock::new(range);
    let as_of =
        range.last.next().first_day().yesterday().map_err(|error| Error::internal("no last day").because(error))?;
    let export = Export { root: files::empty_directory(&options.out)?, snapshot: as_of.to_string() };
    let schedule = sign_ups(options.customers, range);

    let new_part = || Part { report: SampleReport::default(), truth: new_truth(&clock, range), spells: Vec::new() };
    let chunks = options.customers.div_ceil(CHUNK).max(1) as usize;
    let mut whole = added_up(chunks, &new_part, |chunk, part| {
        let first = chunk as u64 * CHUNK;
        let last = (first + CHUNK).min(options.customers);
        let (tables, spells) = simulate(options.seed, first..last, &schedule, &clock, &mut part.truth);
        export.write(&tables, chunk, &mut part.report)?;
        if options.events_per_customer_month > 0.0 {
            part.spells.push((chunk, spells));
        }
        Ok(())
    })?;
    if options.events_per_customer_month > 0.0 {
        whole.spells.sort_unstable_by_key(|(chunk, _)| *chunk);
        let spells: Vec<Spell> = whole.spells.drain(..).flat_map(|(_, spells)| spells).collect();
        let usage = Usage::new(options.seed, &clock, &spells, options.events_per_customer_month);
        let used = added_up(range.count(), &new_part, |index, part| {
            let month = range.first.plus(index as i32);
            let mut file = 0;
            part.truth.months[index].usage = usage.month(index, |events| {
                export.write_usage(events, month, file, &mut part.report)?;
                file += 1;
                Ok(())
            })?;
            Ok(())
        })?;
        whole.add(used);
    }
    let Part { report, mut truth, .. } = whole;
    let mut report = SampleReport {
        job: options.out.join("job.toml"),
        as_of: as_of.to_string(),
        first_month: range.first.to_string(),
        last_month: range.last.to_string(),
        ..report
    };
    let costs = overhead::costs(options.seed, &clock, &truth);
    truth.count_costs(&costs, catalogue::REPORTING);
    export.write_overhead(&costs, &overhead::rates(options.seed, &clock), &mut report)?;
    files::text(&report.job, &export::job_text(options, &report.as_of))?;
    files::text(&options.out.join("truth.json"), &export::truth_text(options, &report.as_of, &truth)?)?;
    Ok(report)
}

/// Does the work of 0 to `count - 1`, shared between some workers, and adds up what they made.
fn added_up(
    count: usize,
    new_part: &(dyn Fn() -> Part + Sync),
    work: impl Fn(usize, &mut Part) -> Result<()> + Sync,
) -> Result<Part> {
    let one = |index: &usize| {
        let mut part = new_part();
        work(*index, &mut part)?;
        Ok(part)
    };
    let mut whole = new_part();
    let parts = in_parallel(&(0..count).collect::<Vec<usize>>(), WORKERS, one)?;
    parts.into_iter().for_each(|part| whole.add(part));
    Ok(whole)
}

fn new_truth(clock: &Clock, range: MonthRange) -> Truth {
    Truth::new(clock.month_starts(), range.iter().map(|month| month.to_string()))
}

/// The rows of some customers, and their stretches of service; `schedule` has the number signed up by the end of each month.
fn simulate(
    seed: u64,
    customers: std::ops::Range<u64>,
    schedule: &[u64],
    clock: &Clock,
    truth: &mut Truth,
) -> (Tables, Vec<Spell>) {
    let (mut tables, mut spells) = (Tables::default(), Vec::new());
    for index in customers {
        let month = schedule.partition_point(|&signed_up| signed_up <= index);
        let first = tables.subscriptions.len();
        let loyalty = customer::simulate(index + 1, month, seed, clock, &mut tables);
        let region = tables.customers.last().and_then(|customer| customer.region);
        truth.count_customer(region, &tables.subscriptions[first..]);
        let known = spells.len();
        engagement::spells(index + 1, loyalty, seed, &tables.subscriptions[first..], clock.end(), &mut spells);
        engagement::speak(seed, &spells[known..], clock.end(), &mut tables);
    }
    truth.count_invoices(&tables.invoices, catalogue::REPORTING);
    truth.count_costs(&tables.costs, catalogue::REPORTING);
    truth.count_surveys(&tables.surveys);
    truth.count_tickets(&tables.tickets);
    (tables, spells)
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
