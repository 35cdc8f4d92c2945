//! Support tickets -> counts.

use std::sync::Arc;

use polars::prelude::*;

use super::group::by_customer_and_month;
use super::map;
use crate::ids::{Ids, number};
use crate::month::Calendar;
use crate::snapshot::Source;
use crate::tables::inputs;
use crate::tables::model::{AT, CUSTOMER, TICKETS};

/// TICKETS opened per CUSTOMER and AT.
pub fn per_customer(tickets: &Source, calendar: &Arc<Calendar>, ids: &Arc<Ids>) -> LazyFrame {
    let at = col(inputs::OPENED_AT.name);
    let opened = tickets
        .frame
        .clone()
        .filter(at.clone().lt(lit(calendar.as_of_close())))
        .select([number(col(inputs::CUSTOMER_ID.name), ids).alias(CUSTOMER), map::month_of(at, calendar).alias(AT)]);
    by_customer_and_month(opened, &[len().cast(DataType::Int64).alias(TICKETS)])
}
