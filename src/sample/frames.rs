//! Rows become data frames, under the names and in the types of one imagined export.

use polars::prelude::*;

use super::rows::{Cost, Customer, Invoice, Rate, Subscription};
use crate::error::Result;
use crate::money::INPUT_SCALE;
use crate::month::{Calendar, Micros};
use crate::tables::inputs;
use crate::tables::{Input, InputColumn};

/// The dimension columns of the customers table; cost lines carry the first, and `plan`.
pub const DIMENSIONS: [&str; 3] = ["region", "channel", "company_size"];

/// Columns that the export calls differently, so that every sample exercises the job's column mapping.
static RENAMED: [(Input, &InputColumn, &str); 4] = [
    (Input::Subscriptions, &inputs::CUSTOMER_ID, "account_id"),
    (Input::Subscriptions, &inputs::STARTED_AT, "start_date"),
    (Input::Subscriptions, &inputs::ENDED_AT, "end_date"),
    (Input::Invoices, &inputs::PAID_AT, "settled_at"),
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
    };

    pub fn customers(&self, rows: &[Customer]) -> Result<DataFrame> {
        let name = |column| own_name(Input::Customers, column);
        let [region, channel, company_size] = DIMENSIONS;
        let columns = vec![
            self.ids(name(&inputs::CUSTOMER_ID), "cus", rows.iter().map(|row| Some(row.customer_id))),
            text(region, rows.iter().map(|row| row.region)),
            text(channel, rows.iter().map(|row| row.channel)),
            text(company_size, rows.iter().map(|row| row.company_size)),
            self.instants(name(&inputs::SIGNED_UP_AT), rows.iter().map(|row| row.signed_up_at), 0),
        ];
        Ok(DataFrame::new(rows.len(), columns)?)
    }

    pub fn subscriptions(&self, rows: &[Subscription]) -> Result<DataFrame> {
        let name = |column| own_name(Input::Subscriptions, column);
        let mut columns = self.owners(rows);
        columns.extend([
            self.instants(name(&inputs::STARTED_AT), rows.iter().map(|row| Some(row.started_at)), 0),
            self.instants(
                name(&inputs::ENDED_AT),
                rows.iter().map(|row| row.ended_at),
                i32::from(self.is_end_inclusive),
            ),
            self.instants(name(&inputs::TRIAL_ENDED_AT), rows.iter().map(|row| row.trial_ended_at), 0),
        ]);
        columns.extend(self.prices(rows)?);
        Ok(DataFrame::new(rows.len(), columns)?)
    }

    /// Whose subscription a row is, in both shapes.
    pub fn owners(&self, rows: &[Subscription]) -> Vec<Column> {
        let name = |column| own_name(Input::Subscriptions, column);
        vec![
            self.ids(name(&inputs::SUBSCRIPTION_ID), "sub", rows.iter().map(|row| Some(row.subscription_id))),
            self.ids(name(&inputs::CUSTOMER_ID), "cus", rows.iter().map(|row| Some(row.customer_id))),
        ]
    }

    /// What a row costs, in both shapes.
    pub fn prices(&self, rows: &[Subscription]) -> Result<Vec<Column>> {
        let name = |column| own_name(Input::Subscriptions, column);
        let terms = vec![
            text(name(&inputs::CURRENCY), rows.iter().map(|row| row.currency)),
            text(name(&inputs::STATUS), rows.iter().map(|row| row.status)),
            text(name(&inputs::PLAN), rows.iter().map(|row| row.plan)),
        ];
        let amounts = rows.iter().map(|row| Some(row.amount));
        let mut columns = if self.is_mrr_given {
            vec![self.amounts(name(&inputs::MRR), amounts)?]
        } else {
            let count = rows.iter().map(|row| row.interval_count).collect::<Int64Chunked>();
            vec![
                self.amounts(name(&inputs::AMOUNT), amounts)?,
                text(name(&inputs::INTERVAL), rows.iter().map(|row| Some(row.interval))),
                count.with_name(name(&inputs::INTERVAL_COUNT).into()).into_column(),
                self.amounts(name(&inputs::QUANTITY), rows.iter().map(|row| row.quantity))?,
                self.amounts(name(&inputs::DISCOUNT), rows.iter().map(|row| row.discount))?,
            ]
        };
        columns.extend(terms);
        Ok(columns)
    }

    pub fn invoices(&self, rows: &[Invoice]) -> Result<DataFrame> {
        let name = |column| own_name(Input::Invoices, column);
        let ids = rows.iter().map(|row| Some(row.invoice_id as i64)).collect::<Int64Chunked>();
        let columns = vec![
            ids.with_name(name(&inputs::INVOICE_ID).into()).into_column(),
            self.ids(name(&inputs::CUSTOMER_ID), "cus", rows.iter().map(|row| Some(row.customer_id))),
            self.instants(name(&inputs::PAID_AT), rows.iter().map(|row| Some(row.paid_at)), 0),
            self.amounts(name(&inputs::PAID_AMOUNT), rows.iter().map(|row| Some(row.amount)))?,
            text(name(&inputs::CURRENCY), rows.iter().map(|row| row.currency)),
            text(name(&inputs::STATUS), rows.iter().map(|row| row.status)),
        ];
        Ok(DataFrame::new(rows.len(), columns)?)
    }

    pub fn costs(&self, rows: &[Cost]) -> Result<DataFrame> {
        let name = |column| own_name(Input::RetentionCosts, column);
        let columns = vec![
            days(name(&inputs::INCURRED_ON), rows.iter().map(|row| Some(row.incurred_on))),
            text(name(&inputs::CATEGORY), rows.iter().map(|row| Some(row.category))),
            self.amounts(name(&inputs::COST_AMOUNT), rows.iter().map(|row| Some(row.amount)))?,
            text(name(&inputs::CURRENCY), rows.iter().map(|row| row.currency)),
            self.ids(name(&inputs::COST_CUSTOMER_ID), "cus", rows.iter().map(|row| row.customer_id)),
            text(DIMENSIONS[0], rows.iter().map(|row| row.region)),
            text(inputs::PLAN.name, rows.iter().map(|row| row.plan)),
        ];
        Ok(DataFrame::new(rows.len(), columns)?)
    }

    pub fn rates(&self, rows: &[Rate]) -> Result<DataFrame> {
        let name = |column| own_name(Input::FxRates, column);
        let rates = rows.iter().map(|row| Some(i128::from(row.rate))).collect::<Int128Chunked>();
        let rates = rates.with_name(name(&inputs::RATE).into()).into_decimal(18, INPUT_SCALE as usize)?;
        let columns = vec![
            days(name(&inputs::RATE_DATE), rows.iter().map(|row| Some(row.rate_date))),
            text(name(&inputs::RATE_CURRENCY), rows.iter().map(|row| Some(row.currency))),
            rates.into_column(),
        ];
        Ok(DataFrame::new(rows.len(), columns)?)
    }

    fn ids(&self, name: &str, prefix: &str, ids: impl ExactSizeIterator<Item = Option<u64>>) -> Column {
        if self.are_ids_integers {
            return ids.map(|id| id.map(|id| id as i64)).collect::<Int64Chunked>().with_name(name.into()).into_column();
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

fn text<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    values.collect::<StringChunked>().with_name(name.into()).into_column()
}
