//! From files to the model: scan, validate, aggregate.

use std::sync::Arc;
use std::time::Instant;

use polars::prelude::LazyFrame;
use tracing::debug;

use super::Stages;
use crate::error::{Error, Result};
use crate::execute::collect_all;
use crate::ids::Ids;
use crate::job::Job;
use crate::metrics::Metric;
use crate::month::{Calendar, Month, MonthRange};
use crate::normalise::active_days::{self, ActiveDays, Days};
use crate::normalise::ledger::{self, Ledger, Paid};
use crate::normalise::panel::{self, LOOKS_BACK};
use crate::normalise::places::Places;
use crate::normalise::plans::{self, Plans};
use crate::normalise::sweep::Sweep;
use crate::normalise::swept::Swept;
use crate::normalise::{Collected, Context, Frame, Model, Rates, Segments, experience};
use crate::parallel::{in_parallel, workers};
use crate::snapshot::{self, Part, PlainFiles, Snapshot, Sources};
use crate::storage::Storage;
use crate::tables::Input;
use crate::validate::{self, KnownCustomers, has_repeats};
use crate::violation::{Severity, Violation};

/// Reads, validates and aggregates the inputs.
pub fn model(
    job: &Job,
    storage: &Storage,
    snapshot: &Snapshot,
    calendar: &Arc<Calendar>,
    months: MonthRange,
    metrics: &[&'static Metric],
    stages: &mut Stages,
) -> Result<(Sources, Model, Vec<Violation>)> {
    stages.next("reading schemas");
    let (mut sources, mut violations) = snapshot::scan(job, storage, snapshot, calendar)?;
    reject(&violations)?;
    stages.end("scan");
    stages.next("validating");
    let has_panel = metrics.iter().any(|metric| metric.reads_customers());
    let (ids, users) = (Arc::new(Ids::default()), Arc::new(Ids::default()));
    let looks_back = if has_panel { LOOKS_BACK } else { 0 };
    let known = known(&sources, &ids)?;
    let days = days(job, storage, &sources, calendar, months.first.plus(-looks_back), &known, &users)?;
    debug!(is_read = days.is_some(), seconds = stages.since.elapsed().as_secs_f64(), "usage");
    let rates = Arc::new(rates(job, &sources)?);
    let mut paid = paid(storage, &sources, calendar, &rates, &known)?;
    let keys = paid.as_mut().map(Paid::take_keys);
    let is_paid_sound = paid.as_ref().is_some_and(|paid| !paid.is_suspect()) && !keys.is_some_and(has_repeats);
    // files that were kept are not needed any more
    sources.values_mut().for_each(|source| source.plain = None);
    debug!(is_sound = is_paid_sound, seconds = stages.since.elapsed().as_secs_f64(), "invoices");
    let is_sound = |input| match input {
        Input::UsageEvents => days.as_ref().is_some_and(|days| !days.is_suspect()),
        Input::Invoices => is_paid_sound,
        _ => false,
    };
    violations.extend(validated(job, &sources, calendar, months.last, &known, &is_sound)?);
    reject(&violations)?;
    stages.end("validate");
    stages.next("aggregating");
    let calendar = calendar.clone();
    let context = Context { job, sources: &sources, calendar, rates, ids, users, asked: months, has_panel };
    let mut frames = Collected::new();
    if let Some(days) = days {
        let (users, customers) = days.frames()?;
        frames.extend([(Frame::UserDays, users), (Frame::CustomerDays, customers)]);
    }
    // where a payment could not be added, the plans say why
    if let Some(paid) = paid.filter(|paid| !paid.is_partial()) {
        let (paid, bad) = paid.frames()?;
        frames.extend([(Frame::Paid, paid), (Frame::BadPayments, bad)]);
    }
    collect(plans::extract(&context, &frames), &mut frames)?;
    let segments = Segments::read(job, frames.get(&Frame::Segments))?;
    let (mut swept, places) = walk(&context, &mut frames, &segments)?;
    collect(experience::levels(&context, &frames), &mut frames)?;
    if let Some(places) = &places {
        collect(plans::aggregates(&context, &frames, places), &mut frames)?;
        collect(plans::by_dimension(&context, &frames), &mut frames)?;
    }
    let walked = std::mem::take(&mut swept.walked);
    let mut model = Model::read(&context, &frames, swept, segments)?;
    let since = Instant::now();
    if let Some(places) = places.filter(|_| has_panel) {
        model.panel = panel::read(&context, &frames, walked, &places)?;
        debug!(seconds = since.elapsed().as_secs_f64(), "customers one by one");
    }
    stages.end("aggregate");
    Ok((sources, model, violations))
}

/// Runs the plans of a phase.
fn collect(plans: Plans, frames: &mut Collected) -> Result<()> {
    let since = Instant::now();
    let (names, plans): (Vec<_>, Vec<_>) = plans.into_iter().unzip();
    debug!(?names, "collecting");
    frames.extend(names.into_iter().zip(collect_all(plans)?));
    debug!(seconds = since.elapsed().as_secs_f64(), "collected");
    Ok(())
}

/// Walks over all customers; their spans are not needed any more after that. No places: nothing says who was active.
fn walk(context: &Context, frames: &mut Collected, segments: &Segments) -> Result<(Swept, Option<Arc<Places>>)> {
    let since = Instant::now();
    let Some(sweep) = Sweep::new(context, frames, segments)? else { return Ok((Swept::default(), None)) };
    frames.retain(|frame, _| !matches!(frame, Frame::Spans(_) | Frame::Dimensions));
    let mut swept = sweep.nobody();
    let walked = in_parallel(&sweep.shares(workers()), workers(), |customers| sweep.walk(customers.clone()))?;
    walked.into_iter().for_each(|next| swept.add(next));
    let places = sweep.end(context.job, &mut swept, segments)?;
    debug!(seconds = since.elapsed().as_secs_f64(), "walked over customers");
    Ok((swept, Some(Arc::new(places))))
}

/// What the data's checks find, all of them.
pub fn violations(job: &Job, sources: &Sources, calendar: &Calendar) -> Result<Vec<Violation>> {
    validated(job, sources, calendar, calendar.as_of_month(), &known(sources, &Arc::default())?, &|_| false)
}

/// Numbers the customers of `customers` before all others.
fn known(sources: &Sources, ids: &Arc<Ids>) -> Result<KnownCustomers> {
    let customers = validate::customers(sources, ids).map(|customers| collect_all(vec![customers])).transpose()?;
    Ok(KnownCustomers { customers: customers.map(|_| ids.known().len() as u32), ids: ids.clone() })
}

/// The days on which customers and users were active from a month on; None without usage, or if it cannot be read without a
/// plan.
fn days(
    job: &Job,
    storage: &Storage,
    sources: &Sources,
    calendar: &Arc<Calendar>,
    from: Month,
    known: &KnownCustomers,
    users: &Ids,
) -> Result<Option<Days>> {
    let Some(files) = sources.get(&Input::UsageEvents).and_then(|source| source.plain.as_ref()) else {
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
    in_parallel(&shares(&parts), readers(files), read)?.into_iter().for_each(|of_share| days.add(of_share));
    Ok(Some(days))
}

/// Shares of a thread: few, because months that two of them share are kept twice.
const SHARES: usize = 4;
/// What a part costs beside its rows, in rows.
const PART_ROWS: usize = 2_000;

/// As many threads again where each of them mostly waits.
fn readers(files: &PlainFiles) -> usize {
    if files.is_remote() { 2 * workers() } else { workers() }
}

/// Parts that one thread reads one after the other, about as much work in each share: businesses grow, so that the last
/// months have most of the rows.
fn shares(parts: &[Part]) -> Vec<&[Part]> {
    let cost = |part: &Part| part.rows + PART_ROWS;
    let size = parts.iter().map(cost).sum::<usize>().div_ceil(workers() * SHARES);
    let (mut shares, mut begin, mut taken) = (Vec::new(), 0, 0);
    for (at, part) in parts.iter().enumerate() {
        taken += cost(part);
        if taken >= size || at + 1 == parts.len() {
            shares.push(&parts[begin..=at]);
            (begin, taken) = (at + 1, 0);
        }
    }
    shares
}

/// The exchange rates, as far as they can be read.
fn rates(job: &Job, sources: &Sources) -> Result<Rates> {
    let rates = sources.get(&Input::FxRates).map(|source| collect_all(vec![source.frame.clone()])).transpose()?;
    Rates::read(&job.currency, rates.as_ref().and_then(|frames| frames.first()))
}

/// What customers paid; None without invoices, or if they cannot be read without a plan.
fn paid(
    storage: &Storage,
    sources: &Sources,
    calendar: &Arc<Calendar>,
    rates: &Arc<Rates>,
    known: &KnownCustomers,
) -> Result<Option<Paid>> {
    let Some(files) = sources.get(&Input::Invoices).and_then(|source| source.plain.as_ref()) else { return Ok(None) };
    let (calendar, rates) = (calendar.clone(), rates.clone());
    let rules = ledger::Rules { calendar, rates, largest: validate::LARGEST_AMOUNT, known: known.customers };
    let read = |parts: &&[Part]| {
        let mut ledger = Ledger::new(&rules, &known.ids);
        files.read(storage, parts, |invoices| ledger.add(invoices))?;
        Ok(ledger.end())
    };
    let mut paid = Paid::default();
    in_parallel(&shares(&files.all_parts()), readers(files), read)?.into_iter().for_each(|of_share| paid.add(of_share));
    Ok(Some(paid))
}

/// The data's violations with their samples; `last` is the last month that is asked for.
fn validated(
    job: &Job,
    sources: &Sources,
    calendar: &Calendar,
    last: Month,
    known: &KnownCustomers,
    is_sound: &dyn Fn(Input) -> bool,
) -> Result<Vec<Violation>> {
    let checks = validate::checks(job, sources, calendar, last, known, is_sound);
    let (keyed, hashes) = validate::key_hashes(job, sources, calendar, is_sound);
    let mut frames: Vec<LazyFrame> = checks.iter().map(|check| check.frame.clone()).collect();
    frames.extend(hashes);
    let mut answers = collect_all(frames)?;
    let mut repeated = Vec::new();
    for (input, hashes) in keyed.iter().zip(answers.split_off(checks.len())) {
        if has_repeats(validate::hashes(&hashes)?) {
            repeated.push(*input);
        }
    }
    let mut found = validate::read(&checks, &answers)?;
    let duplicates = validate::duplicates(job, sources, calendar, &repeated);
    let answers = collect_all(duplicates.iter().map(|check| check.frame.clone()).collect())?;
    found.extend(validate::read(&duplicates, &answers)?);
    let samples = collect_all(validate::samples(&found))?;
    validate::violations(job, sources, found, &samples)
}

fn reject(violations: &[Violation]) -> Result<()> {
    let errors: Vec<&Violation> = violations.iter().filter(|v| v.severity == Severity::Error).collect();
    let Some(first) = errors.first() else { return Ok(()) };
    let more = if errors.len() > 1 { format!(" (and {} more violations)", errors.len() - 1) } else { String::new() };
    let (table, message) = (&first.table, &first.message);
    Err(Error::data(format!("the inputs were rejected: {table}: {message}{more}; nothing was published"))
        .hint("`tenure check` with the same job lists every violation with sample keys"))
}
