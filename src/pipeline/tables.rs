//! From the model to tables: those of single customers month by month, the others together.

use std::time::Instant;

use tracing::debug;

use super::Stages;
use crate::error::Result;
use crate::execute::collect_all;
use crate::metrics::customers::{Customers, Summaries, Summary, months_of_customers};
use crate::metrics::projection::{Forecasts, Outlook};
use crate::metrics::{Compute, Metric};
use crate::month::{Month, MonthRange};
use crate::normalise::Model;
use crate::parallel::{in_parallel, workers};
use crate::publish::Computed;

/// The tables of the months, and what `each` makes of those that have a row per customer: it is given them month by month, from
/// several threads, and returned in the order of months.
pub fn evaluate<T: Send>(
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
    let has_customers = metrics.iter().any(|metric| metric.reads_customers());
    let of_customers = if has_customers { months_of_customers(model, months) } else { Vec::new() };
    let (mut summaries, mut rows) = (Summaries::new(), Vec::new());
    for (month, summary, done) in in_parallel(&of_customers, workers(), of_month)? {
        summaries.insert(month, summary);
        rows.extend(done);
    }
    let has_forecasts = metrics.iter().any(|metric| matches!(metric.compute, Compute::Forecasts(_)));
    let forecasts = has_forecasts.then(|| forecasts(model, months)).transpose()?;
    let whole = |metric: &&'static Metric| {
        let since = Instant::now();
        let frame = match (metric.compute, &forecasts) {
            (Compute::Whole(compute), _) => compute(model, months),
            (Compute::Summaries(compute), _) => compute(model, &summaries, months),
            (Compute::Forecasts(compute), Some(forecasts)) => compute(model, forecasts, months),
            (Compute::Forecasts(_), None) | (Compute::Customers(_), _) => return Ok(None),
        };
        debug!(table = metric.table.name, seconds = since.elapsed().as_secs_f64(), "computed");
        Ok(Some((metric.table, frame)))
    };
    let whole = in_parallel(metrics, workers(), whole)?;
    let (tables, frames): (Vec<_>, Vec<_>) = whole.into_iter().flatten().unzip();
    let frames = collect_all(frames)?;
    stages.end("tables");
    Ok((tables.into_iter().zip(frames).map(|(table, frame)| Computed { table, frame }).collect(), rows))
}

/// The forecasts that tables of the months need, segments in parallel.
fn forecasts(model: &Model, months: MonthRange) -> Result<Forecasts<'_>> {
    let since = Instant::now();
    let outlook = Outlook::of(model, months);
    let segments: Vec<usize> = (0..model.segments.len()).collect();
    let made = in_parallel(&segments, workers(), |at| Ok(outlook.of_segment(*at)))?;
    debug!(seconds = since.elapsed().as_secs_f64(), "forecasts");
    Ok(outlook.forecasts(made))
}
