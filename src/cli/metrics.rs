use clap::Args;

use crate::cli::{output, show};
use crate::error::Result;
use crate::metrics::METRICS;
use crate::tables::outputs::TABLES;
use crate::tables::render::catalogue;

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
            let lines: String = TABLES.iter().map(|table| format!("{:<10}{}\n", table.name, table.doc)).collect();
            return output::write(lines);
        };
        let table = show::find(id)?;
        let metric = METRICS.iter().copied().find(|metric| metric.table.name == table.name);
        let sql = metric.map_or("", |metric| metric.sql);
        if self.sql {
            return output::write(sql);
        }
        output::write(catalogue::entry(table, metric))?;
        if sql.is_empty() { Ok(()) } else { output::write(format!("\n```sql\n{}\n```\n", sql.trim_end())) }
    }
}
