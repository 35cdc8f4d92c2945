//! Every rule on the data, shown by a small case that breaks it and nothing else.

use polars::prelude::*;
use tenure::month::{Month, MonthRange};
use tenure::pipeline;
use tenure::violation::{Severity, Violation};

use crate::support::export::{AS_OF, Export, storage};

/// Subscription rows from text, one row a line: `s1 c1 2024-01-01 - 10`, `-` is null.
pub fn table(columns: &str, rows: &[&str]) -> DataFrame {
    let names: Vec<&str> = columns.split(' ').collect();
    let cells: Vec<Vec<Option<&str>>> =
        rows.iter().map(|row| row.split(' ').map(|cell| (cell != "-").then_some(cell)).collect()).collect();
    let columns = names.iter().enumerate().map(|(index, name)| {
        let values: Vec<Option<&str>> = cells.iter().map(|row| row[index]).collect();
        Series::new((*name).into(), values).into_column()
    });
    DataFrame::new(rows.len(), columns.collect()).unwrap()
}

const PERIODS: &str = "subscription_id customer_id started_at ended_at mrr currency";

fn subscriptions(rows: &[&str]) -> Export {
    Export::new().table("subscriptions", table(PERIODS, rows))
}

/// (table.column, rule, rows, samples) of each.
pub fn brief(violations: &[Violation]) -> Vec<(String, &'static str, u64, Vec<&str>)> {
    violations
        .iter()
        .map(|v| {
            let samples = v.samples.iter().map(String::as_str).collect();
            (format!("{}.{}", v.table, v.column), v.rule, v.rows, samples)
        })
        .collect()
}

pub fn only(export: &Export, column: &str, rule: &'static str, rows: u64, samples: &[&str]) -> Violation {
    let violations = export.violations();
    assert_eq!(brief(&violations), [(column.to_string(), rule, rows, samples.to_vec())]);
    violations[0].clone()
}

#[test]
fn clean_data_has_no_violations() {
    let export = Export::new()
        .with("dimensions = [\"region\", \"plan\"]")
        .table("customers", table("customer_id region", &["c1 north", "c2 -"]))
        .table(
            "subscriptions",
            table(
                "subscription_id customer_id started_at ended_at mrr currency plan",
                // a change of price, a swap, an empty period, a future period and end
                &[
                    "s1 c1 2024-01-01 2024-02-01 10 USD a",
                    "s1 c1 2024-02-01 - 12 USD a",
                    "s1 c1 2025-01-01 - 15 USD a",
                    "s2 c2 2024-01-15 2024-01-15 5 EUR b",
                    "s3 c2 2024-01-15 2030-01-01 5 EUR -",
                ],
            ),
        )
        .table(
            "invoices",
            table("invoice_id customer_id paid_at amount", &["i1 c1 2024-01-05 10", "i2 c1 2024-01-06 -10"]),
        )
        .table("retention_costs", table("incurred_on category amount customer_id", &["2024-01-05 support -1.5 -"]))
        .table("fx_rates", table("rate_date currency rate", &["2024-01-31 EUR 1.1"]));
    assert_eq!(export.violations(), vec![]);
}

#[test]
fn null_keys() {
    let export = subscriptions(&["- c1 2024-01-01 - 1 -", "s2 - 2024-01-01 - 1 -", "s3 c3 - - 1 -"]);
    let expected = [
        ("subscriptions.customer_id".to_string(), "null_value", 1, vec!["s2 2024-01-01T00:00:00Z"]),
        ("subscriptions.started_at".to_string(), "null_value", 1, vec!["s3 (null)"]),
        ("subscriptions.subscription_id".to_string(), "null_value", 1, vec!["(null) 2024-01-01T00:00:00Z"]),
    ];
    assert_eq!(brief(&export.violations()), expected);
}

#[test]
fn duplicate_keys() {
    let export = subscriptions(&[
        "s1 c1 2024-01-01 2024-01-02 1 -",
        "s1 c2 2024-01-01 2024-01-02 1 -",
        "s2 c1 2024-01-01 - 1 -",
    ]);
    only(&export, "subscriptions.subscription_id", "duplicate_key", 2, &["s1 2024-01-01T00:00:00Z"]);
    let clean = subscriptions(&["s1 c1 2024-01-01 - 1 -"]);
    let export = clean.table("fx_rates", table("rate_date currency rate", &["2024-01-01 EUR 1", "2024-01-01 EUR 2"]));
    only(&export, "fx_rates.rate_date", "duplicate_key", 2, &["2024-01-01 EUR"]);
}

#[test]
fn samples_are_the_three_smallest_keys() {
    let rows: Vec<String> = (0..50).rev().map(|n| format!("s{n:02} c1 2024-01-01 - -1 -")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let samples = ["s00 2024-01-01T00:00:00Z: -1", "s01 2024-01-01T00:00:00Z: -1", "s02 2024-01-01T00:00:00Z: -1"];
    only(&subscriptions(&rows), "subscriptions.mrr", "negative_amount", 50, &samples);
}

#[test]
fn ended_before_started() {
    let export = subscriptions(&["s1 c1 2024-01-02 2024-01-01 1 -"]);
    let sample = "s1 2024-01-02T00:00:00Z: 2024-01-01T00:00:00Z";
    only(&export, "subscriptions.ended_at", "ended_before_started", 1, &[sample]);
}

#[test]
fn overlapping_periods() {
    let rows = ["s1 c1 2024-01-01 2024-02-01 1 -", "s1 c1 2024-01-31 2024-03-01 1 -", "s1 c1 2024-03-01 - 1 -"];
    let export = subscriptions(&rows);
    only(&export, "subscriptions.started_at", "overlapping_periods", 1, &["s1 2024-01-01T00:00:00Z"]);
    let export = subscriptions(&["s1 c1 2024-01-01 - 1 -", "s1 c1 2024-01-31 - 1 -"]);
    only(&export, "subscriptions.started_at", "overlapping_periods", 1, &["s1 2024-01-01T00:00:00Z"]);
}

#[test]
fn prices_that_make_no_sense() {
    let columns = "subscription_id customer_id started_at amount interval interval_count quantity discount";
    let priced = |row: &str| Export::new().table("subscriptions", table(columns, &[row]));
    let at = "s1 2024-01-01T00:00:00Z";
    let cases = [
        ("-1 month 1 1 0", "amount", "negative_amount", format!("{at}: -1")),
        ("1 month 1 2 2.5", "discount", "negative_amount", format!("{at}: 2.5")),
        ("1 month 1 - 1.01", "discount", "negative_amount", format!("{at}: 1.01")),
        ("1 month 1 -1 -", "quantity", "negative_amount", format!("{at}: -1")),
        ("1 month 0 1 -", "interval_count", "not_positive", format!("{at}: 0")),
        ("1 Month 1 1 -", "interval", "unknown_interval", format!("{at}: Month")),
        ("1 - 1 1 -", "interval", "null_value", at.to_string()),
        ("- month 1 1 -", "amount", "null_value", at.to_string()),
        ("10000000000000 month - - -", "amount", "too_large", format!("{at}: 10000000000000")),
        ("1 month 1.5 - -", "interval_count", "unparseable", format!("{at}: 1.5")),
    ];
    for (row, column, rule, sample) in cases {
        only(&priced(&format!("s1 c1 2024-01-01 {row}")), &format!("subscriptions.{column}"), rule, 1, &[&sample]);
    }
    assert_eq!(priced("s1 c1 2024-01-01 0 year - - -").violations(), vec![]);
}

#[test]
fn a_trial_that_never_paid_needs_no_price() {
    let columns = "subscription_id customer_id started_at mrr status";
    let export = Export::new()
        .table("subscriptions", table(columns, &["s1 c1 2024-01-01 - trialing", "s2 c1 2024-01-01 - active"]));
    only(&export, "subscriptions.mrr", "null_value", 1, &["s2 2024-01-01T00:00:00Z"]);
}

#[test]
fn unreadable_and_non_finite_values() {
    let export = subscriptions(&["s1 c1 2024-01-01 soon ten -"]);
    let expected = [
        ("subscriptions.ended_at".to_string(), "unparseable", 1, vec!["s1 2024-01-01T00:00:00Z: soon"]),
        ("subscriptions.mrr".to_string(), "unparseable", 1, vec!["s1 2024-01-01T00:00:00Z: ten"]),
    ];
    assert_eq!(brief(&export.violations()), expected);
    let mut frame = table("subscription_id customer_id started_at", &["s1 c1 2024-01-01", "s2 c1 2024-01-01"]);
    frame.with_column(Series::new("mrr".into(), [f64::NAN, f64::NEG_INFINITY]).into_column()).unwrap();
    let samples = ["s1 2024-01-01T00:00:00Z: NaN", "s2 2024-01-01T00:00:00Z: -inf"];
    only(&Export::new().table("subscriptions", frame), "subscriptions.mrr", "not_finite", 2, &samples);
}

#[test]
fn only_rows_the_filter_keeps_are_checked() {
    let frame = table(PERIODS, &["s1 c1 2024-01-01 - 1 -", "s1 c1 2024-01-01 - -5 XXX"]);
    let export = Export::new().table_with("subscriptions", frame, "where = \"currency IS NULL\"");
    assert_eq!(export.violations(), vec![]);
}

#[test]
fn currencies_need_a_rate_on_or_before_their_day() {
    let rows = [
        "s1 c1 2024-01-01 - 1 EUR",
        "s2 c1 2024-02-10 - 1 EUR",
        "s3 c1 2024-01-01 - 1 GBP",
        "s4 c1 2024-01-01 - 0 CHF",
    ];
    let message = |violation: &Violation| violation.message.clone();
    let violations = subscriptions(&rows).violations();
    let expected = [
        (
            "subscriptions.currency".to_string(),
            "missing_rate",
            2,
            vec!["s1 2024-01-01T00:00:00Z", "s2 2024-02-10T00:00:00Z"],
        ),
        ("subscriptions.currency".to_string(), "missing_rate", 1, vec!["s3 2024-01-01T00:00:00Z"]),
    ];
    assert_eq!(brief(&violations), expected);
    assert!(message(&violations[1]).contains("no rate for currency `GBP` on or before 2024-01-31 (it has none)"));

    // the rate of February is too late for January's close and in time for February's
    let rates = table("rate_date currency rate", &["2024-02-29 EUR 1.1", "2024-01-01 GBP 1.2", "2024-12-01 CHF 1"]);
    let export = subscriptions(&rows).table("fx_rates", rates);
    let found = only(&export, "subscriptions.currency", "missing_rate", 1, &["s1 2024-01-01T00:00:00Z"]);
    assert!(message(&found).contains("its first rate is of 2024-02-29"), "{}", found.message);
}

#[test]
fn rates_of_payments_and_costs_are_of_their_own_day() {
    let rates = table("rate_date currency rate", &["2024-01-10 EUR 1.1"]);
    let invoices = table(
        "invoice_id customer_id paid_at amount currency status",
        &[
            "i1 c1 2024-01-09 5 EUR paid",
            "i2 c1 2024-01-10 5 EUR paid",
            "i3 c1 2024-01-09 5 EUR void",
            "i4 c1 2024-04-09 5 XXX paid",
        ],
    );
    let costs = table("incurred_on category amount currency", &["2024-01-09 a 5 EUR", "2024-01-10 a 5 EUR"]);
    let export = subscriptions(&["s1 c1 2024-01-01 - 1 -"]).table("fx_rates", rates);
    let export = export.table("invoices", invoices).table("retention_costs", costs);
    let expected = [
        ("invoices.currency".to_string(), "missing_rate", 1, vec!["i1"]),
        ("retention_costs.currency".to_string(), "missing_rate", 1, vec!["2024-01-09 a 5"]),
    ];
    assert_eq!(brief(&export.violations()), expected);
}

#[test]
fn months_before_the_history_need_no_rates() {
    let frame = table(PERIODS, &["s1 c1 2020-01-01 - 1 EUR", "s2 c1 2019-01-01 2019-06-01 1 EUR"]);
    let rates = table("rate_date currency rate", &["2024-01-10 EUR 1.1"]);
    let export = Export::new().table_with("subscriptions", frame, "history_from = \"2024-01-01\"");
    let export = export.table("fx_rates", rates);
    assert_eq!(export.violations(), vec![]);
    // nor does a run need any
    let months = MonthRange::new(Month::new(2024, 1), Month::new(2024, 1)).unwrap();
    pipeline::compute(&export.job(), &storage(), AS_OF, months, None).unwrap();
}

#[test]
fn rates_are_positive_and_fit() {
    let rates =
        table("rate_date currency rate", &["2024-01-01 EUR 0", "2024-01-02 EUR -1", "2024-01-03 EUR 10000000000"]);
    let export = subscriptions(&["s1 c1 2024-01-01 - 1 -"]).table("fx_rates", rates);
    let expected = [
        ("fx_rates.rate".to_string(), "not_positive", 2, vec!["2024-01-01 EUR: 0", "2024-01-02 EUR: -1"]),
        ("fx_rates.rate".to_string(), "too_large", 1, vec!["2024-01-03 EUR: 10000000000"]),
    ];
    assert_eq!(brief(&export.violations()), expected);
}

#[test]
fn the_category_all_is_reserved() {
    let costs = table("incurred_on category amount", &["2024-01-01 all 5", "2024-01-01 support 5"]);
    let export = subscriptions(&["s1 c1 2024-01-01 - 1 -"]).table("retention_costs", costs);
    only(&export, "retention_costs.category", "reserved_category", 1, &["2024-01-01 all 5: all"]);
}

#[test]
fn unknown_customers_are_a_warning() {
    let export = subscriptions(&["s1 c1 2024-01-01 - 1 -", "s2 c9 2024-01-01 - 1 -", "s3 c9 2024-01-01 - 1 -"])
        .table("customers", table("customer_id", &["c1"]))
        .table(
            "retention_costs",
            table("incurred_on category amount customer_id", &["2024-01-01 a 1 c8", "2024-01-01 a 1 -"]),
        );
    let violations = export.violations();
    let expected = [
        ("retention_costs.customer_id".to_string(), "unknown_customer", 1, vec!["c8"]),
        ("subscriptions.customer_id".to_string(), "unknown_customer", 2, vec!["c9"]),
    ];
    assert_eq!(brief(&violations), expected);
    assert!(violations.iter().all(|violation| violation.severity == Severity::Warning));
}

#[test]
fn excluded_rows_only_warn_if_they_ended() {
    let columns = "subscription_id customer_id started_at ended_at mrr status";
    let rows = ["s1 c1 2024-01-01 2024-02-01 -1 draft", "s1 c1 2024-01-01 - - draft", "s1 c1 2024-01-01 - 1 active"];
    let export = Export::new().table("subscriptions", table(columns, &rows));
    let export = export.with("[definitions]\nexclude_statuses = [\"draft\"]");
    let found = only(&export, "subscriptions.status", "excluded_row_ended", 1, &["s1 2024-01-01T00:00:00Z: draft"]);
    assert_eq!(found.severity, Severity::Warning);
}

#[test]
fn every_month_from_the_first_snapshot_has_one() {
    let columns = "snapshot_date subscription_id customer_id mrr";
    let rows = ["2023-11-30 s1 c1 1", "2024-01-31 s1 c1 1", "2024-04-30 s1 c1 1"];
    let export = Export::new().table_with("subscriptions", table(columns, &rows), "shape = \"snapshots\"");
    let found = only(&export, "subscriptions.snapshot_date", "missing_snapshot", 0, &["2023-12", "2024-02", "2024-03"]);
    assert_eq!(found.message, "3 months from 2023-11 to 2024-03 have no snapshot");
    let rows = ["2024-02-29 s1 c1 1", "2024-03-01 s1 c1 1", "2024-03-01 s2 c1 1", "2024-03-31 s1 c1 1"];
    let export = Export::new().table_with("subscriptions", table(columns, &rows), "shape = \"snapshots\"");
    assert_eq!(export.violations(), vec![]);
}

#[test]
fn dimensions_must_be_columns() {
    let export = subscriptions(&["s1 c1 2024-01-01 - 1 -"]).with("dimensions = [\"region\", \"plan\"]");
    let violations = export.violations();
    let expected = [
        ("customers.region".to_string(), "unknown_dimension", 0, vec![]),
        ("subscriptions.plan".to_string(), "unknown_dimension", 0, vec![]),
    ];
    assert_eq!(brief(&violations), expected);
    assert!(violations[0].message.contains("there is no [inputs.customers]"), "{violations:?}");
}

#[test]
fn messages_name_the_sources_own_column() {
    let mut frame = table(PERIODS, &["s1 c1 2024-01-01 - -1 -"]);
    frame.rename("mrr", "price".into()).unwrap();
    let export = Export::new().table_with("subscriptions", frame, "columns = { mrr = \"price\" }");
    assert_eq!(export.violations()[0].message, "`mrr` (source column `price`) is negative");
}

#[test]
fn an_event_that_qualifies_and_never_happens_is_a_warning() {
    let export = subscriptions(&["s1 c1 2024-01-01 - 10 USD"])
        .with("[definitions]\nqualifying_events = [\"login\", \"Export\"]")
        .table(
            "usage_events",
            table("customer_id occurred_at event", &["c1 2024-01-02 login", "c1 2024-01-03 export"]),
        );
    let violation = only(&export, "usage_events.event", "unseen_event", 0, &["Export"]);
    assert_eq!(violation.severity, Severity::Warning);
}
