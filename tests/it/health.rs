//! Health scores and tiers: what hand-computed cases cannot show.

use std::collections::BTreeMap;

use polars::prelude::*;
use proptest::prelude::*;
use tenure::job::Job;
use tenure::models::health::{Band, Health, commercial, health, support, survey, tenure, trend, usage};
use tenure::month::{Month, MonthRange, date_of};
use tenure::pipeline;
use tenure::proofs::{Published, Rows, prove};
use tenure::publish::Computed;
use tenure::sample::random::Random;
use tenure::sample::{SampleOptions, write};
use tenure::storage::Storage;
use tenure::tables::outputs::*;
use tenure::tables::{Column as Declared, Table};

use crate::laws::{Texts, World, config, index};
use crate::support::figures::Figures;
use crate::support::table_csv;

const TABLES_OF_CUSTOMERS: [&Table; 5] =
    [&HEALTH_TABLE, &HEALTH_SUMMARY_TABLE, &HEALTH_BACKTEST_TABLE, &TIERS_TABLE, &TIERS_SUMMARY_TABLE];

#[test]
fn components_are_made_of_plain_numbers() {
    // Days, days of the months before, how many those are.
    let trends = [(3, 9, 3), (12, 9, 3), (0, 9, 3), (4, 0, 2), (0, 0, 3), (5, 0, 0), (1, 9, 2)];
    let expected = [Some(50.0), Some(100.0), Some(0.0), Some(100.0), None, None, Some(50.0 / 4.5)];
    assert_eq!(trends.map(|(days, before, months)| trend(days, before, months)), expected);
    assert_eq!(
        usage(&[0, 5, 5], &[Some(0.0), None, Some(50.0)]),
        [50.0 / 6.0, 200.0 / 3.0, (200.0 / 3.0 + 50.0) / 2.0]
    );
    // 90 days halve an answer: (2 x 100 + 40) / 3.
    assert_eq!(survey([(0, 100.0), (90, 40.0)]), Some(80.0));
    assert_eq!(survey([]), None);
    let burdens = [Some(0.5), None, Some(0.1)];
    assert_eq!(support(None, None, 2), [None, None]);
    assert_eq!(support(None, Some(&burdens), 3), [Some(25.0), None, Some(75.0)]);
    // Tickets: percentiles 250/3, 50, 50/3. Who has no revenue is judged by tickets alone.
    let both =
        support(Some(&[2, 1, 0]), Some(&burdens), 3).into_iter().map(|score| (score.unwrap() * 1e6).round() / 1e6);
    assert_eq!(both.collect::<Vec<_>>(), [20.833_333, 50.0, 79.166_667]);
    let payments = [(false, false), (true, false), (false, true), (true, true)];
    assert_eq!(payments.map(|(bad, falling)| commercial(bad, falling)), [100.0, 50.0, 50.0, 0.0]);
    assert_eq!(tenure(0.25), 75.0);
}

#[test]
fn a_score_is_the_weighted_mean_of_what_is_known() {
    let usual = [0.35, 0.20, 0.20, 0.15, 0.10];
    let Health { score, coverage, contributions } = health(&usual, &[Some(80.0), None, None, Some(100.0), None]);
    // Exactly half of the weight, however its sum is rounded: (0.35 x 80 + 0.15 x 100) / 0.5.
    assert_eq!(score.map(|score| (score * 1e9).round() / 1e9), Some(86.0));
    assert!((coverage - 0.5).abs() < 1e-15);
    assert_eq!(contributions.map(|part| part.map(f64::round)), [Some(56.0), None, None, Some(30.0), None]);
    let unknown = health(&usual, &[None, Some(50.0), None, Some(100.0), Some(90.0)]);
    assert_eq!((unknown.score, unknown.contributions), (None, [None; 5]));
    // Thirds of a weight sum to less than they should; a component of no weight adds nothing, but is there.
    let thirds = [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0, 0.0];
    let known = health(&thirds, &[None, None, None, Some(60.0), Some(10.0)]);
    assert_eq!((known.score, known.contributions[4]), (Some(60.0), Some(0.0)));
    // A score that is 76 but for its last digits is 76.
    let bands = [Some(76.0 - 1e-13), Some(75.999), Some(51.0 - 1e-13), Some(50.999), None].map(Band::of);
    assert_eq!(bands, [Band::Green, Band::Yellow, Band::Yellow, Band::Red, Band::Unknown]);
}

/// The rows of a table by month and customer, reduced to some columns.
fn parts(texts: &Texts, table: &Table, columns: &[&Declared]) -> BTreeMap<[String; 2], Vec<String>> {
    let of = |row: &Vec<String>, column: &Declared| row[index(table.name, column)].clone();
    let Some(rows) = texts.get(table.name) else { return BTreeMap::new() };
    let key = |row: &Vec<String>| [of(row, &MONTH), of(row, &HEALTH_CUSTOMER)];
    rows.iter().map(|row| (key(row), columns.iter().map(|column| of(row, column)).collect())).collect()
}

proptest! {
    #![proptest_config(config(24))]

    /// Components and ranks of a month that is over do not depend on what the export says of later days; the hazard does,
    /// because only final months are learnt from.
    #[test]
    fn what_comes_later_changes_no_component(seed in 0_u64..1_000_000, customers in 0_usize..14, which: u64) {
        let world = World::new(seed, customers);
        let range = world.business.range;
        let month = range.first.plus(Random::new(which, 0, 0).below(range.count() as u64) as i32);
        let months = MonthRange::new(range.first, month).unwrap();
        let then = date_of(month.next().days() - 1).min(world.business.as_of);
        let known_then = world.texts(&world.export(), then, months);
        let known_now = world.texts(&world.export(), world.business.as_of, months);
        let components = [&USAGE_SCORE, &SURVEY_SCORE, &SUPPORT_SCORE, &COMMERCIAL_SCORE];
        let ranks = [&ENGAGEMENT_RANK, &SPEND_RANK, &SURVEY_RANK];
        for (table, columns) in [(&HEALTH_TABLE, &components[..]), (&TIERS_TABLE, &ranks[..])] {
            let (then, now) = (parts(&known_then, table, columns), parts(&known_now, table, columns));
            prop_assert_eq!(then, now, "{}", table.name);
        }
    }
}

/// Customers are read one by one whenever a table needs it, whatever tables the job publishes.
#[test]
fn a_table_of_customers_alone_is_that_table_among_all() {
    let world = (0..).map(|seed| World::new(seed, 12)).find(|world| world.business.has_subscriptions).unwrap();
    let (as_of, months) = (world.business.as_of, world.business.range);
    let all = world.texts(&world.export(), as_of, months);
    let mut job = Job::load(&world.export().join("job.toml")).unwrap();
    job.output.tables = Some(vec![CHURN_TABLE.name.to_string()]);
    let storage = Storage::from_pairs([], false).unwrap();
    for table in TABLES_OF_CUSTOMERS {
        let wanted = [table.name.to_string()];
        let computed = pipeline::compute(&job, &storage, as_of, months, Some(&wanted)).unwrap();
        let [alone] = &computed[..] else { panic!("{} tables", computed.len()) };
        assert!(!all[table.name].is_empty(), "{}", table.name);
        assert_eq!(table_csv::text(table, &alone.frame).rows, all[table.name], "{}", table.name);
    }
}

/// What is wrong about single customers stops a publish: a score that is not the sum of its parts, a customer too few, a
/// customer in the wrong band or tier, a decile that counts one too many.
#[test]
fn a_wrong_customer_breaks_a_law() {
    let is_telling = |computed: &[Computed]| {
        let has = |table: &Table, column: &Declared| {
            let computed = computed.iter().find(|computed| computed.table.name == table.name)?;
            computed.frame.column(column.name).unwrap().cast(&DataType::Float64).unwrap().f64().unwrap().sum()
        };
        // scores, more than one band and more than one tier: else nothing can be told apart
        let sums = [
            has(&HEALTH_TABLE, &HEALTH_SCORE),
            has(&HEALTH_BACKTEST_TABLE, &TESTED_CUSTOMERS),
            has(&HEALTH_SUMMARY_TABLE, &RED_CUSTOMERS),
            has(&TIERS_SUMMARY_TABLE, &AT_RISK_TIER_CUSTOMERS),
        ];
        sums.iter().all(|sum| *sum > Some(0.0))
    };
    let whole = |seed| {
        let world = World::new(seed, 12);
        let months = world.business.range;
        (months, world.compute(&world.export(), world.business.as_of, months))
    };
    let (months, computed) = (0..).map(whole).find(|(_, computed)| is_telling(computed)).unwrap();
    let spoil = |table: &Table, spoil: &dyn Fn(&mut DataFrame)| {
        let copy = |c: &Computed| {
            let mut frame = c.frame.clone();
            if c.table.name == table.name {
                spoil(&mut frame);
            }
            Computed { table: c.table, frame }
        };
        let spoilt: Vec<Computed> = computed.iter().map(copy).collect();
        match prove(&spoilt, &Rows::of(&spoilt).unwrap(), months, &Published::default()) {
            Ok(_) => "none".to_string(),
            Err(error) => error.to_string(),
        }
    };
    assert_eq!(spoil(&HEALTH_TABLE, &|_| ()), "none");
    let add = |column: &'static Declared, by: f64| {
        move |frame: &mut DataFrame| {
            let values = frame.column(column.name).unwrap().f64().unwrap().apply(|value| value.map(|value| value + by));
            frame.with_column(values.into_series().into()).unwrap();
        }
    };
    let rename = |column: &'static Declared, to: &'static str| {
        move |frame: &mut DataFrame| {
            let names = StringChunked::full(column.name.into(), to, frame.height());
            frame.with_column(names.into_series().into()).unwrap();
        }
    };
    let shorten = |frame: &mut DataFrame| *frame = frame.slice(1, frame.height() - 1);
    let count = |column: &'static Declared| {
        move |frame: &mut DataFrame| {
            let deciles: Vec<Option<i64>> = frame.column(DECILE.name).unwrap().i64().unwrap().iter().collect();
            let values = frame.column(column.name).unwrap().i64().unwrap().iter().zip(deciles);
            let more = |(value, decile): (Option<i64>, Option<i64>)| value.map(|v| v + i64::from(decile == Some(10)));
            let values: Int64Chunked = values.map(more).collect();
            frame.with_column(values.into_series().with_name(column.name.into()).into()).unwrap();
        }
    };
    for (law, found) in [
        ("contributions_sum_to_score", spoil(&HEALTH_TABLE, &add(&COMMERCIAL_CONTRIBUTION, 1e-6))),
        ("customers_are_rows", spoil(&HEALTH_TABLE, &shorten)),
        ("customers_are_rows", spoil(&HEALTH_TABLE, &rename(&BAND, "green"))),
        ("customers_are_rows", spoil(&TIERS_TABLE, &shorten)),
        ("customers_are_rows", spoil(&TIERS_TABLE, &rename(&TIER, "core"))),
        ("deciles_sum_to_all", spoil(&HEALTH_BACKTEST_TABLE, &count(&TESTED_CUSTOMERS))),
    ] {
        assert!(found.contains(law), "{law}: {found}");
    }
}

/// The sample's customers use less, complain more and answer worse before they leave: scores tell, better than age does,
/// and what they foretell comes about.
#[test]
fn scores_foretell_the_leavers_planted_in_a_sample() {
    let directory = tempfile::tempdir().unwrap();
    let options =
        SampleOptions { customers: 2_000, months: 20, seed: 3, ..SampleOptions::new(directory.path().join("sample")) };
    let report = write(&options).unwrap();
    let job = Job::load(&report.job).unwrap();
    let last: Month = report.last_month.parse().unwrap();
    let months = MonthRange::new(last.plus(-8), last).unwrap();
    let storage = Storage::from_pairs([], false).unwrap();
    let wanted = [HEALTH_BACKTEST_TABLE.name.to_string()];
    let computed = pipeline::compute(&job, &storage, report.as_of.parse().unwrap(), months, Some(&wanted)).unwrap();
    let figures = Figures::of(&computed, &HEALTH_BACKTEST_TABLE);
    let mean = |predictor: &str, decile: &str, column: &Declared| {
        let rows = figures.rows(&[(&PREDICTOR, predictor), (&DECILE, decile)]);
        let values: Vec<f64> = rows.iter().filter_map(|row| figures.number(*row, column)).collect();
        assert_eq!(values.len(), months.count(), "{predictor} {decile} {}", column.name);
        values.iter().sum::<f64>() / values.len() as f64
    };
    let auc = ["health", "usage", "tenure"].map(|predictor| mean(predictor, "0", &AUC));
    assert!(auc[0] > 0.6 && auc[1] > 0.6 && auc[2] < 0.57, "{auc:?}");
    assert!(mean("health", "0", &TOP_DECILE_LIFT) > 1.8);
    let [worst, best] = ["10", "1"].map(|decile| mean("health", decile, &LOST_RATE));
    assert!(worst > 2.5 * best, "{worst} {best}");
    let (foretold, came) = (mean("health", "10", &MEAN_RISK), worst);
    assert!((foretold - came).abs() < 0.05, "{foretold} {came}");
    assert!(mean("health", "0", &BRIER) < mean("health", "0", &BRIER_BASE_RATE));
}
