//! `tenure sample`: reproducible, consistent with its own truth, and valid.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use polars::prelude::*;
use tenure::error::Kind;
use tenure::money::{INPUT_UNIT, monthly_ticks, to_ticks};
use tenure::month::{Calendar, Month};
use tenure::sample::rows::{Subscription, UNIT};
use tenure::sample::truth::Truth;
use tenure::sample::{SampleOptions, SampleReport, write};

fn sample(out: &Path, customers: u64, months: u32, seed: u64) -> SampleReport {
    let options = SampleOptions { customers, months, seed, ..SampleOptions::new(out) };
    write(&options).unwrap()
}

fn files_below(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut pending = vec![root.to_path_buf()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// All rows of an input, in file order.
pub fn read(root: &Path, table: &str) -> DataFrame {
    let files = files_below(&root.join(table));
    let mut frames = files.into_values().map(|bytes| ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap());
    let first = frames.next().unwrap();
    frames.fold(first, |all, next| all.vstack(&next).unwrap())
}

pub fn texts(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
    frame.column(column).unwrap().str().unwrap().iter().map(|value| value.map(str::to_string)).collect()
}

/// Instants as microseconds, dates as days, decimals at 10^-8.
pub fn numbers(frame: &DataFrame, column: &str) -> Vec<Option<i128>> {
    let column = frame.column(column).unwrap();
    let scale = match column.dtype() {
        DataType::Decimal(_, scale) => 10_i128.pow(8 - *scale as u32),
        _ => 1,
    };
    let physical = column.to_physical_repr().cast(&DataType::Int128).unwrap();
    physical.i128().unwrap().iter().map(|value| value.map(|value| value * scale)).collect()
}

#[derive(Clone)]
struct Row {
    id: String,
    customer: String,
    start: i64,
    end: Option<i64>,
    trial_end: Option<i64>,
    ticks: i64,
    interval: String,
    currency: String,
    status: String,
    plan: String,
}

fn subscription_rows(root: &Path) -> Vec<Row> {
    let frame = read(root, "subscriptions");
    let text = |name| texts(&frame, name).into_iter().map(Option::unwrap).collect::<Vec<_>>();
    let instants = |name| numbers(&frame, name).into_iter().map(|v| v.map(|v| v as i64)).collect::<Vec<_>>();
    let amounts = |name, default| numbers(&frame, name).into_iter().map(|v| v.unwrap_or(default)).collect::<Vec<_>>();
    let (ids, customers, intervals) = (text("subscription_id"), text("account_id"), text("interval"));
    let (currencies, statuses, plans) = (text("currency"), text("status"), text("plan"));
    let (starts, ends, trials) = (instants("start_date"), instants("end_date"), instants("trial_ended_at"));
    let (amount, quantity, discount) = (amounts("amount", 0), amounts("quantity", INPUT_UNIT), amounts("discount", 0));
    let counts = amounts("interval_count", 1);
    let row = |i: usize| Row {
        id: ids[i].clone(),
        customer: customers[i].clone(),
        start: starts[i].unwrap(),
        end: ends[i],
        trial_end: trials[i],
        ticks: monthly_ticks(amount[i], quantity[i], discount[i], &intervals[i], counts[i] as i64).unwrap(),
        interval: intervals[i].clone(),
        currency: currencies[i].clone(),
        status: statuses[i].clone(),
        plan: plans[i].clone(),
    };
    (0..frame.height()).map(row).collect()
}

#[test]
fn a_seed_gives_the_same_bytes_whatever_the_workers_do() {
    let directory = tempfile::tempdir().unwrap();
    // three chunks between two workers
    let reports: Vec<SampleReport> = [("a", 5), ("b", 5), ("c", 6)]
        .iter()
        .map(|(name, seed)| sample(&directory.path().join(name), 45_000, 2, *seed))
        .collect();
    let [a, b, c] = ["a", "b", "c"].map(|name| files_below(&directory.path().join(name)));
    assert_eq!(reports[0].files, a.len() as u64 - 2, "every file but job.toml and truth.json is counted");
    assert!(a == b, "the same seed gave other bytes");
    let is_same = |name: &String| a[name] == c[name];
    let same: Vec<_> = a.keys().filter(|name| is_same(name)).collect();
    assert!(same.is_empty(), "another seed gave the same bytes of {same:?}");
    assert_eq!(a.keys().collect::<Vec<_>>(), c.keys().collect::<Vec<_>>());
}

#[test]
fn the_truth_is_what_the_files_say() {
    let directory = tempfile::tempdir().unwrap();
    let report = sample(directory.path(), 3_000, 27, 11);
    let truth: serde_json::Value =
        serde_json::from_slice(&fs::read(directory.path().join("truth.json")).unwrap()).unwrap();
    let calendar = Calendar::new("UTC", report.as_of.parse().unwrap(), 0).unwrap();
    let first: Month = report.first_month.parse().unwrap();
    let last: Month = report.last_month.parse().unwrap();
    assert_eq!((last.0 - first.0, report.as_of.as_str()), (26, "2026-10-31"));

    let close = calendar.as_of_close();
    let mut spans: BTreeMap<String, Vec<(i64, i64, i64, String)>> = BTreeMap::new();
    for row in subscription_rows(directory.path()) {
        let never = row.status == "incomplete_expired" || (row.status == "trialing" && row.trial_end.is_none());
        let start = row.start.max(row.trial_end.unwrap_or(i64::MIN));
        let end = row.end.filter(|&end| end < close).unwrap_or(i64::MAX);
        if !never && start < end && start < close && row.ticks > 0 {
            spans.entry(row.customer).or_default().push((start, end, row.ticks, row.currency));
        }
    }
    for (index, month) in (first.0..=last.0).map(Month).enumerate() {
        let (open, close) = (calendar.start(month), calendar.start(month.next()));
        let mut counts = [0_u64; 6];
        let mut mrr: BTreeMap<String, i64> = BTreeMap::new();
        for spans in spans.values() {
            let alive = |at: i64| spans.iter().filter(move |span| span.0 < at && span.1 >= at);
            let since = spans.iter().map(|span| span.0).min().unwrap();
            let (opened, closed) = (alive(open).next().is_some(), alive(close).next().is_some());
            let is_first = open <= since && since < close;
            counts[0] += u64::from(opened);
            counts[1] += u64::from(closed && is_first);
            counts[2] += u64::from(closed && !opened && since < open);
            counts[3] += u64::from(opened && !closed);
            counts[4] += u64::from(is_first && !closed);
            counts[5] += u64::from(closed);
            alive(close).for_each(|span| *mrr.entry(span.3.clone()).or_default() += span.2);
        }
        let told = &truth["months"][index];
        let names = [
            "opening_customers",
            "new_customers",
            "reactivated_customers",
            "churned_customers",
            "new_and_churned_customers",
            "closing_customers",
        ];
        assert_eq!(told["month"], month.to_string());
        assert_eq!(names.map(|name| told[name].as_u64().unwrap()), counts, "{month}");
        assert_eq!(told["closing_mrr"], serde_json::to_value(mrr).unwrap(), "{month}");
        assert_eq!(counts[0] + counts[1] + counts[2] - counts[3], counts[5]);
    }
    assert_eq!(truth["months"].as_array().unwrap().len(), 27);
    let sum = |name: &str| truth["months"].as_array().unwrap().iter().map(|m| m[name].as_u64().unwrap()).sum::<u64>();
    assert!(
        sum("churned_customers") > 500 && sum("reactivated_customers") > 20 && sum("new_and_churned_customers") > 5
    );
}

#[test]
fn the_truth_counts_money_as_the_files_do() {
    let directory = tempfile::tempdir().unwrap();
    sample(directory.path(), 1_500, 20, 3);
    let truth: serde_json::Value =
        serde_json::from_slice(&fs::read(directory.path().join("truth.json")).unwrap()).unwrap();
    let calendar = Calendar::new("UTC", "2026-10-31".parse().unwrap(), 0).unwrap();
    // (measure, month, names) -> ticks
    let mut sums: BTreeMap<(String, String, Vec<String>), i64> = BTreeMap::new();
    let mut add = |measure: &str, month: Month, names: Vec<String>, amount: i128| {
        *sums.entry((measure.to_string(), month.to_string(), names)).or_default() += to_ticks(amount).unwrap();
    };
    let frame = read(directory.path(), "invoices");
    let (currencies, statuses) = (texts(&frame, "currency"), texts(&frame, "status"));
    let (amounts, instants) = (numbers(&frame, "amount"), numbers(&frame, "settled_at"));
    for i in 0..frame.height() {
        if statuses[i].as_deref() == Some("paid") {
            let (amount, month) = (amounts[i].unwrap(), calendar.month_of(instants[i].unwrap() as i64));
            let measure = if amount > 0 { "revenue" } else { "refunds" };
            add(measure, month, vec![currencies[i].clone().unwrap()], amount.abs());
        }
    }
    let frame = read(directory.path(), "retention_costs");
    let (currencies, categories) = (texts(&frame, "currency"), texts(&frame, "category"));
    let (amounts, days) = (numbers(&frame, "amount"), numbers(&frame, "incurred_on"));
    for i in 0..frame.height() {
        let month = Month::of(tenure::month::date_of(days[i].unwrap() as i32));
        let names = vec![categories[i].clone().unwrap(), currencies[i].clone().unwrap()];
        add("retention_costs", month, names, amounts[i].unwrap());
    }
    let mut told = BTreeMap::new();
    for month in truth["months"].as_array().unwrap() {
        let name = month["month"].as_str().unwrap().to_string();
        for measure in ["revenue", "refunds"] {
            for (currency, sum) in month[measure].as_object().unwrap() {
                told.insert((measure.to_string(), name.clone(), vec![currency.clone()]), sum.as_i64().unwrap());
            }
        }
        for (category, currencies) in month["retention_costs"].as_object().unwrap() {
            for (currency, sum) in currencies.as_object().unwrap() {
                let names = vec![category.clone(), currency.clone()];
                told.insert(("retention_costs".to_string(), name.clone(), names), sum.as_i64().unwrap());
            }
        }
    }
    assert_eq!(told, sums);
    assert!(sums.keys().any(|key| key.0 == "refunds"));
}

#[test]
fn customers_of_a_plan_leave_as_planted() {
    let directory = tempfile::tempdir().unwrap();
    let options = SampleOptions { customers: 20_000, months: 30, seed: 2, ..SampleOptions::new(directory.path()) };
    write(&SampleOptions { events_per_customer_month: 0.0, ..options }).unwrap();
    let mut subscriptions: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in subscription_rows(directory.path()) {
        subscriptions.entry(row.id.clone()).or_default().push(row);
    }
    // renewals faced and losses, by number of the renewal, of customers billed monthly on the starter plan
    let (mut faced, mut lost) = ([0_f64; 13], [0_f64; 13]);
    let end = Calendar::new("UTC", "2026-10-31".parse().unwrap(), 0).unwrap().as_of_close();
    for rows in subscriptions.values_mut() {
        rows.sort_by_key(|row| row.start);
        let is_first = rows[0].id.ends_with('0');
        let is_plain = rows.iter().all(|row| row.plan == "starter" && row.interval == "month" && row.ticks > 0);
        let paid_from = rows[0].start.max(rows[0].trial_end.unwrap_or(i64::MIN));
        let left = rows.last().unwrap().end.filter(|&at| at < end);
        if !is_first || !is_plain || rows[0].status == "trialing" || left.is_some_and(|at| at <= paid_from) {
            continue;
        }
        let month = 30.436_875 * 86_400e6;
        let renewals = (left.unwrap_or(end) - paid_from) as f64 / month;
        let served = if left.is_some() { renewals.round() } else { renewals.floor() } as usize;
        if left.is_some() && renewals < 0.8 {
            continue; // left within days of the first payment, which is planted apart
        }
        (1..=12).filter(|&k| k <= served).for_each(|k| faced[k] += 1.0);
        if left.is_some() && served <= 12 {
            lost[served] += 1.0;
        }
    }
    for k in 1..=12 {
        let planted = 1.0 / (1.0 + 11.0 + k as f64 - 1.0);
        let error = (planted * (1.0 - planted) / faced[k]).sqrt();
        let seen = lost[k] / faced[k];
        assert!(
            (seen - planted).abs() < 4.0 * error,
            "renewal {k}: {seen:.4} of {} left, planted {planted:.4}",
            faced[k]
        );
    }
}

#[test]
fn a_sample_has_every_kind_of_row() {
    let directory = tempfile::tempdir().unwrap();
    let report = sample(directory.path(), 6_000, 24, 4);
    let rows = subscription_rows(directory.path());
    let end = Calendar::new("UTC", report.as_of.parse().unwrap(), 0).unwrap().as_of_close();
    let count = |is: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count();
    let share = |is: &dyn Fn(&Row) -> bool| count(is) as f64 / rows.len() as f64;
    assert!((0.2..0.3).contains(&share(&|row| row.currency != "USD")), "{}", share(&|row| row.currency != "USD"));
    assert!(count(&|row| row.end.is_some_and(|at| at > end)) > 0, "future ends");
    assert!(count(&|row| row.start > end) > 0, "future starts");
    assert!(count(&|row| row.status == "trialing" && row.trial_end.is_none()) > 0, "running or failed trials");
    assert!(count(&|row| row.trial_end.is_some() && row.trial_end == row.end) > 0, "unconverted trials");
    assert!(count(&|row| row.status == "incomplete_expired" && row.end.is_none()) > 0, "never paid");
    assert!(count(&|row| row.status == "past_due") > 0);
    for plan in ["free", "starter", "team", "enterprise", "addon"] {
        assert!(count(&|row| row.plan == plan) > 0, "{plan}");
    }
    for interval in ["month", "quarter", "year"] {
        assert!(count(&|row| row.interval == interval) > 0, "{interval}");
    }
    let ids: BTreeSet<&String> = rows.iter().map(|row| &row.id).collect();
    assert!(ids.len() < rows.len(), "changes of terms are rows of one id");
    let costs = read(directory.path(), "retention_costs");
    let (owners, regions) = (texts(&costs, "customer_id"), texts(&costs, "region"));
    let kinds: BTreeSet<_> = owners.iter().zip(&regions).map(|(o, r)| (o.is_some(), r.is_some())).collect();
    assert_eq!(kinds.len(), 3, "costs by customer, by region and by neither");
    assert!(numbers(&costs, "amount").iter().any(|amount| amount.unwrap() < 0), "a credit");
    assert_eq!(report.customers, 6_000);
}

#[test]
fn the_job_names_what_the_files_have() {
    let directory = tempfile::tempdir().unwrap();
    let report = sample(directory.path(), 50, 3, 1);
    let job: toml::Table = fs::read_to_string(&report.job).unwrap().parse().unwrap();
    let inputs = job["inputs"].as_table().unwrap();
    assert_eq!(inputs.len(), 8);
    for (name, input) in inputs {
        let uri = input["uri"].as_str().unwrap().replace("{latest}", &report.as_of);
        let uri = uri.replace("month=*", &format!("month={}", report.last_month));
        let folder = directory.path().join(uri.trim_end_matches("*.parquet"));
        assert!(fs::read_dir(&folder).unwrap().count() > 0, "{uri}");
        let frame = read(directory.path(), name);
        for own in input.get("columns").and_then(|columns| columns.as_table()).into_iter().flat_map(toml::Table::values)
        {
            frame.column(own.as_str().unwrap()).unwrap();
        }
    }
    assert_eq!(inputs["subscriptions"]["columns"]["customer_id"].as_str(), Some("account_id"));
}

#[test]
fn a_directory_with_files_in_it_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    sample(directory.path(), 10, 2, 1);
    let again = write(&SampleOptions::new(directory.path())).unwrap_err();
    assert_eq!(again.kind, Kind::Usage);
    assert!(again.hint.is_some());
}

/// A customer is active at a close it reaches, and leaves in the month after.
#[test]
fn the_truth_follows_the_boundaries() {
    let calendar = Calendar::new("UTC", "2026-04-30".parse().unwrap(), 0).unwrap();
    let months: Vec<Month> = (1..=4).map(|month| Month::new(2026, month)).collect();
    let starts: Vec<i64> = (1..=5).map(|month| calendar.start(Month::new(2026, month))).collect();
    let mut truth = Truth::new(starts.clone(), months.iter().map(Month::to_string));
    let row = |id: u64, started_at: i64, ended_at: Option<i64>| Subscription {
        subscription_id: id,
        customer_id: 1,
        started_at,
        ended_at,
        trial_ended_at: None,
        amount: 10 * UNIT,
        interval: "month",
        interval_count: None,
        quantity: None,
        discount: None,
        currency: Some("USD"),
        status: Some("active"),
        plan: None,
    };
    let day = 86_400_000_000;
    // starts and ends exactly at month starts: open at the close of January and of February, gone in March
    truth.count_customer(None, &[row(1, starts[0], Some(starts[2]))]);
    // leaves and returns inside February: no movement; ends a microsecond before April
    truth.count_customer(
        None,
        &[row(2, starts[0] + day, Some(starts[1] + day)), row(3, starts[1] + 2 * day, Some(starts[3] - 1))],
    );
    // comes and goes within April; a second customer only starts at the end of the data
    truth.count_customer(None, &[row(4, starts[3], Some(starts[3] + day))]);
    truth.count_customer(None, &[row(5, starts[4], None)]);
    // an unconverted trial, and one that has not ended yet
    let trial = |trial_ended_at| Subscription { trial_ended_at: Some(trial_ended_at), ..row(6, starts[0], None) };
    truth.count_customer(None, &[Subscription { ended_at: Some(starts[1]), ..trial(starts[1]) }]);
    truth.count_customer(None, &[trial(starts[4])]);
    let counts: Vec<[u64; 6]> = truth
        .months
        .iter()
        .map(|m| {
            let (opening, closing) = (m.opening_customers, m.closing_customers);
            let lost = (m.churned_customers, m.new_and_churned_customers);
            [opening, m.new_customers, m.reactivated_customers, lost.0, lost.1, closing]
        })
        .collect();
    assert_eq!(counts, [[0, 2, 0, 0, 0, 2], [2, 0, 0, 0, 0, 2], [2, 0, 0, 2, 0, 0], [0, 0, 0, 0, 1, 0]]);
    assert_eq!(truth.months[1].closing_mrr["USD"], 200_000);
}
