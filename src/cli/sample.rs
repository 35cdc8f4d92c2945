use std::path::PathBuf;

use clap::Args;

use crate::cli::{arguments, output, progress::Progress};
use crate::error::Result;
use crate::month::Month;
use crate::sample::{self, SampleOptions};

/// Make realistic exports with known truth, and a job file beside them that runs as it is.
///
/// The same options make the same bytes. `truth.json` holds what was simulated, month by month.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenure sample --out demo
  tenure sample --out demo --customers 100000 --months 48 --seed 7
  tenure sample --out demo --events-per-customer-month 0
  tenure sample --out demo --until 2026-10 --json | jq -r .as_of
")]
pub struct Sample {
    /// Directory to make; it must not hold anything yet.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Customers who ever sign up.
    #[arg(long, value_name = "N")]
    customers: Option<u64>,
    /// Months of data.
    #[arg(long, value_name = "N")]
    months: Option<u32>,
    /// Another seed makes another business.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Last month of data.
    #[arg(long, value_name = "YYYY-MM", value_parser = arguments::month)]
    until: Option<Month>,
    /// Usage events of a customer in a month of service, on average; 0 exports no usage.
    #[arg(long, value_name = "N")]
    events_per_customer_month: Option<f64>,
    /// Print what was written as JSON instead of one line.
    #[arg(long)]
    json: bool,
}

impl Sample {
    pub fn run(self, progress: &Progress) -> Result<()> {
        let defaults = SampleOptions::new(self.out);
        let options = SampleOptions {
            customers: self.customers.unwrap_or(defaults.customers),
            months: self.months.unwrap_or(defaults.months),
            seed: self.seed.unwrap_or(defaults.seed),
            until: self.until.unwrap_or(defaults.until),
            events_per_customer_month: self.events_per_customer_month.unwrap_or(defaults.events_per_customer_month),
            out: defaults.out,
        };
        progress.stage("simulating customers");
        let report = sample::write(&options)?;
        progress.done();
        if self.json {
            return output::json(&report);
        }
        output::line(&format!(
            "{}: {} customers, {} subscription rows, {} invoices, {} usage events, {} surveys, {} tickets, {}..{} in {} files; try\n  tenure run --job {} --as-of {}",
            options.out.display(),
            report.customers,
            report.subscriptions,
            report.invoices,
            report.usage_events,
            report.surveys,
            report.support_tickets,
            report.first_month,
            report.last_month,
            report.files,
            report.job.display(),
            report.as_of,
        ))
    }
}
