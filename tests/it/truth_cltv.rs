//! How far the lifetimes and values of `cltv` are from what a sample plants, and its projections from what came.
//!
//! `cargo nextest run --release --no-capture -E 'test(truth_cltv)'` prints the biases.

use std::collections::BTreeMap;
use std::fs;

use tenure::job::Job;
use tenure::month::{Month, MonthRange};
use tenure::sample::truth::lifetime::{self, Lifetime};
use tenure::sample::{SampleOptions, write};
use tenure::storage::Storage;
use tenure::tables::Input;
use tenure::tables::outputs::*;

use crate::support::figures::Figures;

/// Of the first payment; those sampled end with the sample.
const HORIZONS: [usize; 4] = [12, 24, 36, 60];
const METHODS: [&str; 4] = ["constant_pv", "empirical", "sbg", "bdw"];

/// (method, horizon) -> relative error.
type Biases = BTreeMap<(&'static str, usize), f64>;

struct Measured {
    lifetime: Biases,
    value: Biases,
    backtest: Biases,
    /// The margin of `cltv` over that of the customers a new one becomes, in the first 36 months.
    margin: f64,
}

/// How many samples: 1, or TENURE_TRUTH_SEEDS for a better measurement.
fn seeds() -> u64 {
    std::env::var("TENURE_TRUTH_SEEDS").map_or(1, |seeds| seeds.parse().unwrap())
}

/// A sample of 20 000 customers and 48 months; its last month, in which everything is final.
fn measure(seed: u64, lived: &Lifetime) -> Measured {
    let directory = tempfile::tempdir().unwrap();
    let defaults = SampleOptions::new(directory.path().join("sample"));
    let options = SampleOptions { customers: 20_000, months: 48, seed, events_per_customer_month: 0.0, ..defaults };
    let report = write(&options, &|_| {}).unwrap();
    let truth: serde_json::Value =
        serde_json::from_slice(&fs::read(options.out.join("truth.json")).unwrap()).unwrap();
    let planted = |horizon: usize| {
        let told = truth["planted_lifetimes"].as_array().unwrap().iter();
        let mut found = told.filter(|told| told["horizon_months"] == horizon);
        found.next().unwrap()["lifetime_months"].as_f64().unwrap()
    };

    let mut job = Job::load(&report.job).unwrap();
    // what customers pay is planted, not what keeping them costs
    job.inputs.remove(&Input::RetentionCosts);
    let month: Month = report.last_month.parse().unwrap();
    let as_of = jiff::civil::Date::from(month.next().first_day())
        .checked_add(jiff::Span::new().days(job.settle_days - 1))
        .unwrap();
    let tables = ["cltv", "cltv_backtest"].map(str::to_string);
    let months = MonthRange::new(month, month).unwrap();
    let storage = Storage::from_pairs([], false).unwrap();
    let computed = tenure::pipeline::compute(&job, &storage, as_of, months, Some(&tables)).unwrap();

    let cltv = Figures::of(&computed, &CLTV_TABLE);
    let discount = (1.0 + job.discount_rate_annual).powf(1.0 / 12.0);
    let (mut lifetime, mut value) = (Biases::new(), Biases::new());
    for method in METHODS {
        for horizon in HORIZONS {
            let row = cltv.row("all", "all", &[(&METHOD, method), (&HORIZON_MONTHS, &*horizon.to_string())]);
            assert_eq!(cltv.rows(&[(&IS_FINAL, "true")]).len(), cltv.rows(&[]).len());
            let found = cltv.number(row, &LIFETIME_MONTHS).unwrap_or(f64::NAN);
            lifetime.insert((method, horizon), found / planted(horizon) - 1.0);
            let worth: f64 = (0..horizon).map(|k| lived.mrr[k] / discount.powi(k as i32)).sum();
            let found = cltv.integer(row, &VALUE).map_or(f64::NAN, |ticks| ticks as f64 / 10_000.0);
            value.insert((method, horizon), found / (worth * job.gross_margin) - 1.0);
        }
    }
    let row = cltv.row("all", "all", &[(&METHOD, "empirical"), (&HORIZON_MONTHS, "36")]);
    let margin = cltv.integer(row, &MONTHLY_MARGIN).unwrap() as f64 / 10_000.0;
    let own = lived.payments(36) / lived.survival[..36].iter().sum::<f64>() * job.gross_margin;

    let backtest = Figures::of(&computed, &CLTV_BACKTEST_TABLE);
    let bias = |method: &'static str, horizon: usize| {
        let row = backtest.row("all", "all", &[(&METHOD, method), (&HORIZON_MONTHS, &*horizon.to_string())]);
        ((method, horizon), backtest.number(row, &BIAS).unwrap())
    };
    let keys = ["constant", "empirical", "sbg", "bdw"].into_iter().flat_map(|method| [12, 24].map(|h| (method, h)));
    let backtest = keys.map(|(method, horizon)| bias(method, horizon)).collect();
    Measured { lifetime, value, backtest, margin: margin / own - 1.0 }
}

fn print(seed: u64, what: &str, biases: &Biases) {
    for ((method, horizon), bias) in biases {
        println!("seed {seed}: {what:<15} {method:<11} {horizon:>2} months {:>+7.2} %", 100.0 * bias);
    }
}

#[test]
fn the_headline_is_near_the_planted_truth() {
    let lived = lifetime::of_new_customers(4_711, 60_000, 60).unwrap();
    for seed in 1..=seeds() {
        let measured = measure(seed, &lived);
        print(seed, "lifetime_months", &measured.lifetime);
        print(seed, "value", &measured.value);
        print(seed, "backtest", &measured.backtest);
        println!("seed {seed}: margin {:+.2} % of a new customer's in 36 months", 100.0 * measured.margin);
    }
}
