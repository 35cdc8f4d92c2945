//! Customers, what they pay and what they cost.

use polars::prelude::*;

use super::super::rows::{Cost, Customer, Invoice, Rate, Subscription};
use super::{DIMENSIONS, Layout, days, integers, own_name, text};
use crate::error::Result;
use crate::money::INPUT_SCALE;
use crate::tables::{Input, inputs};

impl Layout<'_> {
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
            vec![
                self.amounts(name(&inputs::AMOUNT), amounts)?,
                text(name(&inputs::INTERVAL), rows.iter().map(|row| Some(row.interval))),
                integers(name(&inputs::INTERVAL_COUNT), rows.iter().map(|row| row.interval_count)),
                self.amounts(name(&inputs::QUANTITY), rows.iter().map(|row| row.quantity))?,
                self.amounts(name(&inputs::DISCOUNT), rows.iter().map(|row| row.discount))?,
            ]
        };
        columns.extend(terms);
        Ok(columns)
    }

    pub fn invoices(&self, rows: &[Invoice]) -> Result<DataFrame> {
        let name = |column| own_name(Input::Invoices, column);
        let columns = vec![
            integers(name(&inputs::INVOICE_ID), rows.iter().map(|row| Some(row.invoice_id as i64))),
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
}
