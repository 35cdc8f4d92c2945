//! Laws of the models: on any counts, numbers that mean something.

use proptest::prelude::*;
use tenure::models::counts::{AgeCount, from_exposures, shrink};
use tenure::models::curve::Curve;
use tenure::models::interval::{nps, nps_interval, wilson};
use tenure::models::lifetime::{payments, residual_payments, residual_payments_by_age};
use tenure::models::ranking::{Rank, auc, brier, percentiles, ranking, top_lift, weighted_mean};
use tenure::models::survival::{Cell, exposures, kaplan_meier};
use tenure::models::{bdw, sbg};

const CASES: u32 = 100;

fn is_probability(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

/// Curves and their sums are finite, in range and in order.
fn check_curve(curve: &Curve) -> Result<(), TestCaseError> {
    let survivals: Vec<f64> = curve.survivals().take(100).collect();
    prop_assert!(survivals.iter().all(|s| is_probability(*s)), "{curve:?}: {survivals:?}");
    prop_assert!(survivals.windows(2).all(|two| two[1] <= two[0]), "{curve:?} rises");
    for (k, survival) in survivals.iter().enumerate() {
        let alone = curve.survival(k as u64);
        prop_assert!(is_probability(alone) && (alone - survival).abs() < 1e-9, "{curve:?} at {k}: {alone} {survival}");
        prop_assert!(is_probability(curve.hazard(k as u64)), "{curve:?} at {k}");
    }
    for discount in [0.0, 1e-9, 0.008, 5.0] {
        let mut last = 0.0;
        for horizon in [Some(1), Some(12), Some(60), Some(5000), None] {
            let Some(sum) = payments(curve, 0, discount, horizon) else {
                prop_assert!(discount == 0.0 && horizon.is_none(), "{curve:?} {discount} {horizon:?}");
                continue;
            };
            prop_assert!(
                sum.is_finite() && sum >= last * (1.0 - 1e-10) && sum >= 1.0 - 1e-12,
                "{curve:?} {discount} {horizon:?} {sum}"
            );
            last = sum;
            let Some(residual) = residual_payments(curve, 11, discount, horizon) else { continue };
            let by_age = residual_payments_by_age(curve, 12, discount, horizon).unwrap();
            prop_assert!(residual.is_finite() && residual >= 0.0, "{curve:?} {residual}");
            prop_assert!(
                (by_age[11] - residual).abs() <= 1e-9 * (1.0 + residual),
                "{curve:?} {} {residual}",
                by_age[11]
            );
        }
    }
    Ok(())
}

fn check_fits(counts: &[AgeCount]) -> Result<(), TestCaseError> {
    let Some(two) = sbg::fit(counts) else {
        prop_assert!(!counts.iter().any(|count| count.at_risk > 0.0), "no fit of {counts:?}");
        return Ok(());
    };
    let three = bdw::fit(counts, &two);
    prop_assert!(is_probability(two.mean) && is_probability(two.polarisation), "{two:?}");
    prop_assert!(is_probability(three.mean) && is_probability(three.polarisation), "{three:?}");
    prop_assert!(three.shape.is_finite() && three.shape > 0.0, "{three:?}");
    prop_assert!(two.log_likelihood.is_finite() && two.log_likelihood <= 0.0, "{two:?}");
    let slack = 1e-9 * two.log_likelihood.abs();
    prop_assert!(
        three.log_likelihood >= two.log_likelihood - slack && three.log_likelihood <= 0.0,
        "{two:?} {three:?}"
    );
    if std::env::var("SHOW").is_ok() && !two.converged {
        println!("TWO {:?} {} {counts:?}", two.parameters(), two.log_likelihood);
    }
    if std::env::var("SHOW").is_ok() && !three.converged {
        println!("THREE {:?} {} {counts:?}", three.parameters(), three.log_likelihood);
    }
    for (fit, curve, parameters) in [
        (two.log_likelihood, two.curve(), two.parameters().to_vec()),
        (three.log_likelihood, three.curve(), three.parameters().to_vec()),
    ] {
        prop_assert!(parameters.iter().all(|x| x.is_finite()), "{parameters:?}");
        let again = curve.log_likelihood(counts);
        prop_assert!((again - fit).abs() <= 1e-6 * (1.0 + fit.abs()), "{curve:?} {again} {fit}");
        check_curve(&curve)?;
    }
    let finite = |covariance: &[f64]| covariance.iter().all(|v| v.is_finite());
    prop_assert!(
        two.covariance.is_none_or(|c| finite(c.as_flattened()) && c[0][0] >= 0.0 && c[1][1] >= 0.0),
        "{two:?}"
    );
    prop_assert!(three.covariance.is_none_or(|c| finite(c.as_flattened()) && c[0][0] >= 0.0), "{three:?}");
    Ok(())
}

#[test]
fn degenerate_counts_have_answers() {
    let age = |at_risk: f64, losses: f64| AgeCount { at_risk, losses };
    let cases: Vec<Vec<AgeCount>> = vec![
        vec![],
        vec![age(0.0, 0.0)],
        vec![age(1.0, 0.0)],
        vec![age(1.0, 1.0)],
        vec![age(1.0, 0.0), age(1.0, 1.0)],
        vec![age(1000.0, 1000.0)],
        vec![age(1000.0, 0.0); 24],
        vec![age(1000.0, 50.0); 24],
        vec![age(1e9, 4e8), age(6e8, 1e8), age(5e8, 0.0)],
        vec![age(1e9, 1.0), age(1e9, 0.0)],
        vec![age(1000.0, 500.0), age(500.0, 0.0), age(500.0, 0.0)],
        vec![age(1000.0, 0.0), age(1000.0, 0.0), age(1000.0, 1000.0)],
        vec![age(0.0, 0.0), age(0.0, 0.0), age(10.0, 3.0), age(0.0, 0.0), age(7.0, 0.0)],
        // Only later ages were seen, and no mixture fits them: steps by the expected curvature alone do not arrive.
        [vec![age(0.0, 0.0); 4], vec![age(10.0, 7.0), age(2000.0, 2.0), age(10.0, 7.0)]].concat(),
        // Impossible, and still no NaN.
        vec![age(f64::NAN, 1.0), age(10.0, f64::NAN), age(5.0, 9.0), age(-3.0, 2.0), age(f64::INFINITY, 1.0)],
    ];
    for counts in &cases {
        check_fits(counts).unwrap();
        assert!(sbg::fit(counts).is_none_or(|fit| fit.converged), "{counts:?}");
    }
    assert!(sbg::fit(&cases[0]).is_none() && sbg::fit(&cases[1]).is_none());
    assert_eq!(sbg::fit(&cases[6]).unwrap().curve(), Curve::Geometric { hazard: 0.0 });
    assert_eq!(sbg::fit(&cases[5]).unwrap().curve(), Curve::Geometric { hazard: 1.0 });
    // All leave at the third renewal: the steeper the better, which has no end, and neither has a maximum nor an error.
    let steep = bdw::fit(&cases[11], &sbg::fit(&cases[11]).unwrap());
    assert!(!steep.converged && steep.covariance.is_none() && steep.shape > 9.99, "{steep:?}");
    // Half leave at once, the others never: the other end, two kinds of customers.
    let two_kinds = sbg::fit(&cases[10]).unwrap();
    assert!(two_kinds.polarisation > 0.999 && (two_kinds.mean - 0.5).abs() < 1e-6, "{two_kinds:?}");
}

#[test]
fn impossible_curves_stay_in_range() {
    let odd = [f64::NAN, -1.0, 0.0, 1e-300, 1.0, 1e300, f64::INFINITY];
    for a in odd {
        for b in odd {
            for curve in [
                Curve::Geometric { hazard: a },
                Curve::Sbg { alpha: a, beta: b },
                Curve::Bdw { gamma: a, delta: b, shape: 1.5 },
                Curve::Bdw { gamma: 0.5, delta: a, shape: b },
            ] {
                assert!([0, 1, 2, 50, u64::MAX].iter().all(|k| is_probability(curve.survival(*k))), "{curve:?}");
                assert!([0, 1, 2, 50, u64::MAX].iter().all(|k| is_probability(curve.hazard(*k))), "{curve:?}");
                for horizon in [None, Some(12), Some(2000)] {
                    for discount in [0.0, 0.01] {
                        assert!(payments(&curve, 3, discount, horizon).is_none_or(f64::is_finite), "{curve:?}");
                        assert!(
                            residual_payments(&curve, 3, discount, horizon).is_none_or(f64::is_finite),
                            "{curve:?}"
                        );
                    }
                }
            }
        }
    }
}

/// Counts of all sizes, flat and steep, with empty ages.
fn any_counts() -> impl Strategy<Value = Vec<AgeCount>> {
    let size = prop_oneof![Just(0.0), (0_u32..4).prop_map(f64::from), (0.0..5000.0_f64), (1e6..1e9_f64)];
    let share = prop_oneof![Just(0.0), Just(1.0), 0.0..1.0_f64, 0.0..0.05_f64];
    let age = (size, share).prop_map(|(at_risk, share)| AgeCount { at_risk, losses: (at_risk * share).floor() });
    prop::collection::vec(age, 0..30)
}

fn any_cell() -> impl Strategy<Value = Cell> {
    (0_usize..40, -2_i64..50, -2_i64..20, -2_i64..20).prop_map(|(age, entered, lost, censored)| Cell {
        age,
        entered,
        lost,
        censored,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_counts_have_a_fit(counts in any_counts()) {
        check_fits(&counts)?;
        check_fits(&shrink(&counts, &counts, 30.0))?;
    }

    #[test]
    fn no_better_point_is_near_the_fit(counts in any_counts(), by in -0.5..0.5_f64, by_other in -0.5..0.5_f64) {
        if let Some(fit) = sbg::fit(&counts) {
            let [mean, polarisation] = fit.parameters();
            // Within the range of the parameters, whose ends are at 20.
            let near = [mean + by, polarisation + by_other].map(|x| x.clamp(-20.0, 20.0));
            let near = fit.curve_at(&near).log_likelihood(&counts);
            prop_assert!(near <= fit.log_likelihood + 1e-6 + 1e-9 * near.abs(), "{} above {:?}", near, fit);
        }
    }

    #[test]
    fn any_cells_have_a_curve(cells in prop::collection::vec(any_cell(), 0..40)) {
        let exposed = exposures(cells);
        for step in kaplan_meier(exposed.iter().copied()) {
            prop_assert!(is_probability(step.survival) && step.standard_error.is_finite(), "{:?}", step);
        }
        let counts = from_exposures(&exposed);
        check_fits(&counts)?;
        // A ridge without a top says so in both.
        prop_assert!(sbg::fit(&counts).is_none_or(|fit| fit.converged || fit.covariance.is_none()), "{:?}", counts);
    }

    #[test]
    fn whole_cohorts_are_fitted_to_their_end(
        (alpha, beta, shape) in (0.1..10.0_f64, 0.1..200.0_f64, 0.4..2.0_f64),
        (size, ages) in (1e3..1e7_f64, 4_usize..60),
    ) {
        for curve in [Curve::Sbg { alpha, beta }, Curve::Bdw { gamma: alpha, delta: beta, shape }] {
            let left: Vec<f64> = curve.survivals().take(ages + 1).map(|s| (size * s).round()).collect();
            let counts: Vec<AgeCount> =
                left.windows(2).map(|two| AgeCount { at_risk: two[0], losses: two[0] - two[1] }).collect();
            let truth = curve.log_likelihood(&counts);
            let two = sbg::fit(&counts).unwrap();
            let three = bdw::fit(&counts, &two);
            prop_assert!(two.converged, "{:?}", two);
            let least = truth - 1e-6 - 1e-9 * truth.abs();
            prop_assert!(three.log_likelihood >= least, "{:?} below {:?} {}", three, curve, truth);
            let is_at_end = three.parameters().iter().zip([20.0, 20.0, 2.3]).any(|(at, end)| at.abs() >= end);
            prop_assert!(three.converged || is_at_end, "{:?} of {:?}", three, curve);
        }
    }

    #[test]
    fn any_counts_have_intervals(a in -5_i64..2000, b in -5_i64..2000, n in -5_i64..1000) {
        if let Some((lower, upper)) = wilson(a, n) {
            prop_assert!(is_probability(lower) && is_probability(upper) && lower <= upper);
        }
        if let Some(((lower, upper), score)) = nps_interval(a, b, n).zip(nps(a, b, n)) {
            prop_assert!(-100.0 <= lower && lower <= upper && upper <= 100.0);
            prop_assert!((-100.0..=100.0).contains(&score));
        }
    }

    #[test]
    fn ranks_ignore_the_order_of_rows(
        rows in prop::collection::vec((-5_i64..5, any::<bool>()), 0..60),
        turn in 0_usize..60,
    ) {
        let turned: Vec<_> = rows.iter().cycle().skip(turn).take(rows.len()).copied().collect();
        let split = |rows: &[(i64, bool)]| -> (Vec<i64>, Vec<bool>) { rows.iter().copied().unzip() };
        let ((scores, happened), (other, other_happened)) = (split(&rows), split(&turned));
        let (ranked, others) = (ranking(&scores), ranking(&other));
        prop_assert_eq!(auc(&ranked, &happened), auc(&others, &other_happened));
        let (lift, other_lift) = (top_lift(&ranked, &happened, 0.1), top_lift(&others, &other_happened, 0.1));
        prop_assert!(lift.zip(other_lift).is_none_or(|(a, b)| (a - b).abs() < 1e-9 && a >= 0.0 && a.is_finite()));
        let ranks = percentiles(&scores);
        let mean = weighted_mean(ranks.iter().map(|rank| (1.0, *rank)));
        prop_assert!(mean.is_none_or(|mean| (mean - 50.0).abs() < 1e-9));
        prop_assert!(ranks.iter().all(|rank| *rank > 0.0 && *rank < 100.0));
        // By definition: pairs won, ties half.
        let (mut wins, mut pairs) = (0.0, 0.0);
        for (score, _) in rows.iter().filter(|(_, happened)| *happened) {
            for (other, _) in rows.iter().filter(|(_, happened)| !*happened) {
                pairs += 1.0;
                wins += if score > other { 1.0 } else if score == other { 0.5 } else { 0.0 };
            }
        }
        let by_pairs: Option<f64> = (pairs > 0.0).then(|| wins / pairs);
        prop_assert_eq!(auc(&ranked, &happened).is_some(), by_pairs.is_some());
        prop_assert!(auc(&ranked, &happened).zip(by_pairs).is_none_or(|(a, b)| (a - b).abs() < 1e-12));
    }

    /// Whether values lie close together or far apart, ranks are counts of those that are less and of those that are equal.
    #[test]
    fn ranks_are_counts(
        values in prop::collection::vec(-40_i64..40, 0..60),
        scale in prop_oneof![Just(1_i64), Just(1_000_000_007)],
    ) {
        let values: Vec<i64> = values.iter().map(|value| value * scale).collect();
        let floats: Vec<f64> = values.iter().map(|value| *value as f64 / 3.0).collect();
        let count = |is: &dyn Fn(&&i64) -> bool| values.iter().filter(is).count() as u32;
        let rank = |value: &i64| {
            Rank { less: count(&|other| *other < value), equal: count(&|other| *other == value), n: values.len() as u32 }
        };
        let expected: Vec<Rank> = values.iter().map(rank).collect();
        prop_assert_eq!(&ranking(&values), &expected);
        prop_assert_eq!(&ranking(&floats), &expected);
    }

    #[test]
    fn any_floats_have_ranks(values in prop::collection::vec(prop_oneof![any::<f64>(), Just(f64::NAN)], 0..40)) {
        let happened: Vec<bool> = values.iter().map(|value| *value > 0.0).collect();
        prop_assert!(percentiles(&values).iter().all(|rank| *rank > 0.0 && *rank < 100.0));
        let ranked = ranking(&values);
        prop_assert!(auc(&ranked, &happened).is_none_or(is_probability));
        prop_assert!(top_lift(&ranked, &happened, 0.1).is_none_or(f64::is_finite));
        prop_assert!(brier(&values, &happened).is_none_or(is_probability));
    }
}
