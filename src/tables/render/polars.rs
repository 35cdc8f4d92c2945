//! Polars schemas of the tables.

use polars::prelude::{DataType, Field, Schema};

use crate::money;
use crate::tables::{Kind, Table};

/// Types inside the program: money as Int64 ticks.
pub fn computed_schema(table: &Table) -> Schema {
    table.columns().map(|column| Field::new(column.name.into(), computed(column.kind))).collect()
}

/// Types of the published files: money as `Decimal(18,4)`.
pub fn published_schema(table: &Table) -> Schema {
    table.columns().map(|column| Field::new(column.name.into(), published(column.kind))).collect()
}

fn computed(kind: Kind) -> DataType {
    match kind {
        Kind::Month => DataType::Date,
        Kind::Count | Kind::Money => DataType::Int64,
        Kind::Ratio => DataType::Float64,
        Kind::Text => DataType::String,
        Kind::Flag => DataType::Boolean,
    }
}

fn published(kind: Kind) -> DataType {
    match kind {
        Kind::Money => DataType::Decimal(18, money::SCALE),
        other => computed(other),
    }
}
