//! Average revenue per customer.

use polars::prelude::LazyFrame;

use super::expr::{Point, first_reason, per, ratio, reason, spine};
use super::rows::{Row, frame};
use super::{Compute, Metric};
use crate::models::quantile::Histogram;
use crate::month::MonthRange;
use crate::normalise::Model;
use crate::tables::model::{INVOICED_ONLY, MEMBERS, PAYING_ANY, PAYING_CLOSE};
use crate::tables::outputs::{
    ARPA, ARPC, ARPC_TABLE, CLOSING_CUSTOMERS, CLOSING_MRR, CUSTOMERS, MEDIAN_REVENUE, NET_REVENUE, P90_REVENUE,
    REFUNDS, REVENUE, SHARE_ABOVE_ARPC,
};

pub static METRIC: Metric = Metric {
    table: &ARPC_TABLE,
    needs: &[],
    definition: "Net revenue of a month divided by the customers who were paying at any instant of it or had an invoice \
                 counted in it; the share of customers above that mean tells increased spenders from casual consumers.",
    sql: include_str!("../../sql/metrics/arpc.sql"),
    compute: Compute::Whole(compute),
};

/// Reads revenue and paying customers per month and segment; returns one row for each on the full spine. Money in ticks.
/// Source: design page, section 4.
fn compute(model: &Model, months: MonthRange) -> LazyFrame {
    frame(&ARPC_TABLE, spine(model, months).map(|point| row(model, &point)).collect())
}

fn row(model: &Model, point: &Point) -> Row {
    if model.is_before_history(point.month) {
        return point.money_row(model, Some(reason::NO_HISTORY));
    }
    let revenue_of = |column: &str| model.revenue.get(point.at, point.month, column);
    let customers = model.paying.get(point.at, point.month, PAYING_ANY) + revenue_of(INVOICED_ONLY);
    let closing_customers = model.paying.get(point.at, point.month, PAYING_CLOSE);
    let closing_mrr = model.money.get(point.at, point.month, CLOSING_MRR.name);
    let why = first_reason(&[
        (!model.has_invoices, reason::NO_INPUT),
        (customers == 0, reason::NO_CUSTOMERS),
        (model.is_purchases, reason::NO_SUBSCRIPTIONS),
        (closing_customers == 0, reason::NO_CLOSING_CUSTOMERS),
    ]);
    let row = point.money_row(model, why).with(&CUSTOMERS, customers);
    let row = if model.is_purchases {
        row
    } else {
        row.with(&CLOSING_MRR, closing_mrr)
            .with(&CLOSING_CUSTOMERS, closing_customers)
            .with(&ARPA, per(closing_mrr, closing_customers))
    };
    if !model.has_invoices {
        return row;
    }
    let (revenue, refunds) = (revenue_of(REVENUE.name), revenue_of(REFUNDS.name));
    let net = revenue - refunds;
    let values = model.net_revenue.get(&(point.at, point.month.0)).map_or(&[][..], Vec::as_slice);
    let amounts = Histogram { values, zeros: customers - revenue_of(MEMBERS) };
    row.with(&REVENUE, revenue)
        .with(&REFUNDS, refunds)
        .with(&NET_REVENUE, net)
        .with(&ARPC, per(net, customers))
        .with(&MEDIAN_REVENUE, amounts.quantile(1, 2))
        .with(&P90_REVENUE, amounts.quantile(9, 10))
        .with(&SHARE_ABOVE_ARPC, ratio(amounts.above_mean(net), customers))
}
