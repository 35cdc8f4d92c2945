//! The stages of a run, in order: `inputs` has those up to the model, `tables` those from it, `past` holds what was published before
//! against what is computed.

mod inputs;
mod past;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use tracing::info;

use crate::error::{Error, Result};
use crate::job::Job;
use crate::metrics::{METRICS, Metric, SHARED_SQL};
use crate::month::{Calendar, MonthRange};
use crate::proofs::{self, Published};
use crate::publish::{self, Computed, History, RunRecord, Staging};
use crate::snapshot::{self, Snapshot, SourceFile};
use crate::storage::Storage;
use crate::tables::outputs::CHECKS_TABLE;
use crate::tables::{Input, Table};
use crate::validate;
use crate::violation::Violation;

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
    /// What was asked for.
    pub asked: MonthRange,
    /// What was published, or would be: others at either end already were, from the same inputs and code.
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
    let snapshot = resolved(job, storage, request.as_of)?;
    let (metrics, skipped) = chosen(job, job.output.tables.as_deref())?;
    stages.end("snapshot");
    let mut tables: Vec<&'static Table> = metrics.iter().map(|metric| metric.table).collect();
    tables.push(&CHECKS_TABLE);
    let mut record = record(job, request, &snapshot)?;
    let files = || snapshot.files.values().flatten();
    let mut outcome = Outcome {
        run_id: None,
        is_noop: false,
        asked: request.months,
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
    let history = History::open(storage, output)?;
    if !request.force {
        let Some(missing) = history.missing(&record.key(tables.iter().copied()))? else {
            let last = history.last_of(CHECKS_TABLE.name, request.months.last);
            let run_id = last.map(|run| run.record.run_id.clone());
            return Ok(Outcome { run_id, is_noop: true, stages: stages.done, ..outcome });
        };
        (record.months, outcome.months) = (missing, missing);
    }
    let months = record.months;
    if request.dry_run {
        let replaced = publish::plan(storage, output, &tables, months)?;
        outcome.plan = Some(format!("{}{replaced}", inputs_in(&snapshot)));
        return Ok(Outcome { stages: stages.done, ..outcome });
    }

    let model = inputs::model(job, storage, &snapshot, &calendar, months, &metrics, &mut stages);
    let (sources, model, warnings) = model.map_err(|error| snapshot::explained(storage, &snapshot, error))?;
    outcome.warnings = warnings;
    // Rows of customers are on storage, where nobody sees them, before the whole run is proven: they would not fit in memory.
    let staging = Staging::begin(storage, output, months, &record.run_id)?;
    let stage_rows = |rows: Computed| {
        staging.stage(&rows)?;
        proofs::Rows::of([&rows])
    };
    let (mut computed, rows) = tables::evaluate(&metrics, &model, months, &mut stages, stage_rows)?;
    stages.next("proving");
    let published = past::closings(&history, months)?;
    let checks = proofs::prove(&computed, &rows.into_iter().collect(), months, &published)?;
    outcome.warnings.extend(past::restated(&checks)?);
    outcome.warnings.extend(past::other_definitions(&history, &record));
    computed.push(checks);
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
    let found = inputs::violations(job, &sources, &calendar);
    let found = found.map_err(|error| snapshot::explained(storage, &snapshot, error))?;
    // of a column with a violation in the footers nothing more is said
    let known: BTreeSet<(String, String)> = violations.iter().map(|v| (v.table.clone(), v.column.clone())).collect();
    violations.extend(found.into_iter().filter(|found| !known.contains(&(found.table.clone(), found.column.clone()))));
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
    let model = inputs::model(job, storage, &snapshot, &calendar, months, &metrics, &mut stages);
    let (_sources, model, _) = model.map_err(|error| snapshot::explained(storage, &snapshot, error))?;
    let (mut computed, rows) = tables::evaluate(&metrics, &model, months, &mut stages, Ok)?;
    proofs::prove(&computed, &proofs::Rows::of(&rows)?, months, &Published::default())?;
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
        return Err(Error::usage(format!("{} lies after the as-of day {as_of}", months.last))
            .hint(format!("the last month there is then is {}; give it, or a later --as-of", calendar.as_of_month())));
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
    let tables: Vec<&Table> = crate::tables::outputs::TABLES.to_vec();
    let sql = METRICS.iter().map(|metric| metric.sql).chain(SHARED_SQL);
    Ok(RunRecord {
        run_id: request.run_id.clone(),
        kind: request.kind.name().to_string(),
        as_of: request.as_of,
        months: request.months,
        started_at: request.started_at.clone(),
        fingerprint,
        code_version: concat!(env!("CARGO_PKG_VERSION"), "+", env!("TENURE_SOURCES")).to_string(),
        definition_version: publish::definition_version(&tables, sql, &job.meaning()),
        input_rows: BTreeMap::new(),
        seconds: BTreeMap::new(),
    })
}

/// The files of a run. Errors: `Kind::Job` if some of them are results.
fn resolved(job: &Job, storage: &Storage, as_of: Date) -> Result<Snapshot> {
    let snapshot = snapshot::resolve(job, storage, as_of)?;
    let output = format!("{}/", job.output.uri.trim_end_matches('/'));
    for (input, files) in &snapshot.files {
        if let Some(file) = files.iter().find(|file| file.uri.starts_with(&output)) {
            return Err(Error::job(format!("[inputs.{input}] matches results: {}", file.uri))
                .hint("give output.uri a place that no input's pattern reaches"));
        }
    }
    Ok(snapshot)
}

/// Inputs that changed while they were read make the result a mixture: it is not published.
fn still_the_same(job: &Job, storage: &Storage, snapshot: &Snapshot, as_of: Date) -> Result<()> {
    if resolved(job, storage, as_of)? == *snapshot {
        return Ok(());
    }
    Err(Error::retry("the input files changed while they were read; nothing was published")
        .hint("run the same command again once the export has finished"))
}
