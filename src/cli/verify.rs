use std::path::Path;

use clap::Args;
use jiff::civil::Date;

use crate::cli::arguments::{self, AsOf, JobFile};
use crate::cli::{Env, output, progress::Progress, show};
use crate::error::{Error, Result};
use crate::month::{Month, MonthRange};
use crate::pipeline;
use crate::publish::{History, Run};
use crate::snapshot::{self, Snapshot};
use crate::verify::{
    Subject,
    compare::{compare, uncompared},
    duckdb,
    report::Report,
};

/// Recompute a month in DuckDB from the SQL definitions, and compare every cell.
///
/// The SQL of `tenure metrics` shares no code with the engine. It is run by the `duckdb` program over exactly the files
/// a run would read, and its results are held against what the engine computes and against what is published.
/// Counts and amounts must be equal, lifetime values within 0.0001, rates within 1e-12. Ends with 70 if a cell differs.
///
/// Without --as-of, a month that is published is recomputed as of the day it was published for.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenure verify --job jobs/nightly.toml --month 2026-03
  tenure verify --job jobs/nightly.toml --month 2026-03 --tables churn,mrr
  tenure verify --job jobs/nightly.toml --month 2026-03 --sql-only > march.sql && duckdb -init march.sql
")]
pub struct Verify {
    #[command(flatten)]
    job: JobFile,
    /// The month to recompute.
    #[arg(long, value_name = "YYYY-MM", value_parser = arguments::month)]
    month: Month,
    #[command(flatten)]
    as_of: AsOf,
    /// Compare only these tables.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    tables: Vec<String>,
    /// Print the DuckDB script instead of running it; its tables are named after the metrics.
    #[arg(long)]
    sql_only: bool,
    /// Differences printed at most.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print the result as JSON instead of one line.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(self, env: &Env, progress: &Progress) -> Result<()> {
        self.tables.iter().try_for_each(|name| show::find(name).map(drop))?;
        let (job, storage) = self.job.open(env)?;
        let months = MonthRange::new(self.month, self.month)?;
        let history = History::open(&storage, &job.output.uri)?;
        let last = history.runs().iter().rev().find(|run| run.record.months.contains(self.month));
        let as_of = match last {
            Some(run) if !self.as_of.is_given() => run.record.as_of,
            _ => self.as_of.or_yesterday(env, &job)?,
        };
        if self.month > Month::of(as_of) {
            return Err(Error::usage(format!("{} lies after the as-of day {as_of}", self.month))
                .hint("give an earlier month or a later --as-of"));
        }
        progress.stage("listing the inputs");
        let snapshot = snapshot::resolve(&job, &storage, as_of)?;
        let subject = Subject { job: &job, storage: &storage, snapshot: &snapshot, as_of, months };
        let temporary = Path::new(env.get("TMPDIR").unwrap_or("/tmp"));
        if self.sql_only {
            let script = subject.script(temporary)?;
            progress.done();
            return output::write(script);
        }
        let duckdb = duckdb::find(&env.pairs)?;
        progress.stage("computing");
        let names: Option<Vec<String>> = (!self.tables.is_empty()).then(|| self.tables.clone());
        let computed = pipeline::compute(&job, &storage, as_of, months, names.as_deref())?;
        progress.stage("computing again in DuckDB");
        let recomputed = subject.run(&duckdb, temporary)?;
        progress.stage("comparing");
        let mut report = Report::new(self.month, as_of);
        for computed in &computed {
            let table = computed.table;
            let Some(twin) = recomputed.iter().find(|twin| twin.table.name == table.name) else { continue };
            let differences = compare(table, &computed.frame, &twin.frame)?;
            let fitted = uncompared(table, &computed.frame, &twin.frame)?;
            report.add(table, twin.frame.height(), fitted, differences);
            let reason = match history.last_of(table.name, self.month) {
                Some(run) => reason_not_to_compare(run, as_of, &snapshot),
                None => Some(format!("{} is not published", self.month)),
            };
            match reason {
                Some(reason) => report.leave_out(table, reason),
                None => {
                    let frame = history.table(table, Some(months))?;
                    report.add_published(compare(table, &frame, &twin.frame)?);
                }
            }
        }
        progress.done();
        output::write(if self.json { report.json(self.limit) } else { report.text(self.limit) })?;
        report.outcome()
    }
}

/// Why what a run published may rightly differ from what is computed now.
fn reason_not_to_compare(run: &Run, as_of: Date, snapshot: &Snapshot) -> Option<String> {
    if run.record.as_of != as_of {
        return Some(format!("it is as of {}", run.record.as_of));
    }
    let inputs = serde_json::from_str::<Snapshot>(&run.record.fingerprint);
    inputs.is_ok_and(|inputs| inputs != *snapshot).then(|| "the inputs changed since".to_string())
}
