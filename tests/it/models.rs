//! The retention models and statistics against published numbers, and against businesses whose truth is planted.

use tenure::models::bdw;
use tenure::models::counts::{AgeCount, from_exposures, log_likelihood, shrink};
use tenure::models::curve::Curve;
use tenure::models::interval::{delta_method, normal, nps, nps_interval, wilson};
use tenure::models::lifetime::{payments, residual_payments, residual_payments_by_age};
use tenure::models::ranking::{Rank, auc, brier, percentiles, ranking, ranks, top_lift, weighted_mean};
use tenure::models::sbg;
use tenure::models::special::gamma_difference;
use tenure::models::survival::{Cell, exposures, kaplan_meier};

/// Customers left in years 0 to 7. Source: Fader & Hardie 2007, "How to Project Customer Retention", table 1.
const REGULAR: [i64; 8] = [1000, 631, 468, 382, 326, 289, 262, 241];
const HIGH_END: [i64; 8] = [1000, 869, 743, 653, 593, 551, 517, 491];

/// Counts of a cohort by the numbers left, over its first renewals.
fn cohort(left: &[i64], renewals: usize) -> Vec<AgeCount> {
    let pairs: Vec<(i64, i64)> = left.windows(2).take(renewals).map(|two| (two[0], two[0] - two[1])).collect();
    from_exposures(&pairs)
}

#[track_caller]
fn close(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value}, expected {expected} within {tolerance}");
}

fn sbg_of(counts: &[AgeCount]) -> sbg::Fit {
    sbg::fit(counts).unwrap()
}

fn bdw_of(counts: &[AgeCount]) -> bdw::Fit {
    bdw::fit(counts, &sbg_of(counts))
}

#[test]
fn sbg_has_the_published_maximum() {
    // Source: Fader & Hardie 2007, its spreadsheet and the likelihood of its data. For High End, T = 7, the
    // paper's body prints alpha = .688; its appendix and the likelihood give .668.
    for (left, renewals, alpha, beta, log_likelihood) in [
        (REGULAR, 4, 0.76367, 1.29583, -1401.5594),
        (REGULAR, 7, 0.70408, 1.18204, -1680.2652),
        (HIGH_END, 4, 1.28098, 7.79038, -1225.1349),
        (HIGH_END, 7, 0.66809, 3.80609, -1611.1581),
    ] {
        let fit = sbg_of(&cohort(&left, renewals));
        let (a, b) = fit.alpha_beta().unwrap();
        close(fit.log_likelihood, log_likelihood, 1e-3);
        close(a, alpha, 1e-2);
        close(b, beta, 1e-2);
        close(fit.mean, alpha / (alpha + beta), 1e-4);
        assert!(fit.converged && !fit.is_homogeneous && fit.covariance.is_some());
    }
}

#[test]
fn sbg_likelihood_away_from_the_maximum_is_the_published_one() {
    // Source: start values of the spreadsheets of Fader & Hardie 2007, High End, T = 7; .688 is the paper's misprint.
    let counts = cohort(&HIGH_END, 7);
    for (alpha, beta, expected) in [(1.0, 1.0, -2115.5455), (0.01, 0.01, -2741.7009), (0.688, 3.806, -1611.355)] {
        close(Curve::Sbg { alpha, beta }.log_likelihood(&counts), expected, if alpha == 0.688 { 1e-2 } else { 1e-4 });
    }
}

#[test]
fn bdw_has_the_published_maximum() {
    // Source: Fader, Hardie, Liu, Davin & Steenburgh 2018, "How to Project Customer Retention" Revisited: The Role of
    // Duration Dependence.
    for (left, renewals, gamma, delta, shape, log_likelihood) in [
        (REGULAR, 4, 0.5230, 0.8943, 1.1964, -1401.3831),
        (REGULAR, 7, 0.4556, 0.7793, 1.2835, -1679.6028),
        (HIGH_END, 4, 0.2593, 1.7226, 1.5844, -1222.7493),
    ] {
        let fit = bdw_of(&cohort(&left, renewals));
        let Curve::Bdw { gamma: g, delta: d, shape: c } = fit.curve() else { panic!("{fit:?}") };
        close(fit.log_likelihood, log_likelihood, 1e-3);
        close(g, gamma, 1e-2);
        close(d, delta, 1e-2);
        close(c, shape, 1e-2);
        assert!(fit.converged && fit.covariance.is_some());
    }
}

#[test]
fn the_third_parameter_must_earn_its_place() {
    let counts = cohort(&HIGH_END, 7);
    let (two, three) = (sbg_of(&counts), bdw_of(&counts));
    assert!(three.log_likelihood > two.log_likelihood + 1.92 && bdw::is_preferred(&three, &two, 7));
    assert!(!bdw::is_preferred(&three, &two, 5), "five ages are too few for three parameters");
    // 2 x (1680.2652 - 1679.6028) = 1.32 < 3.84, from the tables above.
    let counts = cohort(&REGULAR, 7);
    assert!(!bdw::is_preferred(&bdw_of(&counts), &sbg_of(&counts), 7));
}

#[test]
fn fitted_survival_is_the_published_one() {
    // Source: data/published_numbers.md, the fit of Fader & Hardie 2007 (Regular, T = 7), in percent.
    let published = [62.67, 47.38, 38.80, 33.21, 29.23, 26.25, 23.90, 22.01, 20.44, 19.12, 17.99, 17.00];
    let curve = sbg_of(&cohort(&REGULAR, 7)).curve();
    for (index, (survival, expected)) in curve.survivals().skip(1).zip(published).enumerate() {
        close(100.0 * survival, expected, 0.006);
        close(curve.survival(index as u64 + 1), survival, 1e-12);
    }
}

#[test]
fn discounted_lifetimes_are_the_published_ones() {
    // Source: data/published_numbers.md, from Fader et al. 2018: d = 10 %, fits to four renewals, DEL and DERL just
    // before the fifth renewal. DERL does not discount the first payment to come.
    for (left, two, three) in [(REGULAR, (3.62, 5.68), (3.69, 6.03)), (HIGH_END, (5.46, 5.87), (5.99, 7.32))] {
        let counts = cohort(&left, 4);
        for (curve, (del, derl)) in [(sbg_of(&counts).curve(), two), (bdw_of(&counts).curve(), three)] {
            close(payments(&curve, 0, 0.1, None).unwrap(), del, 0.0051);
            close(1.1 * residual_payments(&curve, 4, 0.1, None).unwrap(), derl, 0.0051);
        }
    }
}

#[test]
fn residual_value_is_the_published_one() {
    // Source: Fader & Hardie 2015, "Simple Probability Models for Computing CLV and CE": 100 a period, d = 10 %.
    let curve = Curve::Sbg { alpha: 0.764, beta: 1.296 };
    for (renewal, expected) in [(1, 288.22), (2, 393.94), (5, 568.25)] {
        close(110.0 * residual_payments(&curve, renewal - 1, 0.1, None).unwrap(), expected, 0.02);
    }
    let constant = Curve::Geometric { hazard: 1.0 - 0.833 };
    close(110.0 * residual_payments(&constant, 3, 0.1, None).unwrap(), 343.18, 0.02);
}

#[test]
fn constant_retention_is_the_annuity() {
    // Source: m (1 + d) / (1 + d - r) and m r / (1 + d - r), Gupta & Lehmann 2003; m = 8, r = .95, 10 % a year.
    let (curve, d) = (Curve::Geometric { hazard: 0.05 }, 1.1_f64.powf(1.0 / 12.0) - 1.0);
    close(d, 0.007_974_14, 1e-8);
    close(8.0 * payments(&curve, 0, d, None).unwrap(), 139.0929, 1e-4);
    close(8.0 * residual_payments(&curve, 7, d, None).unwrap(), 131.0929, 1e-4);
}

#[test]
fn an_infinite_lifetime_has_no_number() {
    for curve in [
        Curve::Sbg { alpha: 1.0, beta: 3.0 },
        Curve::Bdw { gamma: 0.5, delta: 2.0, shape: 2.0 },
        Curve::Geometric { hazard: 0.0 },
    ] {
        assert_eq!(payments(&curve, 0, 0.0, None), None);
        assert_eq!(residual_payments(&curve, 9, 0.0, None), None);
        assert!(payments(&curve, 0, 1e-6, None).is_some() && payments(&curve, 0, 0.0, Some(600)).is_some());
    }
}

/// The sum of the first terms, added up as it is written.
fn plain_sum(curve: &Curve, survived: u64, discount: f64, terms: u64) -> f64 {
    let (mut sum, mut term) = (0.0, 1.0);
    for k in 0..terms {
        sum += term;
        term *= (1.0 - curve.hazard(survived + k + 1)) / (1.0 + discount);
    }
    sum
}

#[test]
fn long_sums_are_those_of_their_terms() {
    let curves = [
        Curve::Sbg { alpha: 0.668, beta: 3.806 },
        Curve::Sbg { alpha: 300.0, beta: 90_000.0 },
        Curve::Bdw { gamma: 0.26, delta: 1.72, shape: 1.58 },
        Curve::Bdw { gamma: 1e4, delta: 1e12, shape: 2.5 },
        Curve::Bdw { gamma: 3.0, delta: 40.0, shape: 0.4 },
    ];
    for curve in &curves {
        for (survived, discount) in [(0, 1e-4), (50, 1e-4), (5000, 0.008), (3, 1e-3)] {
            // exp(-400 000 x 1e-4) is 4e-18.
            let all = plain_sum(curve, survived, discount, 400_000);
            close(payments(curve, survived, discount, None).unwrap() / all, 1.0, 1e-10);
            for horizon in [0, 1, 36, 1024, 1025, 3000, 100_000] {
                let some = plain_sum(curve, survived, discount, horizon);
                close(payments(curve, survived, discount, Some(horizon)).unwrap(), some, 1e-10 * some);
            }
        }
    }
}

#[test]
fn endless_sums_without_discount_are_the_closed_forms() {
    // The BdW of shape 1 is the sBG, whose undiscounted lifetime is (alpha + beta - 1) / (alpha - 1); the series of
    // alpha 1.01 would still lack two thirds of it after 1e48 terms.
    for (alpha, beta) in [(1.01, 2.0), (1.5, 30.0), (4.0, 0.2), (40.0, 4000.0)] {
        let series = payments(&Curve::Bdw { gamma: alpha, delta: beta, shape: 1.0 }, 7, 0.0, None).unwrap();
        let closed = payments(&Curve::Sbg { alpha, beta }, 7, 0.0, None).unwrap();
        close(closed, (alpha + beta + 6.0) / (alpha - 1.0), 1e-9 * closed);
        close(series / closed, 1.0, 1e-9);
        // Almost no discount is almost the same, where the mean is not all in the far tail.
        let barely = payments(&Curve::Sbg { alpha, beta }, 7, 1e-13, None).unwrap();
        assert!(
            barely <= closed * (1.0 + 1e-10) && (alpha < 2.0 || barely > closed * (1.0 - 1e-7)),
            "{barely} {closed}"
        );
    }
}

#[test]
fn residuals_by_age_are_the_residuals_one_by_one() {
    for curve in [Curve::Sbg { alpha: 0.7, beta: 1.2 }, Curve::Bdw { gamma: 0.3, delta: 1.7, shape: 1.6 }] {
        for horizon in [Some(12), Some(60), None] {
            let by_age = residual_payments_by_age(&curve, 100, 0.008, horizon).unwrap();
            assert_eq!(by_age.len(), 100);
            for (survived, residual) in by_age.into_iter().enumerate() {
                let alone = residual_payments(&curve, survived as u64, 0.008, horizon).unwrap();
                close(residual / alone, 1.0, 1e-10);
            }
        }
    }
}

#[test]
fn kaplan_meier_has_the_published_curve() {
    // Source: Freireich et al. 1963, 6-MP remissions in weeks, the treated group; + is censored: 6 6 6 6+ 7 9+ 10 10+
    // 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+. Curve: Kleinbaum & Klein, "Survival Analysis".
    let (lost, censored) = ([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
    let losses = lost.map(|age| Cell { age, lost: 1, ..Cell::default() });
    let ends = censored.map(|age| Cell { age, censored: 1, ..Cell::default() });
    let start = Cell { age: 0, entered: 21, ..Cell::default() };
    let steps = kaplan_meier(exposures(losses.into_iter().chain(ends).chain([start])));
    for (age, at_risk, losses, survival, error) in [
        (6, 21, 3, 0.8571, 0.0764),
        (7, 17, 1, 0.8067, 0.0869),
        (10, 15, 1, 0.7529, 0.0963),
        (13, 12, 1, 0.6902, 0.1068),
        (16, 11, 1, 0.6275, 0.1141),
        (22, 7, 1, 0.5378, 0.1282),
        (23, 6, 1, 0.4482, 0.1346),
    ] {
        let step: tenure::models::survival::Step = steps[age];
        assert_eq!((step.at_risk, step.losses), (at_risk, losses), "week {age}");
        close(step.survival, survival, 5e-5);
        close(step.standard_error, error, 5e-5);
    }
}

#[test]
fn intervals_are_the_published_ones() {
    // Source: Newcombe 1998, "Two-sided confidence intervals for the single proportion".
    for (hits, trials, lower, upper) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let (low, high) = wilson(hits, trials).unwrap();
        close(low, lower, 5e-5);
        close(high, upper, 5e-5);
    }
    // Source: Rocks 2016, "Interval Estimation for the Net Promoter Score"; ten of ten is clipped at 100.
    for (promoters, detractors, n, score, lower, upper) in
        [(162, 54, 324, 33.33, 24.95, 41.11), (10, 0, 10, 100.0, 47.5, 100.0)]
    {
        let (low, high) = nps_interval(promoters, detractors, n).unwrap();
        close(nps(promoters, detractors, n).unwrap(), score, 5e-3);
        close(low, lower, 1e-2);
        close(high, upper, 5e-3);
    }
    assert_eq!((wilson(0, 0), nps(0, 0, 0), nps_interval(0, 0, 0)), (None, None, None));
    assert_eq!(nps_interval(0, 10, 10).unwrap().0, -100.0);
}

#[test]
fn ranks_fall_into_thirds_and_deciles() {
    let shares = ranks(&[Some(5), None, Some(7), Some(7), Some(9)]).into_iter().map(|rank| rank.map(Rank::share));
    assert_eq!(shares.collect::<Vec<_>>(), [Some(0.125), None, Some(0.5), Some(0.5), Some(0.875)]);
    let all = |values: &[i64]| -> Vec<Rank> {
        ranks(&values.iter().copied().map(Some).collect::<Vec<_>>()).into_iter().flatten().collect()
    };
    // Of three distinct values each is a third; two tied ones share the border of theirs, which belongs to it.
    let thirds = |values: &[i64]| -> String {
        let third = |rank: Rank| match (rank.is_in_bottom_third(), rank.is_in_top_third()) {
            (true, false) => 'b',
            (false, true) => 't',
            _ => 'm',
        };
        all(values).into_iter().map(third).collect()
    };
    assert_eq!([thirds(&[1, 2, 3]), thirds(&[1, 1, 2]), thirds(&[1, 2, 2]), thirds(&[4])], ["bmt", "bbt", "btt", "m"]);
    let deciles = |values: &[i64]| all(values).into_iter().map(Rank::decile).collect::<Vec<_>>();
    assert_eq!(deciles(&(0..20).collect::<Vec<_>>()), (0..20).map(|at| 1 + at / 2).collect::<Vec<_>>());
    assert_eq!(deciles(&[3, 3, 3]), [6, 6, 6], "ties stay together");
}

#[test]
fn scores_are_judged_by_rank() {
    // Source: documentation of scikit-learn's roc_auc_score.
    let y = [false, false, true, true];
    assert_eq!(auc(&ranking(&[0.1, 0.4, 0.35, 0.8]), &y), Some(0.75));
    assert_eq!(auc(&ranking(&[7, 7, 7, 7]), &y), Some(0.5), "ties count half");
    assert_eq!(auc(&ranking(&[1, 2]), &[true, true]), None);
    assert_eq!(percentiles(&[30_i64, 10, 20, 20]), [87.5, 12.5, 50.0, 50.0]);
    assert_eq!(percentiles(&[0.0, -0.0]), [50.0, 50.0]);
    assert_eq!(percentiles::<i64>(&[]), Vec::<f64>::new());
    // Source: data/published_numbers.md, a vendor's help page: scores 47, 59, 21 of weights 20, 15, 22.
    close(weighted_mean([(20.0, 47.0), (15.0, 59.0), (22.0, 21.0)]).unwrap(), 40.1228, 5e-5);
    // Of 20 cases the two highest are the top tenth; 4 events in all, both of them in the top: 1 / 0.2.
    let happened: Vec<bool> = (0..20).map(|i| [3, 9, 18, 19].contains(&i)).collect();
    close(top_lift(&ranking(&(0..20).collect::<Vec<i32>>()), &happened, 0.1).unwrap(), 5.0, 1e-12);
    // All tied: the top is any two of them.
    close(top_lift(&ranking(&[1; 20]), &happened, 0.1).unwrap(), 1.0, 1e-12);
    // One above, the other place shared by the 19 others with their 3 events: (1 + 3/19) / 2 / 0.2.
    let scores: Vec<i32> = (0..20).map(|i| i32::from(i == 19)).collect();
    close(top_lift(&ranking(&scores), &happened, 0.1).unwrap(), (1.0 + 3.0 / 19.0) / 2.0 / 0.2, 1e-12);
    close(brier(&[0.9, 0.2], &[true, false]).unwrap(), 0.025, 1e-12);
}

#[test]
fn small_segments_lean_on_the_pool() {
    let pool = [AgeCount { at_risk: 1000.0, losses: 100.0 }, AgeCount { at_risk: 0.0, losses: 0.0 }];
    let shrunk = shrink(&[AgeCount { at_risk: 10.0, losses: 5.0 }], &pool, 30.0);
    close(shrunk[0].hazard().unwrap(), (5.0 + 30.0 * 0.1) / 40.0, 1e-12);
    assert_eq!(shrunk[1].hazard(), None, "nothing is known of an age the pool never saw");
}

#[test]
fn the_delta_method_knows_a_known_error() {
    // The mean of a homogeneous fit is a proportion: its error is sqrt(p (1 - p) / n), here of 100 in 1000.
    let counts = [AgeCount { at_risk: 1000.0, losses: 100.0 }];
    let fit = sbg_of(&counts);
    let hazard_of = |at: &[f64; 2]| Some(fit.curve_at(at).hazard(1));
    let error = delta_method(&fit.parameters(), &fit.covariance.unwrap(), hazard_of).unwrap();
    close(error, (0.1_f64 * 0.9 / 1000.0).sqrt(), 1e-8);
    close(normal(0.1, error).1, 0.1 + 1.959_964 * error, 1e-7);
    // The first hazard of an sBG cannot be known better than by the customers who faced it, nor much worse.
    let fit = sbg_of(&cohort(&REGULAR, 7));
    let hazard_of = |at: &[f64; 2]| Some(fit.curve_at(at).hazard(1));
    let error = delta_method(&fit.parameters(), &fit.covariance.unwrap(), hazard_of).unwrap();
    close(error, (0.37_f64 * 0.63 / 1000.0).sqrt(), 1e-3);
}

#[test]
fn equal_hazards_are_called_homogeneous_and_solved_exactly() {
    // A tenth lost at each of six renewals: the geometric model, whose estimate is losses over trials.
    let counts: Vec<AgeCount> =
        (0..6).map(|age| 100_000.0 * 0.9_f64.powi(age)).map(|n| AgeCount { at_risk: n, losses: n / 10.0 }).collect();
    let fit = sbg_of(&counts);
    assert!(fit.is_homogeneous && fit.converged && fit.polarisation == 0.0 && fit.alpha_beta().is_none(), "{fit:?}");
    close(fit.mean, 0.1, 1e-12);
    assert_eq!(fit.curve(), Curve::Geometric { hazard: fit.mean });
    // Rising hazards too: no mixture can rise. The shape can.
    let rising: Vec<AgeCount> = (1..=8).map(|t| AgeCount { at_risk: 1000.0, losses: 20.0 * f64::from(t) }).collect();
    let (two, three) = (sbg_of(&rising), bdw_of(&rising));
    assert!(two.is_homogeneous && two.converged, "{two:?}");
    assert!(three.shape > 1.5 && bdw::is_preferred(&three, &two, 8), "{three:?}");
    // All alike to the end of the range: mean and shape still have their errors, here those of a first loss of 20 in 1000.
    assert!(three.is_homogeneous, "{three:?}");
    let covariance = three.covariance.unwrap();
    assert_eq!((covariance[1], covariance[0][1], covariance[2][1]), ([0.0; 3], 0.0, 0.0));
    let error = delta_method(&three.parameters(), &covariance, |at| Some(three.curve_at(at).hazard(1))).unwrap();
    assert!(error > 0.0 && error < (0.02_f64 * 0.98 / 1000.0).sqrt(), "{error}");
}

#[test]
fn differences_of_ln_gamma_keep_their_digits() {
    // For whole b the difference is the logarithm of a product of fractions: B(a, x) / B(a, x + b).
    for x in [1e-9, 0.3, 7.0, 9.99, 10.0, 1e4, 1e10] {
        for a in [1e-9, 0.7, 55.0, 1e6, 1e10] {
            for b in [1, 2, 40] {
                let product: f64 = (0..b).map(|i| (a / (x + f64::from(i))).ln_1p()).sum();
                let found = gamma_difference(x, a, f64::from(b));
                close(found.value / product, 1.0, 2e-11);
                // Slopes only steer the fit: fewer digits do.
                close(gamma_difference(x, f64::from(b), a).by_a / found.by_b, 1.0, 1e-7);
                let step = 1e-6 * x;
                let slope = gamma_difference(x + step, a, f64::from(b)).value
                    - gamma_difference(x - step, a, f64::from(b)).value;
                close(found.by_x / (slope / (2.0 * step)), 1.0, 1e-5);
            }
        }
    }
}

#[test]
fn counts_are_sufficient() {
    // Customers one by one: (renewal of entry, last renewal observed, lost there?), truncated left and censored right.
    let customers =
        [(1, 3, true), (1, 5, false), (2, 2, true), (4, 5, true), (3, 5, false), (1, 1, true), (5, 5, false)];
    let curve = Curve::Sbg { alpha: 0.8, beta: 2.5 };
    let s = |k: u64| curve.survival(k);
    let one_by_one = customers.iter().map(|(entry, last, lost)| {
        let end = if *lost { s(last - 1) - s(*last) } else { s(*last) };
        (end / s(entry - 1)).ln()
    });
    let cells = customers.iter().flat_map(|(entry, last, lost)| {
        let index = |renewal: &u64| *renewal as usize - 1;
        let entered = Cell { age: index(entry), entered: 1, ..Cell::default() };
        [entered, Cell { age: index(last), lost: i64::from(*lost), censored: i64::from(!*lost), entered: 0 }]
    });
    let counts = from_exposures(&exposures(cells));
    close(log_likelihood(&counts, |renewal| curve.drop_at(renewal)), one_by_one.sum(), 1e-12);
}
