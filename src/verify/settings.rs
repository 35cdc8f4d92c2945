//! The canonical views that come from the job and the calendar: `job`, `dimensions`, `months`
//! and the lists of the job's definitions.

use jiff::civil::Date;

use super::convert::literal;
use super::files::LocalFile;
use super::views::Files;
use crate::error::{Error, Result};
use crate::job::{Active, Allocation, Job};
use crate::month::MonthRange;
use crate::tables::inputs::{
    ANSWERED_AT, COST_CUSTOMER_ID, INCURRED_ON, MRR, OCCURRED_AT, OPENED_AT, PAID_AT, SNAPSHOT_DATE, STARTED_AT,
    USER_ID,
};
use crate::tables::{Input, InputColumn};

/// The views `job`, `dimensions`, `excluded_statuses` and `qualifying_events`.
pub fn settings(job: &Job, files: &Files, as_of: Date) -> Result<String> {
    let subscriptions = job.inputs.get(&Input::Subscriptions);
    let is_given = files.get(&Input::Subscriptions).is_some_and(|files| has(job, Input::Subscriptions, files, &MRR));
    let history_from = match subscriptions.and_then(|source| source.history_from) {
        Some(day) => format!("DATE '{day}'"),
        None => "CAST(NULL AS DATE)".to_string(),
    };
    let active = match job.definitions.active {
        Active::Paying => "paying",
        Active::Entitled => "entitled",
        Active::Purchases => "purchases",
    };
    let allocation = match job.definitions.allocation {
        Allocation::Customers => "customers",
        Allocation::Mrr => "mrr",
        Allocation::Tickets => "tickets",
    };
    let offers =
        |input: Input, column: &InputColumn| files.get(&input).is_some_and(|files| has(job, input, files, column));
    let weights: Vec<String> = ["usage", "survey", "support", "commercial", "tenure"]
        .iter()
        .zip(job.definitions.weights.list())
        .map(|(name, weight)| format!("  CAST('{weight}' AS DOUBLE) AS weight_{name}"))
        .collect();
    let after = next_day(as_of)?;
    let mut text = format!(
        "\
CREATE TEMP TABLE job AS SELECT
  {currency} AS currency,
  CAST('{gross_margin}' AS DOUBLE) AS gross_margin,
  CAST('{discount_rate}' AS DOUBLE) AS discount_rate_annual,
  '{active}' AS active,
  '{allocation}' AS allocation,
  local_midnight(DATE '{after}') AS as_of_at,
  DATE '{as_of}' AS as_of_on,
  {history_from} AS history_from,
  local_midnight({history_from}) AS history_from_at,
  {is_snapshots} AS is_snapshots,
  {is_given} AS mrr_is_given,
  {has_invoices} AS has_invoices,
  {has_costs} AS has_costs,
  {has_subscriptions} AS has_subscriptions,
  {has_usage} AS has_usage,
  {has_users} AS has_users,
  {has_surveys} AS has_surveys,
  {has_tickets} AS has_tickets,
  {has_cost_customers} AS has_cost_customers,
  CAST({detractor_max} AS BIGINT) AS detractor_max,
{weights};
",
        currency = literal(&job.currency),
        gross_margin = job.gross_margin,
        discount_rate = job.discount_rate_annual,
        is_snapshots = subscriptions.is_some_and(|source| source.is_snapshots),
        has_invoices = job.has(Input::Invoices),
        has_costs = job.has(Input::RetentionCosts),
        has_subscriptions = job.has(Input::Subscriptions),
        has_usage = job.has(Input::UsageEvents),
        has_users = offers(Input::UsageEvents, &USER_ID),
        has_surveys = job.has(Input::Surveys),
        has_tickets = job.has(Input::SupportTickets),
        has_cost_customers = offers(Input::RetentionCosts, &COST_CUSTOMER_ID),
        detractor_max = job.definitions.detractor_max,
        weights = weights.join(",\n"),
    );
    text += &list("dimensions", "dimension", &job.dimensions);
    text += &list("excluded_statuses", "status", &job.definitions.exclude_statuses);
    text += &list("qualifying_events", "event", &job.definitions.qualifying_events);
    Ok(text)
}

/// A table of one text column.
fn list(table: &str, column: &str, values: &[String]) -> String {
    let mut text = format!("CREATE TEMP TABLE {table} ({column} VARCHAR);\n");
    for value in values {
        text += &format!("INSERT INTO {table} VALUES ({});\n", literal(value));
    }
    text
}

/// The view `months`: from the earliest month any input mentions, or the first asked, to that of the as-of day.
pub fn months(job: &Job, as_of: Date, asked: MonthRange) -> Result<String> {
    let (first, last) = (asked.first.first_day(), asked.last.first_day());
    let settled = next_day(as_of)?;
    Ok(format!(
        "\
CREATE TEMP TABLE months AS
WITH mentioned AS (
  SELECT DATE '{first}' AS day
  UNION ALL SELECT local_date(MIN({started_at})) FROM subscriptions
  UNION ALL SELECT MIN({snapshot_date}) FROM subscription_snapshots
  UNION ALL SELECT local_date(MIN({paid_at})) FROM invoices
  UNION ALL SELECT MIN({incurred_on}) FROM retention_costs
  UNION ALL SELECT local_date(MIN({occurred_at})) FROM usage_events
  UNION ALL SELECT local_date(MIN({answered_at})) FROM surveys
  UNION ALL SELECT local_date(MIN({opened_at})) FROM support_tickets
),
spine AS (
  SELECT CAST(UNNEST(generate_series(
    (SELECT date_trunc('month', MIN(day)) FROM mentioned), date_trunc('month', DATE '{as_of}'), INTERVAL 1 MONTH
  )) AS DATE) AS month
)
SELECT
  month,
  local_midnight(month) AS start_at,
  local_midnight(CAST(month + INTERVAL 1 MONTH AS DATE)) AS next_start_at,
  LEAST(local_midnight(CAST(month + INTERVAL 1 MONTH AS DATE)), (SELECT as_of_at FROM job)) AS close_at,
  LEAST(CAST(month + INTERVAL 1 MONTH AS DATE) - 1, DATE '{as_of}') AS last_on,
  CAST(month + INTERVAL 1 MONTH AS DATE) + {settle_days} <= DATE '{settled}' AS is_final,
  month BETWEEN DATE '{first}' AND DATE '{last}' AS is_asked
FROM spine;
",
        started_at = STARTED_AT.name,
        snapshot_date = SNAPSHOT_DATE.name,
        paid_at = PAID_AT.name,
        incurred_on = INCURRED_ON.name,
        occurred_at = OCCURRED_AT.name,
        answered_at = ANSWERED_AT.name,
        opened_at = OPENED_AT.name,
        settle_days = job.settle_days,
    ))
}

fn next_day(day: Date) -> Result<Date> {
    day.tomorrow().map_err(|error| Error::usage("the as-of day is out of range").because(error))
}

/// Whether the source really has a column.
fn has(job: &Job, input: Input, files: &[LocalFile], column: &InputColumn) -> bool {
    files.iter().any(|file| file.type_of(job.source_column(input, column.name)).is_some())
}
