//! Staging, committing and reading back result tables.

use polars::prelude::DataFrame;

use crate::tables::Table;

/// One computed table: rows of the run's months, money still in ticks, sorted by grain.
pub struct Computed {
    pub table: &'static Table,
    pub frame: DataFrame,
}
