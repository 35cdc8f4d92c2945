//! What the sample's generator planted and counted (`truth.json`) is what a backfill of the sample publishes.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use tenure::month::Month;
use tenure::publish::History;
use tenure::sample::catalogue::{EARLY_LEAVERS, ENTERPRISE, Interval, Plan, STARTER, TEAM};
use tenure::sample::{SampleOptions, SampleReport, write};
use tenure::storage::Storage;
use tenure::tables::Table;
use tenure::tables::inputs;
use tenure::tables::outputs::*;

use crate::sample::{numbers, read, texts};
use crate::support::figures::Figures;
use crate::support::tool::{success, tenure};

const COUNTS: [&Column; 6] = [
    &OPENING_CUSTOMERS,
    &NEW_CUSTOMERS,
    &REACTIVATED_CUSTOMERS,
    &CHURNED_CUSTOMERS,
    &NEW_AND_CHURNED_CUSTOMERS,
    &CLOSING_CUSTOMERS,
];

type Column = tenure::tables::Column;

/// A sample, published whole.
struct World {
    directory: tempfile::TempDir,
    report: SampleReport,
    truth: Value,
    /// (day, currency) -> rate at 10^8.
    rates: BTreeMap<(String, i32), i128>,
}

impl World {
    fn new(customers: u64, months: u32, seed: u64, events_per_customer_month: f64) -> World {
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("sample");
        let defaults = SampleOptions::new(&out);
        let options = SampleOptions { customers, months, seed, events_per_customer_month, ..defaults };
        let report = write(&options).unwrap();
        let mut backfill = tenure();
        backfill.args(["backfill", "--quiet", "--as-of", &report.as_of, "--job"]).arg(&report.job);
        success(backfill.args(["--from", &report.first_month, "--to", &report.last_month]));
        let truth = serde_json::from_slice(&fs::read(out.join("truth.json")).unwrap()).unwrap();
        let frame = read(&out, "fx_rates");
        let days = numbers(&frame, inputs::RATE_DATE.name).into_iter().map(|day| day.unwrap() as i32);
        let currencies = texts(&frame, inputs::CURRENCY.name).into_iter().map(Option::unwrap);
        let keys = currencies.zip(days);
        let rates = keys.zip(numbers(&frame, inputs::RATE.name)).map(|(key, rate)| (key, rate.unwrap())).collect();
        World { directory, report, truth, rates }
    }

    fn published(&self, table: &'static Table) -> Figures {
        let output = format!("file://{}/sample/published", self.directory.path().display());
        let storage = Storage::from_pairs([], false).unwrap();
        Figures::new(table, &History::open(&storage, &output).unwrap().table(table, None).unwrap())
    }

    fn months(&self) -> impl Iterator<Item = (Month, &Value)> {
        let first: Month = self.report.first_month.parse().unwrap();
        let months = self.truth["months"].as_array().unwrap().iter().enumerate();
        months.map(move |(index, truth)| {
            let month = first.plus(index as i32);
            assert_eq!(truth["month"], month.to_string());
            (month, truth)
        })
    }

    /// Ticks of the reporting currency, half away from zero; rates are daily and without gaps.
    fn converted(&self, ticks: i64, currency: &str, day: i32) -> i64 {
        if currency == "USD" {
            return ticks;
        }
        let rate = self.rates[&(currency.to_string(), day)];
        let (value, unit) = (i128::from(ticks) * rate, 100_000_000);
        ((value.abs() + unit / 2) / unit * value.signum()) as i64
    }
}

/// Ticks by currency.
fn sums(value: &Value) -> Vec<(&str, i64)> {
    value.as_object().unwrap().iter().map(|(currency, ticks)| (currency.as_str(), ticks.as_i64().unwrap())).collect()
}

fn first_day(month: Month) -> String {
    month.first_day().to_string()
}

#[test]
fn a_backfill_recovers_the_truth_of_its_sample() {
    let world = World::new(1_500, 26, 5, 15.0);
    customers(&world);
    mrr(&world);
    revenue(&world);
    costs(&world);
    experience(&world);
    recorded(&world);
}

/// `runs` says how many rows were read of every input.
fn recorded(world: &World) {
    let output = format!("file://{}/sample/published", world.directory.path().display());
    let storage = Storage::from_pairs([], false).unwrap();
    let history = History::open(&storage, &output).unwrap();
    let report = &world.report;
    let read = |input: &str| history.runs()[0].record.input_rows[input];
    assert_eq!((read("customers"), read("subscriptions")), (report.customers, report.subscriptions));
    assert_eq!((read("invoices"), read("retention_costs")), (report.invoices, report.retention_costs));
    assert_eq!((read("surveys"), read("support_tickets")), (report.surveys, report.support_tickets));
    assert_eq!(read("usage_events"), report.usage_events);
}

fn customers(world: &World) {
    let churn = world.published(&CHURN_TABLE);
    let mut totals = [0; 6];
    for (month, truth) in world.months() {
        let day = first_day(month);
        let row = churn.row("all", "all", &[(&MONTH, &day)]);
        let found = COUNTS.map(|column| churn.integer(row, column).unwrap());
        assert_eq!(found, COUNTS.map(|column| truth[column.name].as_i64().unwrap()), "{month}");
        totals.iter_mut().zip(found).for_each(|(total, count)| *total += count);
        for (region, closing) in sums(&truth["closing_by_region"]) {
            let segment = if region.is_empty() { "(unknown)" } else { region };
            let row = churn.row("region", segment, &[(&MONTH, &day)]);
            assert_eq!(churn.integer(row, &CLOSING_CUSTOMERS), Some(closing), "{month} {segment}");
        }
    }
    assert!(totals.iter().all(|total| *total > 5), "the sample shows nothing: {totals:?}");
}

fn mrr(world: &World) {
    let mrr = world.published(&MRR_TABLE);
    for (month, truth) in world.months() {
        let row = mrr.row("all", "all", &[(&MONTH, &first_day(month))]);
        let last_day = month.next().days() - 1;
        let native = sums(&truth["closing_mrr"]);
        let expected: i64 = native.iter().map(|(currency, sum)| world.converted(*sum, currency, last_day)).sum();
        let difference = mrr.integer(row, &CLOSING_MRR).unwrap() - expected;
        // the product rounds once per customer and currency, this sum once per currency: half a tick each at most
        let roundings = truth["closing_customers"].as_i64().unwrap() + native.len() as i64;
        assert!(2 * difference.abs() <= roundings, "{month}: {difference} ticks off {expected}");
    }
}

/// The truth knows no days: revenue lies between what the month's lowest and highest rates make of it.
fn revenue(world: &World) {
    let arpc = world.published(&ARPC_TABLE);
    for (month, truth) in world.months() {
        let row = arpc.row("all", "all", &[(&MONTH, &first_day(month))]);
        for (column, name) in [(&REVENUE, "revenue"), (&REFUNDS, "refunds")] {
            let found = arpc.integer(row, column).unwrap();
            let days = || month.days()..month.next().days();
            let (mut low, mut high) = (0, 0);
            for (currency, sum) in sums(&truth[name]) {
                low += days().map(|day| world.converted(sum, currency, day)).min().unwrap();
                high += days().map(|day| world.converted(sum, currency, day)).max().unwrap();
            }
            // half a tick for each of the invoices, of which there are fewer than this
            let slack = 2_000;
            assert!((low - slack..=high + slack).contains(&found), "{month} {name}: {found} not in {low}..{high}");
        }
    }
}

fn costs(world: &World) {
    let crc = world.published(&CRC_TABLE);
    let mut categories = 0;
    for (month, truth) in world.months() {
        let day = first_day(month);
        let published = |category: &str| {
            let row = crc.row("all", "all", &[(&MONTH, &day), (&CATEGORY, category), (&WINDOW_MONTHS, "1")]);
            (crc.integer(row, &RETENTION_COST).unwrap(), crc.integer(row, &DIRECT_COST).unwrap())
        };
        let mut all = 0;
        for (category, native) in truth["retention_costs"].as_object().unwrap() {
            // one line a month is in another currency: the support of Europe, on the 28th
            let converted = |(currency, sum): &(&str, i64)| world.converted(*sum, currency, month.days() + 27);
            let expected: i64 = sums(native).iter().map(converted).sum();
            assert_eq!(published(category), (expected, expected), "{month} {category}");
            all += expected;
            categories += 1;
        }
        assert_eq!(published("all"), (all, all), "{month}");
    }
    assert!(categories > 3 * world.months().count(), "{categories} categories and months");
}

/// Counts of `nps`, `csat` and `engagement` are exactly those of the truth.
fn experience(world: &World) {
    let mut responses = 0;
    for (table, part, columns) in [
        (&NPS_TABLE, "nps", &[&RESPONSES, &PROMOTERS, &PASSIVES, &DETRACTORS][..]),
        (&CSAT_TABLE, "csat", &[&RESPONSES, &SATISFIED]),
        (
            &ENGAGEMENT_TABLE,
            "usage",
            &[&ACTIVE_DAYS_TOTAL, &MONTHLY_ACTIVE_CUSTOMERS, &WEEKLY_ACTIVE_CUSTOMERS, &MONTHLY_ACTIVE_USERS],
        ),
    ] {
        let published = world.published(table);
        for (month, truth) in world.months() {
            let row = published.row("all", "all", &[(&MONTH, &first_day(month))]);
            for column in columns {
                let told = truth[part][column.name].as_i64();
                assert_eq!(published.integer(row, column), told, "{month} {part} {}", column.name);
                responses += told.unwrap();
            }
            let close = |column: &Column, expected: f64| {
                let found = published.number(row, column).unwrap();
                assert!((found - expected).abs() < 1e-9, "{month} {part} {}: {found}, {expected}", column.name);
            };
            let told = |name: &str| truth[part][name].as_f64().unwrap();
            let days = f64::from(month.next().days() - month.days());
            if part == "csat" && told("responses") > 0.0 {
                close(&MEAN_SCORE, told("points") / told("responses") / 4.0);
            }
            if part == "usage" {
                close(&AVERAGE_DAILY_ACTIVE_USERS, told("user_days_total") / days);
            }
        }
    }
    assert!(responses > 10_000, "{responses}");
}

/// Customers leave each month with a probability of their own, drawn from Beta(alpha, beta): after twelve months of
/// renewals the share that is left is the mean of (1 - p)^12, however often they are billed. Of those billed monthly
/// some leave within days of the first payment, which is planted apart.
#[test]
fn planted_hazards_are_recovered() {
    let world = World::new(20_000, 30, 7, 0.0);
    let cohorts = world.published(&COHORTS_TABLE);
    for plan in [STARTER, TEAM, ENTERPRISE] {
        let (mut survival, mut variance, mut first_at_risk) = (1.0, 0.0, 0.0);
        for age in 0..=12 {
            let (mut at_risk, mut lost) = (0, 0);
            let wanted = [(&DIMENSION, "plan"), (&SEGMENT, plan.name), (&AGE_MONTHS, &*age.to_string())];
            for row in cohorts.rows(&wanted) {
                at_risk += cohorts.integer(row, &FIRST_LOSS_AT_RISK).unwrap();
                lost += cohorts.integer(row, &FIRST_LOSS_CUSTOMERS).unwrap();
            }
            let (at_risk, lost) = (at_risk as f64, lost as f64);
            survival *= 1.0 - lost / at_risk;
            variance += lost / (at_risk * (at_risk - lost));
            first_at_risk = if age == 0 { at_risk } else { first_at_risk };
        }
        let error = survival * f64::sqrt(variance);
        let expected = planted(&world, &plan) * (1.0 - EARLY_LEAVERS * monthly_share(&plan));
        assert!(error < 0.02, "{}: too few customers to tell", plan.name);
        assert!((survival - expected).abs() < 2.0 * error, "{}: {survival:.4}, planted {expected:.4}", plan.name);
    }
    lifetimes(&world, &cohorts);
}

/// The survival of everybody, pooled over cohorts, sums up to the lifetime that `truth.json` plants.
fn lifetimes(world: &World, cohorts: &Figures) {
    let mut pooled = vec![1.0];
    for age in 0..24 {
        let (mut at_risk, mut lost) = (0, 0);
        for row in cohorts.rows(&[(&DIMENSION, "all"), (&AGE_MONTHS, &*age.to_string())]) {
            at_risk += cohorts.integer(row, &FIRST_LOSS_AT_RISK).unwrap();
            lost += cohorts.integer(row, &FIRST_LOSS_CUSTOMERS).unwrap();
        }
        pooled.push(pooled[age] * (1.0 - lost as f64 / at_risk as f64));
    }
    // S(0) = 1: losses at age 0 fall on the first renewal
    let lived = 1.0 + pooled[2..].iter().sum::<f64>();
    let told = world.truth["planted_lifetimes"].as_array().unwrap();
    let planted = told.iter().find(|told| told["horizon_months"] == 24).unwrap()["lifetime_months"].as_f64().unwrap();
    assert!((lived / planted - 1.0).abs() < 0.01, "{lived} months, planted {planted}");
}

/// The mean of (1 - p)^12 under Beta(alpha, beta), of the parameters that `truth.json` tells.
fn planted(world: &World, plan: &Plan) -> f64 {
    let hazards = world.truth["planted_hazards"].as_array().unwrap();
    let told = hazards.iter().find(|hazard| hazard["plan"] == plan.name).unwrap();
    let [alpha, beta] = ["alpha", "beta"].map(|name| told[name].as_f64().unwrap());
    (0..12).map(f64::from).map(|k| (beta + k) / (alpha + beta + k)).product()
}

fn monthly_share(plan: &Plan) -> f64 {
    let weight = |interval: &dyn Fn(Interval) -> bool| -> u64 {
        plan.intervals.iter().filter(|(name, _)| interval(*name)).map(|(_, weight)| weight).sum()
    };
    weight(&|interval| interval == Interval::Month) as f64 / weight(&|_| true) as f64
}
