use clap::Args;

use crate::cli::arguments::{self, AsOf, JobFile};
use crate::cli::{Env, output, progress::Progress, run::Publishing, summary};
use crate::error::Result;
use crate::month::{Month, MonthRange};
use crate::pipeline::{self, Request, RunKind};

/// Compute and publish a range of past months.
///
/// One pass over the exports as they were known on the as-of day. All months appear together, at the end: an interrupted
/// backfill has published nothing, or the same command completes it. Months at either end that are already published
/// from the same inputs and code are skipped.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenure backfill --job jobs/backfill.toml --from 2024-01 --to 2026-02
  tenure backfill --job jobs/backfill.toml --from 2024-01 --to 2026-02 --dry-run
  tenure backfill --job jobs/backfill.toml --from 2025-06 --to 2025-06 --force
")]
pub struct Backfill {
    #[command(flatten)]
    job: JobFile,
    /// First month.
    #[arg(long, value_name = "YYYY-MM", value_parser = arguments::month)]
    from: Month,
    /// Last month.
    #[arg(long, value_name = "YYYY-MM", value_parser = arguments::month)]
    to: Month,
    #[command(flatten)]
    as_of: AsOf,
    #[command(flatten)]
    publishing: Publishing,
}

impl Backfill {
    pub fn run(self, env: &Env, progress: &Progress) -> Result<()> {
        let months = MonthRange::new(self.from, self.to)?;
        let (job, storage) = self.job.open(env)?;
        let as_of = self.as_of.or_yesterday(env, &job)?;
        let request = Request {
            months,
            as_of,
            force: self.publishing.force,
            dry_run: self.publishing.dry_run,
            kind: RunKind::Backfill,
            run_id: env.run_id(RunKind::Backfill.name()),
            started_at: env.now.to_string(),
        };
        let outcome = pipeline::run(&job, &storage, &request, &|stage| progress.stage(stage))?;
        progress.done();
        summary::warn(&outcome);
        output::write(summary::render(&outcome, &self.publishing))
    }
}
