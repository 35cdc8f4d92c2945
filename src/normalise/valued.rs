//! Native ticks in the reporting currency, at the rate of a month's last day.

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
}

impl Valued {
    /// Of the months [first, last].
    pub fn new(units: Units, first: i32, last: i32, rates: &Rates, calendar: &Calendar) -> Self {
        let months = (last - first + 1).max(0) as usize;
        let days: Vec<_> = (first..=last).map(|month| days_of(calendar.last_day(Month(month)))).collect();
        let of_unit = |unit: &String| days.iter().map(|day| rates.at(unit, *day)).collect::<Vec<_>>();
        let rates = units.names().iter().flat_map(of_unit).collect();
        Valued { units, first, months, rates }
    }

    /// Zero needs no rate.
    pub fn ticks(&self, ticks: i64, unit: u32, month: i32) -> Result<i64> {
        if ticks == 0 || unit == REPORTING {
            return Ok(ticks);
        }
        let month = usize::try_from(month - self.first).ok().filter(|month| *month < self.months);
        let rate = month.and_then(|month| self.rates[unit as usize * self.months + month]);
        let name = || &self.units.names()[unit as usize];
        let rate = rate.ok_or_else(|| Error::data(format!("no rate for currency `{}`", name())))?;
        money::convert(ticks, rate).ok_or_else(|| Error::data("a converted amount does not fit 64 bits of ticks"))
    }
}
