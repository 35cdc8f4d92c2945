//! A shop without subscriptions: every order of CDNOW's customers of early 1997 (`../shared/data`), with only `invoices`.
//! The figures are the published ones, and those of DuckDB counting in the text file itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use tenure::job::Job;
use tenure::metrics::METRICS;
use tenure::month::MonthRange;
use tenure::pipeline::{Request, RunKind};
use tenure::publish::History;
use tenure::storage::Storage;
use tenure::tables::outputs::*;
use tenure::tables::{Column, Input, Table};

use crate::support::figures::Figures;
use crate::support::publish::months;
use crate::support::source::root;
use crate::support::table_csv::{self, CsvTable};
use crate::support::tool::{duckdb, success};
use crate::verify_views::differences;

/// The first day on which June 1998, the last month of the file, is final.
const AS_OF: Date = date(1998, 7, 7);

/// The file, or None where the project lies alone; on CI it must be there.
fn cdnow() -> Option<PathBuf> {
    let path = root().join("../shared/data/cdnow_master.txt");
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    eprintln!("skipped: {} is missing", path.display());
    None
}

fn all_months() -> MonthRange {
    months("1997-01", "1998-06")
}

/// The orders as an export of invoices: a line is ` 00005 19970722  2  0`.
fn export(text: &Path, directory: &Path) -> Job {
    let text = fs::read_to_string(text).unwrap();
    let row = |(number, line): (usize, &str)| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [customer, day, _, amount] = cells[..] else { panic!("line {number}: {line}") };
        let (year, month, day) = (&day[..4], &day[4..6], &day[6..]);
        vec![number.to_string(), customer.to_string(), format!("{year}-{month}-{day}"), amount.to_string()]
    };
    let rows: Vec<Vec<String>> = text.lines().enumerate().skip(1).map(row).collect();
    assert_eq!(rows.len(), 69_659);
    let header = ["invoice_id", "customer_id", "paid_at", "amount"].map(str::to_string).to_vec();
    let invoices = CsvTable { comments: Vec::new(), header, rows };
    let mut frame = table_csv::frame(&invoices, Input::Invoices);
    table_csv::write_parquet(&mut frame, &directory.join("invoices.parquet"));
    let text = "currency = \"USD\"\n[inputs.invoices]\nuri = \"invoices.parquet\"\n[output]\nuri = \"metrics\"\n";
    fs::write(directory.join("job.toml"), text).unwrap();
    Job::load(&directory.join("job.toml")).unwrap()
}

/// What DuckDB says, reading the text and not the export; `orders` holds customer, month and ticks.
fn ask(text: &Path, query: &str) -> Vec<Vec<String>> {
    let sql = format!(
        "CREATE TEMP TABLE orders AS
         SELECT cells[1] AS customer, strftime(strptime(cells[2], '%Y%m%d'), '%Y-%m-01') AS month,
                (cells[4]::DECIMAL(18, 2) * 10000)::BIGINT AS ticks
         FROM (SELECT string_split_regex(trim(line), '\\s+') AS cells
               FROM read_csv('{}', columns = {{'line': 'VARCHAR'}}, delim = '|', quote = '', skip = 1, header = false));
         {query};",
        text.display()
    );
    let printed = success(duckdb().arg("-c").arg(sql));
    let mut reader = csv::ReaderBuilder::new().from_reader(printed.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_string).collect()).collect()
}

fn whole(cell: &str) -> i64 {
    cell.parse().unwrap_or_else(|_| panic!("`{cell}` is no integer"))
}

fn close(found: i64, expected: &str) -> bool {
    (found as f64 - expected.parse::<f64>().unwrap()).abs() <= 1.0
}

struct Shop {
    text: PathBuf,
    job: Job,
    storage: Storage,
    _directory: tempfile::TempDir,
}

impl Shop {
    fn open() -> Option<Shop> {
        let text = cdnow()?;
        let directory = tempfile::tempdir().unwrap();
        let job = export(&text, directory.path());
        let storage = Storage::from_pairs([], false).unwrap();
        Some(Shop { text, job, storage, _directory: directory })
    }

    fn published(&self, table: &'static Table) -> Figures {
        Figures::new(table, &History::open(&self.storage, &self.job.output.uri).unwrap().table(table, None).unwrap())
    }
}

#[test]
fn cdnow_orders_give_the_known_figures() {
    let Some(shop) = Shop::open() else { return };
    let request = Request {
        months: all_months(),
        as_of: AS_OF,
        force: false,
        dry_run: false,
        kind: RunKind::Backfill,
        run_id: "cdnow".to_string(),
        started_at: "2026-01-01T00:00:00Z".to_string(),
    };
    let outcome = tenure::pipeline::run(&shop.job, &shop.storage, &request, &|_| {}).unwrap();
    let tables: Vec<&str> = outcome.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(tables, ["cohorts", "arpc", "cltv", "checks"]);
    // every other metric is left out, and says why; `checks` is not one
    assert_eq!(outcome.skipped.len() + tables.len(), METRICS.len() + 1);
    for (table, why) in &outcome.skipped {
        let expected = match table.as_str() {
            "nps" | "csat" => "no input `surveys`",
            "engagement" => "no input `usage_events`",
            _ => "no_subscriptions",
        };
        assert_eq!(why, expected, "{table}");
    }
    assert_eq!(outcome.warnings, []);
    arpc(&shop);
    triangle(&shop);
    cltv(&shop);
    checks(&shop);
}

/// Revenue, customers and what a customer brings, by month.
fn arpc(shop: &Shop) {
    let arpc = shop.published(&ARPC_TABLE);
    let expected = ask(
        &shop.text,
        "WITH spent AS (SELECT month, customer, SUM(ticks) AS ticks FROM orders GROUP BY ALL),
              summed AS (SELECT month, SUM(ticks)::BIGINT AS total, COUNT(*) AS customers FROM spent GROUP BY ALL)
         SELECT month, total, customers, (2 * total + customers) // (2 * customers), MEDIAN(ticks),
                QUANTILE_CONT(ticks::DOUBLE, 0.9), COUNT(*) FILTER (ticks * customers > total) / customers
         FROM spent JOIN summed USING (month) GROUP BY month, total, customers ORDER BY month",
    );
    assert_eq!(expected.len(), 18);
    let (mut revenue, mut customers) = (0, 0);
    for line in &expected {
        let row = arpc.row("all", "all", &[(&MONTH, &line[0])]);
        let found = |column| arpc.integer(row, column);
        let exact = [(&REVENUE, 1), (&NET_REVENUE, 1), (&CUSTOMERS, 2), (&ARPC, 3)];
        for (column, at) in exact {
            assert_eq!(found(column), Some(whole(&line[at])), "{} {}", line[0], column.name);
        }
        for (column, at) in [(&MEDIAN_REVENUE, 4), (&P90_REVENUE, 5)] {
            assert!(close(found(column).unwrap(), &line[at]), "{} {}: {:?}", line[0], column.name, found(column));
        }
        let share: f64 = line[6].parse().unwrap();
        assert!((arpc.number(row, &SHARE_ABOVE_ARPC).unwrap() - share).abs() < 1e-12, "{} share", line[0]);
        assert_eq!([&REFUNDS, &CLOSING_MRR, &ARPA].map(found), [Some(0), None, None], "{}", line[0]);
        revenue += found(&REVENUE).unwrap();
        customers += found(&CUSTOMERS).unwrap();
    }
    assert_eq!(revenue, 25_003_156_300);
    assert!(customers > 23_570);
}

/// Cohort, age -> active customers and revenue in ticks.
type Triangle = BTreeMap<(String, i64), (i64, i64)>;

fn triangle(shop: &Shop) {
    let cohorts = shop.published(&COHORTS_TABLE);
    let counted = ask(
        &shop.text,
        "WITH first AS (SELECT customer, MIN(month) AS cohort FROM orders GROUP BY ALL)
         SELECT cohort, DATE_DIFF('month', cohort::DATE, month::DATE), COUNT(DISTINCT customer), SUM(ticks)
         FROM orders JOIN first USING (customer) GROUP BY ALL",
    );
    let cell = |line: &Vec<String>| ((line[0].clone(), whole(&line[1])), (whole(&line[2]), whole(&line[3])));
    let counted: Triangle = counted.iter().map(cell).collect();

    // the cohorts that everybody who used the data set knows; nobody joined later
    let sizes: Vec<_> =
        counted.iter().filter(|((_, age), _)| *age == 0).map(|((month, _), (n, _))| (&**month, *n)).collect();
    assert_eq!(sizes, [("1997-01-01", 7_846), ("1997-02-01", 8_476), ("1997-03-01", 7_248)]);
    assert_eq!(sizes.iter().map(|(_, size)| size).sum::<i64>(), 23_570);

    let rows = cohorts.rows(&[(&DIMENSION, "all")]);
    assert_eq!(rows.len(), (1..=18).sum::<usize>(), "a row per cohort month and age");
    let mut seen = 0;
    for (cohort, size) in sizes {
        let mut cumulative = 0;
        for row in cohorts.rows(&[(&DIMENSION, "all"), (&COHORT_MONTH, cohort)]) {
            let found = |column: &Column| cohorts.integer(row, column);
            let age = found(&AGE_MONTHS).unwrap();
            let (active, revenue) = counted[&(cohort.to_string(), age)];
            cumulative += revenue;
            let columns = [&COHORT_CUSTOMERS, &ACTIVE_CUSTOMERS, &COHORT_REVENUE, &CUMULATIVE_REVENUE];
            assert_eq!(columns.map(found), [size, active, revenue, cumulative].map(Some), "{cohort} at {age}");
            let rate = active as f64 / size as f64;
            assert_eq!(cohorts.number(row, &CUSTOMER_RETENTION_RATE), Some(rate), "{cohort} at {age}");
            assert_eq!([&AT_RISK_CUSTOMERS, &FIRST_LOSS_CUSTOMERS].map(found), [None, None]);
            seen += 1;
        }
    }
    assert_eq!(seen, counted.len());
    // months without a first purchase are cohorts of nobody
    let nobody = cohorts.rows(&[(&DIMENSION, "all"), (&COHORT_CUSTOMERS, "0"), (&NULL_REASON, "empty_cohort")]);
    assert_eq!(nobody.len(), rows.len() - seen);
}

/// What a customer has brought, and the sources' formula over the last six months.
fn cltv(shop: &Shop) {
    let cltv = shop.published(&CLTV_TABLE);
    let expected = ask(
        &shop.text,
        "WITH active AS (SELECT DISTINCT customer, month::DATE AS month FROM orders),
              steps AS (SELECT before.month + INTERVAL 1 MONTH AS month, COUNT(*) AS opening,
                               COUNT(*) FILTER (after.customer IS NULL) AS lost
                        FROM active AS before LEFT JOIN active AS after
                          ON after.customer = before.customer AND after.month = before.month + INTERVAL 1 MONTH
                        GROUP BY ALL)
         SELECT (SELECT SUM(ticks) / COUNT(DISTINCT customer) FROM orders),
                SUM(opening), SUM(lost), SUM(lost) / SUM(opening),
                (SELECT SUM(ticks) / COUNT(DISTINCT (customer, month)) FROM orders WHERE month >= '1998-01-01')
                  / (SUM(lost) / SUM(opening))
         FROM steps WHERE month BETWEEN '1998-01-01' AND '1998-06-01'",
    );
    let [historical, opening, lost, churn, value] = &expected[0][..] else { panic!("{expected:?}") };
    let row_of = |method| cltv.row("all", "all", &[(&MONTH, "1998-06-01"), (&METHOD, method)]);
    let row = row_of("historical");
    assert!(close(cltv.integer(row, &VALUE).unwrap(), historical), "{historical}");
    assert_eq!(cltv.integer(row, &CLTV_CUSTOMERS), Some(23_570));
    let row = row_of("purchase_value");
    assert!(close(cltv.integer(row, &VALUE).unwrap(), value), "{value}");
    let counts = [&CLTV_CUSTOMERS, &CHURN_EVENTS].map(|column| cltv.integer(row, column));
    assert_eq!(counts, [opening, lost].map(|cell| Some(whole(cell))));
    let churn: f64 = churn.parse().unwrap();
    assert!((cltv.number(row, &CHURN_RATE).unwrap() - churn).abs() < 1e-12);
    // nothing else is known without subscriptions
    let silent = cltv.rows(&[(&NULL_REASON, "no_subscriptions")]);
    assert_eq!(silent.len(), 18 * (1 + 4 * 5));
    assert!(silent.iter().all(|row| cltv.integer(*row, &VALUE).is_none()));
}

/// The run proved something about what it published.
fn checks(shop: &Shop) {
    let checks = shop.published(&CHECKS_TABLE);
    assert_eq!(checks.rows(&[(&STATUS, "broken")]), Vec::<usize>::new());
    assert!(checks.rows(&[(&CHECKED_TABLE, "cohorts"), (&STATUS, "ok")]).len() >= 18);
}

#[test]
fn the_sql_agrees_on_cdnow() {
    let Some(shop) = Shop::open() else { return };
    let temporary = tempfile::tempdir().unwrap();
    let found = differences(&shop.job, AS_OF, all_months(), temporary.path());
    assert!(found.is_empty(), "{} differences, the first {:#?}", found.len(), &found[..found.len().min(5)]);
}
