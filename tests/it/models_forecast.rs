//! Forecasting models on counts whose answer is known, and on counts that say nothing.

use proptest::prelude::*;
use tenure::models::calibration::{Outcome, spreads};
use tenure::models::drift::Walk;
use tenure::models::flow::{AHEAD, Flow, damped};
use tenure::models::interval::student;
use tenure::models::projection::{Base, project};

const Z_95: f64 = 1.959_963_984_540_054;

fn base<'a>(ages: &'a [f64], hazards: &'a [f64]) -> Base<'a> {
    Base { ages, hazards, moving: 0.0, losses: 0.0, at_risk: 100.0, months: 12.0 }
}

#[test]
fn nobody_lost_and_nobody_won_is_the_base_for_ever() {
    let flow = Flow::of_all(&[0.0; 12], 24_000, 0);
    let ahead = project(&base(&[3.0, 0.0, 9.0], &[0.0; 20]), &flow);
    for month in ahead {
        assert_eq!((month.customers, month.lost, month.won), (12.0, 0.0, 0.0));
        // None seen is not none ever.
        assert!(month.variance > 0.0 && month.variance < 2.0, "{month:?}");
    }
}

#[test]
fn everybody_leaves_at_once() {
    let ahead = project(&base(&[5.0, 7.0], &[1.0]), &Flow::of_all(&[], 24_000, 0));
    assert_eq!((ahead[0].customers, ahead[0].lost), (0.0, 12.0));
    assert_eq!((ahead[11].customers, ahead[11].lost), (0.0, 0.0));
}

/// By hand: 100 at age 0 with hazards 1/2, 1/4, then 1/4 for good.
#[test]
fn customers_leave_by_their_age() {
    let ahead = project(&base(&[100.0], &[0.5, 0.25]), &Flow::of_all(&[0.0; 6], 24_000, 0));
    let left: Vec<f64> = ahead[..3].iter().map(|month| month.customers).collect();
    assert_eq!(left, [50.0, 37.5, 28.125]);
    assert_eq!(ahead[1].lost, 12.5);
}

#[test]
fn movers_come_every_month() {
    let moving = Base { moving: 0.1, ..base(&[100.0], &[0.5, 0.0]) };
    let ahead = project(&moving, &Flow::of_all(&[0.0; 6], 24_000, 0));
    assert!((ahead[0].customers - 55.0).abs() < 1e-12 && (ahead[1].customers - 60.5).abs() < 1e-12);
}

#[test]
fn a_steady_flow_goes_on() {
    let flow = Flow::of_all(&[200.0; 36], 24_000, 0);
    assert!(flow.ahead.iter().all(|month| (month - 200.0).abs() < 1.0), "{:?}", flow.ahead);
}

#[test]
fn growth_and_seasons_go_on_damped() {
    let count = |month: i32| {
        let season = if month.rem_euclid(12) == 3 { 2.0 } else { 1.0 };
        1000.0 * (0.02 * f64::from(month)).exp() * season
    };
    let past: Vec<f64> = (0..48).map(count).collect();
    let flow = Flow::of_all(&past, 47, 0);
    for (ahead, expected) in flow.ahead.iter().enumerate() {
        let undamped = count(48 + ahead as i32);
        let least = undamped * (0.02 * (damped(ahead + 1) - (ahead + 1) as f64)).exp();
        assert!(*expected > 0.95 * least && *expected < 1.03 * undamped, "{ahead}: {expected} {least} {undamped}");
    }
    // A part of it that is steadily a tenth, with a gap of two months not yet known.
    let part: Vec<f64> = past[..46].iter().map(|count| (count / 10.0).round()).collect();
    let all = Flow::of_all(&past[..46], 45, 2);
    for (part, all) in Flow::of_part(&part, &all, 2).ahead.iter().zip(&all.ahead) {
        assert!((part / all - 0.1).abs() < 0.002, "{part} {all}");
    }
}

#[test]
fn a_flow_that_stopped_has_stopped() {
    let mut counts = vec![50.0; 30];
    counts.extend([0.0; 6]);
    assert_eq!(Flow::of_all(&counts, 24_000, 0).ahead, [0.0; AHEAD]);
}

#[test]
fn an_explosion_is_not_continued() {
    let counts: Vec<f64> = (0..8).map(|month| 10_f64.powi(month)).collect();
    let most = 2.0 * counts[7];
    assert!(Flow::of_all(&counts, 24_000, 0).ahead.iter().all(|month| *month <= most));
}

#[test]
fn what_does_not_change_does_not_drift() {
    for changes in [vec![], vec![0.0; 18]] {
        let walk = Walk::of(&changes);
        assert_eq!(walk.ahead(12).0, 1.0);
        assert!(walk.ahead(12).1 > walk.ahead(1).1 && walk.ahead(1).1 > 0.0);
    }
}

/// By hand: 18 changes of 2 %, so the noise is 2 x 0.01^2 / 19, and the mean of twelve is drawn towards 0 by 1 part in 115.
#[test]
fn drift_is_drawn_towards_nothing() {
    let (factor, variance) = Walk::of(&[0.02; 18]).ahead(1);
    let noise = 2e-4 / 19.0;
    let precision = 12.0 / noise + 1e4;
    assert!((factor.ln() - 0.02 * 12.0 / noise / precision).abs() < 1e-12, "{factor}");
    assert!((variance - noise - 1.0 / precision).abs() < 1e-12, "{variance}");
    assert!(Walk::of(&[1.0; 18]).ahead(1).0 <= 0.05_f64.exp(), "no drift is endless");
}

/// Published quantiles of Student's t (Abramowitz & Stegun, table 26.10).
#[test]
fn students_quantiles() {
    for (freedom, expected) in [(4.0, 2.776), (6.0, 2.447), (10.0, 2.228), (30.0, 2.042), (1e12, 1.960)] {
        assert!((student(Z_95, freedom) - expected).abs() < 0.01, "{freedom}: {}", student(Z_95, freedom));
    }
    assert!((student(1.281_551_6, 5.0) - 1.476).abs() < 0.005);
}

#[test]
fn intervals_learn_from_errors() {
    let none = spreads([]);
    assert!(none.iter().all(|spread| spread.scale == 1.0 && spread.freedom == 4.0));
    let of = |error: f64| spreads((0..24).map(|age| Outcome { horizon: 1, age, error }));
    assert!(of(0.1)[0].scale < 0.7 && of(3.0)[0].scale > 1.8);
    assert!((of(1.0)[0].scale - 1.0).abs() < 1e-12);
    // The neighbouring horizon learns less, a far one hardly anything.
    assert!(of(3.0)[0].scale > of(3.0)[1].scale && of(3.0)[1].scale > of(3.0)[11].scale);
    assert!(of(f64::INFINITY)[0].scale.is_finite() && of(f64::NAN)[0].scale.is_finite());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn forecasts_of_anything_are_numbers(
        counts in prop::collection::vec(prop_oneof![Just(0_u32), 0..5_u32, 0..100_000_u32], 0..70),
        part in 0.0..1.0_f64,
        gap in 0..4_usize,
        ages in prop::collection::vec(0.0..1e6_f64, 0..50),
        hazards in prop::collection::vec(0.0..=1.0_f64, 0..60),
        moving in -0.5..0.5_f64,
    ) {
        let counts: Vec<f64> = counts.into_iter().map(f64::from).collect();
        let all = Flow::of_all(&counts, 24_000, gap);
        let some: Vec<f64> = counts.iter().map(|count| (count * part).floor()).collect();
        for flow in [Flow::of_part(&some, &all, gap), all] {
            let base = Base { moving, ..base(&ages, &hazards) };
            for month in project(&base, &flow) {
                for number in [month.customers, month.lost, month.won, month.variance] {
                    prop_assert!(number.is_finite() && number >= 0.0, "{month:?}");
                }
            }
        }
    }
}
