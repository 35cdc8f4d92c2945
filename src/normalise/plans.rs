//! The frames of a run, phase by phase: each phase is a set of lazy frames over what the phases before it collected.
//!
//! A collect cannot share work with another one, and Polars recognises shared subplans only while they are simple. So a
//! phase ends wherever its results are used more than once: what is read of the inputs is read by one collect. Between `extract` and
//! `aggregates` customers are walked (`sweep`).

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::*;

use super::union::{frame_of, union};

use super::fx::Rates;
use super::group::{combined, of_combined};
use super::members::{self, fixed_dimensions, has_plan};
use super::places::{Places, placed, placed_by_cohort};
use super::revenue::{self, revenue_measures};
use super::spans::{self, UNKNOWN};
use super::{costs, experience, map, purchases};
use crate::error::Result;
use crate::ids::Ids;
use crate::job::{Active, Allocation, Job};
use crate::month::{Calendar, Month, MonthRange};
use crate::snapshot::Sources;
use crate::tables::inputs::{self, Input, PLAN};
use crate::tables::model::{AT, COHORT, FROM, NET};
use crate::tables::outputs::{DIMENSION, SEGMENT};

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
    /// Customers by month and net revenue.
    Revenue,
    /// Net revenue by cohort and month.
    CohortRevenue,
    /// Cost by month, category, sign and named segment.
    Costs,
    /// Active days per customer, user and month.
    UserDays,
    /// The same per customer and month, where usage was read without a plan.
    CustomerDays,
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

impl Context<'_> {
    fn activities(&self) -> Vec<Activity> {
        match self.job.definitions.active {
            Active::Paying | Active::Purchases => vec![Activity::Paying],
            Active::Entitled => vec![Activity::Paying, Activity::Entitled],
        }
    }
    /// How far back money must be valued for the asked months, whose trailing months may begin before months then still
    /// settling. Twelve months of cost shares need less.
    pub fn money_window(&self) -> MonthRange {
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
pub fn extract(context: &Context, frames: &Collected) -> Plans {
    let Context { job, sources, calendar, rates, ids, .. } = context;
    let mut plans = experience::extract(context, frames);
    match (sources.get(&Input::Subscriptions), sources.get(&Input::Invoices)) {
        (Some(subscriptions), _) => {
            for activity in context.activities() {
                plans.push((Frame::Spans(activity), spans::spans(job, subscriptions, calendar, ids, activity)));
            }
        }
        (None, Some(invoices)) => {
            plans.push((Frame::Spans(Activity::Paying), purchases::spans(job, invoices, calendar, ids)));
        }
        (None, None) => {}
    }
    plans.extend(members::dimensions(job, sources.get(&Input::Customers), ids).map(|frame| (Frame::Dimensions, frame)));
    if let Some(invoices) = sources.get(&Input::Invoices)
        && !frames.contains_key(&Frame::Paid)
    {
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
    plans
}

/// Sums that `aggregates` makes for all dimensions at once.
const COMBINED: [Frame; 7] =
    [Frame::CohortRevenue, Frame::Revenue, Frame::Usage, Frame::Users, Frame::Nps, Frame::Csat, Frame::TicketSums];

/// The same sums dimension by dimension.
pub fn by_dimension(context: &Context, frames: &Collected) -> Plans {
    let of = |frame: Frame| {
        let sums = of_combined(context.job, frames.get(&frame)?);
        let shared = lazy(frames, Frame::SharedUsers).filter(|_| frame == Frame::Users);
        Some((frame, union([sums].into_iter().chain(shared).collect())))
    };
    COMBINED.into_iter().filter_map(of).collect()
}

/// Sums by all segments at once, cohort and month.
pub fn aggregates(context: &Context, frames: &Collected, places: &Arc<Places>) -> Plans {
    let mut plans = experience::aggregates(context, frames, places);
    if let Some(paid) = lazy(frames, Frame::Paid) {
        let revenue = revenue_measures();
        plans.push((Frame::Revenue, combined(&placed(paid.clone(), places), places, &[AT, NET], &revenue)));
        let earliest = when(col(AT).lt(col(COHORT))).then(col(COHORT)).otherwise(col(AT)).alias(AT);
        let of_cohorts = placed_by_cohort(paid, places).with_column(earliest);
        let net = [(NET, col(NET).sum())];
        plans.push((Frame::CohortRevenue, combined(&of_cohorts, places, &[COHORT, AT], &net)));
    }
    if let Some(lines) = lazy(frames, Frame::CostLines) {
        plans.push((Frame::Costs, costs::per_segment(context.job, lines, places)));
    }
    plans
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

/// What `first_month` found.
pub fn first_snapshot(frames: &Collected) -> Result<Option<i32>> {
    let Some(frame) = frames.get(&Frame::First) else { return Ok(None) };
    Ok(frame.column(FROM)?.i32()?.get(0))
}
