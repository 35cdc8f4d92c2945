//! The files of one sample: Parquet by chunks, the job and the truth.

use std::path::PathBuf;

use serde::Serialize;

use super::catalogue;
use super::files;
use super::frames::{DIMENSIONS, Layout};
use super::job_file::JobFile;
use super::rows::{self, Tables};
use super::truth::{self, MonthTruth, PlantedHazard, Truth};
use super::{SampleOptions, SampleReport};
use crate::error::{Error, Result};
use crate::tables::{Input, inputs};

/// `truth.json`: money in ticks of 1/10 000, in native currencies.
#[derive(Serialize)]
struct TruthFile<'a> {
    seed: u64,
    customers: u64,
    as_of: &'a str,
    currency: &'a str,
    time_zone: &'a str,
    planted_hazards: Vec<PlantedHazard>,
    months: &'a [MonthTruth],
}

/// Where the files of one sample go.
pub struct Export {
    pub root: PathBuf,
    /// The date of full exports, YYYY-MM-DD.
    pub snapshot: String,
}

impl Export {
    fn path(&self, input: Input, name: &str) -> PathBuf {
        let table = self.root.join(input.name());
        match is_dated(input) {
            true => table.join(format!("{}={}", inputs::SNAPSHOT_DATE.name, self.snapshot)).join(name),
            false => table.join(name),
        }
    }

    /// Writes one chunk of customers.
    pub fn write(&self, tables: &Tables, chunk: usize, report: &mut SampleReport) -> Result<()> {
        let layout = Layout::PLAIN;
        let name = format!("part-{chunk:05}.parquet");
        let frames = [
            (Input::Customers, layout.customers(&tables.customers)?),
            (Input::Subscriptions, layout.subscriptions(&tables.subscriptions)?),
            (Input::Invoices, layout.invoices(&tables.invoices)?),
            (Input::RetentionCosts, layout.costs(&tables.costs)?),
        ];
        for (input, mut frame) in frames {
            report.count(input, frame.height(), files::parquet(&self.path(input, &name), &mut frame)?);
        }
        Ok(())
    }

    pub fn write_overhead(&self, costs: &[rows::Cost], rates: &[rows::Rate], report: &mut SampleReport) -> Result<()> {
        let layout = Layout::PLAIN;
        let frames = [(Input::RetentionCosts, layout.costs(costs)?), (Input::FxRates, layout.rates(rates)?)];
        for (input, mut frame) in frames {
            let path = self.path(input, "overhead.parquet");
            report.count(input, frame.height(), files::parquet(&path, &mut frame)?);
        }
        Ok(())
    }
}

/// Full exports are written to a directory per day; the others are appended to.
fn is_dated(input: Input) -> bool {
    matches!(input, Input::Customers | Input::Subscriptions)
}

pub fn job_text(options: &SampleOptions, as_of: &str) -> String {
    let dated = |input: Input| match is_dated(input) {
        true => format!("{}/{}={{latest}}/*.parquet", input.name(), inputs::SNAPSHOT_DATE.name),
        false => format!("{}/*.parquet", input.name()),
    };
    let uris = Input::ALL.map(|input| (input, dated(input)));
    let sources: Vec<(Input, &str)> = uris.iter().map(|(input, uri)| (*input, uri.as_str())).collect();
    let job = JobFile {
        currency: catalogue::REPORTING,
        time_zone: "UTC",
        dimensions: &[DIMENSIONS[0], inputs::PLAN.name],
        inputs: &sources,
        is_snapshots: false,
        subscription_lines: &[],
        is_entitled: false,
        allocation: "customers",
        exclude_statuses: &[catalogue::NEVER_PAID_STATUS],
        restate_months: 3,
        settle_days: 7,
        comment: &format!(
            "A simulated business: {} customers, {} months, seed {}. truth.json says what happened in it.\n\
             The data ends on {as_of}: tenure run --job job.toml --as-of {as_of}",
            options.customers, options.months, options.seed
        ),
    };
    job.render()
}

pub fn truth_text(options: &SampleOptions, as_of: &str, truth: &Truth) -> Result<String> {
    let file = TruthFile {
        seed: options.seed,
        customers: options.customers,
        as_of,
        currency: catalogue::REPORTING,
        time_zone: "UTC",
        planted_hazards: truth::planted(),
        months: &truth.months,
    };
    let text = serde_json::to_string_pretty(&file).map_err(|e| Error::internal("truth.json").because(e))?;
    Ok(text + "\n")
}
