//! How far the lifetimes and values of `cltv` are from what a sample plants, and its projections from what came.
//!
//! `TENURE_TRUTH_SEEDS=20 cargo nextest run --release --no-capture -E 'test(truth_cltv)'` prints what was measured.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value as Json;
use tenure::job::Job;
use tenure::month::{Month, MonthRange};
use tenure::sample::truth::lifetime::{self, Lifetime};
use tenure::sample::{SampleOptions, write};
use tenure::storage::Storage;
use tenure::tables::outputs::*;
use tenure::tables::{Column, Input};

use crate::support::figures::Figures;

const HORIZONS: [usize; 4] = [12, 24, 36, 60];
const METHODS: [&str; 4] = ["constant_pv", "empirical", "sbg", "bdw"];

/// (what, method, horizon) -> relative error.
type Biases = BTreeMap<(&'static str, &'static str, usize), f64>;

/// Against the planted survival: `lifetime_months`, and `value` at the margin it was computed with.
const LIFETIME: &str = "lifetime_months";
const PAYMENTS: &str = "value / margin";
/// `value` against what new customers, simulated to the end, come to pay: of everybody, and of the plans by their share of
/// the new customers.
const VALUE_OF_NEW: &str = "value";
const VALUE_BY_PLAN: &str = "value by plan";
const BACKTEST: &str = "back-test";

/// How many samples: 4, or TENURE_TRUTH_SEEDS for a better measurement.
fn seeds() -> u64 {
    std::env::var("TENURE_TRUTH_SEEDS").map_or(4, |seeds| seeds.parse().unwrap())
}

/// A sample of 20 000 customers and 48 months, computed for its last month once that is final.
struct World {
    truth: Json,
    job: Job,
    cltv: Figures,
    backtest: Figures,
}

impl World {
    fn new(seed: u64) -> World {
        let directory = tempfile::tempdir().unwrap();
        let defaults = SampleOptions::new(directory.path().join("sample"));
        let options = SampleOptions { customers: 20_000, months: 48, seed, events_per_customer_month: 0.0, ..defaults };
        let report = write(&options).unwrap();
        let mut job = Job::load(&report.job).unwrap();
        // what customers pay is planted, not what keeping them costs
        job.inputs.remove(&Input::RetentionCosts);
        let month: Month = report.last_month.parse().unwrap();
        let settled = jiff::Span::new().days(job.settle_days - 1);
        let as_of = month.next().first_day().checked_add(settled).unwrap();
        let tables = ["cltv", "cltv_backtest"].map(str::to_string);
        let months = MonthRange::new(month, month).unwrap();
        let storage = Storage::from_pairs([], false).unwrap();
        let computed = tenure::pipeline::compute(&job, &storage, as_of, months, Some(&tables)).unwrap();
        World {
            truth: serde_json::from_slice(&fs::read(options.out.join("truth.json")).unwrap()).unwrap(),
            cltv: Figures::of(&computed, &CLTV_TABLE),
            backtest: Figures::of(&computed, &CLTV_BACKTEST_TABLE),
            job,
        }
    }

    /// What a payment after so many months is worth.
    fn worth(&self, months: usize) -> f64 {
        (1.0 + self.job.discount_rate_annual).powf(-(months as f64) / 12.0)
    }

    /// Planted (payments, discounted payments) of a new customer.
    fn planted(&self, horizon: usize) -> (f64, f64) {
        let survival = self.truth["planted_survival"].as_array().unwrap();
        let terms = || survival[..horizon].iter().map(|share| share.as_f64().unwrap()).enumerate();
        (terms().map(|(_, share)| share).sum(), terms().map(|(k, share)| share * self.worth(k)).sum())
    }

    fn row(&self, dimension: &str, segment: &str, method: &str, horizon: usize) -> usize {
        let row = self.cltv.row(dimension, segment, &[(&METHOD, method), (&HORIZON_MONTHS, &horizon.to_string())]);
        assert!(self.cltv.rows(&[(&IS_FINAL, "true")]).contains(&row));
        row
    }

    fn money(&self, row: usize, column: &Column) -> Option<f64> {
        self.cltv.integer(row, column).map(|ticks| ticks as f64 / 10_000.0)
    }

    /// The values of the plans, weighted by how many customers began with them.
    fn value_by_plan(&self, method: &str, horizon: usize) -> Option<f64> {
        let (mut sum, mut all) = (0.0, 0.0);
        for told in self.truth["new_customers"].as_array().unwrap() {
            let (plan, customers) = (told["plan"].as_str().unwrap(), told["customers"].as_f64().unwrap());
            sum += customers * self.money(self.row("plan", plan, method, horizon), &VALUE)?;
            all += customers;
        }
        Some(sum / all)
    }

    fn biases(&self, lived: &Lifetime) -> Biases {
        let mut biases = Biases::new();
        for (method, horizon) in METHODS.into_iter().flat_map(|method| HORIZONS.map(|horizon| (method, horizon))) {
            let row = self.row("all", "all", method, horizon);
            let (lifetime, discounted) = self.planted(horizon);
            let paid: f64 = (0..horizon).map(|k| lived.mrr[k] * self.worth(k)).sum::<f64>() * self.job.gross_margin;
            let value = self.money(row, &VALUE);
            let margin = self.money(row, &MONTHLY_MARGIN).unwrap();
            let found = [
                (LIFETIME, self.cltv.number(row, &LIFETIME_MONTHS).map(|months| months / lifetime)),
                (PAYMENTS, value.map(|value| value / margin / discounted)),
                (VALUE_OF_NEW, value.map(|value| value / paid)),
                (VALUE_BY_PLAN, self.value_by_plan(method, horizon).map(|value| value / paid)),
            ];
            biases.extend(found.into_iter().filter_map(|(what, ratio)| Some(((what, method, horizon), ratio? - 1.0))));
        }
        for method in ["constant", "empirical", "sbg", "bdw"] {
            for horizon in [12, 24] {
                let wanted = [(&METHOD, method), (&HORIZON_MONTHS, &*horizon.to_string())];
                let row = self.backtest.row("all", "all", &wanted);
                biases.insert((BACKTEST, method, horizon), self.backtest.number(row, &BIAS).unwrap());
            }
        }
        biases
    }

    /// Whether the published interval of the headline holds the planted payments at its margin.
    fn is_within_interval(&self) -> bool {
        let row = self.row("all", "all", "empirical", 36);
        let money = |column: &Column| self.money(row, column).unwrap();
        let truth = money(&MONTHLY_MARGIN) * self.planted(36).1;
        (money(&VALUE_LOWER)..=money(&VALUE_UPPER)).contains(&truth)
    }
}

/// Of one bias over the samples.
#[derive(Clone, Copy)]
struct Range {
    mean: f64,
    lowest: f64,
    highest: f64,
}

fn ranges(measured: &[Biases]) -> BTreeMap<(&'static str, &'static str, usize), Range> {
    let keys: BTreeSet<_> = measured.iter().flat_map(BTreeMap::keys).copied().collect();
    let range = |key: &_| {
        let values = || measured.iter().filter_map(|biases| biases.get(key)).copied();
        Range {
            mean: values().sum::<f64>() / values().count() as f64,
            lowest: values().fold(f64::INFINITY, f64::min),
            highest: values().fold(f64::NEG_INFINITY, f64::max),
        }
    };
    keys.into_iter().map(|key| (key, range(&key))).collect()
}

/// Bounds are two to three times what was measured over twenty samples.
#[test]
fn the_headline_is_near_the_planted_truth() {
    let lived = lifetime::of_new_customers(4_711, 100_000, 60).unwrap();
    let (mut measured, mut covered) = (Vec::new(), 0);
    for seed in 1..=seeds() {
        let world = World::new(seed);
        covered += u64::from(world.is_within_interval());
        measured.push(world.biases(&lived));
    }
    let ranges = ranges(&measured);
    println!("{} samples: bias            horizon        mean    lowest   highest", measured.len());
    for ((what, method, horizon), range) in &ranges {
        let [mean, low, high] = [range.mean, range.lowest, range.highest].map(|bias| 100.0 * bias);
        println!("{what:<16} {method:<11} {horizon:>2} months {mean:>+9.2} % {low:>+7.2} % {high:>+7.2} %");
    }
    println!("the 95 % interval of empirical at 36 months holds the truth in {covered} of {} samples", measured.len());
    let held = |what, method, horizon, mean: f64, each: f64| {
        let range = ranges[&(what, method, horizon)];
        assert!(range.mean.abs() < mean, "{what}, {method}, {horizon} months: {:+.4} on average", range.mean);
        let (low, high) = (range.lowest, range.highest);
        assert!(low > -each && high < each, "{what}, {method}, {horizon} months: {low:+.4} to {high:+.4}");
    };

    // how long new customers stay: the headline best, models that smooth it well enough
    for what in [LIFETIME, PAYMENTS] {
        [12, 24, 36].into_iter().for_each(|horizon| held(what, "empirical", horizon, 0.01, 0.03));
        held(what, "empirical", 60, 0.02, 0.04);
        HORIZONS.into_iter().for_each(|horizon| held(what, "sbg", horizon, 0.02, 0.04));
        HORIZONS.into_iter().for_each(|horizon| held(what, "bdw", horizon, 0.03, 0.06));
        // one churn rate for all takes those likely to leave for as loyal as the rest, and the rest for as fickle
        assert!(ranges[&(what, "constant_pv", 24)].mean > 0.03 && ranges[&(what, "constant_pv", 60)].mean < -0.01);
    }
    assert!(10 * covered >= 8 * seeds(), "the interval holds the truth in {covered} samples");

    // What they pay: the margin is that of the present customers, who are older and so on larger plans than new ones. It is too
    // high for the first year, too low for the fifth, and about right at three years, within plans sooner.
    held(VALUE_OF_NEW, "empirical", 36, 0.06, 0.12);
    held(VALUE_BY_PLAN, "empirical", 36, 0.06, 0.12);
    let mean = |what, horizon| ranges[&(what, "empirical", horizon)].mean;
    assert!((0.1..0.35).contains(&mean(VALUE_OF_NEW, 12)) && (-0.25..-0.05).contains(&mean(VALUE_OF_NEW, 60)));
    assert!(mean(VALUE_BY_PLAN, 12).abs() < mean(VALUE_OF_NEW, 12).abs() / 2.0);
    assert!(mean(VALUE_BY_PLAN, 60).abs() < mean(VALUE_OF_NEW, 60).abs());

    // projections of the customers then present
    for method in ["empirical", "sbg", "bdw"] {
        held(BACKTEST, method, 12, 0.03, 0.06);
        held(BACKTEST, method, 24, 0.06, 0.12);
    }
    held(BACKTEST, "constant", 12, 0.05, 0.08);
    assert!(ranges[&(BACKTEST, "constant", 24)].mean < -0.03, "loyal customers stay longer than at one rate for all");
}
