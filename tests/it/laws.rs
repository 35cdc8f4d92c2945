//! Laws of the computation, on random businesses full of edge cases: what may not matter does not.
//!
//! The cases are the same on every machine; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` look further.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::civil::Date;
use polars::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use tenure::job::Job;
use tenure::month::{Month, MonthRange, date_of};
use tenure::pipeline;
use tenure::proofs::{Published, Rows, prove};
use tenure::publish::{Computed, History};
use tenure::sample::nasty::{NastyBusiness, nasty};
use tenure::sample::random::Random;
use tenure::sample::{SampleOptions, write};
use tenure::storage::Storage;
use tenure::tables::outputs::*;
use tenure::tables::{Column as Declared, Input};

use crate::support::table_csv::{self, CsvTable};
use crate::support::tool::{success, tenure};

pub fn config(cases: u32) -> Config {
    let given = Config::default();
    Config {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { cases },
        rng_seed: if given.rng_seed == RngSeed::Random { RngSeed::Fixed(1) } else { given.rng_seed },
        failure_persistence: None,
        max_shrink_iters: 64,
        ..given
    }
}

/// A business on disk.
pub struct World {
    pub business: NastyBusiness,
    directory: tempfile::TempDir,
    storage: Storage,
}

/// Everything a run computed, by table, as text: equal texts are equal bytes.
pub type Texts = BTreeMap<&'static str, Vec<Vec<String>>>;

impl World {
    pub fn new(seed: u64, customers: usize) -> World {
        let directory = tempfile::tempdir().unwrap();
        let business = nasty(seed, customers).unwrap();
        business.write(&directory.path().join("export")).unwrap();
        World { business, directory, storage: Storage::from_pairs([], false).unwrap() }
    }

    pub fn export(&self) -> PathBuf {
        self.directory.path().join("export")
    }

    pub fn compute(&self, export: &Path, as_of: Date, months: MonthRange) -> Vec<Computed> {
        let job = Job::load(&export.join("job.toml")).unwrap();
        pipeline::compute(&job, &self.storage, as_of, months, None).unwrap()
    }

    pub fn texts(&self, export: &Path, as_of: Date, months: MonthRange) -> Texts {
        texts(&self.compute(export, as_of, months))
    }

    /// The export with the same rows in another order, dealt to other files with other row groups; where it lies.
    fn rearranged(&self, how: u64) -> PathBuf {
        let (from, to) = (self.export(), self.directory.path().join("rearranged"));
        let mut random = Random::new(how, 0, 0);
        fs::create_dir(&to).unwrap();
        fs::copy(from.join("job.toml"), to.join("job.toml")).unwrap();
        for input in Input::ALL {
            let inputs = (from.join(input.name()), to.join(input.name()));
            if inputs.0.exists() {
                rearrange(&crate::sample::read(&from, input.name()), &inputs.1, &mut random);
            }
        }
        to
    }
}

fn texts(computed: &[Computed]) -> Texts {
    computed.iter().map(|c| (c.table.name, table_csv::text(c.table, &c.frame).rows)).collect()
}

fn rearrange(frame: &DataFrame, to: &Path, random: &mut Random) {
    let mut order: Vec<IdxSize> = (0..frame.height() as IdxSize).collect();
    (1..order.len()).rev().for_each(|index| order.swap(index, random.below(index as u64 + 1) as usize));
    let shuffled = frame.take(&IdxCa::from_vec("order".into(), order)).unwrap();
    let mut cuts: Vec<usize> = (0..random.below(4)).map(|_| random.below(frame.height() as u64 + 1) as usize).collect();
    cuts.extend([0, frame.height()]);
    cuts.sort_unstable();
    fs::create_dir(to).unwrap();
    for (number, cut) in cuts.windows(2).enumerate() {
        let mut part = shuffled.slice(cut[0] as i64, cut[1] - cut[0]);
        let file = fs::File::create(to.join(format!("{number}.parquet"))).unwrap();
        let rows = random.pick(&[1, 2, 7, 1_000]);
        let compression = random.pick(&[ParquetCompression::Uncompressed, ParquetCompression::Snappy]);
        let writer = ParquetWriter::new(file).with_compression(compression);
        writer.with_row_group_size(Some(rows)).finish(&mut part).unwrap();
    }
}

pub fn index(table: &str, column: &Declared) -> usize {
    let table = TABLES.iter().find(|known| known.name == table).unwrap();
    table.columns().position(|known| known.name == column.name).unwrap()
}

/// The first rows in which two results differ.
fn difference(left: &Texts, right: &Texts) -> Option<String> {
    if left.keys().ne(right.keys()) {
        return Some(format!("{:?} and {:?}", left.keys(), right.keys()));
    }
    for (table, rows) in left {
        let other = &right[table];
        if let Some(at) = (0..rows.len().max(other.len())).find(|at| rows.get(*at) != other.get(*at)) {
            return Some(format!("{table}\n  {:?}\n  {:?}", rows.get(at), other.get(at)));
        }
    }
    None
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn rows_files_and_row_groups_come_in_any_order(seed in 0_u64..1_000_000, customers in 0_usize..14, how: u64) {
        let world = World::new(seed, customers);
        let (as_of, months) = (world.business.as_of, world.business.range);
        let plain = world.texts(&world.export(), as_of, months);
        let rearranged = world.texts(&world.rearranged(how), as_of, months);
        prop_assert_eq!(difference(&plain, &rearranged), None);
    }

    #[test]
    fn a_month_alone_is_that_month_within_a_range(seed in 0_u64..1_000_000, customers in 0_usize..14, which: u64) {
        let world = World::new(seed, customers);
        let (as_of, range) = (world.business.as_of, world.business.range);
        let whole = world.texts(&world.export(), as_of, range);
        let mut random = Random::new(which, 0, 0);
        let first = range.first.plus(random.below(range.count() as u64) as i32);
        let length = random.below((range.last.0 - first.0 + 1) as u64) as i32;
        for months in [(range.last, range.last), (first, first), (first, first.plus(length))] {
            let months = MonthRange::new(months.0, months.1).unwrap();
            let alone = world.texts(&world.export(), as_of, months);
            let within = |(table, rows): (&&'static str, &Vec<Vec<String>>)| {
                let month = index(table, &MONTH);
                let is_asked = |row: &&Vec<String>| months.contains(Month::of(row[month].parse().unwrap()));
                (*table, rows.iter().filter(is_asked).cloned().collect())
            };
            prop_assert_eq!(difference(&whole.iter().map(within).collect(), &alone), None, "{}", months);
        }
    }

    /// Counts, MRR and revenue of a month that is over do not depend on what the export says of later days; what is final
    /// does, and so do lifetime values, which rest on final months.
    #[test]
    fn what_comes_later_changes_no_earlier_month(seed in 0_u64..1_000_000, customers in 0_usize..14, which: u64) {
        let world = World::new(seed, customers);
        let range = world.business.range;
        let month = range.first.plus(Random::new(which, 0, 0).below(range.count() as u64) as i32);
        let months = MonthRange::new(range.first, month).unwrap();
        let then = date_of(month.next().days() - 1).min(world.business.as_of);
        let known_then = world.texts(&world.export(), then, months);
        let known_now = world.texts(&world.export(), world.business.as_of, months);
        // businesses without subscriptions have no churn and no MRR
        let tables = [&CHURN_TABLE, &MRR_TABLE, &ARPC_TABLE, &NPS_TABLE, &CSAT_TABLE, &ENGAGEMENT_TABLE];
        for table in tables.into_iter().filter(|table| known_now.contains_key(table.name)) {
            let (dimension, segment) = (index(table.name, &DIMENSION), index(table.name, &SEGMENT));
            let (month, is_final) = (index(table.name, &MONTH), index(table.name, &IS_FINAL));
            let rows = |texts: &Texts| -> BTreeMap<[String; 3], Vec<String>> {
                let key = |row: &Vec<String>| [month, dimension, segment].map(|column| row[column].clone());
                let timeless = |row: &Vec<String>| [&row[..is_final], &row[is_final + 1..]].concat();
                texts[table.name].iter().map(|row| (key(row), timeless(row))).collect()
            };
            let now = rows(&known_now);
            for (key, row) in rows(&known_then) {
                prop_assert_eq!(Some(&row), now.get(&key), "{} {:?} as of {}", table.name, key, then);
            }
        }
    }
}

/// Every law a run proves holds on every business, and on some business it had something to say.
#[test]
fn every_law_holds_and_is_put_to_the_test() {
    let mut fared: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for seed in 0..16 {
        let world = World::new(seed, 10);
        let months = world.business.range;
        let computed = world.compute(&world.export(), world.business.as_of, months);
        let checks = prove(&computed, &Rows::of(&computed).unwrap(), months, &Published::default()).unwrap();
        let CsvTable { rows, .. } = table_csv::text(&CHECKS_TABLE, &checks.frame);
        let [table, law, status] = [&CHECKED_TABLE, &CHECK, &STATUS].map(|column| index(CHECKS_TABLE.name, column));
        for row in rows {
            let law = format!("{} {}", row[table], row[law]);
            *fared.entry(law).or_default().entry(row[status].clone()).or_default() += 1;
        }
    }
    assert!(fared.len() >= 12, "{fared:?}");
    for (law, statuses) in &fared {
        assert!(statuses.contains_key("ok"), "{law} was never put to the test: {statuses:?}");
        assert!(statuses.keys().all(|status| status == "ok" || status == "vacuous"), "{law}: {statuses:?}");
    }
}

/// One figure too many in a segment, in any column that sums over segments, stops a publish; so does one in the row of
/// `all` that breaks what its own columns add up to.
#[test]
fn a_wrong_figure_breaks_a_law() {
    let world = (0..).map(|seed| World::new(seed, 12)).find(|world| world.business.dimensions.len() > 1).unwrap();
    let months = world.business.range;
    let computed = world.compute(&world.export(), world.business.as_of, months);
    let mut unnoticed = Vec::new();
    let mut wrong = 0;
    for (at, table) in computed.iter().map(|computed| computed.table).enumerate() {
        for column in table.columns().filter(|column| column.is_additive) {
            let mut spoilt: Vec<Computed> =
                computed.iter().map(|c| Computed { table: c.table, frame: c.frame.clone() }).collect();
            let mut values: Vec<Option<i64>> =
                spoilt[at].frame.column(column.name).unwrap().i64().unwrap().iter().collect();
            let Some(value) = values.iter_mut().rev().find_map(Option::as_mut) else { continue };
            *value += 1;
            spoilt[at].frame.with_column(Series::new(column.name.into(), values).into()).unwrap();
            match prove(&spoilt, &Rows::of(&spoilt).unwrap(), months, &Published::default()) {
                Ok(_) => unnoticed.push(format!("{} {}", table.name, column.name)),
                Err(error) => {
                    assert!(error.to_string().contains(table.name), "{} {}: {error}", table.name, column.name)
                }
            }
            wrong += 1;
        }
    }
    assert!(unnoticed.is_empty(), "not noticed: {unnoticed:?}");
    assert!(wrong > 30, "only {wrong} columns");
}

/// Threads and batches change no byte of what is published.
#[test]
fn threads_and_batches_change_no_byte() {
    let directory = tempfile::tempdir().unwrap();
    let sample = directory.path().join("sample");
    let options = SampleOptions { customers: 1_200, months: 15, seed: 9, ..SampleOptions::new(&sample) };
    let report = write(&options).unwrap();
    let job = fs::read_to_string(&report.job).unwrap();
    let hashes = |name: &str, threads: &str, batch: Option<&str>| {
        let path = sample.join(format!("{name}.toml"));
        fs::write(&path, job.replace("./published", &format!("./{name}"))).unwrap();
        // our own threads are as many as the processors that it may run on
        let mut backfill = if threads == "1" { on_one_processor() } else { tenure() };
        backfill.env("POLARS_MAX_THREADS", threads);
        backfill.envs(batch.map(|rows| ("POLARS_IDEAL_MORSEL_SIZE", rows)));
        backfill.args(["backfill", "--quiet", "--as-of", &report.as_of, "--job"]).arg(&path);
        success(backfill.args(["--from", &report.first_month, "--to", &report.last_month]));
        published_hashes(&format!("file://{}", sample.join(name).display()))
    };
    let plain = hashes("plain", "2", None);
    assert!(plain.len() > 15 * 6, "{} files", plain.len());
    for (threads, batch) in [("1", Some("1000000")), ("8", Some("97")), ("3", Some("1000"))] {
        assert_eq!(hashes(&format!("with-{threads}"), threads, batch), plain, "{threads} threads, {batch:?} rows");
    }
}

/// The program, on the first processor that this process may run on.
fn on_one_processor() -> Command {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap().trim();
    let first = allowed.split([',', '-']).next().unwrap();
    let mut taskset = Command::new("taskset");
    taskset.args(["-c", first]).arg(tenure().get_program());
    taskset
}

/// SHA-256 of every data file the runs of an output wrote, by table and month.
fn published_hashes(output: &str) -> BTreeMap<(String, String), String> {
    let storage = Storage::from_pairs([], false).unwrap();
    let history = History::open(&storage, output).unwrap();
    let tables = history.runs().iter().flat_map(|run| &run.tables);
    tables
        .flat_map(|(table, published)| published.files.iter().map(move |file| (table, file)))
        .map(|(table, file)| ((table.clone(), file.month.clone()), file.sha256.clone()))
        .collect()
}
