//! Two frames of one table, compared cell by cell. Pure.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use crate::error::Result;
use crate::tables::cell::cells;
use crate::tables::outputs::{CLTV_BACKTEST_TABLE, CLTV_TABLE};
use crate::tables::{Cell, Column, Table};

/// How far two rates may lie apart, relative to the larger or absolutely, whichever is more.
pub const RATE_TOLERANCE: f64 = 1e-12;

/// What a twin writes as the reason of a null that a fit decides.
pub const FITTED: &str = "(fitted)";

/// A cell, or a whole row, in which the two frames disagree.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    pub table: &'static str,
    /// The row: its key as `column=value`.
    pub row: String,
    /// None if the row is there on one side only, or twice on one.
    pub column: Option<&'static str>,
    pub left: String,
    pub right: String,
}

/// Every difference between two frames with the columns of `table`, in order of its key. Row order does not matter.
///
/// Counts, texts, flags and money are equal or they differ; ratios may lie `RATE_TOLERANCE` apart, and amounts of
/// `cltv` and its back-test, which are rounded from floating point, one tick. Null equals null only. Where a model decides
/// (`Column::is_fitted`), `right`, which fits nothing, may be silent: null, or `FITTED` as the reason of a null.
///
/// Errors: a frame lacks a column or holds another type.
pub fn compare(table: &'static Table, left: &DataFrame, right: &DataFrame) -> Result<Vec<Difference>> {
    let (left, right) = (Rows::new(table, left)?, Rows::new(table, right)?);
    let mut differences = Vec::new();
    for (key, here) in &left.of_key {
        match right.of_key.get(key) {
            None => differences.push(row_difference(table, key, "a row", "no row")),
            Some(there) if here.len() != 1 || there.len() != 1 => {
                let count = |rows: &[usize]| format!("{} rows", rows.len());
                differences.push(row_difference(table, key, &count(here), &count(there)));
            }
            Some(there) => differences.extend(cell_differences(table, key, &left, here[0], &right, there[0])),
        }
    }
    for key in right.of_key.keys().filter(|key| !left.of_key.contains_key(*key)) {
        differences.push(row_difference(table, key, "no row", "a row"));
    }
    Ok(differences)
}

/// How many cells of `left` nothing in `right` was held against: what a model decided.
///
/// Errors: a frame lacks a column or holds another type.
pub fn uncompared(table: &'static Table, left: &DataFrame, right: &DataFrame) -> Result<usize> {
    let (left, right) = (Rows::new(table, left)?, Rows::new(table, right)?);
    let pairs = left.of_key.iter().filter_map(|(key, here)| Some((here[0], *right.of_key.get(key)?.first()?)));
    let silent = |(here, there): (usize, usize)| {
        let cells = table.measures.iter().zip(left.measures.iter().zip(&right.measures));
        cells.filter(|(column, (a, b))| is_silent(column, &b[there]) && a[here] != Cell::Null).count()
    };
    Ok(pairs.map(silent).sum())
}

/// The twin leaves the cell to the model.
fn is_silent(column: &Column, twin: &Cell) -> bool {
    column.is_fitted && *twin == Cell::Null || matches!(twin, Cell::Text(text) if text == FITTED)
}

/// A frame's cells, its rows found by key.
struct Rows {
    measures: Vec<Vec<Cell>>,
    of_key: BTreeMap<Vec<String>, Vec<usize>>,
}

impl Rows {
    fn new(table: &Table, frame: &DataFrame) -> Result<Rows> {
        let read = |columns: &[&'static Column]| -> Result<Vec<Vec<Cell>>> {
            columns.iter().map(|column| cells(frame, column)).collect()
        };
        let grain = read(table.grain)?;
        let mut of_key: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
        for row in 0..frame.height() {
            let key = grain.iter().map(|cells| shown(&cells[row])).collect();
            of_key.entry(key).or_default().push(row);
        }
        Ok(Rows { measures: read(table.measures)?, of_key })
    }
}

fn cell_differences<'a>(
    table: &'static Table,
    key: &'a [String],
    left: &'a Rows,
    left_row: usize,
    right: &'a Rows,
    right_row: usize,
) -> impl Iterator<Item = Difference> + 'a {
    let is_rounded = [CLTV_TABLE.name, CLTV_BACKTEST_TABLE.name].contains(&table.name);
    let ticks = u64::from(is_rounded);
    table.measures.iter().enumerate().filter_map(move |(index, column)| {
        let (a, b) = (&left.measures[index][left_row], &right.measures[index][right_row]);
        (!is_silent(column, b) && !is_same(a, b, ticks)).then(|| Difference {
            table: table.name,
            row: row_text(table, key),
            column: Some(column.name),
            left: shown(a),
            right: shown(b),
        })
    })
}

fn is_same(left: &Cell, right: &Cell, ticks: u64) -> bool {
    match (left, right) {
        (Cell::Ticks(a), Cell::Ticks(b)) => a.abs_diff(*b) <= ticks,
        (Cell::Number(a), Cell::Number(b)) => {
            // a difference that is NaN is a difference
            a == b || (a - b).abs() <= RATE_TOLERANCE * a.abs().max(b.abs()).max(1.0)
        }
        _ => left == right,
    }
}

fn row_difference(table: &'static Table, key: &[String], left: &str, right: &str) -> Difference {
    let (left, right) = (left.to_string(), right.to_string());
    Difference { table: table.name, row: row_text(table, key), column: None, left, right }
}

fn row_text(table: &Table, key: &[String]) -> String {
    let pairs: Vec<String> =
        table.grain.iter().zip(key).map(|(column, value)| format!("{}={value}", column.name)).collect();
    pairs.join(" ")
}

fn shown(cell: &Cell) -> String {
    cell.text().unwrap_or_else(|| "null".to_string())
}
