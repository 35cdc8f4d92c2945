//! The aggregates of a run, each a lazy frame over the shared timelines.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::*;

use super::fx::Rates;
use super::group::{by_segment, clamped, count_if, sum_if};
use super::members::{self, fixed_dimensions, has_plan};
use super::spans::{self, UNKNOWN};
use super::{costs, map, plan, revenue, timeline};
use crate::job::{Active, Allocation, Job};
use crate::month::{Calendar, Month, MonthRange};
use crate::snapshot::Sources;
use crate::tables::inputs::{self, Input, PLAN};
use crate::tables::model::{
    AT, CLOSE, COHORT, COHORT_PLAN, CUSTOMER, FROM, INVOICED_ONLY, IS_ANY, IS_CLOSE, IS_COVERED, IS_OPEN, IS_THEN,
    MEMBERS, NET, OPEN, OPEN_BEFORE, OPEN_MRR_NOW, PAYING_ANY, PAYING_CLOSE, PURCHASES, RETAINED, THEN, THEN_CUSTOMERS,
    THEN_MRR, THEN_MRR_KEPT, THEN_MRR_NOW, THEN_RETAINED, UNTIL,
};
use crate::tables::outputs::{
    ACTIVE_CUSTOMERS, ACTIVE_MRR, AT_RISK_CUSTOMERS, CHURNED_CUSTOMERS, CHURNED_MRR, CLOSING_CUSTOMERS, CLOSING_MRR,
    COHORT_MRR, CONTRACTION_MRR, DIMENSION, EXPANSION_MRR, NEW_AND_CHURNED_CUSTOMERS, NEW_CUSTOMERS, NEW_MRR,
    OPENING_CUSTOMERS, OPENING_MRR, REACTIVATED_CUSTOMERS, REACTIVATION_MRR, REFUNDS, REVENUE, SEGMENT,
};

/// The aggregates, by what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aggregate {
    /// Runs of customer counts by segment (definitions.active).
    Customers,
    /// Runs of paying customers by segment.
    Paying,
    /// Runs of MRR and its movements by segment.
    Money,
    /// Members by cohort and month of first loss.
    Losses,
    /// Runs of active members by cohort.
    Cohorts,
    /// Runs of MRR by cohort.
    CohortMoney,
    /// MRR of each cohort at the close of its first month.
    CohortBase,
    /// Customers by month and net revenue.
    Revenue,
    /// Net revenue by cohort and month.
    CohortRevenue,
    /// Cost by month, category, sign and named segment.
    Costs,
    /// Every value of every dimension.
    Segments,
    /// The first month with data.
    First,
}

/// How far back money must be valued for the asked months: twelve months of cost shares, and trailing months for margins
/// that may begin before months still settling.
fn money_window(job: &Job, asked: MonthRange) -> MonthRange {
    let settling = (job.settle_days / 28 + 2) as i32;
    let first = match job.definitions.allocation {
        Allocation::Customers => asked.first.plus(-(timeline::THEN_MONTHS + settling)),
        Allocation::Mrr => Month::new(1900, 1),
    };
    MonthRange { first, last: asked.last }
}

/// One kind of activity: its spans, the first month of every customer, and its timeline with segments.
struct Activity {
    spans: LazyFrame,
    cohorts: LazyFrame,
    timeline: LazyFrame,
}

/// Lazy frames of every aggregate the sources allow for the months asked.
pub fn plans(
    job: &Job,
    sources: &Sources,
    calendar: &Arc<Calendar>,
    rates: &Arc<Rates>,
    asked: MonthRange,
) -> BTreeMap<Aggregate, LazyFrame> {
    let mut plans = BTreeMap::new();
    let Some(subscriptions) = sources.get(&Input::Subscriptions) else { return plans };
    let dimensions = members::dimensions(job, sources.get(&Input::Customers));
    let dimensions = dimensions.as_ref();

    let activity = |active: Active| {
        let spans = spans::spans(job, subscriptions, calendar, active);
        let cohorts = members::with_dimensions(job, members::cohorts(job, &spans, rates, calendar), dimensions);
        let rows = with_plan(job, timeline::of_customers(spans.clone()), &spans, rates, calendar);
        let rows = rows.join(cohorts.clone(), [col(CUSTOMER)], [col(CUSTOMER)], JoinArgs::new(JoinType::Inner));
        Activity { spans, cohorts, timeline: rows }
    };
    let paying = activity(Active::Paying);
    let entitled = (job.definitions.active == Active::Entitled).then(|| activity(Active::Entitled));
    let counted = entitled.as_ref().unwrap_or(&paying);

    let last = asked.last.0;
    let runs = [AT, UNTIL];
    let counts = clamped(counted.timeline.clone(), i32::MIN, last);
    plans.insert(Aggregate::Customers, by_segment(job, &counts, PLAN.name, &runs, &customer_measures()));
    plans.insert(Aggregate::Paying, {
        let rows = clamped(paying.timeline.clone(), i32::MIN, last);
        let measures = [(PAYING_ANY, count_if(col(IS_ANY))), (PAYING_CLOSE, count_if(col(IS_CLOSE)))];
        by_segment(job, &rows, PLAN.name, &runs, &measures)
    });

    let window = money_window(job, asked);
    let money = timeline::of_money(paying.spans.clone(), window, rates, calendar);
    let money = with_plan(job, money, &paying.spans, rates, calendar);
    let customer = || [col(CUSTOMER)];
    let inner = || JoinArgs::new(JoinType::Inner);
    let valued = money.clone().join(paying.cohorts.clone(), customer(), customer(), inner());
    let valued = clamped(valued, window.first.0, last);
    plans.insert(Aggregate::Money, by_segment(job, &valued, PLAN.name, &runs, &money_measures()));

    let cohort_runs = [COHORT, AT, UNTIL];
    let of_cohorts = clamped(counted.timeline.clone(), asked.first.0, last);
    plans.insert(Aggregate::Cohorts, by_segment(job, &of_cohorts, COHORT_PLAN, &cohort_runs, &cohort_measures()));
    plans.insert(Aggregate::Losses, {
        let loss = when(col(IS_CLOSE).not()).then(col(AT)).otherwise(lit(NULL).cast(DataType::Int32)).min();
        let losses = counted.timeline.clone().group_by(customer()).agg([loss.alias(AT)]);
        let rows = counted.cohorts.clone().join(losses, customer(), customer(), JoinArgs::new(JoinType::Left));
        by_segment(job, &rows, COHORT_PLAN, &[COHORT, AT], &[(MEMBERS, len().cast(DataType::Int64))])
    });
    let members_of = counted.cohorts.clone();
    plans.insert(Aggregate::CohortMoney, {
        let rows = money.clone().join(members_of.clone(), customer(), customer(), inner());
        let rows = clamped(rows, asked.first.0, last);
        by_segment(job, &rows, COHORT_PLAN, &cohort_runs, &[(ACTIVE_MRR.name, col(CLOSE).sum())])
    });
    plans.insert(Aggregate::CohortBase, {
        let day = map::last_day(col(AT), calendar);
        let unit = col(crate::tables::model::UNIT);
        let rows = timeline::levels(paying.spans.clone())
            .with_column(map::convert(col(CLOSE), unit, day, rates).alias(CLOSE))
            .join(members_of.clone(), customer(), customer(), inner())
            .filter(col(AT).eq(col(COHORT)));
        by_segment(job, &rows, COHORT_PLAN, &[COHORT], &[(COHORT_MRR.name, col(CLOSE).sum())])
    });

    let stretches = revenue::stretches(&paying.timeline);
    if let Some(invoices) = sources.get(&Input::Invoices) {
        let paid = revenue::per_customer(job, invoices, rates, calendar);
        let placed = members::with_dimensions(job, revenue::placed(paid.clone(), &stretches), dimensions);
        plans.insert(Aggregate::Revenue, by_segment(job, &placed, PLAN.name, &[AT, NET], &revenue_measures()));
        let joined = paid
            .join(members_of, customer(), customer(), inner())
            .with_column(when(col(AT).lt(col(COHORT))).then(col(COHORT)).otherwise(col(AT)).alias(AT));
        plans.insert(
            Aggregate::CohortRevenue,
            by_segment(job, &joined, COHORT_PLAN, &[COHORT, AT], &[(NET, col(NET).sum())]),
        );
    }
    if let Some(lines) = sources.get(&Input::RetentionCosts) {
        plans.insert(Aggregate::Costs, costs::per_segment(job, lines, dimensions, &stretches, rates, calendar));
    }
    plans.insert(Aggregate::Segments, segments(job, sources, calendar));
    plans.insert(Aggregate::First, first_month(job, sources, counted));
    plans
}

fn with_plan(job: &Job, rows: LazyFrame, spans: &LazyFrame, rates: &Arc<Rates>, calendar: &Arc<Calendar>) -> LazyFrame {
    if has_plan(job) {
        plan::with_plan(rows, spans, rates, calendar)
    } else {
        rows.with_column(lit(UNKNOWN).alias(PLAN.name))
    }
}

fn is_new() -> Expr {
    col(IS_OPEN).not().and(col(IS_CLOSE)).and(col(COHORT).eq(col(AT)))
}
fn is_returning() -> Expr {
    col(IS_OPEN).not().and(col(IS_CLOSE)).and(col(COHORT).lt(col(AT)))
}
fn is_churned() -> Expr {
    col(IS_OPEN).and(col(IS_CLOSE).not())
}
fn is_staying() -> Expr {
    col(IS_OPEN).and(col(IS_CLOSE))
}
fn is_new_and_churned() -> Expr {
    col(IS_ANY).and(col(IS_OPEN).not()).and(col(IS_CLOSE).not()).and(col(COHORT).eq(col(AT)))
}

fn customer_measures() -> Vec<(&'static str, Expr)> {
    vec![
        (OPENING_CUSTOMERS.name, count_if(col(IS_OPEN))),
        (NEW_CUSTOMERS.name, count_if(is_new())),
        (REACTIVATED_CUSTOMERS.name, count_if(is_returning())),
        (CHURNED_CUSTOMERS.name, count_if(is_churned())),
        (NEW_AND_CHURNED_CUSTOMERS.name, count_if(is_new_and_churned())),
        (CLOSING_CUSTOMERS.name, count_if(col(IS_CLOSE))),
        (RETAINED, count_if(is_staying())),
        (THEN_CUSTOMERS, count_if(col(IS_THEN))),
        (THEN_RETAINED, count_if(col(IS_THEN).and(col(IS_CLOSE)))),
    ]
}

fn cohort_measures() -> Vec<(&'static str, Expr)> {
    vec![
        (AT_RISK_CUSTOMERS.name, count_if(col(IS_OPEN))),
        (ACTIVE_CUSTOMERS.name, count_if(col(IS_CLOSE))),
        (CHURNED_CUSTOMERS.name, count_if(is_churned())),
        (NEW_AND_CHURNED_CUSTOMERS.name, count_if(is_new_and_churned())),
    ]
}

/// Movements at this month's rate; OPENING_MRR is the previous close at its own.
fn money_measures() -> Vec<(&'static str, Expr)> {
    let (open, close, then) = (col(OPEN), col(CLOSE), col(THEN));
    let rise = close.clone() - open.clone();
    let fall = open.clone() - close.clone();
    let kept = when(then.clone().lt(close.clone())).then(then.clone()).otherwise(close.clone());
    vec![
        (OPENING_MRR.name, col(OPEN_BEFORE).sum()),
        (OPEN_MRR_NOW, open.clone().sum()),
        (NEW_MRR.name, sum_if(is_new(), close.clone())),
        (REACTIVATION_MRR.name, sum_if(is_returning(), close.clone())),
        (EXPANSION_MRR.name, sum_if(is_staying().and(close.clone().gt(open.clone())), rise)),
        (CONTRACTION_MRR.name, sum_if(is_staying().and(close.clone().lt(open.clone())), fall)),
        (CHURNED_MRR.name, sum_if(is_churned(), open)),
        (CLOSING_MRR.name, close.clone().sum()),
        (THEN_MRR, then.sum()),
        (THEN_MRR_KEPT, kept.sum()),
        (THEN_MRR_NOW, sum_if(col(IS_THEN), close)),
    ]
}

fn revenue_measures() -> Vec<(&'static str, Expr)> {
    vec![
        (MEMBERS, len().cast(DataType::Int64)),
        (INVOICED_ONLY, count_if(col(IS_COVERED).not())),
        (REVENUE.name, col(REVENUE.name).sum()),
        (REFUNDS.name, col(REFUNDS.name).sum()),
        (PURCHASES, col(PURCHASES).sum()),
    ]
}

/// DIMENSION and SEGMENT, every value of every declared dimension in the snapshot; `(unknown)` is always one.
fn segments(job: &Job, sources: &Sources, calendar: &Calendar) -> LazyFrame {
    let as_of = lit(crate::month::days_of(calendar.as_of()));
    let mut frames = Vec::new();
    let mut values = |dimension: &str, frame: LazyFrame, value: Expr| {
        let value = value.cast(DataType::String).fill_null(lit(UNKNOWN)).alias(SEGMENT.name);
        frames.push(frame.select([lit(dimension.to_string()).alias(DIMENSION.name), value]));
    };
    for dimension in fixed_dimensions(job) {
        if let Some(customers) = sources.get(&Input::Customers) {
            values(dimension, customers.frame.clone(), col(dimension.as_str()));
        }
    }
    if has_plan(job)
        && let Some(subscriptions) = sources.get(&Input::Subscriptions)
    {
        let excluded = spans::is_one_of(col(inputs::STATUS.name), &job.definitions.exclude_statuses);
        let is_snapshots = job.inputs.get(&Input::Subscriptions).is_some_and(|input| input.is_snapshots);
        let exists = match is_snapshots {
            true => col(inputs::SNAPSHOT_DATE.name).lt_eq(as_of.clone()),
            false => col(inputs::STARTED_AT.name).lt(lit(calendar.as_of_close())),
        };
        values(PLAN.name, subscriptions.frame.clone().filter(excluded.not().and(exists)), col(PLAN.name));
    }
    if let Some(costs) = sources.get(&Input::RetentionCosts) {
        for dimension in job.dimensions.iter().filter(|d| costs.present.contains(*d)) {
            let named = col(inputs::INCURRED_ON.name).lt_eq(as_of.clone()).and(col(dimension.as_str()).is_not_null());
            values(dimension, costs.frame.clone().filter(named), col(dimension.as_str()));
        }
    }
    if frames.is_empty() {
        let none = Series::new_empty(DIMENSION.name.into(), &DataType::String);
        let also = Series::new_empty(SEGMENT.name.into(), &DataType::String);
        return DataFrame::new(0, vec![none.into_column(), also.into_column()]).unwrap_or_default().lazy();
    }
    concat(frames, UnionArgs::default()).unwrap_or_default().unique_generic(None::<Vec<Expr>>, UniqueKeepStrategy::Any)
}

/// One value: the number of the first month with data, null where there is none.
fn first_month(job: &Job, sources: &Sources, counted: &Activity) -> LazyFrame {
    let is_snapshots = job.inputs.get(&Input::Subscriptions).is_some_and(|input| input.is_snapshots);
    match sources.get(&Input::Subscriptions) {
        Some(source) if is_snapshots => {
            source.frame.clone().select([map::month_of_day(col(inputs::SNAPSHOT_DATE.name)).min().alias(FROM)])
        }
        _ => counted.spans.clone().select([col(FROM).min()]),
    }
}
