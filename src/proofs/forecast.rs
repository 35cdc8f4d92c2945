//! What holds of forecasts whatever they say: they start from the close, end at the close, and lie within their bounds.

use std::collections::BTreeMap;

use super::{Cells, Tallies};
use crate::month::Month;
use crate::publish::Computed;
use crate::tables::outputs::*;
use crate::tables::{Column as Declared, Kind, Table};

/// The close of a month and segment, as another table has it.
type Closes<'a> = BTreeMap<(Month, &'a str, &'a str), i64>;

pub(super) fn laws(computed: &[Computed], tallies: &mut Tallies) {
    let closes = [(&CHURN_TABLE, &CLOSING_CUSTOMERS), (&MRR_TABLE, &CLOSING_MRR)];
    let told = [
        (&FORECAST_TABLE, "base_is_close", [&BASE_CUSTOMERS, &BASE_MRR]),
        (&FORECAST_BACKTEST_TABLE, "actual_is_close", [&ACTUAL_CUSTOMERS, &ACTUAL_MRR]),
    ];
    for (table, law, columns) in told {
        let Some(cells) = Cells::of(computed, table) else { continue };
        for ((source, close), column) in closes.into_iter().zip(columns) {
            let Some(source) = Cells::of(computed, source) else { continue };
            same_close(&cells, table, law, column, &closes_of(&source, close), tallies);
        }
    }
    if let Some(cells) = Cells::of(computed, &FORECAST_TABLE) {
        let customers = [
            &EXPECTED_CUSTOMERS_LOWER_95,
            &EXPECTED_CUSTOMERS_LOWER_80,
            &EXPECTED_CUSTOMERS,
            &EXPECTED_CUSTOMERS_UPPER_80,
            &EXPECTED_CUSTOMERS_UPPER_95,
        ];
        let mrr = [
            &EXPECTED_MRR_LOWER_95,
            &EXPECTED_MRR_LOWER_80,
            &EXPECTED_MRR,
            &EXPECTED_MRR_UPPER_80,
            &EXPECTED_MRR_UPPER_95,
        ];
        ordered(&cells, &customers, tallies);
        ordered(&cells, &mrr, tallies);
    }
}

fn closes_of<'a>(cells: &'a Cells, close: &Declared) -> Closes<'a> {
    let of_row = |at: usize| {
        let key = (cells.month(&MONTH, at)?, cells.text(&DIMENSION, at), cells.text(&SEGMENT, at));
        Some((key, cells.int(close, at)?))
    };
    cells.rows().filter_map(of_row).collect()
}

fn same_close(
    cells: &Cells,
    table: &Table,
    law: &'static str,
    column: &Declared,
    closes: &Closes,
    tallies: &mut Tallies,
) {
    for at in cells.rows() {
        let (Some(month), Some(told)) = (cells.month(&MONTH, at), cells.int(column, at)) else { continue };
        if let Some(close) = closes.get(&(month, cells.text(&DIMENSION, at), cells.text(&SEGMENT, at))) {
            tallies.entry((month, table.name, law)).or_default().see(told - close, *close != 0);
        }
    }
}

/// 0 <= lower 95 <= lower 80 <= expected <= upper 80 <= upper 95 < infinity; all of them known or none.
fn ordered(cells: &Cells, columns: &[&Declared; 5], tallies: &mut Tallies) {
    for at in cells.rows() {
        let Some(month) = cells.month(&MONTH, at) else { continue };
        let values: Vec<f64> = columns.iter().filter_map(|column| number(cells, column, at)).collect();
        if values.is_empty() {
            continue;
        }
        let is_ordered = values.len() == columns.len()
            && values.is_sorted()
            && values.iter().all(|value| value.is_finite() && *value >= 0.0);
        let is_telling = values.first() != values.last();
        tallies
            .entry((month, FORECAST_TABLE.name, "bounds_are_ordered"))
            .or_default()
            .see(i64::from(!is_ordered), is_telling);
    }
}

fn number(cells: &Cells, column: &Declared, at: usize) -> Option<f64> {
    if column.kind != Kind::Ratio {
        return cells.int(column, at).map(|value| value as f64);
    }
    cells.frame.column(column.name).ok()?.as_materialized_series().f64().ok()?.get(at)
}
