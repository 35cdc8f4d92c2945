//! Laws of surveys, usage and lifetime values.

use super::{Cells, Tallies, identity, within};
use crate::publish::Computed;
use crate::tables::outputs::*;
use crate::tables::{Column as Declared, Table};

/// Every law whose table was computed.
pub fn prove(computed: &[Computed], tallies: &mut Tallies) {
    if let Some(nps) = Cells::of(computed, &NPS_TABLE) {
        let columns = [&PROMOTERS, &PASSIVES, &DETRACTORS, &RESPONSES];
        identity(&nps, &NPS_TABLE, "answers_sum_to_responses", &columns, &[1, 1, 1, -1], tallies);
    }
    if let Some(csat) = Cells::of(computed, &CSAT_TABLE) {
        within(&csat, &CSAT_TABLE, "satisfied_within_responses", &SATISFIED, &RESPONSES, tallies);
    }
    if let Some(usage) = Cells::of(computed, &ENGAGEMENT_TABLE) {
        let table = &ENGAGEMENT_TABLE;
        within(&usage, table, "weekly_within_monthly", &WEEKLY_ACTIVE_CUSTOMERS, &MONTHLY_ACTIVE_CUSTOMERS, tallies);
        within(&usage, table, "customers_within_days", &MONTHLY_ACTIVE_CUSTOMERS, &ACTIVE_DAYS_TOTAL, tallies);
        limited(&usage, table, "days_within_month", &ACTIVE_DAYS_TOTAL, tallies, |row| {
            let month = usage.month(&MONTH, row)?;
            let days = i64::from(month.next().days() - month.days());
            Some(days * usage.int(&MONTHLY_ACTIVE_CUSTOMERS, row)?)
        });
    }
    if let Some(cltv) = Cells::of(computed, &CLTV_TABLE) {
        within(&cltv, &CLTV_TABLE, "lower_bound_within_value", &VALUE_LOWER, &VALUE, tallies);
        within(&cltv, &CLTV_TABLE, "value_within_upper_bound", &VALUE, &VALUE_UPPER, tallies);
    }
    if let Some(backtest) = Cells::of(computed, &CLTV_BACKTEST_TABLE) {
        limited(&backtest, &CLTV_BACKTEST_TABLE, "months_within_horizon", &ACTUAL_CUSTOMER_MONTHS, tallies, |row| {
            Some(backtest.int(&PROJECTED_CUSTOMERS, row)? * backtest.int(&HORIZON_MONTHS, row)?)
        });
    }
}

/// A column is never above what the row allows.
fn limited(
    cells: &Cells,
    table: &Table,
    law: &'static str,
    column: &Declared,
    tallies: &mut Tallies,
    most: impl Fn(usize) -> Option<i64>,
) {
    for row in cells.rows() {
        if let (Some(value), Some(most), Some(month)) = (cells.int(column, row), most(row), cells.month(&MONTH, row)) {
            tallies.entry((month, table.name, law)).or_default().see((value - most).max(0), value > 0);
        }
    }
}
