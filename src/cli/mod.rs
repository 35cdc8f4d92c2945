//! The command line: one file per subcommand, each its arguments and a short `run`.

use clap::{Args, Parser, Subcommand};

use crate::error::Result;

mod arguments;
mod backfill;
mod check;
mod completions;
mod env;
mod generate;
pub mod logging;
mod man;
pub mod metrics;
pub mod output;
pub mod panics;
mod progress;
mod run;
mod sample;
mod show;
mod summary;
pub mod table;
mod verify;

pub use env::Env;

/// Monthly churn, cohorts, MRR, revenue per customer, retention cost and lifetime value from Parquet snapshots of a
/// subscription business.
///
/// A job file says where the exports lie, how their columns are called and where results go; `run` publishes one
/// Delta table per metric there, every night or for any past month.
#[derive(Debug, Parser)]
#[command(name = "tenure", bin_name = "tenure", version, max_term_width = 110, propagate_version = true)]
#[command(arg_required_else_help = true, after_help = EXAMPLES, after_long_help = after_long_help())]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every subcommand.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output to stderr")]
pub struct Global {
    /// Only errors on stderr.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// More on stderr; twice for debugging.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// How log lines on stderr look.
    #[arg(long, global = true, value_enum, default_value_t = logging::LogFormat::Text, value_name = "FORMAT")]
    pub log_format: logging::LogFormat,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Run(run::Run),
    Backfill(backfill::Backfill),
    Check(check::Check),
    Show(show::Show),
    Metrics(metrics::Metrics),
    Verify(verify::Verify),
    Sample(sample::Sample),
    Completions(completions::Completions),
    Man(man::Man),
    Generate(generate::Generate),
}

/// Runs the subcommand. Errors carry the exit code.
pub fn run(cli: Cli, env: &Env) -> Result<()> {
    let progress = progress::Progress::new(&cli.global, env);
    match cli.command {
        Command::Run(command) => command.run(env, &progress),
        Command::Backfill(command) => command.run(env, &progress),
        Command::Check(command) => command.run(env),
        Command::Show(command) => command.run(env),
        Command::Metrics(command) => command.run(),
        Command::Verify(command) => command.run(env, &progress),
        Command::Sample(command) => command.run(&progress),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
        Command::Generate(command) => command.run(),
    }
}

const EXAMPLES: &str = "\
Examples:
  tenure sample --out demo              make realistic exports and a job file beside them
  tenure check --job demo/job.toml      say everything that is wrong with them
  tenure run --job demo/job.toml        compute and publish last night's months
  tenure show churn --job demo/job.toml
";

const REFERENCE: &str = "\
Exit codes:
   0  done, or nothing to do
   2  the command line is wrong
  65  the data was rejected; nothing was published
  70  a bug, or `verify` found numbers that differ
  74  a file could not be read or written, or the disk is full
  75  storage is unreachable or another run won the race: try the same command again
  77  credentials or permissions do not allow it
  78  the job file is wrong
  80  everything is published, a delivery after it failed

Environment:
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL
                    access to s3:// inputs and outputs; roles of instances and web identities work too
  RUST_LOG          what is logged to stderr, e.g. `tenure=debug`
  NO_COLOR          if set, no colours
  TENURE_DUCKDB     the `duckdb` program that `tenure verify` runs, where it is not on the PATH

stdout carries data only; everything else goes to stderr.
";

fn after_long_help() -> String {
    format!("{EXAMPLES}\n{REFERENCE}")
}
