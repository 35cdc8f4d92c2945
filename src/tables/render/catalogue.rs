//! `sql/README.md`: every table with its definition, grain, columns, types and units.

use super::load::OUTPUT_URI;
use crate::tables::outputs::TABLES;
use crate::tables::{Input, Kind, Table, Unit};

/// What the registry of metrics says about a table, in plain data: `tables` lies before `metrics` in the flow.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    pub table: &'static str,
    pub definition: &'static str,
    pub needs: &'static [Input],
}

/// The whole catalogue, in Markdown.
pub fn render(definitions: &[Definition]) -> String {
    let mut text = String::from(
        "<!-- GENERATED from src/tables/ and src/metrics/ by `make generate`. Do not edit. -->\n\
         # Published tables\n\n\
         One Delta table per metric under `output.uri`, partitioned by `month`. `metrics/<id>.sql` is the independent\n\
         definition of a table in SQL: `tenure verify` runs it in DuckDB and compares every cell.\n\n\
         `warehouse/<engine>/schema.sql` makes typed, commented tables; `load.sql` beside it fills them from the Delta\n",
    );
    text += &format!("tables (put your own location in the place of `{OUTPUT_URI}`).\n\n");
    text += "| table | one row per | what it says |\n|---|---|---|\n";
    for table in TABLES {
        text += &format!("| [{0}](#{0}) | {1} | {2} |\n", table.name, grain(table), table.doc);
    }
    for table in TABLES {
        let definition = definitions.iter().find(|definition| definition.table == table.name);
        text += &format!("\n{}", entry(table, definition));
    }
    text
}

/// One table of the catalogue.
pub fn entry(table: &Table, definition: Option<&Definition>) -> String {
    let mut text = format!("## {}\n\n{}\n", table.name, table.doc);
    if let Some(definition) = definition {
        let needs: Vec<String> = definition.needs.iter().map(|input| format!("`{}`", input.name())).collect();
        text += &format!("{}\n", definition.definition);
        if !needs.is_empty() {
            text += &format!("Needs {}.\n", needs.join(", "));
        }
    }
    text += &format!("\nOne row per {}.\n\n", grain(table));
    text += "| column | type | unit | null | sums over segments | meaning |\n|---|---|---|---|---|---|\n";
    for column in table.columns() {
        text += &format!(
            "| `{}` | {} | {} | {} | {} | {} |\n",
            column.name,
            type_name(column.kind),
            unit(column.unit),
            if column.is_nullable { "yes" } else { "no" },
            if column.is_additive { "yes" } else { "" },
            column.doc.replace('|', "\\|")
        );
    }
    text
}

fn grain(table: &Table) -> String {
    table.grain.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Month => "date",
        Kind::Count => "int64",
        Kind::Money => "decimal(18,4)",
        Kind::Ratio => "float64",
        Kind::Text => "string",
        Kind::Flag => "boolean",
    }
}

/// The unit in words; empty for none.
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "",
        Unit::Customers => "customers",
        Unit::Months => "months",
        Unit::Currency => "currency",
        Unit::CurrencyPerMonth => "currency per month",
        Unit::CurrencyPerYear => "currency per year",
        Unit::Fraction => "fraction (0.05 = 5 %)",
        Unit::PerMonth => "per month",
        Unit::PerYear => "per year",
        Unit::Events => "events",
        Unit::Days => "days",
        Unit::Users => "users",
        Unit::Responses => "responses",
        Unit::Tickets => "tickets",
        Unit::Points => "points",
    }
}
