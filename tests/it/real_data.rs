//! A real customer base: IBM's telco churn data (`../shared/data`), turned into periods, gives the figures that plain
//! arithmetic over its rows gives.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use tenure::job::Job;
use tenure::month::{Month, MonthRange};
use tenure::storage::Storage;
use tenure::tables::Input;
use tenure::tables::outputs::*;

use crate::support::figures::Figures;
use crate::support::source::root;
use crate::support::table_csv::{self, CsvTable};

/// Strictly inside the month of the losses: they happened before the as-of instant.
const AS_OF: Date = date(2024, 6, 15);

/// The file, or None where the project lies alone; on CI it must be there.
fn telco() -> Option<CsvTable> {
    let path: PathBuf = root().join("../shared/data/telco_customer_churn.csv");
    if path.exists() {
        return Some(CsvTable::read(&path));
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    eprintln!("skipped: {} is missing", path.display());
    None
}

/// One customer of the file.
struct Line {
    customer_id: String,
    tenure: i64,
    mrr: String,
    has_churned: bool,
    contract: String,
    internet: String,
}

impl Line {
    fn ticks(&self) -> i64 {
        let (whole, fraction) = self.mrr.split_once('.').unwrap_or((&self.mrr, ""));
        whole.parse::<i64>().unwrap() * 10_000 + format!("{fraction:0<4}").parse::<i64>().unwrap()
    }
}

fn lines(csv: &CsvTable) -> Vec<Line> {
    let names = ["customerID", "tenure", "MonthlyCharges", "Churn", "Contract", "InternetService"];
    let [id, tenure, mrr, churn, contract, internet] = names.map(|name| csv.index(name).unwrap());
    let line = |row: &Vec<String>| Line {
        customer_id: row[id].clone(),
        tenure: row[tenure].parse().unwrap(),
        mrr: row[mrr].clone(),
        has_churned: row[churn] == "Yes",
        contract: row[contract].clone(),
        internet: row[internet].clone(),
    };
    csv.rows.iter().map(line).collect()
}

fn export(lines: &[Line], directory: &std::path::Path) -> Job {
    let table = |header: &[&str], row: &dyn Fn(&Line) -> Vec<String>| CsvTable {
        comments: Vec::new(),
        header: header.iter().map(|name| name.to_string()).collect(),
        rows: lines.iter().map(row).collect(),
    };
    let customers = table(&["customer_id", "Contract", "InternetService"], &|line| {
        vec![line.customer_id.clone(), line.contract.clone(), line.internet.clone()]
    });
    let subscriptions = table(&["subscription_id", "customer_id", "started_at", "ended_at", "mrr"], &|line| {
        let started = AS_OF.checked_sub(line.tenure.months()).unwrap().to_string();
        let ended = if line.has_churned { AS_OF.to_string() } else { String::new() };
        vec![format!("s-{}", line.customer_id), line.customer_id.clone(), started, ended, line.mrr.clone()]
    });
    for (input, csv) in [(Input::Customers, customers), (Input::Subscriptions, subscriptions)] {
        let path = directory.join(format!("{}.parquet", input.name()));
        table_csv::write_parquet(&mut table_csv::frame(&csv, input), &path);
    }
    let text = "currency = \"USD\"\ndimensions = [\"Contract\", \"InternetService\"]\n\
                [inputs.customers]\nuri = \"customers.parquet\"\n\
                [inputs.subscriptions]\nuri = \"subscriptions.parquet\"\n[output]\nuri = \"metrics\"\n";
    fs::write(directory.join("job.toml"), text).unwrap();
    Job::load(&directory.join("job.toml")).unwrap()
}

/// What the rows of a segment add up to.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    opening: i64,
    new: i64,
    churned: i64,
    closing: i64,
    opening_mrr: i64,
    new_mrr: i64,
    churned_mrr: i64,
    closing_mrr: i64,
}

impl Sums {
    fn add(&mut self, line: &Line) {
        let (is_new, is_lost) = (i64::from(line.tenure == 0), i64::from(line.has_churned));
        assert!(is_new * is_lost == 0, "new and lost on the same day");
        self.opening += 1 - is_new;
        self.new += is_new;
        self.churned += is_lost;
        self.closing += 1 - is_lost;
        self.opening_mrr += (1 - is_new) * line.ticks();
        self.new_mrr += is_new * line.ticks();
        self.churned_mrr += is_lost * line.ticks();
        self.closing_mrr += (1 - is_lost) * line.ticks();
    }
}

#[test]
fn telco_customers_give_the_known_figures() {
    let Some(csv) = telco() else { return };
    let lines = lines(&csv);
    let directory = tempfile::tempdir().unwrap();
    let job = export(&lines, directory.path());
    let storage = Storage::from_pairs([], false).unwrap();
    let month = Month::of(AS_OF);
    let asked = MonthRange::new(month, month).unwrap();
    let computed = tenure::pipeline::compute(&job, &storage, AS_OF, asked, None).unwrap();
    let (churn, mrr) = (Figures::of(&computed, &CHURN_TABLE), Figures::of(&computed, &MRR_TABLE));

    // the figures everybody who used the data set knows
    let row = churn.row("all", "all", &[]);
    let opening = churn.integer(row, &OPENING_CUSTOMERS).unwrap();
    let churned = churn.integer(row, &CHURNED_CUSTOMERS).unwrap();
    assert_eq!((lines.len(), opening, churned), (7_043, 7_032, 1_869));
    assert_eq!(churn.number(row, &CUSTOMER_CHURN_RATE), Some(1_869.0 / 7_032.0));
    let row = mrr.row("all", "all", &[]);
    let money = |column| mrr.integer(row, column).unwrap();
    assert_eq!(money(&OPENING_MRR) + money(&NEW_MRR), 4_561_166_000);
    assert_eq!(money(&CHURNED_MRR), 1_391_308_500);

    let mut expected: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    for line in &lines {
        let own = [("all", "all"), ("Contract", line.contract.as_str()), ("InternetService", line.internet.as_str())];
        own.into_iter().for_each(|key| expected.entry(key).or_default().add(line));
    }
    assert_eq!(expected.len(), 7);
    for ((dimension, segment), expected) in &expected {
        let (customers, money) = (churn.row(dimension, segment, &[]), mrr.row(dimension, segment, &[]));
        let count = |column| churn.integer(customers, column).unwrap();
        let ticks = |column| mrr.integer(money, column).unwrap();
        let found = Sums {
            opening: count(&OPENING_CUSTOMERS),
            new: count(&NEW_CUSTOMERS),
            churned: count(&CHURNED_CUSTOMERS),
            closing: count(&CLOSING_CUSTOMERS),
            opening_mrr: ticks(&OPENING_MRR),
            new_mrr: ticks(&NEW_MRR),
            churned_mrr: ticks(&CHURNED_MRR),
            closing_mrr: ticks(&CLOSING_MRR),
        };
        assert_eq!(found, *expected, "{dimension} {segment}");
        let rate = expected.churned as f64 / expected.opening as f64;
        assert_eq!(churn.number(customers, &CUSTOMER_CHURN_RATE), Some(rate), "{dimension} {segment}");
        let quiet = [&REACTIVATED_CUSTOMERS, &NEW_AND_CHURNED_CUSTOMERS];
        assert_eq!(quiet.map(count), [0, 0], "{dimension} {segment}");
    }
    // no segment beside those but the one for customers nobody knows, and nobody is in it
    let unknown = churn.rows(&[(&SEGMENT, "(unknown)")]);
    assert_eq!(churn.rows(&[]).len(), expected.len() + unknown.len());
    assert!(unknown.iter().all(|row| churn.integer(*row, &OPENING_CUSTOMERS) == Some(0)));
}
