use clap::Args;

use crate::cli::arguments::{AsOf, JobFile};
use crate::cli::{Env, output, progress::Progress, summary};
use crate::error::Result;
use crate::month::{Month, MonthRange};
use crate::pipeline::{self, Request, RunKind};

/// Compute and publish the month of the as-of day and the months restated with it.
///
/// How many months are recomputed is `nightly.restate_months` in the job file. Every table's months are replaced in
/// one commit; the same inputs and the same code publish nothing a second time.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenure run --job jobs/nightly.toml
  tenure run --job jobs/nightly.toml --as-of 2026-03-31
  tenure run --job jobs/nightly.toml --dry-run
  tenure run --job jobs/nightly.toml --json | jq .tables
")]
pub struct Run {
    #[command(flatten)]
    job: JobFile,
    #[command(flatten)]
    as_of: AsOf,
    #[command(flatten)]
    pub(super) publishing: Publishing,
}

/// Options of the commands that publish.
#[derive(Debug, Args)]
pub struct Publishing {
    /// Publish even if the same inputs and code were published before.
    #[arg(long)]
    pub force: bool,
    /// Print the plan (months, files in, bytes, files replaced) and publish nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print the outcome as JSON instead of one line.
    #[arg(long)]
    pub json: bool,
}

impl Run {
    pub fn run(self, env: &Env, progress: &Progress) -> Result<()> {
        let (job, storage) = self.job.open(env)?;
        let as_of = self.as_of.or_yesterday(env, &job)?;
        let last = Month::of(as_of);
        let first = last.plus(1 - i32::try_from(job.restate_months.max(1)).unwrap_or(1));
        let request = Request {
            months: MonthRange::new(first, last)?,
            as_of,
            force: self.publishing.force,
            dry_run: self.publishing.dry_run,
            kind: RunKind::Run,
            run_id: env.run_id(RunKind::Run.name()),
            started_at: env.now.to_string(),
        };
        let outcome = pipeline::run(&job, &storage, &request, &|stage| progress.stage(stage))?;
        progress.done();
        summary::warn(&outcome);
        output::write(summary::render(&outcome, &self.publishing))
    }
}
