//! The spans of every customer, side by side: what the sweep over customers walks along.

use polars::prelude::*;

use super::grid::Segments;
use super::per_customer::PerCustomer;
use crate::error::Result;
use crate::tables::inputs::PLAN;
use crate::tables::model::{CUSTOMER, END, FROM, IS_ENDING_INSIDE, START, SUBSCRIPTION, TO, UNIT, WEIGHT};

/// A stretch of time at one price. `spans::spans` says what the values are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    pub from: i32,
    pub to: i32,
    pub start: i64,
    pub end: i64,
    /// Native ticks.
    pub weight: i64,
    pub unit: u32,
    /// Where the plan stands in the spine; 0 where plans are no dimension.
    pub plan: u32,
    pub is_ending_inside: bool,
    /// Of the frame, for the subscription's id.
    row: u32,
}

/// The currencies met, of which there are few, by number.
#[derive(Debug, Clone)]
pub struct Units(Vec<String>);

/// The reporting currency.
pub const REPORTING: u32 = 0;

impl Units {
    pub fn new(reporting: &str) -> Self {
        Units(vec![reporting.to_string()])
    }
    fn number(&mut self, name: &str) -> u32 {
        let known = self.0.iter().position(|known| known == name);
        let number = known.unwrap_or_else(|| {
            self.0.push(name.to_string());
            self.0.len() - 1
        });
        number as u32
    }
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

#[derive(Debug, Clone, Default)]
pub struct Histories {
    spans: PerCustomer<Span>,
    subscriptions: StringChunked,
    /// The earliest month of any span.
    pub first: Option<i32>,
}

impl Histories {
    /// From a collected frame of spans; there are customers 0 to `customers` - 1. `plans`: plans are a dimension of this spine.
    pub fn read(frame: &DataFrame, customers: usize, units: &mut Units, plans: Option<&Segments>) -> Result<Self> {
        let numbers = frame.column(CUSTOMER)?.u32()?;
        let mut rows = vec![Span::default(); frame.height()];
        let int = |name: &str| -> Result<Int32Chunked> { Ok(frame.column(name)?.i32()?.clone()) };
        let long = |name: &str| -> Result<Int64Chunked> { Ok(frame.column(name)?.i64()?.clone()) };
        let (from, to, inside) = (int(FROM)?, int(TO)?, int(IS_ENDING_INSIDE)?);
        let (start, end, weight) = (long(START)?, long(END)?, long(WEIGHT)?);
        rows.iter_mut().zip(0..).for_each(|(span, row)| span.row = row);
        rows.iter_mut().zip(from.iter()).for_each(|(span, value)| span.from = value.unwrap_or_default());
        rows.iter_mut().zip(to.iter()).for_each(|(span, value)| span.to = value.unwrap_or_default());
        rows.iter_mut().zip(inside.iter()).for_each(|(span, value)| span.is_ending_inside = value == Some(1));
        rows.iter_mut().zip(start.iter()).for_each(|(span, value)| span.start = value.unwrap_or_default());
        rows.iter_mut().zip(end.iter()).for_each(|(span, value)| span.end = value.unwrap_or_default());
        rows.iter_mut().zip(weight.iter()).for_each(|(span, value)| span.weight = value.unwrap_or_default());
        for (span, unit) in rows.iter_mut().zip(frame.column(UNIT)?.str()?.iter()) {
            span.unit = units.number(unit.unwrap_or_default());
        }
        if let Some(segments) = plans {
            let plans = segments.of_values(frame.column(PLAN.name)?, PLAN.name)?;
            rows.iter_mut().zip(plans).for_each(|(span, plan)| span.plan = plan);
        }
        Ok(Histories {
            first: rows.iter().map(|span| span.from).min(),
            spans: PerCustomer::gathered(customers, || {
                numbers.iter().map(Option::unwrap_or_default).zip(rows.iter().copied())
            }),
            subscriptions: frame.column(SUBSCRIPTION)?.str()?.rechunk().into_owned(),
        })
    }

    pub fn of(&self, customer: u32) -> &[Span] {
        self.spans.of(customer)
    }
    pub fn subscription(&self, span: &Span) -> Option<&str> {
        self.subscriptions.get(span.row as usize)
    }
}
