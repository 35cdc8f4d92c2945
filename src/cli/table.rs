//! Rows of a published table as text: aligned, CSV or JSON lines.

use comfy_table::{Cell as Box, CellAlignment, ContentArrangement, TableStyle, presets};
use polars::prelude::DataFrame;

use super::arguments::Format;
use crate::error::Result;
use crate::money;
use crate::tables::cell::cells;
use crate::tables::{Cell, Column, Kind, Table};

pub const STYLE: TableStyle = presets::ASCII_MARKDOWN;

/// All rows of `frame`, whose columns are those of `table`. `is_terminal` wraps to the terminal's width.
pub fn render(table: &Table, frame: &DataFrame, format: Format, is_terminal: bool) -> Result<String> {
    let columns: Vec<(&Column, Vec<Cell>)> =
        table.columns().map(|column| Ok((column, cells(frame, column)?))).collect::<Result<_>>()?;
    Ok(match format {
        Format::Table => aligned(&columns, frame.height(), is_terminal),
        Format::Csv => csv(&columns, frame.height()),
        Format::Json => json(&columns, frame.height()),
    })
}

fn aligned(columns: &[(&Column, Vec<Cell>)], rows: usize, is_terminal: bool) -> String {
    if rows == 0 {
        return "no rows\n".to_string();
    }
    let (empty, shown): (Vec<_>, Vec<_>) =
        columns.iter().partition(|(_, values)| values.iter().all(|value| *value == Cell::Null));
    let mut printed = comfy_table::Table::new();
    printed.load_style(STYLE);
    if is_terminal {
        printed.set_content_arrangement(ContentArrangement::Dynamic);
    }
    // long names may wrap where their words end
    printed.set_header(shown.iter().map(|(column, _)| Box::new(column.name).set_delimiter('_')));
    for row in 0..rows {
        printed.add_row(shown.iter().map(|(column, values)| {
            let alignment = match column.kind {
                Kind::Count | Kind::Money | Kind::Ratio => CellAlignment::Right,
                Kind::Month | Kind::Text | Kind::Flag => CellAlignment::Left,
            };
            Box::new(short(&values[row])).set_alignment(alignment)
        }));
    }
    let mut text = printed.trim_fmt() + "\n";
    if !empty.is_empty() {
        let names: Vec<&str> = empty.iter().map(|(column, _)| column.name).collect();
        text += &format!("without a value in these rows: {}\n", names.join(", "));
    }
    text
}

/// For reading: months without their day, amounts with two decimals, ratios with four, nothing for null.
fn short(cell: &Cell) -> String {
    match cell {
        Cell::Day(_) => cell.text().map(|day| day[..7].to_string()).unwrap_or_default(),
        Cell::Ticks(ticks) => {
            let cents = i64::try_from(money::div_round(i128::from(*ticks), 100)).unwrap_or(*ticks / 100);
            format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
        }
        Cell::Number(value) => format!("{value:.4}"),
        _ => cell.text().unwrap_or_default(),
    }
}

fn csv(columns: &[(&Column, Vec<Cell>)], rows: usize) -> String {
    let header: Vec<&str> = columns.iter().map(|(column, _)| column.name).collect();
    let mut text = header.join(",") + "\n";
    for row in 0..rows {
        let fields: Vec<String> =
            columns.iter().map(|(_, values)| quoted(values[row].text().unwrap_or_default())).collect();
        text += &(fields.join(",") + "\n");
    }
    text
}

fn quoted(field: String) -> String {
    if field.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

/// Keys in column order. Amounts are strings, because many JSON readers make floats of numbers.
fn json(columns: &[(&Column, Vec<Cell>)], rows: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        let members: Vec<String> =
            columns.iter().map(|(column, values)| format!("\"{}\":{}", column.name, value(&values[row]))).collect();
        text += &format!("{{{}}}\n", members.join(","));
    }
    text
}

fn value(cell: &Cell) -> serde_json::Value {
    match cell {
        Cell::Null => serde_json::Value::Null,
        Cell::Integer(value) => (*value).into(),
        Cell::Number(value) => (*value).into(),
        Cell::Flag(value) => (*value).into(),
        Cell::Ticks(_) | Cell::Text(_) | Cell::Day(_) => cell.text().into(),
    }
}
