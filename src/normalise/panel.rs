//! Customers one by one, numbered in the order of their ids: what scores of single customers are made of.
//!
//! Only the tables that have such scores pay for it: it is read where one of them is computed, and holds those customers
//! who paid at a close that one of them looks at.

use polars::prelude::*;

use super::grid::integers;
use super::members::fixed_dimensions;
use super::monthly::Monthly;
use super::per_customer::PerCustomer;
use super::places::Places;
use super::plans::{Collected, Context, Frame};
use super::swept::Walked;
use crate::error::{Error, Result};
use crate::ids::Numbered;
use crate::month::{Month, MonthRange};
use crate::parallel::{both, in_parallel, workers};
use crate::snapshot::Source;
use crate::tables::Input;
use crate::tables::inputs::{COST_CUSTOMER_ID, NPS_KIND, SCORE, SURVEY_KIND};
use crate::tables::model::{ACTIVE_DAYS, AT, CUSTOMER, DAY, NET, RESPONDENT, SCALE, TICKETS, TICKS};

/// A backtest of a month looks at the scores of six months before it.
const SCORED_BEFORE: i32 = 6;
/// A score looks at three months before its own.
const LOOK_BACK: i32 = 3;

/// How long before the asked months customers are looked at.
pub const LOOKS_BACK: i32 = SCORED_BEFORE + LOOK_BACK;

/// Months [from, until) at whose close a customer paid, with one plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stay {
    pub from: i32,
    pub until: i32,
    /// Where the plan stands in the spine.
    pub plan: Option<u32>,
}

/// MRR at the open and the close of each month of [from, until) it paid at the close of, both at that month's rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PaidLevel {
    pub from: i32,
    pub until: i32,
    pub open: i64,
    pub close: i64,
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
    levels: PerCustomer<PaidLevel>,
    /// Payments that failed or were refunded.
    pub bad_payments: Monthly,
    pub active_days: Option<Monthly>,
    pub tickets: Option<Monthly>,
    /// Net revenue, and cost of the lines that name the customer.
    pub revenue: Option<Monthly>,
    pub costs: Option<Monthly>,
    answers: Option<PerCustomer<Answer>>,
    /// Weights of usage, survey, support, commercial and tenure.
    pub weights: [f64; 5],
}

impl Panel {
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
        let overlaps = |row: &&PaidLevel| row.from <= months.last.0 && months.first.0 < row.until;
        self.levels.of(customer).iter().filter(overlaps).any(|row| row.close < row.open)
    }
    /// The last answers of its respondents, one of each kind, at the close of the month.
    pub fn answers(&self, customer: u32, month: Month) -> impl Iterator<Item = &Answer> {
        let rows = self.answers.as_ref().map_or(&[][..], |answers| answers.of(customer));
        rows.iter().filter(move |row| row.from <= month.0 && month.0 < row.until)
    }
}

/// Customers who paid at the close of one of the months, sorted by their ids.
fn paid(stays: &[(u32, Stay)], months: MonthRange, known: &Numbered) -> Vec<u32> {
    let is_scored = |stay: &Stay| stay.from <= months.last.0 && months.first.0 < stay.until;
    let mut paid: Vec<u32> = stays.iter().filter(|(_, stay)| is_scored(stay)).map(|(id, _)| *id).collect();
    paid.dedup();
    known.sort_by_text(&mut paid);
    paid
}

/// What is summed by customer and month, and where it stands there; None: rows are counted.
const SUMMED: [(Frame, Option<&str>); 5] = [
    (Frame::ActiveDays, Some(ACTIVE_DAYS)),
    (Frame::Paid, Some(NET)),
    (Frame::Tickets, Some(TICKETS)),
    (Frame::CostLines, Some(TICKS)),
    (Frame::BadPayments, None),
];

/// Everything of single customers.
pub fn read(context: &Context, frames: &Collected, walked: Walked, places: &Places) -> Result<Panel> {
    let reader = Reader::new(context, frames, &walked);
    let sums = || in_parallel(&SUMMED, workers(), |summed| reader.summed(*summed));
    let others = || {
        let answers = frames.get(&Frame::Answers).map(|frame| reader.answers(frame)).transpose()?;
        Ok((answers, reader.renumbered(&walked.stays), reader.renumbered(&walked.levels)))
    };
    let (sums, (answers, stays, levels)) = both(sums, others)?;
    let sums: [_; SUMMED.len()] = sums.try_into().map_err(|_| Error::internal("sums of customers are missing"))?;
    let [active_days, revenue, tickets, costs, bad_payments] = sums;
    let (ids, known) = (&reader.ids, context.ids.known());
    Ok(Panel {
        stays,
        levels,
        bad_payments: bad_payments.unwrap_or_default(),
        active_days,
        tickets,
        revenue,
        costs,
        answers,
        weights: context.job.definitions.weights.list(),
        cohorts: ids.iter().map(|id| places.first(*id).map_or(0, |first| first.month)).collect(),
        positions: ids.iter().flat_map(|id| places.fixed().of(*id)).copied().collect(),
        fixed: fixed_dimensions(context.job).count(),
        ids: ids.iter().map(|id| known.text(*id).to_string()).collect(),
    })
}

/// Reads frames with CUSTOMER into rows by the customer's number.
struct Reader<'a> {
    context: &'a Context<'a>,
    frames: &'a Collected,
    /// Numbers of ids, in the order of their texts.
    ids: Vec<u32>,
    /// By the number of the id; None for those who never paid when it mattered.
    numbers: Vec<Option<u32>>,
    seen: MonthRange,
}

impl<'a> Reader<'a> {
    fn new(context: &'a Context<'a>, frames: &'a Collected, walked: &Walked) -> Self {
        let asked = context.asked;
        let scored = MonthRange { first: asked.first.plus(-SCORED_BEFORE), last: asked.last };
        let seen = MonthRange { first: asked.first.plus(-LOOKS_BACK), last: asked.last };
        let known = context.ids.known();
        let ids = paid(&walked.stays, scored, &known);
        let mut numbers = vec![None; known.len()];
        ids.iter().zip(0..).for_each(|(id, number)| numbers[*id as usize] = Some(number));
        Reader { context, frames, ids, numbers, seen }
    }

    fn number(&self, id: Option<u32>) -> Option<u32> {
        self.numbers.get(id? as usize).copied().flatten()
    }

    /// One of `SUMMED`, by customer and month; None without its input.
    fn summed(&self, (frame, value): (Frame, Option<&str>)) -> Result<Option<Monthly>> {
        let is_named = |source: &Source| source.present.contains(COST_CUSTOMER_ID.name);
        if frame == Frame::CostLines && !self.context.sources.get(&Input::RetentionCosts).is_some_and(is_named) {
            return Ok(None);
        }
        let Some(frame) = self.frames.get(&frame) else { return Ok(None) };
        let (customers, months) = (frame.column(CUSTOMER)?.u32()?, frame.column(AT)?.i32()?);
        let values = value.map(|value| frame.column(value)?.cast(&DataType::Int64)).transpose()?;
        let values = values.as_ref().map(|values| values.i64()).transpose()?;
        let of_row = |((customer, month), value): ((Option<u32>, Option<i32>), i64)| {
            let month = month.map(Month).filter(|month| self.seen.contains(*month))?;
            Some((month, self.number(customer)?, value))
        };
        let rows = customers.iter().zip(months.iter());
        Ok(Some(match values {
            Some(values) => Monthly::of(rows.zip(values.iter().map(Option::unwrap_or_default)).filter_map(of_row)),
            None => Monthly::of(rows.map(|row| (row, 1)).filter_map(of_row)),
        }))
    }

    /// Rows by the customer's number here, those of a customer in the order they have.
    fn renumbered<T: Copy + Default>(&self, rows: &[(u32, T)]) -> PerCustomer<T> {
        let numbered = |(id, row): &(u32, T)| Some((self.number(Some(*id))?, *row));
        PerCustomer::gathered(self.ids.len(), || rows.iter().filter_map(numbered))
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
        Ok(PerCustomer::of_sorted(self.ids.len(), rows))
    }
}
