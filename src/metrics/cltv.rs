//! Customer lifetime value.
//!
//! Values are Float64 ticks until the end and rounded half away from zero once. Bounds are those of survival: the margin is
//! taken as known.

use std::collections::BTreeSet;

use polars::prelude::LazyFrame;

use super::cohorts::is_left_truncated;
use super::expr::{Point, first_reason, reason, spine};
use super::pool::Pool;
use super::rows::{Row, frame};
use super::survival::{Survival, present_ages};
use super::trailing::{Trailing, net_revenue, retention_cost};
use super::{Compute, Metric};
use crate::models::bdw;
use crate::models::interval::{delta_method, normal, wilson};
use crate::models::lifetime::{payments, residual_payments_by_age};
use crate::month::{Month, MonthRange};
use crate::normalise::Model;
use crate::normalise::group::ALL;
use crate::tables::inputs::PLAN;
use crate::tables::outputs::{
    CHURN_EVENTS, CHURN_RATE, CLTV_CUSTOMERS, CLTV_TABLE, CONVERGED, DISCOUNT_RATE_ANNUAL, HAS_COSTS, HORIZON_MONTHS,
    IS_HOMOGENEOUS, IS_SHRUNK, LIFETIME_MONTHS, MEAN_CHURN, METHOD, MONTHLY_MARGIN, POLARISATION, RESIDUAL_VALUE,
    SHARE_EXTRAPOLATED, VALUE, VALUE_LOWER, VALUE_UPPER,
};

pub static METRIC: Metric = Metric {
    table: &CLTV_TABLE,
    needs: &[],
    definition: "The margin a customer brings over its life: to date (historical), by the sources' formula \
                 (purchase_value), margin over churn (simple), discounted at constant churn (constant_pv), along the \
                 observed survival curve continued by a model (empirical, the headline at 36 months), and along fitted \
                 curves (sbg, bdw).",
    sql: include_str!("../../sql/metrics/cltv.sql"),
    compute: Compute::Whole(compute),
};

/// 0 is without end.
const HORIZONS: [i64; 5] = [12, 24, 36, 60, 0];
const WITHOUT_HORIZON: [&str; 3] = ["historical", "purchase_value", "simple"];
const WITH_HORIZONS: [&str; 4] = ["constant_pv", "empirical", "sbg", "bdw"];

/// Reads margins, churn and cohorts; returns one row per month, segment, method and horizon. Money in ticks.
/// Source: design page, section 6.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    let pools: Vec<Pool> = months.iter().map(|month| Pool::of(model, 0, month)).collect();
    let mut rows = Vec::new();
    for point in spine(model, months) {
        let pool = &pools[(point.month.0 - months.first.0) as usize];
        rows.extend(methods(model, &point, pool));
    }
    frame(&CLTV_TABLE, rows)
}

/// Everything the methods of one month and segment share.
struct Base {
    trailing: Trailing,
    discount: f64,
    survival: Survival,
    /// Customers of the present base by age.
    ages: Vec<i64>,
}

fn methods(model: &Model, point: &Point, all: &Pool) -> Vec<Row> {
    let every = || {
        let bounded = WITH_HORIZONS.into_iter().flat_map(|method| HORIZONS.map(|horizon| (method, horizon)));
        WITHOUT_HORIZON.into_iter().map(|method| (method, 0)).chain(bounded)
    };
    let bare = |method: &str, horizon: i64, why| keyed(model, point, method, horizon, why);
    if model.is_before_history(point.month) {
        return every().map(|(method, horizon)| bare(method, horizon, Some(reason::NO_HISTORY))).collect();
    }
    let base = Base {
        trailing: Trailing::of(model, point.at, point.month),
        discount: monthly_discount(model),
        survival: Survival::of(&Pool::of(model, point.at, point.month), all, point.segment.dimension != ALL),
        ages: present_ages(model, point.at, point.month),
    };
    every()
        .map(|(method, horizon)| {
            if model.is_purchases && !WITHOUT_HORIZON[..2].contains(&method) {
                return bare(method, horizon, Some(reason::NO_SUBSCRIPTIONS));
            }
            let facts = |row: Row| {
                let row = row.with(&HAS_COSTS, model.has_costs);
                let is_discounted = WITH_HORIZONS.contains(&method);
                if is_discounted { row.with(&DISCOUNT_RATE_ANNUAL, model.discount_rate_annual) } else { row }
            };
            if method == "historical" {
                return facts(historical(model, point, |why| bare(method, horizon, why)));
            }
            if base.trailing.months == 0 {
                return facts(bare(method, horizon, Some(reason::NOT_MATURE)));
            }
            let keyed = |why| facts(bare(method, horizon, why)).with(&CLTV_CUSTOMERS, base.trailing.opening);
            match method {
                "purchase_value" => purchase_value(model, &base.trailing, keyed),
                "simple" => simple(&base.trailing, keyed),
                "constant_pv" => constant_pv(&base.trailing, base.discount, horizon, keyed),
                "empirical" => base.empirical(horizon, keyed),
                _ => base.fitted(method == "bdw", horizon, keyed),
            }
        })
        .collect()
}

fn keyed(model: &Model, point: &Point, method: &str, horizon: i64, why: Option<&'static str>) -> Row {
    point.money_row(model, why).with(&METHOD, method).with(&HORIZON_MONTHS, horizon)
}

/// `d = (1 + annual)^(1/12) - 1`.
fn monthly_discount(model: &Model) -> f64 {
    (1.0 + model.discount_rate_annual).powf(1.0 / 12.0) - 1.0
}

fn rounded(ticks: f64) -> Option<i64> {
    ticks.is_finite().then(|| ticks.round() as i64)
}

/// Net revenue x gross margin less retention cost, to date, per customer ever acquired. Money follows customers from plan to
/// plan and acquisitions do not, so that no plan has a value; nor has a segment some of whose customers came before the
/// known history.
fn historical(model: &Model, point: &Point, keyed: impl Fn(Option<&'static str>) -> Row) -> Row {
    let cohorts = model.cohorts.range((point.at, i32::MIN)..=(point.at, point.month.0));
    let cohorts: Vec<_> = cohorts.filter(|(_, cohort)| cohort.customers > 0).collect();
    let acquired: i64 = cohorts.iter().map(|(_, cohort)| cohort.customers).sum();
    let is_constant = model.is_purchases || point.segment.dimension != PLAN.name;
    let is_truncated = cohorts.iter().any(|((_, cohort), _)| is_left_truncated(model, Month(*cohort)));
    let why = first_reason(&[
        (!model.has_invoices, reason::NO_INPUT),
        (!is_constant, reason::NOT_CONSTANT),
        (acquired == 0, reason::NO_CUSTOMERS),
        (is_truncated, reason::LEFT_TRUNCATED),
    ]);
    let row = keyed(why).with(&CLTV_CUSTOMERS, (is_constant && !is_truncated).then_some(acquired));
    if why.is_some() {
        return row;
    }
    // money may be older than the first customer: prepayments, and what it cost to win somebody
    let of_all = model.revenue.months().chain(model.allocated.keys().map(|(_, month)| Month(*month)));
    let months = || of_all.clone().filter(|month| *month <= point.month).collect::<BTreeSet<Month>>().into_iter();
    let net: i64 = months().map(|month| net_revenue(model, point.at, month)).sum();
    let costs: i64 = months().map(|month| retention_cost(model, point.at, month)).sum();
    row.with(&VALUE, rounded((net as f64 * model.gross_margin - costs as f64) / acquired as f64))
}

/// Average purchase value x purchases per customer and month / churn.
fn purchase_value(model: &Model, trailing: &Trailing, keyed: impl Fn(Option<&'static str>) -> Row) -> Row {
    let churn = trailing.churn();
    let why = first_reason(&[
        (!model.has_invoices, reason::NO_INPUT),
        (trailing.net_per_customer.is_none() || churn.is_none(), reason::NO_CUSTOMERS),
        (churn == Some(0.0), reason::ZERO_CHURN),
    ]);
    let value = trailing.net_per_customer.zip(churn).filter(|_| why.is_none()).and_then(|(net, c)| rounded(net / c));
    let row = keyed(why).with(&VALUE, value).with(&CHURN_RATE, churn).with(&CHURN_EVENTS, trailing.churned);
    let Some(net) = trailing.net_per_customer.filter(|_| why.is_none()) else { return row };
    bounded(row, trailing, |c| (c > 0.0).then(|| net / c))
}

/// Margin over churn; without any churn a lower bound from the rule of three's exact form.
fn simple(trailing: &Trailing, keyed: impl Fn(Option<&'static str>) -> Row) -> Row {
    let churn = trailing.churn();
    let known = trailing.margin.zip(churn);
    let why = first_reason(&[(known.is_none(), reason::NO_CUSTOMERS), (churn == Some(0.0), reason::ZERO_CHURN)]);
    let row = keyed(why)
        .with(&MONTHLY_MARGIN, trailing.margin.and_then(rounded))
        .with(&CHURN_RATE, churn)
        .with(&CHURN_EVENTS, trailing.churned)
        .with(&LIFETIME_MONTHS, churn.filter(|c| *c > 0.0).map(|c| 1.0 / c));
    match known {
        Some((margin, c)) if c > 0.0 => {
            bounded(row.with(&VALUE, rounded(margin / c)), trailing, |c| (c > 0.0).then(|| margin / c))
        }
        Some((margin, _)) => {
            let highest_churn = 1.0 - 0.05_f64.powf(1.0 / trailing.opening as f64);
            row.with(&VALUE_LOWER, rounded(margin / highest_churn))
        }
        None => row,
    }
}

/// The bounds of a value that hangs on the churn rate alone, at those of the rate.
fn bounded(row: Row, trailing: &Trailing, value: impl Fn(f64) -> Option<f64>) -> Row {
    let Some((lower, upper)) = wilson(trailing.churned, trailing.opening) else { return row };
    with_bounds(row, value(upper), value(lower))
}

/// Two ends in either order; where one is missing the interval has no end on that side.
fn with_bounds(row: Row, one: Option<f64>, other: Option<f64>) -> Row {
    let (lower, upper) = match (one, other) {
        (Some(one), Some(other)) => (Some(one.min(other)), Some(one.max(other))),
        (Some(one), None) if one < 0.0 => (None, Some(one)),
        (one, other) => (one, other),
    };
    row.with(&VALUE_LOWER, lower.and_then(rounded)).with(&VALUE_UPPER, upper.and_then(rounded))
}

/// `sum of ratio^k, k < terms`; unbounded for 0 terms, None where that diverges.
fn geometric(ratio: f64, terms: i64) -> Option<f64> {
    if terms > 0 {
        return Some((0..terms).map(|k| ratio.powi(k as i32)).sum());
    }
    (ratio < 1.0).then(|| 1.0 / (1.0 - ratio))
}

/// Margin at constant churn, discounted; payment at the start of each month.
fn constant_pv(trailing: &Trailing, discount: f64, horizon: i64, keyed: impl Fn(Option<&'static str>) -> Row) -> Row {
    let churn = trailing.churn();
    let known = trailing.margin.zip(churn);
    let lifetime = churn.and_then(|c| geometric(1.0 - c, horizon));
    let why = first_reason(&[(known.is_none(), reason::NO_CUSTOMERS), (lifetime.is_none(), reason::ZERO_CHURN)]);
    let row = keyed(why)
        .with(&MONTHLY_MARGIN, trailing.margin.and_then(rounded))
        .with(&CHURN_RATE, churn)
        .with(&CHURN_EVENTS, trailing.churned)
        .with(&LIFETIME_MONTHS, lifetime);
    let Some((margin, c)) = known else { return row };
    let kept = (1.0 - c) / (1.0 + discount);
    let payments = geometric(kept, horizon);
    let row = bounded(row, trailing, |c| geometric((1.0 - c) / (1.0 + discount), horizon).map(|sum| margin * sum));
    row.with(&VALUE, payments.and_then(|sum| rounded(margin * sum)))
        // The present customer has paid this month: the first payment to come is discounted once.
        .with(&RESIDUAL_VALUE, payments.and_then(|sum| rounded(margin * kept * sum)))
}

impl Base {
    /// Margin along the observed survival curve, continued by the sBG.
    fn empirical(&self, horizon: i64, keyed: impl Fn(Option<&'static str>) -> Row) -> Row {
        let curve = &self.survival.observed;
        let terms = bounded_terms(horizon);
        let worth = curve.payments(self.discount, terms);
        let lifetime = curve.payments(0.0, terms).map(|payments| payments.total);
        let is_endless = worth.is_none() && self.survival.sbg.is_some_and(|fit| fit.mean > 0.0) && !curve.is_empty();
        let why = first_reason(&[
            (self.trailing.margin.is_none(), reason::NO_CUSTOMERS),
            (worth.is_none() && !is_endless, reason::TOO_FEW),
            (lifetime.is_none(), reason::INFINITE),
        ]);
        let row = self.shared(keyed(why)).with(&LIFETIME_MONTHS, lifetime);
        let Some((worth, margin)) = worth.zip(self.trailing.margin) else { return row };
        let row = row
            .with(&VALUE, rounded(margin * worth.total))
            .with(&SHARE_EXTRAPOLATED, worth.extrapolated / worth.total)
            .with(
                &RESIDUAL_VALUE,
                self.residual(margin, |age| self.survival.residual_observed(age, self.discount, terms)),
            );
        match curve.standard_error(self.discount, terms) {
            Some(error) => within_horizon(row, margin, worth.total, error, horizon),
            None => row,
        }
    }

    /// Margin along a fitted curve.
    fn fitted(&self, is_bdw: bool, horizon: i64, keyed: impl Fn(Option<&'static str>) -> Row) -> Row {
        let known = self.survival.sbg.filter(|fit| fit.mean > 0.0);
        let Some(sbg) = known else {
            let is_known = self.trailing.margin.is_some();
            return self.shared(keyed(Some(if is_known { reason::TOO_FEW } else { reason::NO_CUSTOMERS })));
        };
        let bdw = is_bdw.then_some(self.survival.bdw).flatten();
        let curve = bdw.map_or_else(|| sbg.curve(), |fit| fit.curve());
        let terms = bounded_terms(horizon);
        let lifetime = payments(&curve, 0, 0.0, terms);
        let is_preferred = !is_bdw || bdw.is_some_and(|bdw| bdw::is_preferred(&bdw, &sbg, self.survival.renewals));
        let why = first_reason(&[
            (self.trailing.margin.is_none(), reason::NO_CUSTOMERS),
            (!is_preferred, reason::NOT_PREFERRED),
            (lifetime.is_none(), reason::INFINITE),
        ]);
        let row = self
            .shared(keyed(why))
            .with(&MEAN_CHURN, bdw.map_or(sbg.mean, |fit| fit.mean))
            .with(&POLARISATION, bdw.map_or(sbg.polarisation, |fit| fit.polarisation))
            .with(&CONVERGED, bdw.map_or(sbg.converged, |fit| fit.converged))
            .with(&IS_HOMOGENEOUS, bdw.map_or(sbg.is_homogeneous, |fit| fit.is_homogeneous));
        let Some(margin) = self.trailing.margin.filter(|_| is_preferred) else { return row };
        let row = row.with(&LIFETIME_MONTHS, lifetime);
        let Some(worth) = payments(&curve, 0, self.discount, terms) else { return row };
        let residuals = residual_payments_by_age(&curve, self.ages.len() as u64, self.discount, terms);
        let residual = self
            .residual(margin, |age| Some(self.survival.at_age(age, *residuals.as_ref()?.get(age as usize)?, terms)));
        let error = match bdw {
            Some(fit) => fit.covariance.and_then(|covariance| {
                let of = |at: &[f64; 3]| payments(&fit.curve_at(at), 0, self.discount, terms);
                delta_method(&fit.parameters(), &covariance, of)
            }),
            None => sbg.covariance.and_then(|covariance| {
                let of = |at: &[f64; 2]| payments(&sbg.curve_at(at), 0, self.discount, terms);
                delta_method(&sbg.parameters(), &covariance, of)
            }),
        };
        let row = row.with(&VALUE, rounded(margin * worth)).with(&RESIDUAL_VALUE, residual);
        match error {
            Some(error) => within_horizon(row, margin, worth, error, horizon),
            None => row,
        }
    }

    /// What every row of a survival curve says.
    fn shared(&self, row: Row) -> Row {
        row.with(&MONTHLY_MARGIN, self.trailing.margin.and_then(rounded))
            .with(&CHURN_EVENTS, self.survival.losses)
            .with(&IS_SHRUNK, self.survival.is_shrunk)
    }

    /// Mean over the present base of the margin still to come.
    fn residual(&self, margin: f64, of: impl Fn(u64) -> Option<f64>) -> Option<i64> {
        let mut sum = 0.0;
        for (age, customers) in self.ages.iter().enumerate().filter(|(_, customers)| **customers > 0) {
            sum += *customers as f64 * of(age as u64)?;
        }
        let customers: i64 = self.ages.iter().sum();
        if customers > 0 { rounded(margin * sum / customers as f64) } else { None }
    }
}

fn bounded_terms(horizon: i64) -> Option<u64> {
    (horizon > 0).then_some(horizon as u64)
}

/// Normal bounds of payments, at least the first one and at most all of the horizon, times the margin.
fn within_horizon(row: Row, margin: f64, payments: f64, error: f64, horizon: i64) -> Row {
    let most = if horizon > 0 { horizon as f64 } else { f64::INFINITY };
    let (lower, upper) = normal(payments, error);
    with_bounds(row, Some(margin * lower.max(1.0)), Some(margin * upper.min(most)))
}
