//! The warehouses we write DDL for, and how each spells types and names.

use crate::tables::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    DuckDb,
    Postgres,
    Snowflake,
    BigQuery,
    Databricks,
    ClickHouse,
}

pub const ENGINES: [Engine; 6] =
    [Engine::DuckDb, Engine::Postgres, Engine::Snowflake, Engine::BigQuery, Engine::Databricks, Engine::ClickHouse];

impl Engine {
    /// The name of its directory, and of its dialect in sqlglot.
    pub fn name(self) -> &'static str {
        match self {
            Engine::DuckDb => "duckdb",
            Engine::Postgres => "postgres",
            Engine::Snowflake => "snowflake",
            Engine::BigQuery => "bigquery",
            Engine::Databricks => "databricks",
            Engine::ClickHouse => "clickhouse",
        }
    }

    /// The type of a published column.
    pub fn type_name(self, kind: Kind) -> &'static str {
        use Engine::{BigQuery, ClickHouse, Databricks, DuckDb, Postgres, Snowflake};
        match (kind, self) {
            (Kind::Month, ClickHouse) => "Date32",
            (Kind::Month, _) => "DATE",
            (Kind::Count, BigQuery) => "INT64",
            (Kind::Count, ClickHouse) => "Int64",
            (Kind::Count, _) => "BIGINT",
            (Kind::Money, BigQuery | Postgres) => "NUMERIC(18, 4)",
            (Kind::Money, ClickHouse) => "Decimal(18, 4)",
            (Kind::Money, _) => "DECIMAL(18, 4)",
            (Kind::Ratio, BigQuery) => "FLOAT64",
            (Kind::Ratio, Postgres) => "DOUBLE PRECISION",
            (Kind::Ratio, ClickHouse) => "Float64",
            (Kind::Ratio, DuckDb | Snowflake | Databricks) => "DOUBLE",
            (Kind::Text, BigQuery | Databricks) => "STRING",
            (Kind::Text, ClickHouse) => "String",
            (Kind::Text, Postgres) => "TEXT",
            (Kind::Text, DuckDb | Snowflake) => "VARCHAR",
            (Kind::Flag, BigQuery) => "BOOL",
            (Kind::Flag, ClickHouse) => "Bool",
            (Kind::Flag, _) => "BOOLEAN",
        }
    }

    /// A name of ours. They are plain lower-case words; those that are keywords somewhere are quoted.
    pub fn quote(self, name: &str) -> String {
        match self {
            Engine::BigQuery | Engine::Databricks | Engine::ClickHouse => format!("`{name}`"),
            Engine::DuckDb | Engine::Postgres => format!("\"{name}\""),
            // upper case, as Snowflake folds the names people type
            Engine::Snowflake => format!("\"{}\"", name.to_uppercase()),
        }
    }

    /// A string literal.
    pub fn literal(self, text: &str) -> String {
        match self {
            Engine::BigQuery | Engine::Databricks => {
                format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
            }
            _ => format!("'{}'", text.replace('\'', "''")),
        }
    }
}
