use std::collections::BTreeSet;

use clap::Args;
use polars::prelude::DataFrame;

use crate::cli::arguments::{self, Format, JobFile};
use crate::cli::{Env, output, table};
use crate::error::{Error, Result};
use crate::job::nearest_hint;
use crate::month::{Month, MonthRange};
use crate::publish::History;
use crate::tables::outputs::{DIMENSION, SEGMENT, TABLES};
use crate::tables::runs::RUNS_TABLE;
use crate::tables::{Column, Table};

/// Print a published table.
///
/// Without options: the rows of `all` customers, for the last twelve months published (the last one of tables that
/// have several rows per month).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenure show churn --job jobs/nightly.toml
  tenure show mrr --job jobs/nightly.toml --month 2026-03 --dimension region
  tenure show churn --job jobs/nightly.toml --segment plan=pro --from 2025-01 --to 2025-12
  tenure show cltv --job jobs/nightly.toml --all --format csv > cltv.csv
")]
pub struct Show {
    /// A table of `tenure metrics`, e.g. churn.
    table: String,
    #[command(flatten)]
    job: JobFile,
    /// Only this month.
    #[arg(long, value_name = "YYYY-MM", value_parser = arguments::month, conflicts_with_all = ["from", "to", "all"])]
    month: Option<Month>,
    /// First month.
    #[arg(long, value_name = "YYYY-MM", value_parser = arguments::month, requires = "to")]
    from: Option<Month>,
    /// Last month.
    #[arg(long, value_name = "YYYY-MM", value_parser = arguments::month, requires = "from")]
    to: Option<Month>,
    /// The segments of this dimension.
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    dimension: Option<String>,
    /// One segment of a dimension.
    #[arg(long, value_name = "DIMENSION=VALUE", value_parser = arguments::pair, conflicts_with_all = ["dimension", "all"])]
    segment: Option<(String, String)>,
    /// Every month and every dimension.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    all: bool,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl Show {
    pub fn run(self, env: &Env) -> Result<()> {
        let table = find(&self.table)?;
        let asked = self.months()?;
        let (job, storage) = self.job.open(env)?;
        let history = History::open(&storage, &job.output.uri)?;
        self.checked(table)?;
        let months = match asked {
            _ if self.all => None,
            Some(asked) => Some(of_published(table, asked, &history.months(table)?)?),
            None => last(&history.months(table)?, if is_one_row_per_segment(table) { 12 } else { 1 }),
        };
        let frame = history.table(table, months)?;
        let frame = if self.all { frame } else { self.select(table, &frame)? };
        output::write(table::render(table, &frame, self.format, env.is_stdout_terminal)?)
    }

    fn months(&self) -> Result<Option<MonthRange>> {
        match (self.month, self.from, self.to) {
            (Some(month), _, _) => MonthRange::new(month, month).map(Some),
            (None, Some(from), Some(to)) => MonthRange::new(from, to).map(Some),
            _ => Ok(None),
        }
    }

    /// Errors: `Kind::Usage` for a segment of a table that has none.
    fn checked(&self, table: &Table) -> Result<()> {
        if !has_segments(table) && (self.dimension.is_some() || self.segment.is_some()) {
            return Err(Error::usage(format!("`{}` has no segments", table.name))
                .hint("leave --dimension and --segment out, or filter what --format csv prints"));
        }
        Ok(())
    }

    /// The rows asked for by dimension and segment. Errors: `Kind::Usage` if there are rows, but none of these.
    fn select(&self, table: &Table, frame: &DataFrame) -> Result<DataFrame> {
        if !has_segments(table) {
            return Ok(frame.clone());
        }
        let (dimension, segment) = match (&self.dimension, &self.segment) {
            (_, Some((dimension, segment))) => (dimension.as_str(), Some(segment.as_str())),
            (Some(dimension), None) => (dimension.as_str(), None),
            (None, None) => ("all", None),
        };
        let rows = with(frame, &DIMENSION, dimension)?;
        match segment {
            Some(segment) => with(&rows, &SEGMENT, segment),
            None => Ok(rows),
        }
    }
}

/// The rows that have this value in a column of texts. Errors: `Kind::Usage`, with the values there are, if none has.
fn with(frame: &DataFrame, column: &Column, wanted: &str) -> Result<DataFrame> {
    let values = frame.column(column.name)?.str()?;
    let rows = frame.filter(&values.iter().map(|value| value == Some(wanted)).collect())?;
    if rows.height() == 0 && frame.height() > 0 {
        let known: BTreeSet<&str> = values.iter().flatten().collect();
        let error = Error::usage(format!("no row has `{wanted}` as its {}", column.name));
        return Err(error.hint(nearest_hint(wanted, known.iter().copied())));
    }
    Ok(rows)
}

/// The last `count` of the months; None if there are none.
fn last(months: &BTreeSet<Month>, count: usize) -> Option<MonthRange> {
    let first = months.iter().rev().take(count).next_back();
    first.zip(months.last()).map(|(first, last)| MonthRange { first: *first, last: *last })
}

/// The months asked for. Errors: `Kind::Usage`, with the months there are, if none of them has rows.
fn of_published(table: &Table, asked: MonthRange, months: &BTreeSet<Month>) -> Result<MonthRange> {
    if months.iter().any(|month| asked.contains(*month)) {
        return Ok(asked);
    }
    let error = Error::usage(format!("`{}` has no rows of {asked}", table.name));
    Err(match last(months, usize::MAX) {
        Some(there) => error.hint(format!("it has rows of {there}")),
        None => error.hint("it has none at all"),
    })
}

fn has_segments(table: &Table) -> bool {
    [&DIMENSION, &SEGMENT].iter().all(|column| table.grain.iter().any(|grain| grain.name == column.name))
}

/// True for tables whose grain is the month, the segment and constants.
fn is_one_row_per_segment(table: &Table) -> bool {
    table.grain.len() <= crate::tables::outputs::MRR_TABLE.grain.len()
        && table.grain.iter().any(|c| c.name == SEGMENT.name)
}

/// The table of that name, or an error that names the nearest.
pub fn find(name: &str) -> Result<&'static Table> {
    if let Some(table) = TABLES.iter().find(|table| table.name == name) {
        return Ok(table);
    }
    let error = Error::usage(format!("there is no table `{name}`"));
    if name == RUNS_TABLE.name {
        return Err(
            error.hint("`runs` is a Delta table beside the others: read it with DuckDB's delta_scan, for example")
        );
    }
    Err(error.hint(nearest_hint(name, TABLES.iter().map(|table| table.name))))
}
