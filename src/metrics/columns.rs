//! Builds a metric's frame column by column, for tables with a row per customer: `rows` is for small ones.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::rows;
use crate::month::Month;
use crate::tables::{Column as Declared, Table};

/// Rows of one month: every column not given is null.
pub struct Columns {
    table: &'static Table,
    height: usize,
    given: BTreeMap<&'static str, Column>,
}

impl Columns {
    pub fn new(table: &'static Table, height: usize) -> Self {
        Columns { table, height, given: BTreeMap::new() }
    }
    fn with(mut self, column: &'static Declared, values: Series) -> Self {
        self.given.insert(column.name, values.with_name(column.name.into()).into_column());
        self
    }
    /// The same month in every row.
    pub fn month(self, column: &'static Declared, month: Month) -> Self {
        let days = Int32Chunked::full(column.name.into(), month.days(), self.height);
        self.with(column, days.into_date().into_series())
    }
    /// The same flag in every row.
    pub fn flag(self, column: &'static Declared, flag: bool) -> Self {
        let flags = BooleanChunked::full(column.name.into(), flag, self.height);
        self.with(column, flags.into_series())
    }
    pub fn floats(self, column: &'static Declared, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let values: Float64Chunked = values.into_iter().collect();
        self.with(column, values.into_series())
    }
    pub fn texts<'a>(self, column: &'static Declared, values: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let values: StringChunked = values.into_iter().collect();
        self.with(column, values.into_series())
    }

    pub fn frame(mut self) -> PolarsResult<DataFrame> {
        let height = self.height;
        let mut column = |declared: &'static Declared| {
            let nulls = || rows::nulls(declared, height);
            self.given.remove(declared.name).unwrap_or_else(nulls)
        };
        DataFrame::new(height, self.table.columns().map(&mut column).collect())
    }
}
