use clap::Args;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use crate::cli::arguments::{AsOf, JobFile};
use crate::cli::{Env, output};
use crate::error::{Error, Result};
use crate::pipeline;
use crate::violation::{Severity, Violation};

/// Read the inputs and print everything that is wrong with them; publish nothing.
///
/// Ends with 65 if a run would be refused. Warnings alone end with 0.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenure check --job jobs/nightly.toml
  tenure check --job jobs/nightly.toml --as-of 2026-03-31
  tenure check --job jobs/nightly.toml --json | jq 'select(.severity == \"error\")'
")]
pub struct Check {
    #[command(flatten)]
    job: JobFile,
    #[command(flatten)]
    as_of: AsOf,
    /// Print one JSON object per violation.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub fn run(self, env: &Env) -> Result<()> {
        let (job, storage) = self.job.open(env)?;
        let as_of = self.as_of.or_yesterday(env, &job)?;
        let violations = pipeline::check(&job, &storage, as_of)?;
        if self.json {
            violations.iter().try_for_each(output::json)?;
        } else {
            output::line(&render(&violations, env))?;
        }
        let errors = violations.iter().filter(|violation| violation.severity == Severity::Error).count();
        if errors == 0 {
            return Ok(());
        }
        let rules = if errors == 1 { "1 rule is broken".to_string() } else { format!("{errors} rules are broken") };
        // columns that are not there, or are something else, break rules without any row
        let is_of_rows = violations.iter().any(|found| found.severity == Severity::Error && found.rows > 0);
        Err(Error::data(format!("{rules}: a run would publish nothing")).hint(match is_of_rows {
            true => "correct the export, or leave rows out with `where` in the job file",
            false => "correct the job file (uri, columns, dimensions), or the export",
        }))
    }
}

fn render(violations: &[Violation], env: &Env) -> String {
    if violations.is_empty() {
        return "no violations".to_string();
    }
    let mut table = Table::new();
    table.load_style(super::table::STYLE);
    if env.is_stdout_terminal {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.set_header(["severity", "table", "column", "rule", "rows", "what", "samples"]);
    for violation in violations {
        let severity = if violation.severity == Severity::Error { "error" } else { "warning" };
        let rows = violation.rows.to_string();
        let samples = violation.samples.join(", ");
        table.add_row([
            severity,
            &violation.table,
            &violation.column,
            violation.rule,
            &rows,
            &violation.message,
            &samples,
        ]);
    }
    if let Some(column) = table.column_mut(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt()
}
