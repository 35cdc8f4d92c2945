//! Builds a metric's frame row by row from a table declaration: cells are given by column, the schema comes from the table.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::month::Month;
use crate::normalise::union::{failed, frame_of};
use crate::tables::{Column as Declared, Kind, Table};

/// A cell. Money is in ticks.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Month(Month),
    Int(i64),
    Float(f64),
    Text(String),
    Flag(bool),
}

impl Cell {
    fn is_of(&self, kind: Kind) -> bool {
        match self {
            Cell::Null => true,
            Cell::Month(_) => kind == Kind::Month,
            Cell::Int(_) => matches!(kind, Kind::Count | Kind::Money | Kind::Ratio),
            Cell::Float(_) => kind == Kind::Ratio,
            Cell::Text(_) => kind == Kind::Text,
            Cell::Flag(_) => kind == Kind::Flag,
        }
    }
}

impl From<Month> for Cell {
    fn from(month: Month) -> Self {
        Cell::Month(month)
    }
}
impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Cell::Int(value)
    }
}
impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Cell::Float(value)
    }
}
impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Cell::Flag(value)
    }
}
impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Cell::Text(value.to_string())
    }
}
impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, Into::into)
    }
}

/// One row: every column not set is null.
#[derive(Debug, Default)]
pub struct Row(BTreeMap<&'static str, Cell>);

impl Row {
    pub fn new() -> Self {
        Row::default()
    }
    #[must_use]
    pub fn with(mut self, column: &'static Declared, value: impl Into<Cell>) -> Self {
        self.set(column, value);
        self
    }
    pub fn set(&mut self, column: &'static Declared, value: impl Into<Cell>) {
        self.0.insert(column.name, value.into());
    }
}

/// Rows of a table as a lazy frame, sorted by its grain. It fails where a cell is of no column of the table, or of another kind.
pub fn frame(table: &'static Table, rows: Vec<Row>) -> LazyFrame {
    if let Some(mistake) = rows.iter().find_map(|row| mistake(table, row)) {
        return failed(&polars_err!(ComputeError: "{mistake}"));
    }
    let columns = table.columns().map(|declared| column(declared, &rows)).collect();
    let grain: Vec<PlSmallStr> = table.grain.iter().map(|column| column.name.into()).collect();
    frame_of(rows.len(), columns).sort(grain, SortMultipleOptions::default())
}

fn mistake(table: &Table, row: &Row) -> Option<String> {
    let is_wrong = |(name, cell): (&&str, &Cell)| {
        let declared = table.columns().find(|column| column.name == *name);
        !declared.is_some_and(|declared| cell.is_of(declared.kind))
    };
    let (name, cell) = row.0.iter().find(|(name, cell)| is_wrong((name, cell)))?;
    Some(format!("`{name}` of `{}` cannot be {cell:?}", table.name))
}

/// A column of nulls.
pub fn nulls(declared: &'static Declared, height: usize) -> Column {
    let dtype = column(declared, &[]).dtype().clone();
    Column::full_null(declared.name.into(), height, &dtype)
}

fn column(declared: &'static Declared, rows: &[Row]) -> Column {
    let cells = rows.iter().map(|row| row.0.get(declared.name).unwrap_or(&Cell::Null));
    let name = PlSmallStr::from(declared.name);
    let series = match declared.kind {
        Kind::Month => {
            let days: Int32Chunked =
                cells.map(|c| if let Cell::Month(m) = c { Some(m.days()) } else { None }).collect();
            days.into_date().into_series()
        }
        Kind::Count | Kind::Money => {
            let values: Int64Chunked = cells.map(|c| if let Cell::Int(v) = c { Some(*v) } else { None }).collect();
            values.into_series()
        }
        Kind::Ratio => {
            let values: Float64Chunked = cells
                .map(|c| match c {
                    Cell::Float(v) => Some(*v),
                    Cell::Int(v) => Some(*v as f64),
                    _ => None,
                })
                .collect();
            values.into_series()
        }
        Kind::Text => {
            let values: StringChunked =
                cells.map(|c| if let Cell::Text(v) = c { Some(v.as_str()) } else { None }).collect();
            values.into_series()
        }
        Kind::Flag => {
            let values: BooleanChunked = cells.map(|c| if let Cell::Flag(v) = c { Some(*v) } else { None }).collect();
            values.into_series()
        }
    };
    series.with_name(name).into_column()
}
