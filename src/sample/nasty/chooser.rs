//! Chooses instants and days where months, zones and other rows meet.

use jiff::civil::Date;

use super::super::clock::{DAY, HOUR};
use super::super::random::Random;
use crate::month::{Calendar, Days, Micros, MonthRange, days_of};

pub struct Chooser<'a> {
    pub random: Random,
    pub calendar: &'a Calendar,
    range: MonthRange,
    has_whole_days: bool,
    /// Instants chosen before, to be met again.
    chosen: Vec<Micros>,
}

impl<'a> Chooser<'a> {
    pub fn new(random: Random, calendar: &'a Calendar, range: MonthRange, has_whole_days: bool) -> Self {
        Chooser { random, calendar, range, has_whole_days, chosen: Vec::new() }
    }

    pub fn range(&self) -> MonthRange {
        self.range
    }

    /// An instant from a month before the range to two months after it.
    pub fn instant(&mut self) -> Micros {
        let instant = self.fresh_instant();
        self.chosen.push(instant);
        instant
    }

    fn fresh_instant(&mut self) -> Micros {
        if !self.chosen.is_empty() && self.random.chance(0.12) {
            let chosen = self.random.pick(&self.chosen);
            // the same day, at another time
            return if self.random.chance(0.5) { chosen } else { self.time_of(self.calendar.day_of(chosen)) };
        }
        let months = self.random.between(-1, self.range.count() as i64 + 1) as i32;
        let month = self.range.first.plus(months);
        let start = self.calendar.start(month);
        let exact = match self.random.below(20) {
            0..5 => start,
            5 => start - 1,
            6 => start + 1,
            7 => self.calendar.as_of_close() + self.random.between(-1, 1),
            8 => self.calendar.as_of_close(),
            9 => return self.time_of(days_of(Date::constant(2024, 2, 29))),
            10 => return self.time_of(month.next().days() - 1),
            11 => return self.time_of(month.days()),
            _ => {
                let length = i64::from(month.next().days() - month.days());
                let day = month.days() + self.random.between(0, length - 1) as Days;
                return self.time_of(day);
            }
        };
        if self.has_whole_days { self.calendar.day_start(self.calendar.day_of(exact)) } else { exact }
    }

    /// A time of a local day, often its midnight.
    fn time_of(&mut self, day: Days) -> Micros {
        let start = self.calendar.day_start(day);
        if self.has_whole_days || self.random.chance(0.4) {
            return start;
        }
        // the last hours of a local day lie in another UTC day or month
        start + self.random.pick(&[HOUR, 12 * HOUR + 1, 22 * HOUR + 59 * 60_000_000, DAY / 2 - 1])
    }

    /// The same instant again or, where times are not whole days, one of the same second.
    pub fn within_second(&mut self, instant: Micros) -> Micros {
        const SECOND: Micros = 1_000_000;
        let exact = self.has_whole_days || self.random.chance(0.5);
        if exact { instant } else { instant.div_euclid(SECOND) * SECOND + self.random.between(0, SECOND - 1) }
    }

    /// A local day of the range, up to the as-of day.
    pub fn day_of_data(&mut self) -> Days {
        let last = days_of(self.calendar.as_of());
        self.range.first.days() + self.random.between(0, i64::from(last - self.range.first.days())) as Days
    }

    /// No instant chosen so far and no month of the range lies before it.
    pub fn earliest_day(&self) -> Days {
        let first = self.range.first.days();
        self.chosen.iter().min().map_or(first, |&instant| self.calendar.day_of(instant).min(first))
    }

    /// Distinct instants in order, one to `count` of them.
    pub fn instants(&mut self, count: usize) -> Vec<Micros> {
        let mut instants: Vec<Micros> = (0..count).map(|_| self.instant()).collect();
        instants.sort_unstable();
        instants.dedup();
        instants
    }
}
