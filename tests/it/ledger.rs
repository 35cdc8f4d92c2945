//! Invoices read as they lie in Parquet, against the plans that say the same: both have every customer and month with the same
//! sums and the same bad payments, and what breaks a rule is never taken for sound.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use polars::prelude::*;
use tenure::execute::collect_all;
use tenure::ids::Ids;
use tenure::job::Job;
use tenure::month::Calendar;
use tenure::normalise::ledger::{Ledger, Paid, Rules};
use tenure::normalise::{Rates, revenue};
use tenure::sample::{SampleOptions, write};
use tenure::snapshot::Sources;
use tenure::storage::Storage;
use tenure::tables::Input;
use tenure::tables::inputs::{RATE, RATE_CURRENCY, RATE_DATE};
use tenure::tables::model::{AT, CUSTOMER, NET, PURCHASES};
use tenure::tables::outputs::{REFUNDS, REVENUE};
use tenure::{pipeline, validate};

use crate::laws::World;
use crate::support::opened::Opened;

struct Invoices {
    job: Job,
    calendar: Arc<Calendar>,
    rates: Arc<Rates>,
    sources: Sources,
    storage: Storage,
    ids: Arc<Ids>,
    known: Option<u32>,
}

impl Invoices {
    fn new(export: &Path, as_of: Date) -> Invoices {
        let opened = Opened::new(export, as_of);
        let (rates, Opened { job, storage, calendar, sources }) = (opened.rates(), opened);
        let ids: Arc<Ids> = Arc::default();
        let known = validate::customers(&sources, &ids).map(|customers| collect_all(vec![customers]).unwrap());
        let known = known.map(|_| ids.known().len() as u32);
        Invoices { job, calendar, rates, sources, storage, ids, known }
    }

    /// None: they must be read with a plan.
    fn read(&self) -> Option<Paid> {
        let files = self.sources.get(&Input::Invoices)?.plain.as_ref()?;
        let (calendar, rates) = (self.calendar.clone(), self.rates.clone());
        let rules = Rules { calendar, rates, largest: validate::LARGEST_AMOUNT, known: self.known };
        let mut paid = Paid::default();
        for share in files.all_parts().chunks(2) {
            let mut ledger = Ledger::new(&rules, &self.ids);
            files.read(&self.storage, share, |invoices| ledger.add(invoices)).unwrap();
            paid.add(ledger.end());
        }
        Some(paid)
    }

    /// By customer and month: revenue, refunds, net, purchases; then the bad payments.
    fn planned(&self) -> (Vec<Vec<i64>>, Vec<Vec<i64>>) {
        let source = &self.sources[&Input::Invoices];
        let paid = revenue::per_customer(&self.job, source, &self.rates, &self.calendar, &self.ids);
        let bad = revenue::bad_payments(source, &self.calendar, &self.ids);
        let frames = collect_all(vec![paid, bad]).unwrap();
        (rows(&frames[0], &SUMS), rows(&frames[1], &SUMS[..2]))
    }
}

const SUMS: [&str; 6] = [CUSTOMER, AT, REVENUE.name, REFUNDS.name, NET, PURCHASES];

fn rows(frame: &DataFrame, columns: &[&str]) -> Vec<Vec<i64>> {
    let whole = |name: &&str| frame.column(name).unwrap().cast(&DataType::Int64).unwrap();
    let columns: Vec<Column> = columns.iter().map(whole).collect();
    let value = |column: &Column, row| column.i64().unwrap().get(row).unwrap();
    let row = |row| columns.iter().map(|column| value(column, row)).collect();
    let mut rows: Vec<Vec<i64>> = (0..frame.height()).map(row).collect();
    rows.sort_unstable();
    rows
}

/// Whether a run would ask the checks of rows.
fn is_sound(mut paid: Paid) -> bool {
    !paid.is_suspect() && !validate::has_repeats(paid.take_keys())
}

#[test]
fn what_is_read_is_what_the_plans_say_of_any_business() {
    let (mut read, mut told, mut sound) = (0, 0, 0);
    for seed in 0..120 {
        let world = World::new(seed, 12);
        let invoices = Invoices::new(&world.export(), world.business.as_of);
        let Some(paid) = invoices.read() else { continue };
        let (paid_frame, bad) = invoices.read().unwrap().frames().unwrap();
        let planned = invoices.planned();
        assert_eq!((rows(&paid_frame, &SUMS), rows(&bad, &SUMS[..2])), planned, "seed {seed}");
        let found = pipeline::check(&invoices.job, &invoices.storage, invoices.calendar.as_of()).unwrap();
        let is_clean = found.iter().all(|violation| violation.table != Input::Invoices.name());
        assert!(is_clean || !is_sound(paid), "seed {seed}: {found:?}");
        sound += usize::from(is_sound(invoices.read().unwrap()));
        read += 1;
        told += planned.0.len();
    }
    assert!(read >= 15 && told >= 300 && sound >= 1, "{read} businesses with {told} rows, {sound} of them sound");
}

/// Amounts and rates are each small enough, what they make is not: nothing is summed, and the plans say so.
#[test]
fn what_does_not_fit_is_not_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let options = SampleOptions { customers: 100, months: 4, ..SampleOptions::new(directory.path()) };
    write(&options).unwrap();
    let as_of = options.until.next().first_day().yesterday().unwrap();
    let mut invoices = Invoices::new(directory.path(), as_of);
    assert!(!invoices.read().unwrap().is_partial());
    let steep = df!(RATE_DATE.name => [0], RATE_CURRENCY.name => ["EUR"], RATE.name => ["9999999999"]).unwrap();
    let steep = steep.lazy().with_column(col(RATE.name).cast(DataType::Decimal(38, 8)));
    let steep = collect_all(vec![steep]).unwrap().remove(0);
    invoices.rates = Arc::new(Rates::read("USD", Some(&steep)).unwrap());
    let file = std::fs::read_dir(directory.path().join("invoices")).unwrap().next().unwrap().unwrap().path();
    let whole = ParquetReader::new(std::fs::File::open(&file).unwrap()).finish().unwrap();
    let dtype = whole.column("amount").unwrap().dtype().clone();
    let large = [lit("EUR").alias("currency"), lit("paid").alias("status"), lit(900_000.0).cast(dtype).alias("amount")];
    let mut frame = collect_all(vec![whole.lazy().with_columns(large)]).unwrap().remove(0);
    ParquetWriter::new(std::fs::File::create(&file).unwrap()).finish(&mut frame).unwrap();
    let rates = invoices.rates;
    let invoices = Invoices { rates, ..Invoices::new(directory.path(), as_of) };
    let paid = invoices.read().unwrap();
    assert!(paid.is_partial() && paid.is_suspect());
}

#[test]
fn what_breaks_a_rule_is_not_sound() {
    let directory = tempfile::tempdir().unwrap();
    let options = SampleOptions { customers: 300, months: 6, ..SampleOptions::new(directory.path()) };
    write(&options).unwrap();
    let as_of = options.until.next().first_day().yesterday().unwrap();
    let invoices = || Invoices::new(directory.path(), as_of);
    let clean = invoices();
    let (paid, bad) = clean.read().unwrap().frames().unwrap();
    assert!(paid.height() > 500 && bad.height() > 5, "{} {}", paid.height(), bad.height());
    assert_eq!((rows(&paid, &SUMS), rows(&bad, &SUMS[..2])), clean.planned());
    assert!(is_sound(clean.read().unwrap()));

    let file = std::fs::read_dir(directory.path().join("invoices")).unwrap().next().unwrap().unwrap().path();
    let whole = ParquetReader::new(std::fs::File::open(&file).unwrap()).finish().unwrap();
    let first = || col("invoice_id").eq(lit(whole.column("invoice_id").unwrap().i64().unwrap().get(0).unwrap()));
    let set = |name: &'static str, value: Expr| {
        when(first()).then(value).otherwise(col(name)).cast(whole.column(name).unwrap().dtype().clone()).alias(name)
    };
    let second = whole.column("invoice_id").unwrap().i64().unwrap().get(1).unwrap();
    for (what, spoilt) in [
        ("duplicate_key", vec![set("invoice_id", lit(second))]),
        ("null_value", vec![set("invoice_id", lit(NULL))]),
        ("null_value", vec![set("customer_id", lit(NULL))]),
        ("null_value", vec![set("settled_at", lit(NULL))]),
        ("null_value", vec![set("amount", lit(NULL))]),
        ("too_large", vec![set("amount", lit(10_000_000_000_000.0))]),
        ("too_large", vec![set("amount", lit(-10_000_000_000_000.0))]),
        ("unknown_customer", vec![set("customer_id", lit("nobody"))]),
        ("missing_rate", vec![set("currency", lit("XTS")), set("status", lit("paid")), set("amount", lit(9.0))]),
        (
            "not_finite",
            vec![when(first()).then(lit(f64::NAN)).otherwise(col("amount").cast(DataType::Float64)).alias("amount")],
        ),
    ] {
        let mut frame = collect_all(vec![whole.clone().lazy().with_columns(spoilt)]).unwrap().remove(0);
        let others: Vec<_> = std::fs::read_dir(directory.path().join("invoices")).unwrap().collect();
        assert!(what != "not_finite" || others.len() == 1, "a column of two types is read with a plan");
        ParquetWriter::new(std::fs::File::create(&file).unwrap()).finish(&mut frame).unwrap();
        let spoilt = invoices();
        let found = pipeline::check(&spoilt.job, &spoilt.storage, spoilt.calendar.as_of()).unwrap();
        assert!(found.iter().any(|v| v.rule == what && v.table == "invoices"), "{what}: {found:?}");
        assert!(!is_sound(spoilt.read().unwrap()), "{what} was taken for sound");
    }
}
