//! The canonical SQL views: the job's inputs as DuckDB tables that `sql/model.sql` reads.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::convert::{convert, literal, macros, quote, sql_type};
use super::files::LocalFile;
use super::settings;
use super::source_type::SourceType;
use crate::error::Result;
use crate::job::{InputSource, Job};
use crate::month::MonthRange;
use crate::tables::inputs::{
    ANSWERED_AT, CUSTOMER_ID, ENDED_AT, OCCURRED_AT, OPENED_AT, PAID_AT, RATE, SUBSCRIPTION_SNAPSHOTS,
};
use crate::tables::{Input, InputColumn, InputKind, InputTable};

/// The files of every input, where DuckDB can read them.
pub type Files = BTreeMap<Input, Vec<LocalFile>>;

/// Settings, macros and every canonical view, in an order in which DuckDB can create them.
pub fn script(job: &Job, files: &Files, as_of: Date, asked: MonthRange) -> Result<String> {
    let mut parts = vec!["SET TimeZone = 'UTC';\n".to_string(), macros(&job.time_zone)];
    parts.push(customers(job, files));
    parts.push(subscriptions(job, files));
    parts.push(dated(job, files, Input::Invoices, "source_invoices", &PAID_AT, "paid_on"));
    parts.push(dated(job, files, Input::UsageEvents, "source_events", &OCCURRED_AT, "occurred_on"));
    parts.push(dated(job, files, Input::Surveys, "source_surveys", &ANSWERED_AT, "answered_on"));
    parts.push(dated(job, files, Input::SupportTickets, "source_tickets", &OPENED_AT, "opened_on"));
    parts.push(retention_costs(job, files));
    parts.push(fx_rates(job, files));
    parts.push(settings::settings(job, files, as_of)?);
    parts.push(settings::months(job, as_of, asked)?);
    Ok(parts.join("\n"))
}

fn customers(job: &Job, files: &Files) -> String {
    let dimensions = job.dimensions_of(Input::Customers);
    let mut text = rows(job, files, Input::Customers, Input::Customers.table(), "source_customers");
    let id = quote(CUSTOMER_ID.name);
    text += &format!("CREATE TEMP VIEW customers AS SELECT {id} FROM source_customers;\n");
    text += &long("customer_dimensions", "source_customers", &id, &dimensions, false);
    text
}

fn subscriptions(job: &Job, files: &Files) -> String {
    let is_snapshots = job.inputs.get(&Input::Subscriptions).is_some_and(|source| source.is_snapshots);
    let none = Files::new();
    let (periods, dated) = if is_snapshots { (&none, files) } else { (files, &none) };
    let input = Input::Subscriptions;
    rows(job, periods, input, input.table(), "subscriptions")
        + &rows(job, dated, input, &SUBSCRIPTION_SNAPSHOTS, "subscription_snapshots")
}

/// An input with the local day of one of its instants beside it.
fn dated(job: &Job, files: &Files, input: Input, from: &str, instant: &InputColumn, day: &str) -> String {
    let (name, instant) = (input.name(), quote(instant.name));
    rows(job, files, input, input.table(), from)
        + &format!("CREATE TEMP VIEW {name} AS SELECT *, local_date({instant}) AS {day} FROM {from};\n")
}

fn retention_costs(job: &Job, files: &Files) -> String {
    let dimensions = job.dimensions_of(Input::RetentionCosts);
    let input = Input::RetentionCosts;
    let mut text = rows(job, files, input, input.table(), "source_costs");
    text += "CREATE TEMP TABLE source_cost_lines AS SELECT ROW_NUMBER() OVER () AS line_id, * FROM source_costs;\n";
    let columns: Vec<String> = input.table().columns.iter().map(|column| quote(column.name)).collect();
    let columns = columns.join(", ");
    text += &format!("CREATE TEMP VIEW retention_costs AS SELECT line_id, {columns} FROM source_cost_lines;\n");
    text += &long("retention_cost_dimensions", "source_cost_lines", "line_id", &dimensions, true);
    text
}

fn fx_rates(job: &Job, files: &Files) -> String {
    let mut text = rows(job, files, Input::FxRates, Input::FxRates.table(), "source_rates");
    let rate = quote(RATE.name);
    text += &format!(
        "CREATE TEMP VIEW fx_rates AS SELECT * REPLACE (CAST({rate} AS DECIMAL(18, 8)) AS {rate}) FROM source_rates;\n"
    );
    text
}

/// A view of (key, dimension, segment) over the dimension columns `d0`, `d1` … of `from`.
fn long(view: &str, from: &str, key: &str, dimensions: &[&str], is_null_left_out: bool) -> String {
    let column = |index: usize| quote(&dimension_column(index));
    let mut selects: Vec<String> = dimensions
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let filter = if is_null_left_out { format!(" WHERE {} IS NOT NULL", column(index)) } else { String::new() };
            format!("SELECT {key}, {} AS dimension, {} AS segment FROM {from}{filter}", literal(name), column(index))
        })
        .collect();
    if selects.is_empty() {
        selects.push(format!(
            "SELECT {key}, CAST(NULL AS VARCHAR) AS dimension, CAST(NULL AS VARCHAR) AS segment FROM {from} WHERE FALSE"
        ));
    }
    format!("CREATE TEMP VIEW {view} AS\n{};\n", selects.join("\nUNION ALL "))
}

fn dimension_column(index: usize) -> String {
    format!("d{index}")
}

/// A table of the canonical columns of one input, then its dimensions as `d0`, `d1` …; empty if there are no files.
fn rows(job: &Job, files: &Files, input: Input, table: &InputTable, name: &str) -> String {
    let dimensions = job.dimensions_of(input);
    let mut wanted: Vec<(String, String, InputKind)> = table
        .columns
        .iter()
        .map(|column| (column.name.to_string(), job.source_column(input, column.name).to_string(), column.kind))
        .collect();
    wanted.extend(dimensions.iter().enumerate().map(|(index, dimension)| {
        (dimension_column(index), job.source_column(input, dimension).to_string(), InputKind::Text)
    }));
    let (Some(source), Some(files)) = (job.inputs.get(&input), files.get(&input)) else {
        let nulls: Vec<String> = wanted
            .iter()
            .map(|(canonical, _, kind)| format!("  CAST(NULL AS {}) AS {}", sql_type(*kind), quote(canonical)))
            .collect();
        return format!("CREATE TEMP TABLE {name} AS SELECT\n{}\nWHERE FALSE;\n", nulls.join(",\n"));
    };
    // files of the same types and partitions are read together
    let mut groups: BTreeMap<_, Vec<&LocalFile>> = BTreeMap::new();
    for file in files {
        groups.entry((&file.columns, &file.partitions)).or_default().push(file);
    }
    let types = partition_types(files);
    let selects: Vec<String> = groups.values().map(|group| select(group, &wanted, source, &types)).collect();
    format!("CREATE TEMP TABLE {name} AS\n{};\n", selects.join("\nUNION ALL\n"))
}

fn select(
    files: &[&LocalFile],
    wanted: &[(String, String, InputKind)],
    source: &InputSource,
    types: &BTreeMap<String, &str>,
) -> String {
    let first = files[0];
    let columns: Vec<String> = wanted
        .iter()
        .map(|(canonical, own, kind)| {
            let value = match (first.columns.get(own), first.partitions.get(own)) {
                (Some(from), _) => convert(&quote(own), *from, *kind),
                (None, Some(Some(text))) => convert(&literal(text), SourceType::Text, *kind),
                (None, _) => format!("CAST(NULL AS {})", sql_type(*kind)),
            };
            let is_inclusive = canonical == ENDED_AT.name && source.is_end_inclusive;
            let value = if is_inclusive { format!("local_midnight(local_date({value}) + 1)") } else { value };
            format!("  {value} AS {}", quote(canonical))
        })
        .collect();
    let partitions: String = first
        .hidden_partitions()
        .map(|(name, value)| {
            let to = types.get(name).copied().unwrap_or("VARCHAR");
            let value = value.map_or("NULL".to_string(), literal);
            format!(", CAST({value} AS {to}) AS {}", quote(name))
        })
        .collect();
    let paths: Vec<String> = files.iter().map(|file| literal(&file.path)).collect();
    let filter = source.filter.as_ref().map(|filter| format!("\nWHERE ({filter})")).unwrap_or_default();
    format!(
        "SELECT\n{}\nFROM (\n  SELECT *{partitions} FROM read_parquet([{}], union_by_name = true, hive_partitioning = false)\n){filter}",
        columns.join(",\n"),
        paths.join(", ")
    )
}

/// The types in which a `where` sees partition columns: integers or dates if every value is one, else text.
fn partition_types(files: &[LocalFile]) -> BTreeMap<String, &'static str> {
    let names: BTreeSet<&String> = files.iter().flat_map(|file| file.partitions.keys()).collect();
    let type_of = |name: &String| {
        let all = |is: fn(&str) -> bool| files.iter().filter_map(|file| file.partitions.get(name)?.as_deref()).all(is);
        if all(|value| value.parse::<i64>().is_ok()) {
            "BIGINT"
        } else if all(|value| value.len() == 10 && value.parse::<Date>().is_ok()) {
            "DATE"
        } else {
            "VARCHAR"
        }
    };
    names.into_iter().map(|name| (name.clone(), type_of(name))).collect()
}
