//! Customers one by one, numbered in the order of their ids: what scores of single customers are made of.
//!
//! Only the tables that have such scores pay for it: it is read where one of them is computed, and holds those customers
//! who paid at a close that one of them looks at.

use std::collections::HashMap;

use polars::prelude::*;

use super::grid::{Segments, integers};
use super::members::{dimension_column, fixed_dimensions, has_plan};
use super::per_customer::{Monthly, PerCustomer};
use super::plans::{Activity, Collected, Context, Frame};
use crate::error::{Error, Result};
use crate::ids::Numbered;
use crate::month::{Month, MonthRange};
use crate::tables::Input;
use crate::tables::inputs::{COST_CUSTOMER_ID, NPS_KIND, PLAN, SCORE, SURVEY_KIND};
use crate::tables::model::{
    ACTIVE_DAYS, AT, CLOSE, COHORT, CUSTOMER, DAY, IS_CLOSE, NET, OPEN, RESPONDENT, SCALE, TICKETS, TICKS, UNTIL,
};

/// A backtest of a month looks at the scores of six months before it.
const SCORED_BEFORE: i32 = 6;
/// A score looks at three months before its own.
const LOOK_BACK: i32 = 3;

/// How long before the asked months customers are looked at.
pub const LOOKS_BACK: i32 = SCORED_BEFORE + LOOK_BACK;

/// Months [from, until) at whose close a customer paid, with one plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Stay {
    from: i32,
    until: i32,
    /// Where the plan stands in the spine.
    plan: Option<u32>,
}

/// MRR at the open and the close of each month of [from, until) it paid at the close of, both at that month's rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Level {
    from: i32,
    until: i32,
    open: i64,
    close: i64,
}

/// A respondent's last answer of one kind, as of the months [from, until).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Answer {
    from: i32,
    until: i32,
    /// Local day.
    pub day: i32,
    /// 0 the worst answer, 100 the best.
    pub score: f64,
}

/// Customers who paid at the close of a month that is looked at. None: there is no such input.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    ids: Vec<String>,
    /// By `definitions.active`, as in `cohorts`.
    cohorts: Vec<i32>,
    /// Spine positions of the fixed dimensions, `fixed` of them per customer.
    positions: Vec<u32>,
    fixed: usize,
    stays: PerCustomer<Stay>,
    levels: PerCustomer<Level>,
    bad_payments: PerCustomer<Monthly>,
    pub active_days: Option<PerCustomer<Monthly>>,
    pub tickets: Option<PerCustomer<Monthly>>,
    /// Net revenue, and cost of the lines that name the customer.
    pub revenue: Option<PerCustomer<Monthly>>,
    pub costs: Option<PerCustomer<Monthly>>,
    answers: Option<PerCustomer<Answer>>,
    /// Weights of usage, survey, support, commercial and tenure.
    pub weights: [f64; 5],
}

impl Panel {
    /// Reads the collected frames of customers.
    pub fn read(context: &Context, frames: &Collected, segments: &Segments) -> Result<Panel> {
        let (Some(paying), Some(members)) =
            (frames.get(&Frame::Timeline(Activity::Paying)), frames.get(&Frame::Members(context.counted())))
        else {
            return Ok(Panel::default());
        };
        let asked = context.asked;
        let scored = MonthRange { first: asked.first.plus(-SCORED_BEFORE), last: asked.last };
        let seen = MonthRange { first: scored.first.plus(-LOOK_BACK), last: asked.last };
        let known = context.ids.known();
        let ids = paid(paying, scored, &known)?;
        let mut numbers = vec![None; known.len()];
        ids.iter().zip(0..).for_each(|(id, number)| numbers[*id as usize] = Some(number));
        let reader = Reader { numbers, customers: ids.len(), seen, segments };
        let costs = context.sources.get(&Input::RetentionCosts);
        let has_cost_customers = costs.is_some_and(|source| source.present.contains(COST_CUSTOMER_ID.name));
        let monthly = |frame: Frame, value: &str| reader.monthly(frames.get(&frame), Some(value));
        let mut panel = Panel {
            stays: reader.stays(paying, has_plan(context.job))?,
            levels: match frames.get(&Frame::Money) {
                Some(frame) => reader.levels(frame)?,
                None => PerCustomer::default(),
            },
            bad_payments: reader.monthly(frames.get(&Frame::BadPayments), None)?.unwrap_or_default(),
            active_days: monthly(Frame::ActiveDays, ACTIVE_DAYS)?,
            tickets: monthly(Frame::Tickets, TICKETS)?,
            revenue: monthly(Frame::Paid, NET)?,
            costs: if has_cost_customers { monthly(Frame::CostLines, TICKS)? } else { None },
            answers: frames.get(&Frame::Answers).map(|frame| reader.answers(frame)).transpose()?,
            weights: context.job.definitions.weights.list(),
            ..Panel::default()
        };
        let dimensions: Vec<&String> = fixed_dimensions(context.job).collect();
        panel.fixed = dimensions.len();
        (panel.cohorts, panel.positions) = reader.members(members, &dimensions)?;
        panel.ids = ids.into_iter().map(|id| known.text(id).to_string()).collect();
        Ok(panel)
    }

    /// Customers paying at the close of the month, in the order of their ids.
    pub fn paying(&self, month: Month) -> Vec<u32> {
        (0..self.ids.len() as u32).filter(|customer| self.is_paying(*customer, month)).collect()
    }
    pub fn is_paying(&self, customer: u32, month: Month) -> bool {
        self.stay(customer, month).is_some()
    }
    fn stay(&self, customer: u32, month: Month) -> Option<&Stay> {
        self.stays.of(customer).iter().find(|stay| stay.from <= month.0 && month.0 < stay.until)
    }
    pub fn id(&self, customer: u32) -> &str {
        &self.ids[customer as usize]
    }
    /// Month of the first instant it was active.
    pub fn cohort(&self, customer: u32) -> Month {
        Month(self.cohorts[customer as usize])
    }
    /// Spine positions of the segments it lies in at the close of a month in which it pays, `all` among them.
    pub fn segments(&self, customer: u32, month: Month) -> impl Iterator<Item = usize> {
        let first = customer as usize * self.fixed;
        let plan = self.stay(customer, month).and_then(|stay| stay.plan);
        std::iter::once(0)
            .chain(self.positions[first..first + self.fixed].iter().copied().chain(plan).map(|at| at as usize))
    }
    /// MRR at the close of the month in reporting ticks.
    pub fn mrr(&self, customer: u32, month: Month) -> i64 {
        let rows = self.levels.of(customer).iter();
        rows.filter(|row| row.from <= month.0 && month.0 < row.until).map(|row| row.close).sum()
    }
    /// Whether in any of the months its MRR fell, at that month's rate, while it went on paying.
    pub fn has_contraction(&self, customer: u32, months: MonthRange) -> bool {
        let overlaps = |row: &&Level| row.from <= months.last.0 && months.first.0 < row.until;
        self.levels.of(customer).iter().filter(overlaps).any(|row| row.close < row.open)
    }
    /// Whether in any of the months a payment failed or was refunded.
    pub fn has_bad_payment(&self, customer: u32, months: MonthRange) -> bool {
        self.bad_payments.sum(customer, months.first.0, months.last.0) > 0
    }
    /// The last answers of its respondents, one of each kind, at the close of the month.
    pub fn answers(&self, customer: u32, month: Month) -> impl Iterator<Item = &Answer> {
        let rows = self.answers.as_ref().map_or(&[][..], |answers| answers.of(customer));
        rows.iter().filter(move |row| row.from <= month.0 && month.0 < row.until)
    }
}

/// Customers who paid at the close of one of the months, sorted by their ids.
fn paid(paying: &DataFrame, months: MonthRange, known: &Numbered) -> Result<Vec<u32>> {
    let (from, until) = (integers(paying, AT)?, integers(paying, UNTIL)?);
    let is_close = flags(paying)?;
    let mut seen = Vec::new();
    for (row, id) in paying.column(CUSTOMER)?.u32()?.iter().enumerate() {
        let is_seen = from[row] <= i64::from(months.last.0) && i64::from(months.first.0) < until[row];
        if is_seen
            && is_close[row]
            && let Some(id) = id
        {
            seen.push(id);
        }
    }
    seen.sort_unstable();
    seen.dedup();
    seen.sort_unstable_by_key(|id| known.text(*id));
    Ok(seen)
}

/// Whether a customer paid at the close of each row: by its own currency, even if that is worth nothing in another.
fn flags(frame: &DataFrame) -> Result<Vec<bool>> {
    Ok(frame.column(IS_CLOSE)?.bool()?.iter().map(|is_close| is_close == Some(true)).collect())
}

/// Reads frames with CUSTOMER into rows by the customer's number.
struct Reader<'a> {
    /// By the number of the id; None for those who never paid when it mattered.
    numbers: Vec<Option<u32>>,
    customers: usize,
    seen: MonthRange,
    segments: &'a Segments,
}

impl Reader<'_> {
    fn number(&self, id: Option<u32>) -> Option<u32> {
        self.numbers.get(id? as usize).copied().flatten()
    }

    /// Calls `each` with the row and the number of every known customer whose months overlap those seen.
    fn each(&self, frame: &DataFrame, until: Option<&str>, mut each: impl FnMut(usize, u32)) -> Result<()> {
        let from = integers(frame, AT)?;
        let until = until.map(|until| integers(frame, until)).transpose()?;
        let (first, last) = (i64::from(self.seen.first.0), i64::from(self.seen.last.0));
        for (row, id) in frame.column(CUSTOMER)?.u32()?.iter().enumerate() {
            let is_over = until.as_ref().map_or(from[row] < first, |until| until[row] <= first);
            if from[row] <= last
                && !is_over
                && let Some(number) = self.number(id)
            {
                each(row, number);
            }
        }
        Ok(())
    }

    /// Sums of a column by month, or (None) how many rows there are.
    fn monthly(&self, frame: Option<&DataFrame>, value: Option<&str>) -> Result<Option<PerCustomer<Monthly>>> {
        let Some(frame) = frame else { return Ok(None) };
        let (months, values) = (integers(frame, AT)?, value.map(|value| integers(frame, value)).transpose()?);
        let mut rows = Vec::new();
        self.each(frame, None, |row, customer| {
            let value = values.as_ref().map_or(1, |values| values[row]);
            rows.push((customer, Monthly { month: months[row] as i32, value }));
        })?;
        Ok(Some(PerCustomer::of_months(self.customers, rows)))
    }

    fn stays(&self, frame: &DataFrame, has_plan: bool) -> Result<PerCustomer<Stay>> {
        let (from, until) = (integers(frame, AT)?, integers(frame, UNTIL)?);
        let is_close = flags(frame)?;
        let plans = if has_plan { Some(self.positions(frame, PLAN.name, PLAN.name)?) } else { None };
        let mut rows = Vec::new();
        self.each(frame, Some(UNTIL), |row, customer| {
            if is_close[row] {
                let plan = plans.as_ref().map(|plans| plans[row]);
                rows.push((customer, Stay { from: from[row] as i32, until: until[row] as i32, plan }));
            }
        })?;
        rows.sort_unstable();
        Ok(PerCustomer::of_sorted(self.customers, rows))
    }

    fn levels(&self, frame: &DataFrame) -> Result<PerCustomer<Level>> {
        let (from, until) = (integers(frame, AT)?, integers(frame, UNTIL)?);
        let (open, close) = (integers(frame, OPEN)?, integers(frame, CLOSE)?);
        let is_close = flags(frame)?;
        let mut rows = Vec::new();
        self.each(frame, Some(UNTIL), |row, customer| {
            if is_close[row] {
                let (from, until) = (from[row] as i32, until[row] as i32);
                rows.push((customer, Level { from, until, open: open[row], close: close[row] }));
            }
        })?;
        rows.sort_unstable();
        Ok(PerCustomer::of_sorted(self.customers, rows))
    }

    /// Answers of all history up to the last month; an answer counts until the respondent's next one of its kind.
    fn answers(&self, frame: &DataFrame) -> Result<PerCustomer<Answer>> {
        let [months, days, scores, scales] = [AT, DAY, SCORE.name, SCALE].map(|name| integers(frame, name));
        let (months, days, scores, scales) = (months?, days?, scores?, scales?);
        let text = |name: &str| -> Result<StringChunked> { Ok(frame.column(name)?.str()?.clone()) };
        let ids = frame.column(CUSTOMER)?.u32()?.clone();
        let (kinds, respondents) = (text(SURVEY_KIND.name)?, text(RESPONDENT)?);
        let mut keyed = Vec::new();
        for (row, ((id, kind), respondent)) in ids.iter().zip(kinds.iter()).zip(respondents.iter()).enumerate() {
            if months[row] <= i64::from(self.seen.last.0)
                && let Some(number) = self.number(id)
            {
                keyed.push(((number, kind, respondent), months[row], row));
            }
        }
        keyed.sort_unstable();
        let mut rows = Vec::with_capacity(keyed.len());
        for (at, (key, month, row)) in keyed.iter().enumerate() {
            let next = keyed.get(at + 1).filter(|(other, _, _)| other == key);
            let (score, scale) = (scores[*row] as f64, scales[*row] as f64);
            let is_nps = key.1 == Some(NPS_KIND);
            let answer = Answer {
                from: *month as i32,
                until: next.map_or(i32::MAX, |(_, month, _)| *month as i32),
                day: days[*row] as i32,
                score: if is_nps { 100.0 * score / scale } else { 100.0 * (score - 1.0) / (scale - 1.0) },
            };
            rows.push((key.0, answer));
        }
        Ok(PerCustomer::of_sorted(self.customers, rows))
    }

    /// Cohort months, and the spine positions of the dimensions, by customer.
    fn members(&self, frame: &DataFrame, dimensions: &[&String]) -> Result<(Vec<i32>, Vec<u32>)> {
        let cohort = integers(frame, COHORT)?;
        let of_rows = |dimension: &&String| self.positions(frame, &dimension_column(dimension), dimension);
        let of_rows: Vec<Vec<u32>> = dimensions.iter().map(of_rows).collect::<Result<_>>()?;
        let mut cohorts = vec![0; self.customers];
        let mut positions = vec![0; self.customers * dimensions.len()];
        for (row, id) in frame.column(CUSTOMER)?.u32()?.iter().enumerate() {
            let Some(number) = self.number(id).map(|number| number as usize) else { continue };
            cohorts[number] = cohort[row] as i32;
            for (dimension, of_rows) in of_rows.iter().enumerate() {
                positions[number * dimensions.len() + dimension] = of_rows[row];
            }
        }
        Ok((cohorts, positions))
    }

    /// Where the value of a column stands in the spine of its dimension.
    fn positions(&self, frame: &DataFrame, column: &str, dimension: &str) -> Result<Vec<u32>> {
        let list = self.segments.list.iter().enumerate().filter(|(_, segment)| segment.dimension == dimension);
        let known: HashMap<&str, u32> = list.map(|(at, segment)| (segment.segment.as_str(), at as u32)).collect();
        let position = |value: Option<&str>| {
            let value = value.unwrap_or(super::spans::UNKNOWN);
            let missing = || Error::internal(format!("segment `{value}` of `{dimension}` is not in the spine"));
            known.get(value).copied().ok_or_else(missing)
        };
        frame.column(column)?.str()?.iter().map(position).collect()
    }
}
