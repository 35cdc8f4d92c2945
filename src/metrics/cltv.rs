//! Customer lifetime value.
//!
//! Values are Float64 ticks until the end and rounded half away from zero once.

use polars::prelude::LazyFrame;

use super::Metric;
use super::cohorts::is_left_truncated;
use super::crc::cost;
use super::expr::{Point, first_reason, reason, spine};
use super::rows::{Row, frame};
use crate::month::{Month, MonthRange};
use crate::normalise::Model;
use crate::normalise::group::ALL;
use crate::tables::model::{INVOICED_ONLY, PAYING_ANY, PAYING_CLOSE};
use crate::tables::outputs::{
    CHURN_EVENTS, CHURN_RATE, CHURNED_CUSTOMERS, CLOSING_CUSTOMERS, CLOSING_MRR, CLTV_CUSTOMERS, CLTV_TABLE,
    DISCOUNT_RATE_ANNUAL, HAS_COSTS, HORIZON_MONTHS, IS_SHRUNK, LIFETIME_MONTHS, METHOD, MONTHLY_MARGIN,
    OPENING_CUSTOMERS, REFUNDS, RESIDUAL_VALUE, REVENUE, VALUE, VALUE_LOWER,
};

pub static METRIC: Metric = Metric {
    table: &CLTV_TABLE,
    needs: &[],
    definition: "The margin a customer brings over its life: to date (historical), by the sources' formula \
                 (purchase_value), margin over churn (simple), discounted at constant churn (constant_pv), and \
                 discounted along the observed survival curve (empirical).",
    sql: include_str!("../../sql/metrics/cltv.sql"),
    compute,
};

const TRAILING_MONTHS: usize = 6;
/// 0 is without end.
const HORIZONS: [i64; 5] = [12, 24, 36, 60, 0];
/// Ages with fewer customers at risk are not read.
const MIN_AT_RISK: i64 = 10;
/// Segments with fewer first losses borrow from the pool, which weighs as much as this many customers.
const POOL_WEIGHT: f64 = 30.0;

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

/// Sums over the trailing final months.
#[derive(Default)]
struct Trailing {
    months: usize,
    opening: i64,
    churned: i64,
    /// Mean margin per customer and month, ticks; None without customers.
    margin: Option<f64>,
    /// Net revenue per customer and month, ticks; None without customers.
    net_per_customer: Option<f64>,
}

impl Trailing {
    fn of(model: &Model, point: &Point) -> Self {
        let is_used = |month: &Month| model.calendar.is_final(*month) && !model.is_base(*month);
        let first = model.first.unwrap_or(point.month.next());
        let months: Vec<Month> =
            (first.0..=point.month.0).rev().map(Month).filter(is_used).take(TRAILING_MONTHS).collect();
        let sum = |of: &dyn Fn(Month) -> i64| months.iter().map(|month| of(*month)).sum::<i64>();
        let count = |name: &'static str| sum(&|month| model.customers.get(point.at, month, name));
        let (opening, churned) = (count(OPENING_CUSTOMERS.name), count(CHURNED_CUSTOMERS.name));
        let mrr = sum(&|month| model.money.get(point.at, month, CLOSING_MRR.name));
        let closing = sum(&|month| model.paying.get(point.at, month, PAYING_CLOSE));
        let costs = sum(&|month| retention_cost(model, point.at, month));
        let average = (opening + count(CLOSING_CUSTOMERS.name)) as f64 / 2.0;
        let cost_per_customer = match model.has_costs {
            true if average > 0.0 => Some(costs as f64 / average),
            true => None,
            false => Some(0.0),
        };
        let arpa = (closing > 0).then(|| mrr as f64 / closing as f64);
        let net = sum(&|month| net_revenue(model, point.at, month));
        let customers = sum(&|month| {
            model.paying.get(point.at, month, PAYING_ANY) + model.revenue.get(point.at, month, INVOICED_ONLY)
        });
        Trailing {
            months: months.len(),
            opening,
            churned,
            margin: arpa.zip(cost_per_customer).map(|(arpa, cost)| arpa * model.gross_margin - cost),
            net_per_customer: (customers > 0).then(|| net as f64 / customers as f64),
        }
    }

    fn churn(&self) -> Option<f64> {
        (self.opening > 0).then(|| self.churned as f64 / self.opening as f64)
    }
}

fn net_revenue(model: &Model, at: usize, month: Month) -> i64 {
    model.revenue.get(at, month, REVENUE.name) - model.revenue.get(at, month, REFUNDS.name)
}

fn retention_cost(model: &Model, at: usize, month: Month) -> i64 {
    let cost = cost(model, at, month, ALL);
    cost.direct + cost.allocated
}

/// First losses by age, pooled over cohorts: (at risk, losses).
struct Pool(Vec<(i64, i64)>);

impl Pool {
    fn of(model: &Model, at: usize, month: Month) -> Self {
        let mut ages: Vec<(i64, i64)> = Vec::new();
        for ((_, cohort_month), cohort) in model.cohorts.range((at, i32::MIN)..=(at, month.0)) {
            if is_left_truncated(model, Month(*cohort_month)) {
                continue;
            }
            let mut at_risk = cohort.customers;
            let final_months = (*cohort_month..=month.0).filter(|m| model.calendar.is_final(Month(*m)));
            for (age, month) in final_months.enumerate() {
                let losses = cohort.losses.get(&month).copied().unwrap_or(0);
                if ages.len() <= age {
                    ages.push((0, 0));
                }
                ages[age].0 += at_risk;
                ages[age].1 += losses;
                at_risk -= losses;
            }
        }
        Pool(ages)
    }
    fn losses(&self) -> i64 {
        self.0.iter().map(|(_, losses)| losses).sum()
    }
    /// The last age with enough customers at risk.
    fn last_age(&self) -> Option<usize> {
        self.0.iter().rposition(|(at_risk, _)| *at_risk >= MIN_AT_RISK)
    }

    /// S(0), S(1), … as far as observed: losses at age 0 fall on the first renewal. `all` lends its hazards when this is a small
    /// segment of it.
    fn survival(&self, all: &Pool, is_shrunk: bool) -> Vec<f64> {
        let Some(last) = all.last_age() else { return Vec::new() };
        let mut survival = 1.0;
        let mut curve = Vec::with_capacity(last + 1);
        for age in 0..=last {
            let (at_risk, losses) = self.0.get(age).copied().unwrap_or((0, 0));
            let (pool_at_risk, pool_losses) = all.0[age];
            let hazard = if is_shrunk {
                let pool = if pool_at_risk > 0 { pool_losses as f64 / pool_at_risk as f64 } else { 0.0 };
                (losses as f64 + POOL_WEIGHT * pool) / (at_risk as f64 + POOL_WEIGHT)
            } else if at_risk > 0 {
                losses as f64 / at_risk as f64
            } else if survival > 0.0 {
                break;
            } else {
                0.0
            };
            survival *= 1.0 - hazard;
            curve.push(if age == 0 { 1.0 } else { survival });
        }
        curve
    }
}

fn methods(model: &Model, point: &Point, all: &Pool) -> Vec<Row> {
    let keyed = |method: &str, horizon: i64, why: Option<&'static str>| {
        point.money_row(model, why).with(&METHOD, method).with(&HORIZON_MONTHS, horizon)
    };
    let bounded = ["constant_pv", "empirical"].into_iter().flat_map(|method| HORIZONS.map(|horizon| (method, horizon)));
    let every = ["historical", "purchase_value", "simple"].map(|method| (method, 0)).into_iter().chain(bounded);
    if model.is_before_history(point.month) {
        return every.map(|(method, horizon)| keyed(method, horizon, Some(reason::NO_HISTORY))).collect();
    }
    let trailing = Trailing::of(model, point);
    let pool = Pool::of(model, point.at, point.month);
    let discount = (1.0 + model.discount_rate_annual).powf(1.0 / 12.0) - 1.0;
    every
        .map(|(method, horizon)| {
            let is_discounted = method == "constant_pv" || method == "empirical";
            let with_facts = |row: Row| {
                let row = row.with(&HAS_COSTS, model.has_costs);
                if is_discounted { row.with(&DISCOUNT_RATE_ANNUAL, model.discount_rate_annual) } else { row }
            };
            if method == "historical" {
                return with_facts(historical(model, point, |why| keyed(method, horizon, why)));
            }
            if trailing.months == 0 {
                return with_facts(keyed(method, horizon, Some(reason::NOT_MATURE)));
            }
            let keyed = |why| with_facts(keyed(method, horizon, why)).with(&CLTV_CUSTOMERS, trailing.opening);
            match method {
                "purchase_value" => purchase_value(model, &trailing, keyed),
                "simple" => simple(&trailing, keyed),
                "constant_pv" => constant_pv(&trailing, discount, horizon, keyed),
                _ => empirical(point, &trailing, &pool, all, discount, horizon, keyed),
            }
        })
        .collect()
}

fn rounded(ticks: f64) -> Option<i64> {
    ticks.is_finite().then(|| ticks.round() as i64)
}

/// Net revenue x gross margin less retention cost, to date, per customer ever acquired.
fn historical(model: &Model, point: &Point, keyed: impl Fn(Option<&'static str>) -> Row) -> Row {
    let cohorts = model.cohorts.range((point.at, i32::MIN)..=(point.at, point.month.0));
    let acquired: i64 = cohorts.map(|(_, cohort)| cohort.customers).sum();
    let why = first_reason(&[(!model.has_invoices, reason::NO_INPUT), (acquired == 0, reason::NO_CUSTOMERS)]);
    let row = keyed(why).with(&CLTV_CUSTOMERS, acquired);
    if why.is_some() {
        return row;
    }
    let months = || model.first.into_iter().flat_map(|first| (first.0..=point.month.0).map(Month));
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
    keyed(why).with(&VALUE, value).with(&CHURN_RATE, churn).with(&CHURN_EVENTS, trailing.churned)
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
        Some((margin, c)) if c > 0.0 => row.with(&VALUE, rounded(margin / c)),
        Some((margin, _)) => {
            let highest_churn = 1.0 - 0.05_f64.powf(1.0 / trailing.opening as f64);
            row.with(&VALUE_LOWER, rounded(margin / highest_churn))
        }
        None => row,
    }
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
    row.with(&VALUE, payments.and_then(|sum| rounded(margin * sum)))
        // The present customer has paid this month: the first payment to come is discounted once.
        .with(&RESIDUAL_VALUE, payments.and_then(|sum| rounded(margin * kept * sum)))
}

/// Margin along the observed survival curve; null where the curve ends before the horizon.
fn empirical(
    point: &Point,
    trailing: &Trailing,
    pool: &Pool,
    all: &Pool,
    discount: f64,
    horizon: i64,
    keyed: impl Fn(Option<&'static str>) -> Row,
) -> Row {
    let is_shrunk = point.segment.dimension != ALL && (pool.losses() as f64) < POOL_WEIGHT;
    let curve = pool.survival(all, is_shrunk);
    let is_observed = horizon > 0 && curve.len() as i64 >= horizon;
    let why = first_reason(&[(trailing.margin.is_none(), reason::NO_CUSTOMERS), (!is_observed, reason::TOO_FEW)]);
    let row = keyed(why)
        .with(&MONTHLY_MARGIN, trailing.margin.and_then(rounded))
        .with(&CHURN_EVENTS, pool.losses())
        .with(&IS_SHRUNK, is_shrunk);
    if !is_observed {
        return row;
    }
    let paid = &curve[..horizon as usize];
    let present: f64 = paid.iter().enumerate().map(|(k, s)| s / (1.0 + discount).powi(k as i32)).sum();
    row.with(&LIFETIME_MONTHS, paid.iter().sum::<f64>())
        .with(&VALUE, trailing.margin.and_then(|margin| rounded(margin * present)))
}
