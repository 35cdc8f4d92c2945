//! The job file that lies beside an export and runs as it is.

use std::fmt::Write;

use super::frames::renamed;
use crate::tables::Input;

/// What differs between the exports written here.
pub struct JobFile<'a> {
    pub currency: &'a str,
    pub time_zone: &'a str,
    pub dimensions: &'a [&'a str],
    /// Each input and its URI, relative to the job file.
    pub inputs: &'a [(Input, &'a str)],
    /// Canonical columns that the export lacks: there is nothing to rename.
    pub omitted: &'a [(Input, &'a str)],
    /// Further lines of the table `inputs.subscriptions`.
    pub subscription_lines: &'a [String],
    pub active: &'a str,
    pub allocation: &'a str,
    pub qualifying_events: &'a [&'a str],
    pub exclude_statuses: &'a [&'a str],
    /// Lines of further sections, after that of the definitions.
    pub sections: &'a [String],
    pub restate_months: u32,
    pub settle_days: u32,
    /// Comment lines at the top.
    pub comment: &'a str,
}

impl JobFile<'_> {
    pub fn render(&self) -> String {
        let mut text = String::new();
        for line in self.comment.lines() {
            push(&mut text, format_args!("# {line}"));
        }
        push(&mut text, format_args!("currency = {:?}\ntime_zone = {:?}", self.currency, self.time_zone));
        push(&mut text, format_args!("dimensions = {:?}", self.dimensions));
        push(&mut text, format_args!("gross_margin = 0.80\ndiscount_rate_annual = 0.10"));
        for (input, uri) in self.inputs {
            push(&mut text, format_args!("\n[inputs.{}]\nuri = {uri:?}", input.name()));
            let mapped = renamed(*input).filter(|(from, _)| !self.omitted.contains(&(*input, *from)));
            let columns: Vec<String> = mapped.map(|(from, to)| format!("{from} = {to:?}")).collect();
            if !columns.is_empty() {
                push(&mut text, format_args!("columns = {{ {} }}", columns.join(", ")));
            }
            if *input == Input::Subscriptions {
                self.subscription_lines.iter().for_each(|line| push(&mut text, format_args!("{line}")));
            }
        }
        push(&mut text, format_args!("\n[definitions]"));
        push(&mut text, format_args!("active = {:?}", self.active));
        push(&mut text, format_args!("exclude_statuses = {:?}", self.exclude_statuses));
        push(&mut text, format_args!("allocation = {:?}", self.allocation));
        if !self.qualifying_events.is_empty() {
            push(&mut text, format_args!("qualifying_events = {:?}", self.qualifying_events));
        }
        self.sections.iter().for_each(|line| push(&mut text, format_args!("{line}")));
        push(&mut text, format_args!("\n[output]\nuri = \"./published\""));
        push(&mut text, format_args!("\n[nightly]\nrestate_months = {}", self.restate_months));
        push(&mut text, format_args!("settle_days = {}", self.settle_days));
        text
    }
}

fn push(text: &mut String, line: std::fmt::Arguments) {
    // writing to a String cannot fail
    let _ = text.write_fmt(line);
    text.push('\n');
}
