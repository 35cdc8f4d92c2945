//! One walk over all customers: from each one's spans to what it adds to the sums of its segments and of its cohort.
//!
//! Written out because as plans it was most of a night: change points by customer and month were grouped, sorted, joined and
//! grouped again, for counts, for money, for cohorts. A customer's spans fit a cache line or two, and nothing of one customer
//! depends on another. `tests/it/oracle` keeps the plans, and holds both to the same sums.

use std::ops::Range;

use super::grid::{Grid, Segments};
use super::histories::{Histories, REPORTING, Span, Units};
use super::levels::{Level, Weighing, levels};
use super::measures::{self, Flags, Worth};
use super::members::has_plan;
use super::panel::{LOOKS_BACK, PaidLevel, Stay};
use super::per_customer::PerCustomer;
use super::places::{First, FixedSegments, Places, Stretch};
use super::plans::{Activity, Collected, Context, Frame, first_snapshot};
use super::ranking::Ranking;
use super::swept::{CohortSums, Swept};
use super::valued::Valued;
use crate::error::Result;
use crate::job::Job;
use crate::month::{Month, MonthRange};
use crate::tables::Input;
use crate::tables::inputs::PLAN;

/// What every customer is walked with.
#[derive(Debug)]
pub struct Sweep {
    paying: Histories,
    /// Of definitions.active; None: it is what pays.
    entitled: Option<Histories>,
    fixed: FixedSegments,
    valued: Valued,
    customers: u32,
    segments: usize,
    /// Position of the plan `(unknown)`; None where plans are no dimension.
    unknown_plan: Option<u32>,
    /// The month before all that is known and asked.
    first: i32,
    asked: MonthRange,
    as_of_month: i32,
    /// Months money is valued in.
    window: MonthRange,
    /// Months in which customers are looked at one by one.
    seen: Option<MonthRange>,
}

impl Sweep {
    /// From the collected spans and dimensions; None where nothing says who was active.
    pub fn new(context: &Context, frames: &Collected, segments: &Segments) -> Result<Option<Self>> {
        let Some(paying) = frames.get(&Frame::Spans(Activity::Paying)) else { return Ok(None) };
        let (job, calendar, asked) = (context.job, &context.calendar, context.asked);
        let customers = context.ids.known().len();
        let plans = Some(segments).filter(|_| has_plan(job));
        let mut units = Units::new(context.rates.reporting());
        let mut read = |frame| Histories::read(frame, customers, &mut units, plans);
        let paying = read(paying)?;
        let entitled = frames.get(&Frame::Spans(Activity::Entitled)).map(&mut read).transpose()?;
        let earliest = [
            Some(asked.first.0),
            paying.first,
            entitled.as_ref().and_then(|spans| spans.first),
            first_snapshot(frames)?,
        ];
        let first = earliest.into_iter().flatten().min().unwrap_or(asked.first.0) - 1;
        let as_of_month = calendar.as_of_month().0;
        let history = job.inputs.get(&Input::Subscriptions).and_then(|input| input.history_from);
        let history = history.map_or(i32::MIN, |day| Month::of(day).0);
        Ok(Some(Sweep {
            paying,
            entitled,
            fixed: FixedSegments::read(job, frames.get(&Frame::Dimensions), customers, segments)?,
            valued: Valued::new(units, first - 1..=as_of_month, history, &context.rates, calendar),
            customers: customers as u32,
            segments: segments.len(),
            unknown_plan: plans.map(|segments| segments.unknown(PLAN.name)).transpose()?,
            first,
            asked,
            as_of_month,
            window: context.money_window(),
            seen: context.has_panel.then(|| MonthRange { first: asked.first.plus(-LOOKS_BACK), last: asked.last }),
        }))
    }

    /// So many ranges of customers, to be walked apart and put together in order.
    pub fn shares(&self, count: usize) -> Vec<Range<u32>> {
        let size = self.customers.div_ceil(count as u32).max(1);
        (0..self.customers).step_by(size as usize).map(|from| from..(from + size).min(self.customers)).collect()
    }

    /// Sums of no customer.
    pub fn nobody(&self) -> Swept {
        let (first, last) = (self.first, self.asked.last.0);
        let grid = |names| Grid::of_runs(self.segments, first, last, names);
        let money = Grid::of_runs(self.segments, first.max(self.window.first.0), last, &measures::MONEY);
        Swept { customers: grid(&measures::CUSTOMERS), paying: grid(&measures::PAYING), money, ..Swept::default() }
    }

    /// Once all customers are walked: where each of them stood when.
    pub fn end(self, job: &Job, swept: &mut Swept, segments: &Segments) -> Result<Places> {
        swept.end();
        let stretches = PerCustomer::of_sorted(self.customers as usize, std::mem::take(&mut swept.stretches));
        Places::new(job, self.fixed, stretches, std::mem::take(&mut swept.firsts), segments)
    }

    pub fn walk(&self, customers: Range<u32>) -> Result<Swept> {
        let mut swept = self.nobody();
        let mut walk = Walk::default();
        for customer in customers {
            let first = self.customer(customer, &mut swept, &mut walk)?;
            swept.firsts.push(first);
        }
        Ok(swept)
    }

    fn counted(&self) -> &Histories {
        self.entitled.as_ref().unwrap_or(&self.paying)
    }

    /// Adds one customer to the sums; returns what it began as, by definitions.active.
    fn customer(&self, customer: u32, swept: &mut Swept, walk: &mut Walk) -> Result<Option<First>> {
        let (paying, counted) = (self.paying.of(customer), self.counted().of(customer));
        let first = |spans: &[Span]| spans.iter().map(|span| span.from).min();
        let Some(month) = first(counted) else { return Ok(None) };
        let plans = Ranking::new(self.counted(), customer);
        let of = Customer { number: customer, fixed: self.fixed.of(customer), plans };
        let begun = First { month, plan: self.plan(of.plans.first(&self.valued)?) };
        walk.counts.clear();
        walk.mrr.clear();
        walk.first_loss = None;
        walk.base = 0;
        self.count(&of, counted, month, swept, walk)?;
        // A customer has one plan a month in every table: where entitled customers are counted, payment follows their plan.
        let marks = if self.entitled.is_some() { counted } else { &[] };
        let paid = first(paying);
        self.pay(&of, (paying, marks), paid, swept, walk)?;
        if let Some(paid) = paid {
            self.money(&of, (paying, marks), (paid, month), swept, walk)?;
        }
        self.add_to_cohorts(&of, begun, swept, walk);
        Ok(Some(begun))
    }

    /// Customers by definitions.active.
    fn count(&self, of: &Customer, spans: &[Span], cohort: i32, swept: &mut Swept, walk: &mut Walk) -> Result<()> {
        levels(spans, &[], Weighing::Customers, &mut walk.levels);
        for level in walk.levels.iter().filter(|level| level.at <= self.as_of_month) {
            let flags = Flags::of(level, cohort);
            if !flags.is_close && walk.first_loss.is_none() {
                walk.first_loss = Some(level.at);
            }
            walk.counts.push((level.at, level.until, measures::of_cohort(&flags)));
            let values = measures::customers(&flags);
            for (at, until) in of.plans.cut(level.at, level.until, self.as_of_month) {
                let plan = self.plan(of.plans.plan(at, &self.valued)?);
                self.each_segment(of.fixed, plan, |segment| swept.customers.add_run(segment, at, until, &values));
            }
        }
        Ok(())
    }

    /// Paying customers, and where each customer stood, even if it never paid.
    fn pay(
        &self,
        of: &Customer,
        (spans, marks): (&[Span], &[Span]),
        paid: Option<i32>,
        swept: &mut Swept,
        walk: &mut Walk,
    ) -> Result<()> {
        levels(spans, marks, Weighing::Customers, &mut walk.levels);
        let begin = swept.stretches.len();
        for level in walk.levels.iter().filter(|level| level.at <= self.as_of_month) {
            let flags = Flags::of(level, paid.unwrap_or(i32::MIN));
            let values = measures::paying(&flags);
            for (at, until) in of.plans.cut(level.at, level.until, self.as_of_month) {
                let plan = self.plan(of.plans.plan(at, &self.valued)?);
                if paid.is_some() {
                    self.each_segment(of.fixed, plan, |segment| swept.paying.add_run(segment, at, until, &values));
                }
                let stretch = Stretch { at, is_any: flags.is_any, plan };
                let is_same = |(_, last): &(u32, Stretch)| (last.is_any, last.plan) == (stretch.is_any, stretch.plan);
                if !swept.stretches[begin..].last().is_some_and(is_same) {
                    swept.stretches.push((of.number, stretch));
                }
                if flags.is_close && self.is_seen(at, until) {
                    let plan = self.unknown_plan.map(|_| plan);
                    swept.walked.stays.push((of.number, Stay { from: at, until, plan }));
                }
            }
        }
        Ok(())
    }

    /// MRR and its movements; with the months in which the customer first paid and first counted.
    fn money(
        &self,
        of: &Customer,
        (spans, marks): (&[Span], &[Span]),
        (paid, counted): (i32, i32),
        swept: &mut Swept,
        walk: &mut Walk,
    ) -> Result<()> {
        levels(spans, marks, Weighing::Money, &mut walk.levels);
        for level in walk.levels.iter().filter(|level| level.at == counted) {
            walk.base += self.valued.ticks(level.close, level.unit, counted)?;
        }
        if spans.iter().all(|span| span.unit == REPORTING) {
            walk.rows.clear();
            let of_level = |level: &Level| MoneyRow {
                at: level.at,
                until: level.until,
                flags: Flags::of(level, paid),
                worth: Worth { open_before: level.open, open: level.open, close: level.close, then: level.then },
            };
            walk.rows.extend(walk.levels.iter().map(of_level));
        } else {
            self.month_by_month(paid, walk)?;
        }
        let is_valued = |row: &&MoneyRow| row.at <= self.window.last.0 && self.window.first.0 < row.until;
        for row in walk.rows.iter().filter(is_valued) {
            let values = measures::money(&row.flags, &row.worth);
            for (at, until) in of.plans.cut(row.at, row.until, self.as_of_month) {
                let plan = self.plan(of.plans.plan(at, &self.valued)?);
                let begin = at.max(self.window.first.0);
                self.each_segment(of.fixed, plan, |segment| swept.money.add_run(segment, begin, until, &values));
            }
            walk.mrr.push((row.at, row.until, row.worth.close));
            if row.flags.is_close && self.is_seen(row.at, row.until) {
                let (open, close) = (row.worth.open, row.worth.close);
                swept.walked.levels.push((of.number, PaidLevel { from: row.at, until: row.until, open, close }));
            }
        }
        Ok(())
    }

    /// Native levels of any currency -> one row per month that has one: what MRR is worth changes with the rate.
    fn month_by_month(&self, paid: i32, walk: &mut Walk) -> Result<()> {
        let first = walk.levels.iter().map(|level| level.at).min().unwrap_or(0).max(self.window.first.0);
        let mut months: Vec<Option<MoneyRow>> = Vec::new();
        for level in &walk.levels {
            for month in level.at.max(first)..level.until.min(self.window.last.0 + 1) {
                // what is touched changes again a month later: its row is one month
                if level.open <= 0 && level.close <= 0 && level.then <= 0 && !level.is_touched {
                    continue;
                }
                let at = (month - first) as usize;
                months.resize(months.len().max(at + 1), None);
                let row = months[at].get_or_insert_with(|| MoneyRow::of(month));
                row.flags = row.flags.or(&Flags::of(&Level { at: month, ..*level }, paid));
                row.worth.open_before += self.valued.ticks(level.open, level.unit, month - 1)?;
                row.worth.open += self.valued.ticks(level.open, level.unit, month)?;
                row.worth.close += self.valued.ticks(level.close, level.unit, month)?;
                row.worth.then += self.valued.ticks(level.then, level.unit, month)?;
            }
        }
        walk.rows.clear();
        walk.rows.extend(months.into_iter().flatten());
        Ok(())
    }

    fn add_to_cohorts(&self, of: &Customer, begun: First, swept: &mut Swept, walk: &Walk) {
        self.each_segment(of.fixed, begun.plan, |segment| {
            let cohort = swept.cohorts.entry((segment, begun.month));
            let cohort = cohort.or_insert_with(|| CohortSums::new(begun.month, self.asked));
            cohort.customers += 1;
            cohort.base_mrr += walk.base;
            if let Some(month) = walk.first_loss {
                *cohort.losses.entry(month).or_default() += 1;
            }
            walk.counts.iter().for_each(|(at, until, counts)| cohort.add_counts(*at, *until, counts));
            walk.mrr.iter().for_each(|(at, until, ticks)| cohort.add_mrr(*at, *until, *ticks));
        });
    }

    fn is_seen(&self, at: i32, until: i32) -> bool {
        self.seen.is_some_and(|seen| at <= seen.last.0 && seen.first.0 < until)
    }
    fn plan(&self, plan: Option<u32>) -> u32 {
        plan.or(self.unknown_plan).unwrap_or(0)
    }
    /// Spine positions of a customer with this plan: `all`, its fixed segments, the plan.
    fn each_segment(&self, fixed: &[u32], plan: u32, mut each: impl FnMut(usize)) {
        each(0);
        fixed.iter().for_each(|segment| each(*segment as usize));
        if self.unknown_plan.is_some() {
            each(plan as usize);
        }
    }
}

/// One customer.
struct Customer<'a> {
    number: u32,
    fixed: &'a [u32],
    plans: Ranking<'a>,
}

/// MRR of a customer in the months [at, until).
#[derive(Debug, Clone, Copy)]
struct MoneyRow {
    at: i32,
    until: i32,
    flags: Flags,
    worth: Worth,
}

impl MoneyRow {
    fn of(month: i32) -> Self {
        MoneyRow { at: month, until: month + 1, flags: Flags::default(), worth: Worth::default() }
    }
}

/// What is found on the way of one customer; kept so that its memory serves the next.
#[derive(Debug, Default)]
struct Walk {
    levels: Vec<Level>,
    rows: Vec<MoneyRow>,
    /// What its cohort counts, and its MRR, in the months from the first until the second number.
    counts: Vec<(i32, i32, [i64; 4])>,
    mrr: Vec<(i32, i32, i64)>,
    first_loss: Option<i32>,
    base: i64,
}
