//! Writes a nasty business as files and a job.

use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;

use super::super::files;
use super::super::frames::{Layout, days, own_name};
use super::super::job_file::JobFile;
use super::super::random::Random;
use super::super::rows::Subscription;
use super::NastyBusiness;
use crate::error::Result;
use crate::month::{Calendar, Days, Month, days_of};
use crate::tables::{Input, inputs};

impl NastyBusiness {
    /// Writes every input as Parquet, rows in random order, and `job.toml`, whose path is returned.
    ///
    /// Errors: usage (`out` is not empty), I/O, permission.
    pub fn write(&self, out: &Path) -> Result<PathBuf> {
        let out = files::empty_directory(out)?;
        let calendar = Calendar::new(self.time_zone, self.as_of, 0)?;
        let layout = Layout {
            are_ids_integers: self.shape.are_ids_integers,
            are_amounts_floats: self.shape.are_amounts_floats,
            scale: crate::money::INPUT_SCALE,
            dates: self.shape.has_whole_days.then_some(&calendar),
            is_end_inclusive: self.shape.is_end_inclusive,
            is_mrr_given: self.shape.is_mrr_given,
            stamps: self.experience.stamps,
        };
        let mut random = Random::new(self.seed, 101, 0);
        for input in Input::ALL.into_iter().filter(|input| self.has(*input)) {
            let (rows, random) = (&self.tables, &mut random);
            match input {
                Input::Customers => self.split(&out, input, &rows.customers, random, |rows| layout.customers(rows)),
                Input::Subscriptions if self.shape.is_snapshots => {
                    let states = self.states(&calendar, random);
                    self.split(&out, input, &states, random, |rows| snapshots(&layout, rows))
                }
                Input::Subscriptions => {
                    self.split(&out, input, &rows.subscriptions, random, |rows| layout.subscriptions(rows))
                }
                Input::Invoices => self.split(&out, input, &rows.invoices, random, |rows| layout.invoices(rows)),
                Input::RetentionCosts => self.split(&out, input, &rows.costs, random, |rows| layout.costs(rows)),
                Input::FxRates => self.split(&out, input, &rows.rates, random, |rows| layout.rates(rows)),
                Input::UsageEvents => self.split(&out, input, &rows.usage, random, |rows| layout.usage(rows)),
                Input::Surveys => self.split(&out, input, &rows.surveys, random, |rows| layout.surveys(rows)),
                Input::SupportTickets => self.split(&out, input, &rows.tickets, random, |rows| layout.tickets(rows)),
            }?;
        }
        let job = out.join("job.toml");
        files::text(&job, &self.job_text())?;
        Ok(job)
    }

    pub fn has(&self, input: Input) -> bool {
        match input {
            Input::Subscriptions => self.has_subscriptions,
            Input::FxRates => true,
            Input::Customers => self.has_customers,
            Input::Invoices => self.has_invoices,
            Input::RetentionCosts => self.has_costs,
            Input::UsageEvents => self.experience.has_usage,
            Input::Surveys => self.experience.has_surveys,
            Input::SupportTickets => self.experience.has_tickets,
        }
    }

    /// Writes rows in random order, dealt to some files.
    fn split<T: Clone>(
        &self,
        out: &Path,
        input: Input,
        rows: &[T],
        random: &mut Random,
        frame: impl Fn(&[T]) -> Result<DataFrame>,
    ) -> Result<()> {
        let mut shuffled = rows.to_vec();
        for index in (1..shuffled.len()).rev() {
            shuffled.swap(index, random.below(index as u64 + 1) as usize);
        }
        let size = shuffled.len().div_ceil(self.files).max(1);
        let mut parts: Vec<&[T]> = shuffled.chunks(size).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        let omitted = self.experience.omitted.iter().filter(|(table, _)| *table == input);
        let omitted: Vec<&str> = omitted.map(|(_, column)| own_name(input, column)).collect();
        for (number, part) in parts.into_iter().enumerate() {
            let mut frame = frame(part)?.drop_many(omitted.iter().copied());
            files::parquet(&out.join(input.name()).join(format!("{number}.parquet")), &mut frame)?;
        }
        Ok(())
    }

    fn job_text(&self) -> String {
        let written = Input::ALL.into_iter().filter(|input| self.has(*input));
        let uris: Vec<(Input, String)> = written.map(|input| (input, format!("{}/*.parquet", input.name()))).collect();
        let sources: Vec<(Input, &str)> = uris.iter().map(|(input, uri)| (*input, uri.as_str())).collect();
        let mut omitted: Vec<(Input, &str)> =
            self.experience.omitted.iter().map(|(input, column)| (*input, column.name)).collect();
        if self.shape.is_snapshots {
            omitted.extend([inputs::STARTED_AT.name, inputs::ENDED_AT.name].map(|name| (Input::Subscriptions, name)));
        }
        let mut lines = Vec::new();
        if self.shape.is_snapshots {
            lines.push("shape = \"snapshots\"".to_string());
        } else if self.shape.is_end_inclusive {
            lines.push("end = \"inclusive\"".to_string());
        }
        lines.extend(self.history_from.map(|day| format!("history_from = \"{day}\"")));
        let job = JobFile {
            currency: self.currency,
            time_zone: self.time_zone,
            dimensions: &self.dimensions,
            inputs: &sources,
            omitted: &omitted,
            subscription_lines: &lines,
            active: match self.is_entitled {
                _ if !self.has_subscriptions => "purchases",
                true => "entitled",
                false => "paying",
            },
            allocation: self.allocation,
            qualifying_events: self.experience.qualifying_events,
            sections: &self.sections(),
            exclude_statuses: &self.exclude_statuses,
            restate_months: 3,
            settle_days: self.settle_days,
            comment: &format!("Edge cases, seed {}: --as-of {}", self.seed, self.as_of),
        };
        job.render()
    }

    fn sections(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.experience.detractor_max.map(|score| format!("\n[nps]\ndetractor_max = {score}")));
        if let Some(weights) = self.experience.weights {
            lines.push("\n[health.weights]".to_string());
            let names = ["usage", "survey", "support", "commercial", "tenure"];
            lines.extend(names.iter().zip(weights).map(|(name, weight)| format!("{name} = {weight:?}")));
        }
        lines
    }

    /// The state at the end of some days of every month up to the as-of day, from the first month with a row in it.
    fn states(&self, calendar: &Calendar, random: &mut Random) -> Vec<(Days, Subscription)> {
        let mut states = Vec::new();
        let last = days_of(self.as_of);
        for month in self.range.iter() {
            for day in snapshot_days(month, last, random) {
                // a subscription of no value in every snapshot, so that none is missing
                let mut rows = vec![Subscription { customer_id: 1, subscription_id: 1, ..nothing() }];
                let end = calendar.day_start(day + 1);
                let is_alive = |row: &&Subscription| row.started_at < end && row.ended_at.is_none_or(|e| e >= end);
                rows.extend(self.tables.subscriptions.iter().filter(is_alive).map(|row| Subscription {
                    status: if row.trial_ended_at.is_some_and(|t| t >= end) { Some("trialing") } else { row.status },
                    ..row.clone()
                }));
                states.extend(rows.into_iter().map(|row| (day, row)));
            }
        }
        states
    }
}

/// The last day, or an earlier one, and sometimes one in the middle; none after `last`.
fn snapshot_days(month: Month, last: Days, random: &mut Random) -> Vec<Days> {
    let month_end = (month.next().days() - 1).min(last);
    let mut days = vec![(month_end - random.pick(&[0, 0, 0, 2])).max(month.days())];
    if random.chance(0.3) {
        days.push((month.days() + 9).min(month_end));
    }
    days.sort_unstable();
    days.dedup();
    days
}

fn nothing() -> Subscription {
    Subscription {
        subscription_id: 0,
        customer_id: 0,
        started_at: 0,
        ended_at: None,
        trial_ended_at: None,
        amount: 0,
        interval: "month",
        interval_count: None,
        quantity: None,
        discount: None,
        currency: None,
        status: None,
        plan: None,
    }
}

fn snapshots(layout: &Layout, states: &[(Days, Subscription)]) -> Result<DataFrame> {
    let rows: Vec<Subscription> = states.iter().map(|state| state.1.clone()).collect();
    let mut columns = vec![days(inputs::SNAPSHOT_DATE.name, states.iter().map(|state| Some(state.0)))];
    columns.extend(layout.owners(&rows));
    columns.extend(layout.prices(&rows)?);
    Ok(DataFrame::new(rows.len(), columns)?)
}
