use clap::Args;

use crate::cli::{output, show};
use crate::error::Result;
use crate::metrics::METRICS;
use crate::tables::outputs::TABLES;
use crate::tables::render::catalogue::{self, Definition};

/// Print the catalogue of metrics: definitions, grain, columns with units, and SQL.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenure metrics
  tenure metrics churn
  tenure metrics mrr --sql > mrr.sql
")]
pub struct Metrics {
    /// One table, e.g. churn.
    id: Option<String>,
    /// Print only the SQL that defines it.
    #[arg(long, requires = "id")]
    sql: bool,
}

impl Metrics {
    pub fn run(self) -> Result<()> {
        let Some(id) = &self.id else {
            let lines: String = TABLES.iter().map(|table| format!("{:<18}{}\n", table.name, table.doc)).collect();
            return output::write(lines);
        };
        let table = show::find(id)?;
        let sql = METRICS.iter().find(|metric| metric.table.name == table.name).map_or("", |metric| metric.sql);
        if self.sql {
            return output::write(sql);
        }
        let definitions = definitions();
        let definition = definitions.iter().find(|definition| definition.table == table.name);
        output::write(catalogue::entry(table, definition))?;
        if sql.is_empty() { Ok(()) } else { output::write(format!("\n```sql\n{}\n```\n", sql.trim_end())) }
    }
}

/// What the registry says about each table, for the catalogue.
pub fn definitions() -> Vec<Definition> {
    let of = |metric: &&crate::metrics::Metric| Definition {
        table: metric.table.name,
        definition: metric.definition,
        needs: metric.needs,
    };
    METRICS.iter().map(of).collect()
}
