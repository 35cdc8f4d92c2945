//! `schema.sql`: typed tables with keys and comments.

use super::engine::Engine;
use crate::tables::outputs::{MONTH, TABLES};
use crate::tables::{Column, Table};

pub const GENERATED: &str = "-- GENERATED from src/tables/outputs.rs by `make generate`. Do not edit.\n";

/// The DDL of every table in the schema `tenure`; running it again changes nothing.
pub fn schema(engine: Engine) -> String {
    let mut text = GENERATED.to_string();
    text += "-- One table per metric; one row per key.\n\n";
    text += match engine {
        Engine::ClickHouse => "CREATE DATABASE IF NOT EXISTS tenure;\n",
        _ => "CREATE SCHEMA IF NOT EXISTS tenure;\n",
    };
    for table in TABLES {
        text += &format!("\n{}", create(engine, table));
    }
    text
}

fn create(engine: Engine, table: &Table) -> String {
    let mut lines: Vec<String> = table.columns().map(|column| column_line(engine, column)).collect();
    if let Some(key) = primary_key(engine, table) {
        lines.push(format!("  {key}"));
    }
    let name = format!("tenure.{}", table.name);
    let mut text = format!("CREATE TABLE IF NOT EXISTS {name} (\n{}\n){};\n", lines.join(",\n"), tail(engine, table));
    if matches!(engine, Engine::DuckDb | Engine::Postgres) {
        text += &format!("COMMENT ON TABLE {name} IS {};\n", engine.literal(table.doc));
        for column in table.columns() {
            let (column, doc) = (engine.quote(column.name), engine.literal(&describe(column)));
            text += &format!("COMMENT ON COLUMN {name}.{column} IS {doc};\n");
        }
    }
    text
}

fn column_line(engine: Engine, column: &Column) -> String {
    let (name, kind, doc) = (engine.quote(column.name), engine.type_name(column.kind), describe(column));
    let required = if column.is_nullable { "" } else { " NOT NULL" };
    match engine {
        Engine::DuckDb | Engine::Postgres => format!("  {name} {kind}{required}"),
        Engine::Snowflake | Engine::Databricks => {
            format!("  {name} {kind}{required} COMMENT {}", engine.literal(&doc))
        }
        Engine::BigQuery => format!("  {name} {kind}{required} OPTIONS (description = {})", engine.literal(&doc)),
        Engine::ClickHouse => {
            let kind = if column.is_nullable { format!("Nullable({kind})") } else { kind.to_string() };
            format!("  {name} {kind} COMMENT {}", engine.literal(&doc))
        }
    }
}

/// The doc of a column with its unit.
fn describe(column: &Column) -> String {
    match super::catalogue::unit(column.unit) {
        "" => column.doc.to_string(),
        unit => format!("{} Unit: {unit}.", column.doc),
    }
}

fn grain(engine: Engine, table: &Table) -> String {
    table.grain.iter().map(|column| engine.quote(column.name)).collect::<Vec<_>>().join(", ")
}

fn primary_key(engine: Engine, table: &Table) -> Option<String> {
    let key = format!("PRIMARY KEY ({})", grain(engine, table));
    match engine {
        Engine::DuckDb | Engine::Postgres | Engine::Snowflake => Some(key),
        Engine::BigQuery => Some(format!("{key} NOT ENFORCED")),
        // needs Unity Catalog there; ClickHouse has its order instead
        Engine::Databricks | Engine::ClickHouse => None,
    }
}

/// What follows the closing parenthesis.
fn tail(engine: Engine, table: &Table) -> String {
    let (month, doc) = (engine.quote(MONTH.name), engine.literal(table.doc));
    match engine {
        Engine::DuckDb | Engine::Postgres => String::new(),
        Engine::Snowflake => format!(" COMMENT = {doc}"),
        Engine::BigQuery => {
            format!("\nPARTITION BY DATE_TRUNC({month}, MONTH)\nOPTIONS (description = {doc})")
        }
        Engine::Databricks => format!("\nUSING DELTA\nPARTITIONED BY ({month})\nCOMMENT {doc}"),
        Engine::ClickHouse => {
            format!("\nENGINE = MergeTree\nPARTITION BY {month}\nORDER BY ({})\nCOMMENT {doc}", grain(engine, table))
        }
    }
}
