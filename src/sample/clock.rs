//! The months of the simulated business in UTC, and fast month arithmetic on them.

use crate::month::{Days, Micros, Month, MonthRange};

pub const DAY: Micros = 86_400_000_000;
pub const HOUR: Micros = DAY / 24;

/// Month starts of the simulated months and of some years after them.
pub struct Clock {
    months: usize,
    starts: Vec<Days>,
}

impl Clock {
    pub fn new(months: MonthRange) -> Self {
        let beyond = 60;
        let starts = (months.first.0..=months.last.0 + beyond).map(|month| Month(month).days()).collect();
        Clock { months: months.count(), starts }
    }

    pub fn months(&self) -> usize {
        self.months
    }
    pub fn first_day(&self, index: usize) -> Days {
        self.starts[index.min(self.starts.len() - 1)]
    }
    pub fn start(&self, index: usize) -> Micros {
        Micros::from(self.first_day(index)) * DAY
    }
    /// The end of the data: nothing at or after it has happened.
    pub fn end(&self) -> Micros {
        self.start(self.months)
    }
    pub fn days_in(&self, index: usize) -> i64 {
        i64::from(self.first_day(index + 1) - self.first_day(index))
    }
    /// Starts of the simulated months and of the month after them.
    pub fn month_starts(&self) -> Vec<Micros> {
        (0..=self.months).map(|index| self.start(index)).collect()
    }

    /// The index of the month that holds the instant.
    pub fn index_of(&self, instant: Micros) -> usize {
        let day = instant.div_euclid(DAY) as Days;
        self.starts.partition_point(|&start| start <= day).saturating_sub(1)
    }

    /// The same day and time `months` later; the 31st becomes the last day of a shorter month.
    pub fn months_after(&self, anchor: Micros, months: usize) -> Micros {
        let index = self.index_of(anchor);
        let into_month = anchor - self.start(index);
        let (day, time) = (into_month / DAY, into_month % DAY);
        self.start(index + months) + day.min(self.days_in(index + months) - 1) * DAY + time
    }
}
