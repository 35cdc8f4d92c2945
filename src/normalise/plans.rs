//! The frames of a run, phase by phase: each phase is a set of lazy frames over what the phases before it collected.
//!
//! A collect cannot share work with another one, and Polars recognises shared subplans only while they are simple. So a
//! phase ends wherever its results are used more than once: the inputs are read by one collect, and no timeline is
//! built twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::*;

use super::union::{frame_of, union};

use super::fx::Rates;
use super::group::{clamped, combined, count_if, of_combined};
use super::measures::{cohort_measures, customer_measures, money_measures, revenue_measures};
use super::members::{self, fixed_dimensions, has_plan};
use super::places::{Places, placed};
use super::spans::{self, UNKNOWN};
use super::{costs, experience, map, plan, purchases, revenue, timeline};
use crate::error::Result;
use crate::ids::Ids;
use crate::job::{Active, Allocation, Job};
use crate::month::{Calendar, Month, MonthRange};
use crate::snapshot::Sources;
use crate::tables::inputs::{self, Input, PLAN};
use crate::tables::model::{
    AT, CLOSE, COHORT, COHORT_PLAN, CUSTOMER, FROM, IS_ANY, IS_CLOSE, MEMBERS, NET, PAYING_ANY, PAYING_CLOSE, UNIT,
    UNTIL,
};
use crate::tables::outputs::{ACTIVE_MRR, COHORT_MRR, DIMENSION, SEGMENT};

/// What `definitions.active` counts, or what pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    Paying,
    /// Only where the job counts entitled customers.
    Entitled,
}

/// The frames, by what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frame {
    /// Stretches of time at one price.
    Spans(Activity),
    /// Fixed segments of every customer.
    Dimensions,
    /// Revenue per customer and month.
    Paid,
    /// Cost lines in reporting ticks.
    CostLines,
    /// Every value of every dimension.
    Segments,
    /// The first month with data.
    First,
    /// Levels per customer, counted.
    Counts(Activity),
    /// Levels per customer and currency, in native ticks.
    Native,
    /// First month, first plan and fixed segments of every customer ever active.
    Members(Activity),
    /// Levels in reporting ticks.
    Valued,
    /// Per change of a customer: what it was and is, with segments and cohort (null: it was never active).
    Timeline(Activity),
    /// The same in money.
    Money,
    /// Runs of customer counts by segment (definitions.active).
    CustomerRuns,
    /// Runs of paying customers by segment.
    PayingRuns,
    /// Runs of MRR and its movements by segment.
    MoneyRuns,
    /// Members by cohort and month of first loss.
    Losses,
    /// Runs of active members by cohort.
    CohortRuns,
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
    /// Active days per customer, user and month.
    UserDays,
    /// Active days per customer and month.
    ActiveDays,
    /// Last survey answers per respondent and month.
    Answers,
    /// Tickets per customer and month.
    Tickets,
    /// Usage by segment and month, of customers and of users.
    Usage,
    Users,
    /// Of users with more than one customer, already by dimension.
    SharedUsers,
    /// Answers by segment and month.
    Nps,
    Csat,
    /// Tickets by segment and month.
    TicketSums,
    /// Customers and months with a failed or refunded payment.
    BadPayments,
}

/// A forecast 12 months old, the errors of the 24 months before it, of forecasts up to 12 months older, and the 19 closes these
/// learnt the drift of MRR per customer from. What cltv projects from begins 30 months back.
const LOOK_BACK_MONTHS: i32 = 12 + 24 + 12 + 19;

pub type Plans = Vec<(Frame, LazyFrame)>;
pub type Collected = BTreeMap<Frame, DataFrame>;

/// What every phase knows.
pub struct Context<'a> {
    pub job: &'a Job,
    pub sources: &'a Sources,
    pub calendar: Arc<Calendar>,
    pub rates: Arc<Rates>,
    /// Numbers of customers, and of users.
    pub ids: Arc<Ids>,
    pub users: Arc<Ids>,
    pub asked: MonthRange,
    /// Whether a table will be computed that reads customers one by one.
    pub has_panel: bool,
}

/// In order; the last ones are what `Model::read` reads.
pub const PHASES: [fn(&Context, &Collected) -> Result<Plans>; 6] =
    [extract, levels, values, timelines, aggregates, by_dimension];

impl Context<'_> {
    fn activities(&self) -> Vec<Activity> {
        match self.job.definitions.active {
            Active::Paying | Active::Purchases => vec![Activity::Paying],
            Active::Entitled => vec![Activity::Paying, Activity::Entitled],
        }
    }
    /// The activity that churn, cohorts and retention cost count.
    pub fn counted(&self) -> Activity {
        match self.job.definitions.active {
            Active::Paying | Active::Purchases => Activity::Paying,
            Active::Entitled => Activity::Entitled,
        }
    }
    /// How far back money must be valued for the asked months, whose trailing months may begin before months then still
    /// settling. Twelve months of cost shares need less.
    fn money_window(&self) -> MonthRange {
        let settling = (self.job.settle_days / 28 + 2) as i32;
        let first = match self.job.definitions.allocation {
            Allocation::Customers | Allocation::Tickets => self.asked.first.plus(-(LOOK_BACK_MONTHS + settling)),
            Allocation::Mrr => Month::new(1900, 1),
        };
        MonthRange { first, last: self.asked.last }
    }
}

pub fn lazy(frames: &Collected, frame: Frame) -> Option<LazyFrame> {
    frames.get(&frame).map(|frame| frame.clone().lazy())
}

/// Reads the inputs; no later phase does.
fn extract(context: &Context, frames: &Collected) -> Result<Plans> {
    let Context { job, sources, calendar, rates, ids, .. } = context;
    let mut plans = experience::extract(context, frames);
    match (sources.get(&Input::Subscriptions), sources.get(&Input::Invoices)) {
        (Some(subscriptions), _) => {
            for activity in context.activities() {
                let active = if activity == Activity::Paying { Active::Paying } else { Active::Entitled };
                plans.push((Frame::Spans(activity), spans::spans(job, subscriptions, calendar, ids, active)));
            }
        }
        (None, Some(invoices)) => {
            plans.push((Frame::Spans(Activity::Paying), purchases::spans(job, invoices, calendar, ids)));
        }
        (None, None) => {}
    }
    plans.extend(members::dimensions(job, sources.get(&Input::Customers), ids).map(|frame| (Frame::Dimensions, frame)));
    if let Some(invoices) = sources.get(&Input::Invoices) {
        plans.push((Frame::Paid, revenue::per_customer(job, invoices, rates, calendar, ids)));
        if context.has_panel {
            plans.push((Frame::BadPayments, revenue::bad_payments(invoices, calendar, ids)));
        }
    }
    if let Some(lines) = sources.get(&Input::RetentionCosts) {
        plans.push((Frame::CostLines, costs::lines(job, lines, rates, calendar, ids)));
    }
    plans.push((Frame::Segments, segments(job, sources, calendar)));
    plans.extend(first_month(job, sources, calendar).map(|frame| (Frame::First, frame)));
    Ok(plans)
}

/// Change points, in customers and in native money; and what is fixed about customers.
fn levels(context: &Context, frames: &Collected) -> Result<Plans> {
    let Context { job, calendar, rates, .. } = context;
    let mut plans = experience::levels(context, frames);
    let dimensions = lazy(frames, Frame::Dimensions);
    for activity in context.activities() {
        let Some(spans) = lazy(frames, Frame::Spans(activity)) else { continue };
        // A customer has one plan a month in every table: where entitled customers are counted, payment follows their plan.
        let is_marked = activity != context.counted();
        let marks =
            |unit| lazy(frames, Frame::Spans(context.counted())).filter(|_| is_marked).map(|marks| (marks, unit));
        plans.push((Frame::Counts(activity), timeline::levels(timeline::counted(spans.clone()), marks(""))));
        let members = members::cohorts(job, &spans, rates, calendar);
        plans.push((Frame::Members(activity), members::with_dimensions(job, members, dimensions.as_ref())));
        if activity == Activity::Paying {
            plans.push((Frame::Native, timeline::levels(spans, marks(rates.reporting()))));
        }
    }
    Ok(plans)
}

/// Native money in the reporting currency.
fn values(context: &Context, frames: &Collected) -> Result<Plans> {
    let (Some(native), Some(spans)) = (lazy(frames, Frame::Native), lazy(frames, Frame::Spans(Activity::Paying)))
    else {
        return Ok(Plans::new());
    };
    let valued = timeline::of_money(native, spans, context.money_window(), &context.rates, &context.calendar);
    Ok(vec![(Frame::Valued, valued)])
}

/// Change points with plan, segments and cohort.
fn timelines(context: &Context, frames: &Collected) -> Result<Plans> {
    let mut plans = Plans::new();
    let Some(spans) = lazy(frames, Frame::Spans(context.counted())) else { return Ok(plans) };
    let mut placed = |name: Frame, rows: LazyFrame, activity: Activity| {
        let Some(members) = lazy(frames, Frame::Members(activity)) else { return };
        let rows = if has_plan(context.job) {
            plan::with_plan(rows, &spans, &context.rates, &context.calendar)
        } else {
            rows.with_column(lit(UNKNOWN).alias(PLAN.name))
        };
        plans.push((name, rows.join(members, [col(CUSTOMER)], [col(CUSTOMER)], JoinArgs::new(JoinType::Left))));
    };
    for activity in context.activities() {
        if let Some(counts) = lazy(frames, Frame::Counts(activity)) {
            placed(Frame::Timeline(activity), timeline::of_customers(counts), activity);
        }
    }
    if let Some(valued) = lazy(frames, Frame::Valued) {
        placed(Frame::Money, valued, Activity::Paying);
    }
    Ok(plans)
}

/// Sums that `aggregates` makes for all dimensions at once.
const COMBINED: [Frame; 14] = [
    Frame::CustomerRuns,
    Frame::PayingRuns,
    Frame::MoneyRuns,
    Frame::CohortRuns,
    Frame::CohortMoney,
    Frame::Losses,
    Frame::CohortBase,
    Frame::CohortRevenue,
    Frame::Revenue,
    Frame::Usage,
    Frame::Users,
    Frame::Nps,
    Frame::Csat,
    Frame::TicketSums,
];

/// The same sums dimension by dimension.
fn by_dimension(context: &Context, frames: &Collected) -> Result<Plans> {
    let of = |frame: Frame| {
        let sums = of_combined(context.job, frames.get(&frame)?);
        let shared = lazy(frames, Frame::SharedUsers).filter(|_| frame == Frame::Users);
        Some((frame, union([sums].into_iter().chain(shared).collect())))
    };
    Ok(COMBINED.into_iter().filter_map(of).collect())
}

/// Sums by all segments at once, cohort and month.
fn aggregates(context: &Context, frames: &Collected) -> Result<Plans> {
    let Context { job, calendar, rates, asked, .. } = context;
    let counted = context.counted();
    let (Some(customers), Some(paying), Some(money), Some(native), Some(members)) = (
        lazy(frames, Frame::Timeline(counted)),
        lazy(frames, Frame::Timeline(Activity::Paying)),
        lazy(frames, Frame::Money),
        lazy(frames, Frame::Native),
        lazy(frames, Frame::Members(counted)),
    ) else {
        return Ok(Plans::new());
    };
    let (first, last) = (asked.first.0, asked.last.0);
    let tables = [Frame::Timeline(Activity::Paying), Frame::Dimensions].map(|frame| frames.get(&frame));
    let places = Arc::new(Places::new(job, tables[0], tables[1], context.ids.known().len())?);
    let ever = |rows: LazyFrame| rows.filter(col(COHORT).is_not_null());
    let (customers, paying, money) = (ever(customers), ever(paying), ever(money));
    let join = |rows: LazyFrame, other: LazyFrame, how: JoinType| {
        rows.join(other, [col(CUSTOMER)], [col(CUSTOMER)], JoinArgs::new(how))
    };
    let (runs, cohort_runs) = ([AT, UNTIL], [COHORT, AT, UNTIL]);
    let until_last = |rows: &LazyFrame| clamped(rows.clone(), i32::MIN, last);
    let within_asked = |rows: &LazyFrame| clamped(rows.clone(), first, last);
    let paying_measures = [(PAYING_ANY, count_if(col(IS_ANY))), (PAYING_CLOSE, count_if(col(IS_CLOSE)))];
    let in_window = clamped(money.clone(), context.money_window().first.0, last);

    let loss = when(col(IS_CLOSE).not()).then(col(AT)).otherwise(lit(NULL).cast(DataType::Int32)).min();
    let losses = customers.clone().group_by([col(CUSTOMER)]).agg([loss.alias(AT)]);
    let losses = join(members.clone(), losses, JoinType::Left);

    // Money follows payment, cohorts follow definitions.active: a customer's cohort comes from the latter.
    let amounts = money.select([col(CUSTOMER), col(AT), col(UNTIL), col(CLOSE)]);
    let cohort_money = join(within_asked(&amounts), members.clone(), JoinType::Inner);
    let day = map::last_day(col(AT), calendar);
    let base = join(native, members.clone(), JoinType::Inner)
        .filter(col(AT).eq(col(COHORT)))
        .with_column(map::convert(col(CLOSE), col(UNIT), day, rates).alias(CLOSE));

    let mut plans = experience::aggregates(context, frames, &places);
    plans.extend([
        (Frame::CustomerRuns, combined(job, &until_last(&customers), PLAN.name, &runs, &customer_measures())),
        (Frame::PayingRuns, combined(job, &until_last(&paying), PLAN.name, &runs, &paying_measures)),
        (Frame::MoneyRuns, combined(job, &in_window, PLAN.name, &runs, &money_measures())),
        (Frame::CohortRuns, combined(job, &until_last(&customers), COHORT_PLAN, &cohort_runs, &cohort_measures())),
        (Frame::Losses, combined(job, &losses, COHORT_PLAN, &[COHORT, AT], &[(MEMBERS, len().cast(DataType::Int64))])),
        (
            Frame::CohortMoney,
            combined(job, &cohort_money, COHORT_PLAN, &cohort_runs, &[(ACTIVE_MRR.name, col(CLOSE).sum())]),
        ),
        (Frame::CohortBase, combined(job, &base, COHORT_PLAN, &[COHORT], &[(COHORT_MRR.name, col(CLOSE).sum())])),
    ]);
    if let Some(paid) = lazy(frames, Frame::Paid) {
        let placed = placed(paid.clone(), &places);
        plans.push((Frame::Revenue, combined(job, &placed, PLAN.name, &[AT, NET], &revenue_measures())));
        let earliest = when(col(AT).lt(col(COHORT))).then(col(COHORT)).otherwise(col(AT)).alias(AT);
        let joined = join(paid, members, JoinType::Inner).with_column(earliest);
        plans
            .push((Frame::CohortRevenue, combined(job, &joined, COHORT_PLAN, &[COHORT, AT], &[(NET, col(NET).sum())])));
    }
    if let Some(lines) = lazy(frames, Frame::CostLines) {
        plans.push((Frame::Costs, costs::per_segment(job, lines, &places)));
    }
    Ok(plans)
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
        return frame_of(0, vec![none.into_column(), also.into_column()]);
    }
    union(frames).unique_generic(None::<Vec<Expr>>, UniqueKeepStrategy::Any)
}

/// One value: the number of the first month of dated snapshots. Periods tell theirs by the first cohort.
fn first_month(job: &Job, sources: &Sources, calendar: &Calendar) -> Option<LazyFrame> {
    let is_snapshots = job.inputs.get(&Input::Subscriptions).is_some_and(|input| input.is_snapshots);
    let source = sources.get(&Input::Subscriptions).filter(|_| is_snapshots)?;
    let day = col(inputs::SNAPSHOT_DATE.name);
    let as_of = lit(crate::month::days_of(calendar.as_of()));
    Some(source.frame.clone().filter(day.clone().lt_eq(as_of)).select([map::month_of_day(day).min().alias(FROM)]))
}
