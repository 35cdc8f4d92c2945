//! Native ticks in the reporting currency, at the rate of a month's last day.

use std::ops::RangeInclusive;

use super::fx::Rates;
use super::histories::{REPORTING, Units};
use crate::error::{Error, Result};
use crate::money;
use crate::month::{Calendar, Month, days_of};

/// Rates by unit and month.
#[derive(Debug, Clone)]
pub struct Valued {
    units: Units,
    first: i32,
    months: usize,
    rates: Vec<Option<i128>>,
    /// Before this month no rates are asked of the data, since no number of those months is published.
    history: i32,
}

impl Valued {
    /// Of the months given; a rate that is missing before the month `history` is 0.
    pub fn new(units: Units, months: RangeInclusive<i32>, history: i32, rates: &Rates, calendar: &Calendar) -> Self {
        let (first, last) = (*months.start(), *months.end());
        let months = (last - first + 1).max(0) as usize;
        let days: Vec<_> = (first..=last).map(|month| days_of(calendar.last_day(Month(month)))).collect();
        let of_unit = |unit: &String| days.iter().map(|day| rates.at(unit, *day)).collect::<Vec<_>>();
        let rates = units.names().iter().flat_map(of_unit).collect();
        Valued { units, first, months, rates, history }
    }

    /// Zero needs no rate.
    pub fn ticks(&self, ticks: i64, unit: u32, month: i32) -> Result<i64> {
        if ticks == 0 || unit == REPORTING {
            return Ok(ticks);
        }
        let at = usize::try_from(month - self.first).ok().filter(|at| *at < self.months);
        let rate = at.and_then(|at| self.rates[unit as usize * self.months + at]);
        let rate = rate.or((month < self.history).then_some(0));
        let name = || &self.units.names()[unit as usize];
        let rate = rate.ok_or_else(|| Error::data(format!("no rate for currency `{}`", name())))?;
        money::convert(ticks, rate).ok_or_else(|| Error::data("a converted amount does not fit 64 bits of ticks"))
    }
}
