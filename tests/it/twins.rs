//! The engine and the SQL on what a random business draws seldom, and on all of it together.

use tenure::job::Job;
use tenure::sample::nasty::{NastyBusiness, nasty};
use tenure::verify::compare::Difference;

use crate::verify_views::differences;

fn found(business: &NastyBusiness) -> Vec<Difference> {
    let directory = tempfile::tempdir().unwrap();
    let job = Job::load(&business.write(&directory.path().join("export")).unwrap()).unwrap();
    differences(&job, business.as_of, business.range, directory.path())
}

/// `TENURE_TWIN_FROM=1000 TENURE_TWIN_TO=1100` look at other businesses than the usual ones.
fn seeds() -> std::ops::Range<u64> {
    let given = |name: &str, usual| std::env::var(name).map_or(usual, |seed| seed.parse().unwrap());
    given("TENURE_TWIN_FROM", 200)..given("TENURE_TWIN_TO", 203)
}

#[test]
fn the_twins_agree_on_snapshots_entitled_customers_and_short_histories() {
    let mut wrong = Vec::new();
    for seed in seeds() {
        for (is_snapshots, is_entitled, has_history) in
            [(true, false, false), (true, true, false), (false, true, false), (false, false, true), (false, true, true)]
        {
            let mut business = nasty(seed, 10).unwrap();
            business.shape.is_snapshots = is_snapshots;
            business.is_entitled = is_entitled;
            let middle = business.range.first.plus(business.range.count() as i32 / 2);
            business.history_from = has_history.then(|| middle.first_day());
            let name = format!("seed {seed}, snapshots {is_snapshots}, entitled {is_entitled}, history {has_history}");
            wrong.extend(found(&business).iter().take(3).map(|difference| format!("{name}: {difference:?}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
