//! Invoices -> spans, for businesses without subscriptions: a customer is active in the months it bought in.

use std::sync::Arc;

use polars::prelude::*;

use super::map;
use super::spans::{UNKNOWN, is_one_of};
use crate::ids::{Ids, number};
use crate::job::Job;
use crate::month::Calendar;
use crate::snapshot::Source;
use crate::tables::inputs::{self, PLAN};
use crate::tables::model::{CUSTOMER, END, FROM, IS_ENDING_INSIDE, START, SUBSCRIPTION, TO, UNIT, WEIGHT};

/// One span per customer and month with an invoice of zero or more.
/// Source: design page, section 0, "Without subscriptions".
pub fn spans(job: &Job, invoices: &Source, calendar: &Arc<Calendar>, ids: &Arc<Ids>) -> LazyFrame {
    let at = col(inputs::PAID_AT.name);
    let is_counted = at
        .clone()
        .lt(lit(calendar.as_of_close()))
        .and(is_one_of(col(inputs::STATUS.name), &inputs::UNPAID_STATUSES).not());
    invoices
        .frame
        .clone()
        .filter(is_counted.and(map::sign(col(inputs::PAID_AMOUNT.name)).gt_eq(map::int(0))))
        .select([number(col(inputs::CUSTOMER_ID.name), ids).alias(CUSTOMER), map::month_of(at, calendar).alias(FROM)])
        .unique_generic(None::<Vec<Expr>>, UniqueKeepStrategy::Any)
        .with_columns([
            lit("").alias(SUBSCRIPTION),
            lit(UNKNOWN).alias(PLAN.name),
            lit(job.currency.clone()).alias(UNIT),
            map::int(1).alias(WEIGHT),
            (col(FROM) + lit(1)).alias(TO),
            col(FROM).cast(DataType::Int64).alias(START),
            (col(FROM) + lit(1)).cast(DataType::Int64).alias(END),
            // it ends with its month: the next one has no instant of it
            lit(0).alias(IS_ENDING_INSIDE),
        ])
}
