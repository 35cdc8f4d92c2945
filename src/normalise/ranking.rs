//! The one dimension that varies: which plan a customer belongs to in a month.

use std::cmp::{Ordering, Reverse};

use super::histories::{Histories, REPORTING, Span};
use super::valued::Valued;
use crate::error::Result;

/// The plans of one customer.
#[derive(Debug)]
pub struct Ranking<'a> {
    histories: &'a Histories,
    spans: &'a [Span],
    has_several: bool,
    /// The ranking depends on a rate, which changes from month to month.
    is_monthly: bool,
}

impl<'a> Ranking<'a> {
    pub fn new(histories: &'a Histories, customer: u32) -> Self {
        let spans = histories.of(customer);
        let has_several = spans.iter().any(|span| span.plan != spans[0].plan);
        let is_monthly = has_several && spans.iter().any(|span| span.unit != REPORTING);
        Ranking { histories, spans, has_several, is_monthly }
    }

    /// Cuts the months [at, until) where the plan may change without a change of level; `last` is the last month there is.
    pub fn cut(&self, at: i32, until: i32, last: i32) -> impl Iterator<Item = (i32, i32)> + use<> {
        let until = if self.is_monthly { until.min(last + 1) } else { until };
        let step = if self.is_monthly { 1 } else { (until - at).max(1) };
        (at..until).step_by(step as usize).map(move |month| (month, month + step))
    }

    /// The plan of the subscription with the largest MRR at the close of the month, else at its open, else at the last active
    /// instant before its close; ties go to the smallest subscription id. None: no span had begun.
    pub fn plan(&self, month: i32, valued: &Valued) -> Result<Option<u32>> {
        if !self.has_several {
            return Ok(self.spans.first().map(|span| span.plan));
        }
        let rank = |span: &Span| {
            let class = match span.from..span.to {
                months if months.contains(&month) => 0,
                months if month == months.end && months.start < month => 1,
                _ => 2,
            };
            // Among those that had already ended, only the latest end counts.
            let end = if class == 2 { span.end } else { 0 };
            Ok((class, Reverse(end), Reverse(valued.ticks(span.weight, span.unit, month)?)))
        };
        self.best(|span| span.from <= month, rank)
    }

    /// The plan at the first instant it was ever active: the largest MRR at that month's rate.
    pub fn first(&self, valued: &Valued) -> Result<Option<u32>> {
        if !self.has_several {
            return Ok(self.spans.first().map(|span| span.plan));
        }
        let start = self.spans.iter().map(|span| span.start).min();
        self.best(
            |span| Some(span.start) == start,
            |span| Ok(Reverse(valued.ticks(span.weight, span.unit, span.from)?)),
        )
    }

    fn best<T: Ord>(&self, is_meant: impl Fn(&Span) -> bool, rank: impl Fn(&Span) -> Result<T>) -> Result<Option<u32>> {
        let mut best: Option<(&Span, T)> = None;
        for span in self.spans.iter().filter(|span| is_meant(span)) {
            let rank = rank(span)?;
            let is_better = best.as_ref().is_none_or(|(other, known)| {
                let ids = || self.histories.subscription(span).cmp(&self.histories.subscription(other));
                rank.cmp(known).then_with(ids) == Ordering::Less
            });
            if is_better {
                best = Some((span, rank));
            }
        }
        Ok(best.map(|(span, _)| span.plan))
    }
}
