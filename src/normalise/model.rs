//! The model: dense integer aggregates and the facts of the job that metrics need.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::*;

use super::allocated::{Costs, allocate};
use super::costs::IS_CREDIT;
use super::grid::{Grid, Segment, Segments, integers};
use super::group::ALL;
use super::panel::Panel;
use super::plans::{Collected, Frame};
use super::spans::UNKNOWN;
use crate::error::Result;
use crate::job::{Active, Allocation, Job};
use crate::month::{Calendar, Month, MonthRange};
use crate::snapshot::Sources;
use crate::tables::Input;
use crate::tables::inputs::USER_ID;
use crate::tables::model::{
    ACTIVE_DAYS, AT, COHORT, FROM, INVOICED_ONLY, MEMBERS, NET, OPEN_MRR_NOW, PAYING_ANY, PAYING_CLOSE, POINTS,
    PURCHASES, RETAINED, THEN_CUSTOMERS, THEN_MRR, THEN_MRR_KEPT, THEN_MRR_NOW, THEN_RETAINED, TICKETS, TICKS, UNTIL,
};
use crate::tables::outputs::{
    ACTIVE_CUSTOMERS, ACTIVE_DAYS_TOTAL, ACTIVE_MRR, AT_RISK_CUSTOMERS, CATEGORY, CHURNED_CUSTOMERS, CHURNED_MRR,
    CLOSING_CUSTOMERS, CLOSING_MRR, COHORT_MRR, CONTRACTION_MRR, DETRACTORS, DIMENSION, EXPANSION_MRR,
    MONTHLY_ACTIVE_CUSTOMERS, MONTHLY_ACTIVE_USERS, NEW_AND_CHURNED_CUSTOMERS, NEW_CUSTOMERS, NEW_MRR,
    OPENING_CUSTOMERS, OPENING_MRR, PROMOTERS, REACTIVATED_CUSTOMERS, REACTIVATION_MRR, REFUNDS, RESPONSES, REVENUE,
    SATISFIED, SEGMENT, WEEKLY_ACTIVE_CUSTOMERS,
};

/// A cohort's members and how they were first lost.
#[derive(Debug, Clone, Default)]
pub struct Cohort {
    pub customers: i64,
    /// First losses by month number.
    pub losses: BTreeMap<i32, i64>,
    /// MRR at the close of the cohort month, at its rate.
    pub base_mrr: i64,
    /// Net revenue by month number.
    pub revenue: BTreeMap<i32, i64>,
    /// By month: at risk, active, churned, new and churned.
    pub counts: BTreeMap<i32, [i64; 4]>,
    /// MRR at the close of each asked month.
    pub mrr: BTreeMap<i32, i64>,
}

/// A sum of cost lines of one month, category and sign, for one dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostSum {
    pub month: i32,
    pub category: String,
    pub is_credit: bool,
    /// None: the lines name no segment of the dimension.
    pub segment: Option<usize>,
    pub ticks: i64,
}

/// What the metrics read.
#[derive(Debug, Clone)]
pub struct Model {
    pub currency: String,
    pub gross_margin: f64,
    pub discount_rate_annual: f64,
    pub allocation: Allocation,
    pub has_invoices: bool,
    pub has_costs: bool,
    pub is_snapshots: bool,
    /// Customers are active by invoices; there are no subscriptions.
    pub is_purchases: bool,
    pub has_users: bool,
    pub calendar: Arc<Calendar>,
    /// The first month with full data; None when there is none at all.
    pub first: Option<Month>,
    /// Months before `first` are unknown rather than empty.
    pub is_truncated: bool,
    /// `all` first, then each dimension in the job's order, its segments sorted.
    pub segments: Segments,
    /// Customer counts by `definitions.active`, every month.
    pub customers: Grid,
    /// Paying customers, every month.
    pub paying: Grid,
    /// MRR and movements, from a year before the asked months.
    pub money: Grid,
    /// Revenue sums, every month.
    pub revenue: Grid,
    /// Customers and users active by usage, every month.
    pub usage: Grid,
    pub users: Grid,
    /// Survey answers, every month.
    pub nps: Grid,
    pub csat: Grid,
    /// Tickets opened, every month.
    pub tickets: Grid,
    /// Net revenue of the customers with invoices: (segment, month) -> (net, customers), sorted by net.
    pub net_revenue: BTreeMap<(usize, i32), Vec<(i64, i64)>>,
    /// Cost sums by dimension.
    pub costs: BTreeMap<String, Vec<CostSum>>,
    /// The same, every line in a segment.
    pub allocated: Costs,
    pub categories: Vec<String>,
    /// (segment, cohort month number) -> cohort.
    pub cohorts: BTreeMap<(usize, i32), Cohort>,
    /// Customers one by one, where a table needs them.
    pub panel: Panel,
}

impl Model {
    /// Reads the collected aggregates.
    pub fn read(
        job: &Job,
        sources: &Sources,
        calendar: &Arc<Calendar>,
        asked: MonthRange,
        frames: &Collected,
    ) -> Result<Model> {
        let input = job.inputs.get(&Input::Subscriptions);
        let is_snapshots = input.is_some_and(|input| input.is_snapshots);
        let known_from = input.and_then(|input| input.history_from).map(|day| {
            let month = Month::of(day);
            if day.day() == 1 { month } else { month.next() }
        });
        let seen = match frames.get(&Frame::First) {
            Some(frame) => frame.column(FROM)?.cast(&DataType::Int64)?.i64()?.get(0),
            None => match frames.get(&Frame::Losses) {
                Some(frame) => integers(frame, COHORT)?.into_iter().min(),
                None => None,
            },
        };
        let seen = seen.map(|month| Month(month as i32));
        // The first snapshot is where knowledge begins; an export of periods says so itself.
        let first = if is_snapshots { seen } else { known_from.or(seen) };
        let segments = read_segments(job, frames.get(&Frame::Segments))?;
        let from = seen.map_or(asked.first.0, |month| month.0).min(asked.first.0) - 1;
        let last = asked.last.0;
        let runs = |name: Frame, names: &[&'static str]| match frames.get(&name) {
            Some(frame) => Grid::of_runs(frame, &segments, from, last, names),
            None => Ok(Grid::default()),
        };
        let months = |name: Frame, names: &[&'static str]| match frames.get(&name) {
            Some(frame) => Grid::of_months(frame, &segments, from, last, names),
            None => Ok(Grid::default()),
        };
        let mut model = Model {
            currency: job.currency.clone(),
            gross_margin: job.gross_margin,
            discount_rate_annual: job.discount_rate_annual,
            allocation: job.definitions.allocation,
            has_invoices: sources.contains_key(&Input::Invoices),
            has_costs: sources.contains_key(&Input::RetentionCosts),
            is_snapshots,
            is_purchases: job.definitions.active == Active::Purchases,
            has_users: sources.get(&Input::UsageEvents).is_some_and(|source| source.present.contains(USER_ID.name)),
            calendar: calendar.clone(),
            first,
            is_truncated: known_from.is_some() || is_snapshots,
            customers: runs(
                Frame::CustomerRuns,
                &[
                    OPENING_CUSTOMERS.name,
                    NEW_CUSTOMERS.name,
                    REACTIVATED_CUSTOMERS.name,
                    CHURNED_CUSTOMERS.name,
                    NEW_AND_CHURNED_CUSTOMERS.name,
                    CLOSING_CUSTOMERS.name,
                    RETAINED,
                    THEN_CUSTOMERS,
                    THEN_RETAINED,
                ],
            )?,
            paying: runs(Frame::PayingRuns, &[PAYING_ANY, PAYING_CLOSE])?,
            money: runs(
                Frame::MoneyRuns,
                &[
                    OPENING_MRR.name,
                    OPEN_MRR_NOW,
                    NEW_MRR.name,
                    REACTIVATION_MRR.name,
                    EXPANSION_MRR.name,
                    CONTRACTION_MRR.name,
                    CHURNED_MRR.name,
                    CLOSING_MRR.name,
                    THEN_MRR,
                    THEN_MRR_KEPT,
                    THEN_MRR_NOW,
                ],
            )?,
            revenue: Grid::default(),
            usage: months(
                Frame::Usage,
                &[ACTIVE_DAYS_TOTAL.name, MONTHLY_ACTIVE_CUSTOMERS.name, WEEKLY_ACTIVE_CUSTOMERS.name],
            )?,
            users: months(Frame::Users, &[ACTIVE_DAYS, MONTHLY_ACTIVE_USERS.name])?,
            nps: months(Frame::Nps, &[RESPONSES.name, PROMOTERS.name, DETRACTORS.name])?,
            csat: months(Frame::Csat, &[RESPONSES.name, SATISFIED.name, POINTS])?,
            tickets: months(Frame::TicketSums, &[TICKETS])?,
            net_revenue: BTreeMap::new(),
            costs: BTreeMap::new(),
            allocated: Costs::new(),
            categories: Vec::new(),
            cohorts: BTreeMap::new(),
            panel: Panel::default(),
            segments,
        };
        if let Some(frame) = frames.get(&Frame::Revenue) {
            let names = [MEMBERS, INVOICED_ONLY, REVENUE.name, REFUNDS.name, PURCHASES];
            model.revenue = Grid::of_months(frame, &model.segments, from, last, &names)?;
            model.read_net_revenue(frame)?;
        }
        if let Some(frame) = frames.get(&Frame::Costs) {
            model.read_costs(frame)?;
            model.allocated = allocate(&model);
        }
        model.read_cohorts(frames, last)?;
        Ok(model)
    }

    /// Whether the numbers of a month before all known history are unknown.
    pub fn is_before_history(&self, month: Month) -> bool {
        self.is_truncated && self.first.is_some_and(|first| month < first)
    }
    /// Whether the month is the first of dated snapshots: a closing state without an opening.
    pub fn is_base(&self, month: Month) -> bool {
        self.is_snapshots && self.first == Some(month)
    }

    fn read_net_revenue(&mut self, frame: &DataFrame) -> Result<()> {
        let at = self.segments.of_rows(frame)?;
        let (months, nets, members) = (integers(frame, AT)?, integers(frame, NET)?, integers(frame, MEMBERS)?);
        for row in 0..frame.height() {
            self.net_revenue.entry((at[row], months[row] as i32)).or_default().push((nets[row], members[row]));
        }
        self.net_revenue.values_mut().for_each(|list| list.sort_unstable());
        Ok(())
    }

    fn read_costs(&mut self, frame: &DataFrame) -> Result<()> {
        let dimension = frame.column(DIMENSION.name)?.str()?.clone();
        let segment = frame.column(SEGMENT.name)?.str()?.clone();
        let category = frame.column(CATEGORY.name)?.str()?.clone();
        let credit = frame.column(IS_CREDIT)?.bool()?.clone();
        let (months, ticks) = (integers(frame, AT)?, integers(frame, TICKS)?);
        let mut categories = BTreeSet::new();
        for row in 0..frame.height() {
            let dimension = dimension.get(row).unwrap_or_default().to_string();
            let category = category.get(row).unwrap_or_default().to_string();
            categories.insert(category.clone());
            let segment = segment.get(row).and_then(|segment| self.segments.position(&dimension, segment));
            let is_credit = credit.get(row).unwrap_or(false);
            let sum = CostSum { month: months[row] as i32, category, is_credit, segment, ticks: ticks[row] };
            self.costs.entry(dimension).or_default().push(sum);
        }
        self.categories = categories.into_iter().collect();
        Ok(())
    }

    fn read_cohorts(&mut self, frames: &Collected, last: i32) -> Result<()> {
        let mut cohorts: BTreeMap<(usize, i32), Cohort> = BTreeMap::new();
        let mut read =
            |name: Frame, take: &mut dyn FnMut(&mut Cohort, usize, &DataFrame) -> Result<()>| -> Result<()> {
                let Some(frame) = frames.get(&name) else { return Ok(()) };
                let at = self.segments.of_rows(frame)?;
                let months = integers(frame, COHORT)?;
                for row in 0..frame.height() {
                    let cohort = cohorts.entry((at[row], months[row] as i32)).or_default();
                    take(cohort, row, frame)?;
                }
                Ok(())
            };
        let number = |frame: &DataFrame, name: &str, row: usize| -> Result<Option<i64>> {
            let column = frame.column(name)?;
            Ok(match column.dtype() {
                DataType::Int32 => column.i32()?.get(row).map(i64::from),
                _ => column.i64()?.get(row),
            })
        };
        let value = |frame: &DataFrame, name: &str, row: usize| number(frame, name, row).map(|v| v.unwrap_or(0));
        let run = |frame: &DataFrame, row: usize| -> Result<std::ops::Range<i32>> {
            Ok(value(frame, AT, row)? as i32..(value(frame, UNTIL, row)?.min(i64::from(last) + 1)) as i32)
        };
        read(Frame::Losses, &mut |cohort, row, frame| {
            let members = value(frame, MEMBERS, row)?;
            cohort.customers += members;
            if let Some(month) = number(frame, AT, row)? {
                *cohort.losses.entry(month as i32).or_default() += members;
            }
            Ok(())
        })?;
        read(Frame::CohortRuns, &mut |cohort, row, frame| {
            let names =
                [AT_RISK_CUSTOMERS.name, ACTIVE_CUSTOMERS.name, CHURNED_CUSTOMERS.name, NEW_AND_CHURNED_CUSTOMERS.name];
            let counts: Vec<i64> = names.iter().map(|name| value(frame, name, row)).collect::<Result<_>>()?;
            for month in run(frame, row)? {
                cohort.counts.entry(month).or_default().iter_mut().zip(&counts).for_each(|(sum, count)| *sum += count);
            }
            Ok(())
        })?;
        read(Frame::CohortMoney, &mut |cohort, row, frame| {
            let mrr = value(frame, ACTIVE_MRR.name, row)?;
            for month in run(frame, row)? {
                *cohort.mrr.entry(month).or_default() += mrr;
            }
            Ok(())
        })?;
        read(Frame::CohortBase, &mut |cohort, row, frame| {
            cohort.base_mrr += value(frame, COHORT_MRR.name, row)?;
            Ok(())
        })?;
        read(Frame::CohortRevenue, &mut |cohort, row, frame| {
            *cohort.revenue.entry(value(frame, AT, row)? as i32).or_default() += value(frame, NET, row)?;
            Ok(())
        })?;
        self.cohorts = cohorts;
        Ok(())
    }
}

/// The spine: `all`, then every declared dimension with its values and `(unknown)`, sorted.
fn read_segments(job: &Job, frame: Option<&DataFrame>) -> Result<Segments> {
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for dimension in &job.dimensions {
        values.entry(dimension.clone()).or_default().insert(UNKNOWN.to_string());
    }
    if let Some(frame) = frame {
        let (dimension, segment) =
            (frame.column(DIMENSION.name)?.str()?.clone(), frame.column(SEGMENT.name)?.str()?.clone());
        for row in 0..frame.height() {
            if let (Some(dimension), Some(segment)) = (dimension.get(row), segment.get(row)) {
                values.entry(dimension.to_string()).or_default().insert(segment.to_string());
            }
        }
    }
    let mut list = vec![Segment { dimension: ALL.to_string(), segment: ALL.to_string() }];
    for dimension in &job.dimensions {
        for segment in values.remove(dimension).unwrap_or_default() {
            list.push(Segment { dimension: dimension.clone(), segment });
        }
    }
    Ok(Segments::new(list))
}
