//! Rows become data frames, under the names and in the types of one imagined export.

mod accounts;
mod engagement;

use polars::prelude::*;

use crate::error::Result;
use crate::money::INPUT_SCALE;
use crate::month::{Calendar, Micros};
use crate::tables::inputs;
use crate::tables::{Input, InputColumn};

/// The dimension columns of the customers table; cost lines carry the first, and `plan`.
pub const DIMENSIONS: [&str; 3] = ["region", "channel", "company_size"];

/// Columns that the export calls differently, so that every sample exercises the job's column mapping.
static RENAMED: [(Input, &InputColumn, &str); 6] = [
    (Input::Subscriptions, &inputs::CUSTOMER_ID, "account_id"),
    (Input::Subscriptions, &inputs::STARTED_AT, "start_date"),
    (Input::Subscriptions, &inputs::ENDED_AT, "end_date"),
    (Input::Invoices, &inputs::PAID_AT, "settled_at"),
    (Input::UsageEvents, &inputs::EVENT, "event_name"),
    (Input::Surveys, &inputs::CUSTOMER_ID, "account_id"),
];

/// What the export calls a canonical column.
pub fn own_name(input: Input, column: &InputColumn) -> &'static str {
    let renamed = RENAMED.iter().find(|(table, from, _)| *table == input && from.name == column.name);
    renamed.map_or(column.name, |(_, _, to)| to)
}

/// The renamed columns of an input: canonical name, own name.
pub fn renamed(input: Input) -> impl Iterator<Item = (&'static str, &'static str)> {
    RENAMED.iter().filter(move |(table, _, _)| *table == input).map(|(_, from, to)| (from.name, *to))
}

/// How usage, answers and tickets write their instants, where they are not dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamps {
    Micros,
    /// Microseconds that say that they are UTC.
    Zoned,
    /// What is finer is cut off.
    Millis,
    Nanos,
    /// ISO 8601 text, of UTC and of another offset in turn.
    Iso,
}

/// How an export types its columns.
#[derive(Clone, Copy)]
pub struct Layout<'a> {
    /// Ids as integers, else as text with a prefix.
    pub are_ids_integers: bool,
    /// Amounts as floats, else as decimals of `scale` places.
    pub are_amounts_floats: bool,
    pub scale: u32,
    /// Instants as local dates of this calendar (every instant must be a local midnight), else as timestamps.
    pub dates: Option<&'a Calendar>,
    /// `ended_at` names the last day of service; needs `dates`.
    pub is_end_inclusive: bool,
    /// Subscriptions have `mrr` (the row's `amount`) instead of a price.
    pub is_mrr_given: bool,
    pub stamps: Stamps,
}

impl Layout<'_> {
    /// Text ids, cents, timestamps.
    pub const PLAIN: Layout<'static> = Layout {
        are_ids_integers: false,
        are_amounts_floats: false,
        scale: 2,
        dates: None,
        is_end_inclusive: false,
        is_mrr_given: false,
        stamps: Stamps::Micros,
    };

    fn ids(&self, name: &str, prefix: &str, ids: impl ExactSizeIterator<Item = Option<u64>>) -> Column {
        if self.are_ids_integers {
            return integers(name, ids.map(|id| id.map(|id| id as i64)));
        }
        let mut builder = StringChunkedBuilder::new(name.into(), ids.len());
        let mut written = String::new();
        for id in ids {
            written.clear();
            let has_id = id.map(|id| std::fmt::Write::write_fmt(&mut written, format_args!("{prefix}_{id:08}")));
            builder.append_option(has_id.map(|_| written.as_str()));
        }
        builder.finish().into_column()
    }

    /// `days_back` is subtracted where instants are written as dates.
    fn instants(&self, name: &str, instants: impl Iterator<Item = Option<Micros>>, days_back: i32) -> Column {
        match self.dates {
            Some(calendar) => days(name, instants.map(|i| i.map(|i| calendar.day_of(i) - days_back))),
            None => {
                let micros = instants.collect::<Int64Chunked>().with_name(name.into());
                micros.into_datetime(TimeUnit::Microseconds, None).into_column()
            }
        }
    }

    /// The instants of what customers do, in one of many types.
    fn stamps(&self, name: &str, instants: impl Iterator<Item = Option<Micros>>) -> Column {
        let scaled = |instants: Int64Chunked, unit, zone| {
            instants.with_name(name.into()).into_datetime(unit, zone).into_column()
        };
        match self.stamps {
            _ if self.dates.is_some() => self.instants(name, instants, 0),
            Stamps::Micros => self.instants(name, instants, 0),
            Stamps::Zoned => scaled(instants.collect(), TimeUnit::Microseconds, Some(TimeZone::UTC)),
            Stamps::Millis => {
                let millis = instants.map(|i| i.map(|i| i.div_euclid(1_000))).collect();
                scaled(millis, TimeUnit::Milliseconds, None)
            }
            Stamps::Nanos => scaled(instants.map(|i| i.map(|i| i * 1_000)).collect(), TimeUnit::Nanoseconds, None),
            Stamps::Iso => {
                let texts = instants.enumerate().map(|(row, instant)| iso(instant?, row % 2 == 1));
                texts.collect::<StringChunked>().with_name(name.into()).into_column()
            }
        }
    }

    fn amounts(&self, name: &str, amounts: impl Iterator<Item = Option<i64>>) -> Result<Column> {
        if self.are_amounts_floats {
            // correctly rounded, so the shortest decimal of the float is the amount again
            let floats = amounts.map(|a| a.map(|a| a as f64 / super::rows::UNIT as f64)).collect::<Float64Chunked>();
            return Ok(floats.with_name(name.into()).into_column());
        }
        let unit = 10_i128.pow(INPUT_SCALE - self.scale);
        let decimals = amounts.map(|a| a.map(|a| i128::from(a) / unit)).collect::<Int128Chunked>();
        Ok(decimals.with_name(name.into()).into_decimal(18, self.scale as usize)?.into_column())
    }
}

pub fn days(name: &str, days: impl Iterator<Item = Option<i32>>) -> Column {
    days.collect::<Int32Chunked>().with_name(name.into()).into_date().into_column()
}

/// None if jiff cannot hold the instant.
fn iso(instant: Micros, is_offset: bool) -> Option<String> {
    let timestamp = jiff::Timestamp::from_microsecond(instant).ok()?;
    if !is_offset {
        return Some(timestamp.to_string());
    }
    let elsewhere = jiff::tz::TimeZone::fixed(jiff::tz::offset(5));
    Some(timestamp.to_zoned(elsewhere).strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string())
}

fn integers(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    values.collect::<Int64Chunked>().with_name(name.into()).into_column()
}

fn text<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    values.collect::<StringChunked>().with_name(name.into()).into_column()
}
