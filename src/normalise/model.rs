//! The model: dense integer aggregates and the facts of the job that metrics need.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::*;

use super::allocated::{Costs, allocate};
use super::costs::IS_CREDIT;
use super::grid::{Grid, Segments, integers};
use super::panel::Panel;
use super::plans::{Collected, Context, Frame, first_snapshot};
use super::swept::Swept;
use crate::error::Result;
use crate::job::{Active, Allocation};
use crate::month::{Calendar, Month};
use crate::tables::Input;
use crate::tables::inputs::USER_ID;
use crate::tables::model::{ACTIVE_DAYS, AT, COHORT, INVOICED_ONLY, MEMBERS, NET, POINTS, PURCHASES, TICKETS, TICKS};
use crate::tables::outputs::{
    ACTIVE_DAYS_TOTAL, CATEGORY, DETRACTORS, DIMENSION, MONTHLY_ACTIVE_CUSTOMERS, MONTHLY_ACTIVE_USERS, PROMOTERS,
    REFUNDS, RESPONSES, REVENUE, SATISFIED, SEGMENT, WEEKLY_ACTIVE_CUSTOMERS,
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
    /// MRR and movements, in the months of `Context::money_window`.
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
    /// Reads what was collected and what the walk over customers found.
    pub fn read(context: &Context, frames: &Collected, swept: Swept, segments: Segments) -> Result<Model> {
        let Context { job, sources, calendar, asked, .. } = context;
        let input = job.inputs.get(&Input::Subscriptions);
        let is_snapshots = input.is_some_and(|input| input.is_snapshots);
        let known_from = input.and_then(|input| input.history_from).map(|day| {
            let month = Month::of(day);
            if day.day() == 1 { month } else { month.next() }
        });
        let seen = match frames.contains_key(&Frame::First) {
            true => first_snapshot(frames)?,
            false => swept.cohorts.keys().map(|(_, month)| *month).min(),
        };
        let seen = seen.map(Month);
        // The first snapshot is where knowledge begins; an export of periods says so itself.
        let first = if is_snapshots { seen } else { known_from.or(seen) };
        let from = seen.map_or(asked.first.0, |month| month.0).min(asked.first.0) - 1;
        let last = asked.last.0;
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
            customers: swept.customers,
            paying: swept.paying,
            money: swept.money,
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
            cohorts: swept.cohorts.into_iter().map(|(key, cohort)| (key, cohort.end())).collect(),
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
        model.read_cohort_revenue(frames)?;
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

    fn read_cohort_revenue(&mut self, frames: &Collected) -> Result<()> {
        let Some(frame) = frames.get(&Frame::CohortRevenue) else { return Ok(()) };
        let at = self.segments.of_rows(frame)?;
        let (cohorts, months, nets) = (integers(frame, COHORT)?, integers(frame, AT)?, integers(frame, NET)?);
        for row in 0..frame.height() {
            let cohort = self.cohorts.entry((at[row], cohorts[row] as i32)).or_default();
            *cohort.revenue.entry(months[row] as i32).or_default() += nets[row];
        }
        Ok(())
    }
}
