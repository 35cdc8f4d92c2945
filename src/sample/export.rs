//! The files of one sample: Parquet by chunks, the job and the truth.

use std::path::PathBuf;

use serde::Serialize;

use super::catalogue;
use super::files;
use super::frames::{DIMENSIONS, Layout};
use super::job_file::JobFile;
use super::rows::{self, Tables};
use super::truth::{self, MonthTruth, NewCustomers, PlantedHazard, PlantedLifetime, Truth};
use super::{SampleOptions, SampleReport};
use crate::error::{Error, Result};
use crate::month::Month;
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
    new_customers: Vec<NewCustomers>,
    /// By age in months, of the mean new customer.
    planted_survival: Vec<f64>,
    planted_lifetimes: Vec<PlantedLifetime>,
    qualifying_events: &'a [&'a str],
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
            (Input::Surveys, layout.surveys(&tables.surveys)?),
            (Input::SupportTickets, layout.tickets(&tables.tickets)?),
        ];
        for (input, mut frame) in frames {
            report.count(input, frame.height(), files::parquet(&self.path(input, &name), &mut frame)?);
        }
        Ok(())
    }

    /// Writes the `number`-th file of a month's usage.
    pub fn write_usage(
        &self,
        events: &[rows::UsageEvent],
        month: Month,
        number: usize,
        report: &mut SampleReport,
    ) -> Result<()> {
        let path = self.path(Input::UsageEvents, &format!("{PARTITION}={month}/part-{number:05}.parquet"));
        report.count(Input::UsageEvents, events.len(), files::parquet(&path, &mut Layout::PLAIN.usage(events)?)?);
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

/// Usage is appended in a directory per month.
const PARTITION: &str = "month";

/// Full exports are written to a directory per day; the others are appended to.
fn is_dated(input: Input) -> bool {
    matches!(input, Input::Customers | Input::Subscriptions)
}

pub fn job_text(options: &SampleOptions, as_of: &str) -> String {
    let uri = |input: Input| match input {
        Input::UsageEvents => format!("{}/{PARTITION}=*/*.parquet", input.name()),
        _ if is_dated(input) => format!("{}/{}={{latest}}/*.parquet", input.name(), inputs::SNAPSHOT_DATE.name),
        _ => format!("{}/*.parquet", input.name()),
    };
    let has_usage = options.events_per_customer_month > 0.0;
    let written = Input::ALL.into_iter().filter(|input| has_usage || *input != Input::UsageEvents);
    let uris: Vec<(Input, String)> = written.map(|input| (input, uri(input))).collect();
    let sources: Vec<(Input, &str)> = uris.iter().map(|(input, uri)| (*input, uri.as_str())).collect();
    let job = JobFile {
        currency: catalogue::REPORTING,
        time_zone: "UTC",
        dimensions: &[DIMENSIONS[0], inputs::PLAN.name],
        inputs: &sources,
        omitted: &[],
        subscription_lines: &[],
        active: "paying",
        allocation: "customers",
        qualifying_events: if has_usage { &catalogue::QUALIFYING_EVENTS } else { &[] },
        sections: &[],
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
        planted_hazards: truth::hazards(),
        new_customers: truth.new_customers(),
        planted_survival: truth.planted_survival(60),
        planted_lifetimes: truth.planted_lifetimes(),
        qualifying_events: &catalogue::QUALIFYING_EVENTS,
        months: &truth.months,
    };
    let text = serde_json::to_string_pretty(&file).map_err(|e| Error::internal("truth.json").because(e))?;
    Ok(text + "\n")
}
