//! Days of activity read as dictionaries, against the plan that says the same: whatever the files look like, both have every
//! customer, user and month with the same days, and agree on whether a row is suspect.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use polars::prelude::*;
use tenure::execute::collect_all;
use tenure::ids::Ids;
use tenure::job::Job;
use tenure::month::{Calendar, Month};
use tenure::normalise::active_days::{ActiveDays, Days, Rules};
use tenure::normalise::usage;
use tenure::sample::random::Random;
use tenure::sample::{SampleOptions, write};
use tenure::snapshot::Source;
use tenure::storage::Storage;
use tenure::tables::Input;
use tenure::tables::model::{AT, CUSTOMER, DAYS, IS_SHARED, USER};
use tenure::validate;

use crate::laws::World;
use crate::support::opened::Opened;

/// Customer, user, month, days.
type Rows = Vec<(Option<u32>, Option<u32>, Option<i32>, Option<u32>)>;

struct Usage {
    job: Job,
    calendar: Arc<Calendar>,
    source: Source,
    storage: Storage,
    ids: Arc<Ids>,
    users: Arc<Ids>,
}

impl Usage {
    /// None: the export has no usage.
    fn new(export: &Path, as_of: Date) -> Option<Usage> {
        let Opened { job, storage, calendar, mut sources } = Opened::new(export, as_of);
        let source = sources.remove(&Input::UsageEvents)?;
        Some(Usage { job, calendar, source, storage, ids: Arc::default(), users: Arc::default() })
    }

    fn planned(&self) -> Rows {
        let plan = usage::per_user(&self.job, &self.source, &self.calendar, &self.ids, &self.users);
        rows(&collect_all(vec![plan]).unwrap().remove(0))
    }

    /// None: the files must be read with a plan.
    fn days(&self, from: Month) -> Option<Days> {
        let files = self.source.plain.as_ref()?;
        let rules = Rules {
            calendar: self.calendar.clone(),
            qualifying: self.job.definitions.qualifying_events.clone(),
            from: self.calendar.start(from),
            earliest: validate::earliest(&self.calendar),
            known: None,
        };
        let parts = files.parts(rules.from, rules.earliest);
        let mut days = Days::of(&rules);
        for share in parts.chunks(2) {
            let mut of_share = ActiveDays::new(&rules, &self.ids, &self.users);
            files.read(&self.storage, share, |events| of_share.add(events)).unwrap();
            days.add(of_share.end());
        }
        Some(days)
    }
}

fn rows(frame: &DataFrame) -> Rows {
    let number = |name: &str| frame.column(name).unwrap().u32().unwrap().clone();
    let (customers, users, days) = (number(CUSTOMER), number(USER), number(DAYS));
    let months = frame.column(AT).unwrap().i32().unwrap().clone();
    let mut rows: Rows =
        (0..frame.height()).map(|row| (customers.get(row), users.get(row), months.get(row), days.get(row))).collect();
    rows.sort_unstable();
    rows
}

/// Customer, month, days.
fn of_customers(frame: &DataFrame) -> Vec<(Option<u32>, Option<i32>, Option<u32>)> {
    let number = |name: &str| frame.column(name).unwrap().u32().unwrap().clone();
    let (customers, days) = (number(CUSTOMER), number(DAYS));
    let months = frame.column(AT).unwrap().i32().unwrap().clone();
    let row = |row| (customers.get(row), months.get(row), days.get(row));
    let mut rows: Vec<_> = (0..frame.height()).map(row).collect();
    rows.sort_unstable();
    rows
}

const ALWAYS: Month = Month(0);

#[test]
fn dictionaries_say_what_the_plan_says_of_any_business() {
    let (mut read, mut told) = (0, 0);
    for seed in 0..60 {
        let world = World::new(seed, 12);
        let Some(usage) = Usage::new(&world.export(), world.business.as_of) else { continue };
        let Some(days) = usage.days(ALWAYS) else { continue };
        let (planned, (users, customers)) = (usage.planned(), days.frames().unwrap());
        assert_eq!(rows(&users), planned, "seed {seed}");
        let summed = collect_all(vec![usage::per_customer(users.lazy())]).unwrap().remove(0);
        assert_eq!(of_customers(&customers), of_customers(&summed), "seed {seed}");
        read += 1;
        told += planned.len();
    }
    assert!(read >= 5 && told >= 100, "only {read} businesses with {told} rows could be read");
}

fn sample(directory: &Path, events: f64) -> (Usage, Month) {
    let out = directory.join("sample");
    let options =
        SampleOptions { customers: 300, months: 8, events_per_customer_month: events, ..SampleOptions::new(&out) };
    write(&options).unwrap();
    let as_of = options.until.next().first_day().yesterday().unwrap();
    (Usage::new(&out, as_of).unwrap(), options.until)
}

#[test]
fn exports_in_the_order_of_time_are_read_month_by_month() {
    let directory = tempfile::tempdir().unwrap();
    let (usage, until) = sample(directory.path(), 20.0);
    let planned = usage.planned();
    assert!(planned.len() > 1000);
    let days = usage.days(ALWAYS).unwrap();
    assert!(!days.is_suspect());
    assert_eq!(rows(&days.frames().unwrap().0), planned);

    // what is not looked at is not read, and the rest is the same
    let from = until.plus(-2);
    let files = usage.source.plain.as_ref().unwrap();
    let earliest = validate::earliest(&usage.calendar);
    let (all, late) = (files.parts(i64::MIN, earliest).len(), files.parts(usage.calendar.start(from), earliest).len());
    assert!(late < all, "{late} of {all} row groups");
    let later: Rows = planned.into_iter().filter(|(_, _, at, _)| *at >= Some(from.0)).collect();
    assert_eq!(rows(&usage.days(from).unwrap().frames().unwrap().0), later);
}

#[test]
fn what_lies_between_the_columns_is_stepped_over() {
    let directory = tempfile::tempdir().unwrap();
    let (usage, _) = sample(directory.path(), 150.0);
    let planned = usage.planned();
    let mut random = Random::new(1, 1, 1);
    for file in usage_files(&directory.path().join("sample/usage_events")) {
        let mut frame = ParquetReader::new(std::fs::File::open(&file).unwrap()).finish().unwrap();
        let payload: Vec<String> =
            (0..frame.height()).map(|_| format!("{:x}", random.below(u64::MAX)).repeat(40)).collect();
        frame.insert_column(1, Column::new("payload".into(), payload)).unwrap();
        let writer = ParquetWriter::new(std::fs::File::create(&file).unwrap());
        writer.with_compression(ParquetCompression::Uncompressed).finish(&mut frame).unwrap();
        // far more than is read along
        let bytes = std::fs::metadata(&file).unwrap().len();
        assert!(bytes > 200_000, "{bytes} bytes");
    }
    let usage = Usage::new(&directory.path().join("sample"), usage.calendar.as_of()).unwrap();
    assert_eq!(rows(&usage.days(ALWAYS).unwrap().frames().unwrap().0).len(), planned.len());
    assert_eq!(days_in_all(&rows(&usage.days(ALWAYS).unwrap().frames().unwrap().0)), days_in_all(&planned));
}

#[test]
fn a_month_read_in_shares_is_put_together() {
    let directory = tempfile::tempdir().unwrap();
    let (whole, _) = sample(directory.path(), 60.0);
    for file in usage_files(&directory.path().join("sample/usage_events")) {
        let mut frame = ParquetReader::new(std::fs::File::open(&file).unwrap()).finish().unwrap();
        frame.rechunk_mut();
        let writer = ParquetWriter::new(std::fs::File::create(&file).unwrap());
        writer.with_row_group_size(Some(100)).finish(&mut frame).unwrap();
    }
    let usage = Usage::new(&directory.path().join("sample"), whole.calendar.as_of()).unwrap();
    assert!(usage.source.plain.as_ref().unwrap().all_parts().len() > 80);
    let (users, customers) = usage.days(ALWAYS).unwrap().frames().unwrap();
    let planned = usage.planned();
    assert_eq!(rows(&users), planned);
    // nobody is there twice
    let by_customer = collect_all(vec![usage::per_customer(users.lazy())]).unwrap().remove(0);
    assert_eq!(of_customers(&customers), of_customers(&by_customer));
    assert!(planned.iter().any(|(_, _, _, days)| days.is_some_and(|days| days.count_ones() > 3)));
}

/// Numbers of ids differ between two readings, sums do not.
fn days_in_all(rows: &Rows) -> u32 {
    rows.iter().filter_map(|(_, _, _, days)| *days).map(u32::count_ones).sum()
}

fn usage_files(directory: &Path) -> Vec<PathBuf> {
    let months = std::fs::read_dir(directory).unwrap().map(|month| month.unwrap().path());
    months.flat_map(|month| std::fs::read_dir(month).unwrap().map(|file| file.unwrap().path())).collect()
}

#[test]
fn users_of_several_customers_are_marked() {
    for seed in 0..60 {
        let world = World::new(seed, 12);
        let Some(usage) = Usage::new(&world.export(), world.business.as_of) else { continue };
        let Some(days) = usage.days(ALWAYS) else { continue };
        let frame = days.frames().unwrap().0;
        let shared = frame.column(IS_SHARED).unwrap().bool().unwrap().clone();
        let (users, months) =
            (frame.column(USER).unwrap().u32().unwrap().clone(), frame.column(AT).unwrap().i32().unwrap().clone());
        let key = |row: usize| (months.get(row), users.get(row));
        for row in 0..frame.height() {
            let others = (0..frame.height()).filter(|other| *other != row && key(*other) == key(row)).count();
            let is_shared = users.get(row).is_some() && others > 0;
            assert_eq!(shared.get(row), Some(is_shared), "seed {seed}, row {row}");
        }
    }
}
