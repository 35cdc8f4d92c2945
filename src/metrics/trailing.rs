//! Margins and churn over the trailing final months.

use super::crc::cost;
use crate::month::Month;
use crate::normalise::Model;
use crate::normalise::group::ALL;
use crate::tables::model::{INVOICED_ONLY, PAYING_ANY, PAYING_CLOSE};
use crate::tables::outputs::{CHURNED_CUSTOMERS, CLOSING_CUSTOMERS, CLOSING_MRR, OPENING_CUSTOMERS, REFUNDS, REVENUE};

pub const TRAILING_MONTHS: usize = 6;

/// Sums over the trailing final months.
pub struct Trailing {
    pub months: usize,
    pub opening: i64,
    pub churned: i64,
    /// Mean margin per customer and month, ticks; None without customers.
    pub margin: Option<f64>,
    /// Net revenue per customer and month, ticks; None without customers.
    pub net_per_customer: Option<f64>,
}

impl Trailing {
    pub fn of(model: &Model, at: usize, month: Month) -> Self {
        let is_used = |month: &Month| model.calendar.is_final(*month) && !model.is_base(*month);
        let first = model.first.unwrap_or(month.next());
        let months: Vec<Month> = (first.0..=month.0).rev().map(Month).filter(is_used).take(TRAILING_MONTHS).collect();
        let sum = |of: &dyn Fn(Month) -> i64| months.iter().map(|month| of(*month)).sum::<i64>();
        let count = |name: &'static str| sum(&|month| model.customers.get(at, month, name));
        let (opening, churned) = (count(OPENING_CUSTOMERS.name), count(CHURNED_CUSTOMERS.name));
        let mrr = sum(&|month| model.money.get(at, month, CLOSING_MRR.name));
        let closing = sum(&|month| model.paying.get(at, month, PAYING_CLOSE));
        let costs = sum(&|month| retention_cost(model, at, month));
        let average = (opening + count(CLOSING_CUSTOMERS.name)) as f64 / 2.0;
        let cost_per_customer = match model.has_costs {
            true if average > 0.0 => Some(costs as f64 / average),
            true => None,
            false => Some(0.0),
        };
        let arpa = (closing > 0).then(|| mrr as f64 / closing as f64);
        let net = sum(&|month| net_revenue(model, at, month));
        let customers =
            sum(&|month| model.paying.get(at, month, PAYING_ANY) + model.revenue.get(at, month, INVOICED_ONLY));
        Trailing {
            months: months.len(),
            opening,
            churned,
            margin: arpa.zip(cost_per_customer).map(|(arpa, cost)| arpa * model.gross_margin - cost),
            net_per_customer: (customers > 0).then(|| net as f64 / customers as f64),
        }
    }

    pub fn churn(&self) -> Option<f64> {
        (self.opening > 0).then(|| self.churned as f64 / self.opening as f64)
    }
}

/// Margin per paying customer of one month, ticks; None without customers.
pub fn margin(model: &Model, at: usize, month: Month) -> Option<f64> {
    let closing = model.paying.get(at, month, PAYING_CLOSE);
    let count = |name: &'static str| model.customers.get(at, month, name);
    let average = (count(OPENING_CUSTOMERS.name) + count(CLOSING_CUSTOMERS.name)) as f64 / 2.0;
    let cost = match model.has_costs {
        true if average > 0.0 => retention_cost(model, at, month) as f64 / average,
        true => return None,
        false => 0.0,
    };
    let mrr = model.money.get(at, month, CLOSING_MRR.name);
    (closing > 0).then(|| mrr as f64 / closing as f64 * model.gross_margin - cost)
}

pub fn net_revenue(model: &Model, at: usize, month: Month) -> i64 {
    model.revenue.get(at, month, REVENUE.name) - model.revenue.get(at, month, REFUNDS.name)
}

pub fn retention_cost(model: &Model, at: usize, month: Month) -> i64 {
    let cost = cost(model, at, month, ALL);
    cost.direct + cost.allocated
}
