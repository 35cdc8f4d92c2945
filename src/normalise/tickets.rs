//! Support tickets -> counts.

use std::sync::Arc;

use polars::prelude::*;

use super::map;
use crate::ids::{Ids, number};
use crate::month::Calendar;
use crate::snapshot::Source;
use crate::tables::inputs;
use crate::tables::model::{AT, CUSTOMER, TICKETS};

/// TICKETS opened per CUSTOMER and AT.
pub fn per_customer(tickets: &Source, calendar: &Arc<Calendar>, ids: &Arc<Ids>) -> LazyFrame {
    let at = col(inputs::OPENED_AT.name);
    tickets
        .frame
        .clone()
        .filter(at.clone().lt(lit(calendar.as_of_close())))
        .select([number(col(inputs::CUSTOMER_ID.name), ids).alias(CUSTOMER), map::month_of(at, calendar).alias(AT)])
        .group_by([col(CUSTOMER), col(AT)])
        .agg([len().cast(DataType::Int64).alias(TICKETS)])
}
