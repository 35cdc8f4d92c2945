//! Single figures of computed tables.

use tenure::publish::Computed;
use tenure::tables::cell::cells;
use tenure::tables::outputs::{DIMENSION, SEGMENT};
use tenure::tables::{Cell, Column, Table};

/// A table's rows as cells, found by the values of some columns.
pub struct Figures {
    columns: Vec<(&'static str, Vec<Cell>)>,
    height: usize,
}

impl Figures {
    pub fn new(table: &Table, frame: &polars::prelude::DataFrame) -> Figures {
        let columns = table.columns().map(|column| (column.name, cells(frame, column).unwrap())).collect();
        Figures { columns, height: frame.height() }
    }

    pub fn of(computed: &[Computed], table: &Table) -> Figures {
        let computed = computed.iter().find(|computed| computed.table.name == table.name);
        Figures::new(table, &computed.unwrap_or_else(|| panic!("no table {}", table.name)).frame)
    }

    fn column(&self, column: &Column) -> &[Cell] {
        let found = self.columns.iter().find(|(name, _)| *name == column.name);
        &found.unwrap_or_else(|| panic!("no column {}", column.name)).1
    }

    /// The rows in which these columns have these texts.
    pub fn rows(&self, wanted: &[(&Column, &str)]) -> Vec<usize> {
        let is_wanted = |row: &usize| {
            wanted.iter().all(|(column, text)| self.column(column)[*row].text().as_deref() == Some(*text))
        };
        (0..self.height).filter(is_wanted).collect()
    }

    /// The only such row of a segment, `all` and `all` for everybody.
    pub fn row(&self, dimension: &str, segment: &str, wanted: &[(&Column, &str)]) -> usize {
        let all = [&[(&DIMENSION, dimension), (&SEGMENT, segment)], wanted].concat();
        let rows = self.rows(&all);
        let [row] = rows[..] else { panic!("{} rows of {dimension} {segment} {wanted:?}", rows.len()) };
        row
    }

    /// A count, or money in ticks.
    pub fn integer(&self, row: usize, column: &Column) -> Option<i64> {
        match self.column(column)[row] {
            Cell::Integer(value) | Cell::Ticks(value) => Some(value),
            _ => None,
        }
    }

    pub fn number(&self, row: usize, column: &Column) -> Option<f64> {
        match self.column(column)[row] {
            Cell::Number(value) => Some(value),
            _ => None,
        }
    }
}
