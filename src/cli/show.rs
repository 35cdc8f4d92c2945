use clap::Args;
use polars::prelude::*;

use crate::cli::arguments::{self, Format, JobFile};
use crate::cli::{Env, output, table};
use crate::error::{Error, Result};
use crate::job::nearest;
use crate::month::{Month, MonthRange};
use crate::publish;
use crate::tables::cell::cells;
use crate::tables::outputs::{DIMENSION, MONTH, SEGMENT, TABLES};
use crate::tables::{Cell, Column, Table};

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
        let frame = publish::read_table(&storage, &job.output.uri, table, asked)?;
        let frame = if self.all { frame } else { self.select(table, &frame, asked)? };
        output::write(table::render(table, &frame, self.format, env.is_stdout_terminal)?)
    }

    fn months(&self) -> Result<Option<MonthRange>> {
        match (self.month, self.from, self.to) {
            (Some(month), _, _) => MonthRange::new(month, month).map(Some),
            (None, Some(from), Some(to)) => MonthRange::new(from, to).map(Some),
            _ => Ok(None),
        }
    }

    /// The rows asked for by dimension and segment and, unless months were named, the last months.
    fn select(&self, table: &Table, frame: &DataFrame, asked: Option<MonthRange>) -> Result<DataFrame> {
        let has = |column: &Column| table.grain.iter().any(|grain| grain.name == column.name);
        let mut kept = vec![true; frame.height()];
        if has(&DIMENSION) {
            let (dimension, segment) = match (&self.dimension, &self.segment) {
                (_, Some((dimension, segment))) => (dimension.as_str(), Some(segment.as_str())),
                (Some(dimension), None) => (dimension.as_str(), None),
                (None, None) => ("all", None),
            };
            keep(&mut kept, &cells(frame, &DIMENSION)?, |cell| *cell == Cell::Text(dimension.to_string()));
            if let Some(segment) = segment {
                keep(&mut kept, &cells(frame, &SEGMENT)?, |cell| *cell == Cell::Text(segment.to_string()));
            }
        }
        if asked.is_none() {
            let months = cells(frame, &MONTH)?;
            let day = |cell: &Cell| if let Cell::Day(days) = cell { *days } else { i32::MIN };
            let mut published: Vec<i32> = months.iter().map(day).collect();
            published.sort_unstable();
            published.dedup();
            let shown = if is_one_row_per_segment(table) { 12 } else { 1 };
            let first = published.iter().rev().take(shown).next_back().copied().unwrap_or(i32::MIN);
            keep(&mut kept, &months, |cell| day(cell) >= first);
        }
        Ok(frame.filter(&BooleanChunked::from_slice("kept".into(), &kept))?)
    }
}

fn keep(kept: &mut [bool], cells: &[Cell], is_wanted: impl Fn(&Cell) -> bool) {
    for (kept, cell) in kept.iter_mut().zip(cells) {
        *kept &= is_wanted(cell);
    }
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
    let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    let error = Error::usage(format!("there is no table `{name}`"));
    Err(match nearest(name, names.iter().copied()) {
        Some(nearest) => error.hint(format!("did you mean `{nearest}`?")),
        None => error.hint(format!("the tables are {}", names.join(", "))),
    })
}
