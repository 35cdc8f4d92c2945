//! What a sample came to.

use std::path::PathBuf;

use serde::Serialize;

use crate::tables::Input;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SampleReport {
    pub job: PathBuf,
    /// The last day of data, YYYY-MM-DD: pass it as `--as-of`.
    pub as_of: String,
    pub first_month: String,
    pub last_month: String,
    pub customers: u64,
    pub subscriptions: u64,
    pub invoices: u64,
    pub retention_costs: u64,
    pub fx_rates: u64,
    pub usage_events: u64,
    pub surveys: u64,
    pub support_tickets: u64,
    pub files: u64,
    pub bytes: u64,
}

impl SampleReport {
    pub fn count(&mut self, input: Input, rows: usize, bytes: u64) {
        let counter = match input {
            Input::Customers => &mut self.customers,
            Input::Subscriptions => &mut self.subscriptions,
            Input::Invoices => &mut self.invoices,
            Input::RetentionCosts => &mut self.retention_costs,
            Input::FxRates => &mut self.fx_rates,
            Input::UsageEvents => &mut self.usage_events,
            Input::Surveys => &mut self.surveys,
            Input::SupportTickets => &mut self.support_tickets,
        };
        *counter += rows as u64;
        self.files += 1;
        self.bytes += bytes;
    }

    pub fn add(&mut self, other: &SampleReport) {
        self.customers += other.customers;
        self.subscriptions += other.subscriptions;
        self.invoices += other.invoices;
        self.retention_costs += other.retention_costs;
        self.fx_rates += other.fx_rates;
        self.usage_events += other.usage_events;
        self.surveys += other.surveys;
        self.support_tickets += other.support_tickets;
        self.files += other.files;
        self.bytes += other.bytes;
    }
}
