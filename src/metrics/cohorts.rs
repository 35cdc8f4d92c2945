//! Cohorts: retention, survival and revenue by the month customers first paid.

use polars::prelude::LazyFrame;

use super::expr::{Point, first_reason, ratio, reason, spine};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::models::interval::wilson;
use crate::models::survival::kaplan_meier;
use crate::month::{Month, MonthRange};
use crate::normalise::Model;
use crate::normalise::model::Cohort;
use crate::tables::outputs::{
    ACTIVE_CUSTOMERS, ACTIVE_MRR, AGE_MONTHS, AT_RISK_CUSTOMERS, COHORT_CHURNED_CUSTOMERS, COHORT_CUSTOMERS,
    COHORT_MONTH, COHORT_MRR, COHORT_NEW_AND_CHURNED_CUSTOMERS, COHORT_REVENUE, COHORTS_TABLE, CUMULATIVE_REVENUE,
    CUSTOMER_RETENTION_RATE, CUSTOMER_RETENTION_RATE_LOWER, CUSTOMER_RETENTION_RATE_UPPER, FIRST_LOSS_AT_RISK,
    FIRST_LOSS_CUSTOMERS, HAZARD_RATE, REVENUE_RETENTION_RATE, SURVIVAL_RATE, SURVIVAL_STANDARD_ERROR,
};

pub static METRIC: Metric = Metric {
    table: &COHORTS_TABLE,
    needs: &[],
    definition: "Customers grouped by the month they first paid, followed from close to close: how many are active, how \
                 many were never lost, and what they pay. A returner re-enters its own cohort.",
    sql: include_str!("../../sql/metrics/cohorts.sql"),
    compute: Compute::Whole(compute),
};

/// Reads cohorts; returns one row per asked month, earlier cohort month and segment. Money in ticks.
/// Source: design page, section 2.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    let earliest = model.cohorts.keys().map(|(_, month)| *month).min().map(Month);
    let nobody = Cohort::default();
    let mut rows = Vec::new();
    for point in spine(model, months) {
        for cohort_month in earliest.into_iter().flat_map(|first| (first.0..=point.month.0).map(Month)) {
            let cohort = model.cohorts.get(&(point.at, cohort_month.0)).unwrap_or(&nobody);
            rows.push(row(model, &point, cohort_month, cohort));
        }
    }
    frame(&COHORTS_TABLE, rows)
}

/// Whether the cohort began before the known history, so that its size and first losses are not known.
pub fn is_left_truncated(model: &Model, cohort_month: Month) -> bool {
    model.is_before_history(cohort_month) || model.is_base(cohort_month)
}

fn row(model: &Model, point: &Point, cohort_month: Month, cohort: &Cohort) -> Row {
    let (month, age) = (point.month, point.month.0 - cohort_month.0);
    let keyed = |why| point.row(model, why).with(&COHORT_MONTH, cohort_month).with(&AGE_MONTHS, i64::from(age));
    if model.is_before_history(month) {
        return keyed(Some(reason::NO_HISTORY));
    }
    if model.is_purchases {
        return bought(model, month, cohort, keyed);
    }
    let [at_risk, active, churned, unseen] = cohort.counts.get(&month.0).copied().unwrap_or_default();
    let (is_truncated, is_final) = (is_left_truncated(model, cohort_month), model.calendar.is_final(month));
    let mrr = cohort.mrr.get(&month.0).copied().unwrap_or(0);
    let why = first_reason(&[
        (is_truncated, reason::LEFT_TRUNCATED),
        (cohort.customers == 0, reason::EMPTY_COHORT),
        (!is_final, reason::NOT_FINAL),
        (age == 0, reason::AGE_ZERO),
        (at_risk == 0, reason::NO_AT_RISK),
        (cohort.base_mrr == 0, reason::NO_MRR),
        (!model.has_invoices, reason::NO_INPUT),
    ]);
    let row = keyed(why)
        .with(&AT_RISK_CUSTOMERS, at_risk)
        .with(&ACTIVE_CUSTOMERS, active)
        .with(&COHORT_CHURNED_CUSTOMERS, churned)
        .with(&COHORT_NEW_AND_CHURNED_CUSTOMERS, (age > 0 || !model.is_snapshots).then_some(unseen))
        .with(&HAZARD_RATE, if age == 0 { None } else { ratio(churned, at_risk) })
        .with(&ACTIVE_MRR, mrr);
    let row = with_revenue(model, month, cohort, row);
    if is_truncated {
        return row;
    }
    let lost_before: i64 = cohort.losses.range(..month.0).map(|(_, losses)| losses).sum();
    let mut row = with_retention(active, cohort, row)
        .with(&FIRST_LOSS_AT_RISK, cohort.customers - lost_before)
        .with(&FIRST_LOSS_CUSTOMERS, cohort.losses.get(&month.0).copied().unwrap_or(0))
        .with(&COHORT_MRR, cohort.base_mrr)
        .with(&REVENUE_RETENTION_RATE, ratio(mrr, cohort.base_mrr));
    if is_final && cohort.customers > 0 {
        let last = survival(cohort, cohort_month, month);
        row.set(&SURVIVAL_RATE, last.map(|(rate, _)| rate));
        row.set(&SURVIVAL_STANDARD_ERROR, last.map(|(_, error)| error));
    }
    row
}

/// Without subscriptions there are counts, retention and revenue.
fn bought(model: &Model, month: Month, cohort: &Cohort, keyed: impl Fn(Option<&'static str>) -> Row) -> Row {
    let [_, active, _, _] = cohort.counts.get(&month.0).copied().unwrap_or_default();
    let row = keyed(Some(if cohort.customers == 0 { reason::EMPTY_COHORT } else { reason::NO_SUBSCRIPTIONS }));
    with_revenue(model, month, cohort, with_retention(active, cohort, row.with(&ACTIVE_CUSTOMERS, active)))
}

fn with_retention(active: i64, cohort: &Cohort, row: Row) -> Row {
    let interval = wilson(active, cohort.customers);
    row.with(&COHORT_CUSTOMERS, cohort.customers)
        .with(&CUSTOMER_RETENTION_RATE, ratio(active, cohort.customers))
        .with(&CUSTOMER_RETENTION_RATE_LOWER, interval.map(|(lower, _)| lower))
        .with(&CUSTOMER_RETENTION_RATE_UPPER, interval.map(|(_, upper)| upper))
}

fn with_revenue(model: &Model, month: Month, cohort: &Cohort, row: Row) -> Row {
    if !model.has_invoices {
        return row;
    }
    row.with(&COHORT_REVENUE, cohort.revenue.get(&month.0).copied().unwrap_or(0))
        .with(&CUMULATIVE_REVENUE, cohort.revenue.range(..=month.0).map(|(_, ticks)| ticks).sum::<i64>())
}

/// Survival and its standard error after the given month. Months before a final month are final too.
fn survival(cohort: &Cohort, cohort_month: Month, month: Month) -> Option<(f64, f64)> {
    let mut at_risk = cohort.customers;
    let ages = (cohort_month.0..=month.0).map(|month| {
        let losses = cohort.losses.get(&month).copied().unwrap_or(0);
        at_risk -= losses;
        (at_risk + losses, losses)
    });
    kaplan_meier(ages).last().map(|step| (step.survival, step.standard_error))
}
