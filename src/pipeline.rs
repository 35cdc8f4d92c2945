//! The stages of a run, in order, and nothing else.
//!
//! Long because every stage of every command is here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use polars::prelude::{DataFrame, LazyFrame};
use tracing::{debug, info};

use crate::error::{Error, Result};
use crate::execute::{collect_all, in_parallel, workers};
use crate::ids::Ids;
use crate::job::Job;
use crate::metrics::customers::{Customers, Summaries, Summary, months_of_customers};
use crate::metrics::{Compute, METRICS, Metric, SHARED_SQL};
use crate::month::{Calendar, Month, MonthRange};
use crate::normalise::active_days::{self, ActiveDays, Days};
use crate::normalise::panel::LOOKS_BACK;
use crate::normalise::{Collected, Context, Frame, Model, PHASES, Panel, Rates};
use crate::proofs::{self, Published};
use crate::publish::{self, Computed, RunRecord, Staging};
use crate::snapshot::{self, Part, Snapshot, SourceFile, Sources};
use crate::storage::Storage;
use crate::tables::outputs::{CHECKS_TABLE, CHURN_TABLE, CLOSING_CUSTOMERS, CLOSING_MRR, DIMENSION, MRR_TABLE};
use crate::tables::{Input, Table};
use crate::validate::{self, Known, Severity, Violation};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    Run,
    Backfill,
}

impl RunKind {
    pub fn name(self) -> &'static str {
        match self {
            RunKind::Run => "run",
            RunKind::Backfill => "backfill",
        }
    }
}

/// What to compute and publish. The clock is read by `main`, so the run's name and start come with it.
#[derive(Debug, Clone)]
pub struct Request {
    pub months: MonthRange,
    pub as_of: Date,
    /// Compute and publish even what is already published from the same inputs.
    pub force: bool,
    pub dry_run: bool,
    pub kind: RunKind,
    pub run_id: String,
    /// RFC 3339, UTC.
    pub started_at: String,
}

#[derive(Debug, Clone)]
pub struct TableOutcome {
    pub name: String,
    pub rows: u64,
    pub files: usize,
    pub bytes: u64,
    pub version: Option<u64>,
}

/// What a run did.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub run_id: Option<String>,
    pub is_noop: bool,
    pub months: MonthRange,
    pub as_of: Date,
    pub tables: Vec<TableOutcome>,
    /// Table, why.
    pub skipped: Vec<(String, String)>,
    pub warnings: Vec<Violation>,
    pub stages: Vec<(String, Duration)>,
    pub input_files: usize,
    pub input_bytes: u64,
    pub plan: Option<String>,
}

/// Durations by stage, in order.
struct Stages<'a> {
    done: Vec<(String, Duration)>,
    since: Instant,
    progress: &'a dyn Fn(&str),
}

impl<'a> Stages<'a> {
    fn begin(progress: &'a dyn Fn(&str)) -> Self {
        Stages { done: Vec::new(), since: Instant::now(), progress }
    }
    fn next(&mut self, name: &str) {
        (self.progress)(name);
        self.since = Instant::now();
    }
    fn end(&mut self, name: &str) {
        let took = self.since.elapsed();
        info!(stage = name, seconds = took.as_secs_f64(), "done");
        self.done.push((name.to_string(), took));
    }
}

/// Computes and publishes the months of the request.
///
/// Errors: `Kind::Data` if the inputs are rejected, and whatever storage says; in either case nothing is published.
pub fn run(job: &Job, storage: &Storage, request: &Request, progress: &dyn Fn(&str)) -> Result<Outcome> {
    let mut stages = Stages::begin(progress);
    stages.next("listing inputs");
    let calendar = calendar(job, request.as_of, request.months)?;
    let snapshot = snapshot::resolve(job, storage, request.as_of)?;
    let (metrics, skipped) = chosen(job, job.output.tables.as_deref())?;
    stages.end("snapshot");
    let mut tables: Vec<&'static Table> = metrics.iter().map(|metric| metric.table).collect();
    tables.push(&CHECKS_TABLE);
    let mut record = record(job, request, &snapshot)?;
    let files = || snapshot.files.values().flatten();
    let mut outcome = Outcome {
        run_id: None,
        is_noop: false,
        months: request.months,
        as_of: request.as_of,
        tables: Vec::new(),
        skipped,
        warnings: Vec::new(),
        stages: Vec::new(),
        input_files: files().count(),
        input_bytes: files().map(|file| file.bytes).sum(),
        plan: None,
    };
    let output = job.output.uri.as_str();
    if !request.force
        && let Some(run_id) = publish::already_published(storage, output, &record.key(tables.iter().copied()))?
    {
        return Ok(Outcome { run_id: Some(run_id), is_noop: true, stages: stages.done, ..outcome });
    }
    if request.dry_run {
        let replaced = publish::plan(storage, output, &tables, request.months)?;
        outcome.plan = Some(format!("{}{replaced}", inputs_in(&snapshot)));
        return Ok(Outcome { stages: stages.done, ..outcome });
    }

    let (sources, model, warnings) = model(job, storage, &snapshot, &calendar, request.months, &metrics, &mut stages)?;
    outcome.warnings = warnings;
    // Rows of customers are on storage, where nobody sees them, before the whole run is proven: they would not fit in memory.
    let staging = Staging::begin(storage, output, request.months, &record.run_id)?;
    let stage_rows = |rows: Computed| {
        staging.stage(&rows)?;
        proofs::Rows::of([&rows])
    };
    let (mut computed, rows) = evaluate(&metrics, &model, request.months, &mut stages, stage_rows)?;
    stages.next("proving");
    let published = last_published(storage, output, request.months)?;
    computed.push(proofs::prove(&computed, &rows.into_iter().collect(), request.months, published)?);
    stages.end("proofs");

    stages.next("publishing");
    still_the_same(job, storage, &snapshot, request.as_of)?;
    record.seconds = stages.done.iter().map(|(name, took)| (name.clone(), took.as_secs_f64())).collect();
    record.input_rows = sources.iter().map(|(input, source)| (input.name().to_string(), source.rows)).collect();
    let run = staging.publish(&computed, &record)?;
    stages.end("publish");
    outcome.run_id = Some(run.record.run_id.clone());
    outcome.tables = tables
        .iter()
        .filter_map(|table| run.tables.get(table.name).map(|published| (table, published)))
        .map(|(table, published)| TableOutcome {
            name: table.name.to_string(),
            rows: published.rows,
            files: published.files.len(),
            bytes: published.files.iter().map(|file| file.bytes).sum(),
            version: Some(published.version),
        })
        .collect();
    Ok(Outcome { stages: stages.done, ..outcome })
}

/// The files a run would read, a line per input.
fn inputs_in(snapshot: &Snapshot) -> String {
    let line = |(name, files): (&String, &Vec<SourceFile>)| {
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        format!("input {name}: {} files, {bytes} bytes\n", files.len())
    };
    snapshot.files.iter().map(line).collect()
}

/// Every violation of the inputs as of a day, warnings too.
pub fn check(job: &Job, storage: &Storage, as_of: Date) -> Result<Vec<Violation>> {
    let calendar = Arc::new(Calendar::new(&job.time_zone, as_of, job.settle_days)?);
    let snapshot = snapshot::resolve(job, storage, as_of)?;
    let (sources, mut violations) = snapshot::scan(job, storage, &snapshot, &calendar)?;
    violations.extend(validated(job, &sources, &calendar, &known(&sources, &Arc::default())?, &|_| false)?.0);
    validate::sort(&mut violations);
    Ok(violations)
}

/// The tables of the months, computed and proven but not published; `tables` by name, default all of the job's.
pub fn compute(
    job: &Job,
    storage: &Storage,
    as_of: Date,
    months: MonthRange,
    tables: Option<&[String]>,
) -> Result<Vec<Computed>> {
    let mut stages = Stages::begin(&|_| {});
    let calendar = calendar(job, as_of, months)?;
    let snapshot = snapshot::resolve(job, storage, as_of)?;
    let (metrics, _) = chosen(job, tables.or(job.output.tables.as_deref()))?;
    let (_sources, model, _) = model(job, storage, &snapshot, &calendar, months, &metrics, &mut stages)?;
    let (mut computed, rows) = evaluate(&metrics, &model, months, &mut stages, Ok)?;
    proofs::prove(&computed, &proofs::Rows::of(&rows)?, months, Published::default())?;
    for rows in rows {
        match computed.iter_mut().find(|computed| computed.table.name == rows.table.name) {
            Some(computed) => drop(computed.frame.vstack_mut_owned(rows.frame)?),
            None => computed.push(rows),
        }
    }
    let place = |computed: &Computed| metrics.iter().position(|metric| metric.table.name == computed.table.name);
    computed.sort_by_key(place);
    Ok(computed)
}

fn calendar(job: &Job, as_of: Date, months: MonthRange) -> Result<Arc<Calendar>> {
    let calendar = Calendar::new(&job.time_zone, as_of, job.settle_days)?;
    if months.last > calendar.as_of_month() {
        return Err(Error::usage(format!("{} lies after the as-of date {as_of}", months.last))
            .hint("months after the as-of month do not exist yet; give a later --as-of or an earlier month"));
    }
    Ok(Arc::new(calendar))
}

/// A table that is left out, and why.
type Skipped = (String, String);

/// The metrics to compute, and the tables left out.
fn chosen(job: &Job, wanted: Option<&[String]>) -> Result<(Vec<&'static Metric>, Vec<Skipped>)> {
    let (mut metrics, mut skipped) = (Vec::new(), Vec::new());
    for metric in METRICS {
        if wanted.is_some_and(|names| !names.iter().any(|name| name == metric.table.name)) {
            continue;
        }
        match metric.needs.iter().find(|input| !job.has(**input)) {
            Some(Input::Subscriptions) => skipped.push((metric.table.name.to_string(), "no_subscriptions".to_string())),
            Some(input) => skipped.push((metric.table.name.to_string(), format!("no input `{}`", input.name()))),
            None => metrics.push(metric),
        }
    }
    Ok((metrics, skipped))
}

fn record(job: &Job, request: &Request, snapshot: &Snapshot) -> Result<RunRecord> {
    let fingerprint =
        serde_json::to_string(snapshot).map_err(|error| Error::internal("the inputs have no name").because(error))?;
    let definitions = format!("{:?}", (job, request.as_of));
    let tables: Vec<&Table> = crate::tables::outputs::TABLES.to_vec();
    let sql = METRICS.iter().map(|metric| metric.sql).chain(SHARED_SQL);
    Ok(RunRecord {
        run_id: request.run_id.clone(),
        kind: request.kind.name().to_string(),
        as_of: request.as_of,
        months: request.months,
        started_at: request.started_at.clone(),
        fingerprint,
        code_version: env!("CARGO_PKG_VERSION").to_string(),
        definition_version: publish::definition_version(&tables, sql, &definitions),
        input_rows: BTreeMap::new(),
        seconds: BTreeMap::new(),
    })
}

/// Reads, validates and aggregates the inputs.
fn model(
    job: &Job,
    storage: &Storage,
    snapshot: &Snapshot,
    calendar: &Arc<Calendar>,
    months: MonthRange,
    metrics: &[&'static Metric],
    stages: &mut Stages,
) -> Result<(Sources, Model, Vec<Violation>)> {
    stages.next("reading schemas");
    let (sources, violations) = snapshot::scan(job, storage, snapshot, calendar)?;
    reject(&violations)?;
    stages.end("scan");
    stages.next("validating");
    let has_panel = metrics.iter().any(|metric| metric.reads_customers);
    let (ids, users) = (Arc::new(Ids::default()), Arc::new(Ids::default()));
    let looks_back = if has_panel { LOOKS_BACK } else { 0 };
    let known = known(&sources, &ids)?;
    let days = days(job, storage, &sources, calendar, months.first.plus(-looks_back), &known, &users)?;
    debug!(is_read = days.is_some(), seconds = stages.since.elapsed().as_secs_f64(), "usage");
    let is_sound = |input| input == Input::UsageEvents && days.as_ref().is_some_and(|days| !days.is_suspect());
    let (violations, rates) = validated(job, &sources, calendar, &known, &is_sound)?;
    reject(&violations)?;
    let rates = Rates::read(&job.currency, rates.as_ref())?;
    stages.end("validate");
    stages.next("aggregating");
    let (calendar, rates) = (calendar.clone(), Arc::new(rates));
    let context = Context { job, sources: &sources, calendar, rates, ids, users, asked: months, has_panel };
    let mut frames = Collected::new();
    if let Some(days) = days {
        frames.insert(Frame::UserDays, days.frame()?);
    }
    for (number, phase) in PHASES.into_iter().enumerate() {
        let since = Instant::now();
        let (names, plans): (Vec<_>, Vec<_>) = phase(&context, &frames)?.into_iter().unzip();
        frames.extend(names.into_iter().zip(collect_all(plans)?));
        debug!(phase = number + 1, seconds = since.elapsed().as_secs_f64(), "collected");
    }
    let mut model = Model::read(job, &sources, &context.calendar, months, &frames)?;
    if has_panel {
        model.panel = Panel::read(&context, &frames, &model.segments)?;
    }
    stages.end("aggregate");
    Ok((sources, model, violations))
}

/// Numbers the customers of `customers` before all others.
fn known(sources: &Sources, ids: &Arc<Ids>) -> Result<Known> {
    let customers = validate::customers(sources, ids).map(|customers| collect_all(vec![customers])).transpose()?;
    Ok(Known { customers: customers.map(|_| ids.known().len() as u32), ids: ids.clone() })
}

/// The days on which customers and users were active from a month on; None without usage, or if it cannot be read without a
/// plan.
fn days(
    job: &Job,
    storage: &Storage,
    sources: &Sources,
    calendar: &Arc<Calendar>,
    from: Month,
    known: &Known,
    users: &Ids,
) -> Result<Option<Days>> {
    let Some(files) = sources.get(&Input::UsageEvents).and_then(|source| source.events.as_ref()) else {
        return Ok(None);
    };
    let rules = active_days::Rules {
        calendar: calendar.clone(),
        qualifying: job.definitions.qualifying_events.clone(),
        from: calendar.start(from),
        earliest: validate::earliest(calendar),
        known: known.customers,
    };
    let parts = files.parts(rules.from, rules.earliest);
    let read = |parts: &&[Part]| {
        let mut days = ActiveDays::new(&rules, &known.ids, users);
        files.read(storage, parts, |events| days.add(events))?;
        Ok(days.end())
    };
    let mut days = Days::of(&rules);
    let shares: Vec<&[Part]> = parts.chunks(parts.len().div_ceil(workers() * SHARES).max(1)).collect();
    in_parallel(&shares, workers(), read)?.into_iter().for_each(|of_share| days.add(of_share));
    Ok(Some(days))
}

/// Parts of the usage that one thread reads one after the other: few, because months that two of them share are kept twice.
const SHARES: usize = 4;

/// The data's violations with their samples, and the exchange rates, read in the same pass.
fn validated(
    job: &Job,
    sources: &Sources,
    calendar: &Calendar,
    known: &Known,
    is_sound: &dyn Fn(Input) -> bool,
) -> Result<(Vec<Violation>, Option<DataFrame>)> {
    let checks = validate::checks(job, sources, calendar, known, is_sound);
    let (keyed, hashes) = validate::key_hashes(job, sources, calendar);
    let mut frames: Vec<LazyFrame> = checks.iter().map(|check| check.frame.clone()).collect();
    frames.extend(sources.get(&Input::FxRates).map(|source| source.frame.clone()));
    let with_rates = checks.len() + usize::from(sources.contains_key(&Input::FxRates));
    frames.extend(hashes);
    let mut answers = collect_all(frames)?;
    let mut repeated = Vec::new();
    for (input, hashes) in keyed.iter().zip(answers.split_off(with_rates)) {
        if validate::has_repeats(&hashes)? {
            repeated.push(*input);
        }
    }
    let rates = answers.split_off(checks.len()).pop();
    let mut found = validate::read(&checks, &answers)?;
    let duplicates = validate::duplicates(job, sources, calendar, &repeated);
    let answers = collect_all(duplicates.iter().map(|check| check.frame.clone()).collect())?;
    found.extend(validate::read(&duplicates, &answers)?);
    let samples = collect_all(validate::samples(&found))?;
    Ok((validate::violations(job, sources, found, &samples)?, rates))
}

fn reject(violations: &[Violation]) -> Result<()> {
    let errors: Vec<&Violation> = violations.iter().filter(|v| v.severity == Severity::Error).collect();
    let Some(first) = errors.first() else { return Ok(()) };
    let more = if errors.len() > 1 { format!(" (and {} more violations)", errors.len() - 1) } else { String::new() };
    Err(Error::data(format!("the inputs were rejected: {}{more}; nothing was published", first.message))
        .hint("`tenure check` with the same job lists every violation with sample keys"))
}

/// The tables of the months, and what `each` makes of those that have a row per customer: it is given them month by month, from
/// several threads, and returned in the order of months.
fn evaluate<T: Send>(
    metrics: &[&'static Metric],
    model: &Model,
    months: MonthRange,
    stages: &mut Stages,
    each: impl Fn(Computed) -> Result<T> + Sync,
) -> Result<(Vec<Computed>, Vec<T>)> {
    stages.next("computing tables");
    let of_month = |month: &Month| -> Result<(Month, Summary, Vec<T>)> {
        let customers = Customers::of(model, *month);
        let summary = Summary::of(model, &customers, months);
        let mut done = Vec::new();
        for metric in metrics.iter().filter(|_| months.contains(*month)) {
            if let Compute::Customers(compute) = metric.compute {
                let frame = compute(model, &customers)?;
                done.push(each(Computed { table: metric.table, frame })?);
            }
        }
        Ok((*month, summary, done))
    };
    let has_customers = metrics.iter().any(|metric| metric.reads_customers);
    let of_customers = if has_customers { months_of_customers(model, months) } else { Vec::new() };
    let (mut summaries, mut rows) = (Summaries::new(), Vec::new());
    for (month, summary, done) in in_parallel(&of_customers, workers(), of_month)? {
        summaries.insert(month, summary);
        rows.extend(done);
    }
    let whole = |metric: &&'static Metric| {
        let frame = match metric.compute {
            Compute::Whole(compute) => compute(model, months),
            Compute::Summaries(compute) => compute(model, &summaries, months),
            Compute::Customers(_) => return Ok(None),
        };
        Ok(Some((metric.table, frame)))
    };
    let whole = in_parallel(metrics, workers(), whole)?;
    let (tables, frames): (Vec<_>, Vec<_>) = whole.into_iter().flatten().unzip();
    let frames = collect_all(frames)?;
    stages.end("tables");
    Ok((tables.into_iter().zip(frames).map(|(table, frame)| Computed { table, frame }).collect(), rows))
}

/// What readers see of the month before the run.
fn last_published(storage: &Storage, output: &str, months: MonthRange) -> Result<Published> {
    let before = MonthRange { first: months.first.plus(-1), last: months.first.plus(-1) };
    let runs = publish::runs(storage, output)?;
    let closing = |table: &'static Table, column: &str| -> Result<Option<i64>> {
        if !runs.iter().any(|run| run.tables.contains_key(table.name)) {
            return Ok(None);
        }
        let frame = publish::read_table(storage, output, table, Some(before))?;
        let dimension = frame.column(DIMENSION.name)?.str()?.clone();
        let all = (0..frame.height()).find(|row| dimension.get(*row) == Some(crate::normalise::group::ALL));
        Ok(match all {
            Some(row) => frame.column(column)?.i64()?.get(row),
            None => None,
        })
    };
    Ok(Published {
        closing_customers: closing(&CHURN_TABLE, CLOSING_CUSTOMERS.name)?,
        closing_mrr: closing(&MRR_TABLE, CLOSING_MRR.name)?,
    })
}

/// Inputs that changed while they were read make the result a mixture: it is not published.
fn still_the_same(job: &Job, storage: &Storage, snapshot: &Snapshot, as_of: Date) -> Result<()> {
    if snapshot::resolve(job, storage, as_of)? == *snapshot {
        return Ok(());
    }
    Err(Error::retry("the input files changed while they were read; nothing was published")
        .hint("run the same command again once the export has finished"))
}
