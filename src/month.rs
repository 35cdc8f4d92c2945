//! Months, and the instants at which they begin in the job's time zone. Plain integers; no Polars.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use jiff::{civil::Date, tz::TimeZone};

use crate::error::{Error, Result};

/// Microseconds since 1970-01-01T00:00:00Z, the unit of every instant in the program.
pub type Micros = i64;
/// Days since 1970-01-01, as in Parquet's DATE.
pub type Days = i32;

/// A calendar month, counted from January of year 0, so that consecutive months differ by 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    pub fn new(year: i16, month: i8) -> Self {
        Month(i32::from(year) * 12 + i32::from(month) - 1)
    }
    pub fn of(date: Date) -> Self {
        Month::new(date.year(), date.month())
    }
    /// Months after the last year there is (9999) have its last day.
    pub fn first_day(self) -> Date {
        let (year, month) = (self.0.div_euclid(12), self.0.rem_euclid(12) + 1);
        let year = i16::try_from(year).unwrap_or(i16::MAX);
        Date::new(year, month as i8, 1).unwrap_or(Date::MAX)
    }
    /// First day as days since 1970-01-01: the value of every published `month` column.
    pub fn days(self) -> Days {
        days_of(self.first_day())
    }
    pub fn next(self) -> Self {
        Month(self.0 + 1)
    }
    pub fn plus(self, months: i32) -> Self {
        Month(self.0 + months)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

impl FromStr for Month {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let wrong =
            || Error::usage(format!("`{text}` is not a month")).hint("write it as YYYY-MM, for example 2026-03");
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        let year: i16 = year.parse().map_err(|_| wrong())?;
        let month: i8 = month.parse().map_err(|_| wrong())?;
        if !YEARS.contains(&year) || !(1..=12).contains(&month) {
            return Err(wrong());
        }
        Ok(Month::new(year, month))
    }
}

/// First and last month, both included; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthRange {
    pub first: Month,
    pub last: Month,
}

impl MonthRange {
    pub fn new(first: Month, last: Month) -> Result<Self> {
        if first > last {
            return Err(Error::usage(format!("the range of months ends ({last}) before it begins ({first})")));
        }
        Ok(MonthRange { first, last })
    }
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Month> + Clone {
        (self.first.0..=self.last.0).map(Month)
    }
    pub fn contains(self, month: Month) -> bool {
        self.first <= month && month <= self.last
    }
    pub fn count(self) -> usize {
        (self.last.0 - self.first.0 + 1) as usize
    }
}

impl fmt::Display for MonthRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}..{}", self.first, self.last) }
    }
}

pub fn days_of(date: Date) -> Days {
    date.since(Date::constant(1970, 1, 1)).map(|span| span.get_days()).unwrap_or(i32::MIN)
}

pub fn date_of(days: Days) -> Date {
    Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap_or(Date::MIN)
}

/// The job's time zone together with the as-of instant: the only source of boundaries.
///
/// Holds the start of every month and day as sorted instants, so that mapping an instant to its month or local day is a
/// look-up and works where midnight does not exist.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    as_of: Date,
    /// T: the end of the as-of day. Nothing at or after it exists.
    close: Micros,
    settle_days: i64,
    first_month: i32,
    month_starts: Vec<Micros>,
    first_day: Days,
    day_starts: Vec<Micros>,
}

/// Years that a month asked for, or the as-of day, may lie in.
const YEARS: RangeInclusive<i16> = 1900..=2200;

/// A local day, the month it lies in, and the instants [start, end) that are of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalDay {
    pub day: Days,
    pub month: Month,
    start: Micros,
    end: Micros,
}

impl Calendar {
    /// Boundaries from 1900 to two years after the as-of day, in `zone` (an IANA name).
    ///
    /// Errors: `Kind::Usage` for an as-of day centuries away, `Kind::Job` for a zone that does not exist.
    pub fn new(zone: &str, as_of: Date, settle_days: i64) -> Result<Self> {
        if !YEARS.contains(&as_of.year()) {
            return Err(Error::usage(format!("{as_of} is no as-of day")).hint(format!(
                "give one of the years {} to {}",
                YEARS.start(),
                YEARS.end()
            )));
        }
        let zone = TimeZone::get(zone).map_err(|_| {
            Error::job(format!("unknown time zone `{zone}`")).hint("use an IANA name such as UTC or Europe/Berlin")
        })?;
        let first_month = Month::new(*YEARS.start(), 1);
        let last_month = Month::of(as_of).plus(24);
        let first_day = first_month.days();
        let day_starts: Vec<Micros> =
            (first_day..=last_month.days()).map(|day| start_of_day(date_of(day), &zone)).collect();
        let start_of = |day: Days| day_starts[(day - first_day) as usize];
        let month_starts = (first_month.0..=last_month.0).map(|m| start_of(Month(m).days())).collect();
        let close = start_of(days_of(as_of) + 1);
        Ok(Calendar {
            zone,
            as_of,
            close,
            settle_days,
            first_month: first_month.0,
            month_starts,
            first_day,
            day_starts,
        })
    }

    pub fn as_of(&self) -> Date {
        self.as_of
    }
    pub fn as_of_month(&self) -> Month {
        Month::of(self.as_of)
    }
    /// T, the instant at which the as-of day ends.
    pub fn as_of_close(&self) -> Micros {
        self.close
    }
    /// The first instant of the month.
    pub fn start(&self, month: Month) -> Micros {
        let last = self.month_starts.len() as i32 - 1;
        self.month_starts[(month.0 - self.first_month).clamp(0, last) as usize]
    }
    /// The last day of the month that has data: its last calendar day, or the as-of day.
    pub fn last_day(&self, month: Month) -> Date {
        month.next().first_day().yesterday().unwrap_or(Date::MIN).min(self.as_of)
    }
    /// `next_start + settle_days <= T`, the days counted as calendar days of the zone.
    pub fn is_final(&self, month: Month) -> bool {
        let settled = month.next().days() as i64 + self.settle_days;
        settled <= days_of(self.as_of) as i64 + 1
    }
    /// The month that contains the instant (clamped to the calendar's range).
    pub fn month_of(&self, instant: Micros) -> Month {
        Month(self.first_month + last_at_or_before(&self.month_starts, instant, MONTH_LENGTH) as i32)
    }
    /// The local day that contains the instant (clamped to the calendar's range).
    pub fn day_of(&self, instant: Micros) -> Days {
        self.first_day + last_at_or_before(&self.day_starts, instant, DAY_LENGTH) as i32
    }
    /// The local day of an instant; `last` is the one looked at before, since neighbours are mostly of the same.
    pub fn local_day(&self, instant: Micros, last: Option<LocalDay>) -> LocalDay {
        if let Some(last) = last.filter(|last| last.start <= instant && instant < last.end) {
            return last;
        }
        let (day, month) = (self.day_of(instant), self.month_of(instant));
        let (start, end) = (self.day_start(day), self.day_start(day + 1));
        // clamped to the calendar's range, a day may not hold its own instant: then it holds nothing else either
        let (start, end) = if start <= instant && instant < end { (start, end) } else { (instant, instant) };
        LocalDay { day, month, start, end }
    }
    /// The first instant of a local day.
    pub fn day_start(&self, day: Days) -> Micros {
        let index = day - self.first_day;
        match usize::try_from(index).ok().and_then(|i| self.day_starts.get(i)) {
            Some(&start) => start,
            None => start_of_day(date_of(day), &self.zone),
        }
    }
}

const DAY_LENGTH: Micros = 86_400_000_000;
/// On average over 400 years.
const MONTH_LENGTH: Micros = DAY_LENGTH * 146_097 / 4_800;

/// Where the last of the sorted starts stands that is not after the instant; 0 where all are. They are about `length` apart, so
/// that dividing says where to look, to within a step or two.
fn last_at_or_before(starts: &[Micros], instant: Micros, length: Micros) -> usize {
    let (Some(first), last) = (starts.first(), starts.len().saturating_sub(1)) else { return 0 };
    let guess = instant.saturating_sub(*first) / length;
    let mut at = usize::try_from(guess).unwrap_or(0).min(last);
    while at > 0 && starts[at] > instant {
        at -= 1;
    }
    while at < last && starts[at + 1] <= instant {
        at += 1;
    }
    at
}

/// The first instant of a date in a zone; where midnight does not exist, the instant the gap ends.
fn start_of_day(date: Date, zone: &TimeZone) -> Micros {
    date.to_zoned(zone.clone())
        .and_then(|midnight| midnight.start_of_day())
        .map(|start| start.timestamp().as_microsecond())
        .unwrap_or(i64::MAX)
}
