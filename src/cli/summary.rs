//! What `run` and `backfill` say when they are done.

use serde_json::json;

use super::run::Publishing;
use crate::pipeline::Outcome;

/// Says on stderr what the inputs were warned about.
pub fn warn(outcome: &Outcome) {
    for warning in &outcome.warnings {
        let (table, column, rule, rows) = (&warning.table, &warning.column, warning.rule, warning.rows);
        tracing::warn!(table, column, rule, rows, "{}", warning.message);
    }
}

/// One line (or JSON) for stdout; the plan instead if nothing was to be published.
pub fn render(outcome: &Outcome, options: &Publishing) -> String {
    if options.json {
        return format!("{}\n", json_of(outcome, options.dry_run));
    }
    if let (true, Some(plan)) = (options.dry_run, &outcome.plan) {
        return format!("{}\n", plan.trim_end());
    }
    format!("{}\n", line(outcome))
}

fn line(outcome: &Outcome) -> String {
    let (months, as_of) = (outcome.months, outcome.as_of);
    if outcome.is_noop {
        return format!("nothing to do: {months} as of {as_of} is already published from the same inputs and code");
    }
    let tables: Vec<String> =
        outcome.tables.iter().map(|table| format!("{} {} rows", table.name, table.rows)).collect();
    let seconds: f64 = outcome.stages.iter().map(|(_, duration)| duration.as_secs_f64()).sum();
    let warnings = match outcome.warnings.len() {
        0 => String::new(),
        1 => ", 1 warning".to_string(),
        count => format!(", {count} warnings"),
    };
    let skipped: String = outcome.skipped.iter().map(|(table, why)| format!(", no {table} ({why})")).collect();
    let others = match outcome.asked == months {
        true => String::new(),
        false => format!(", others of {} were already", outcome.asked),
    };
    format!("published {months} as of {as_of}{others}: {}{skipped}{warnings} in {seconds:.1} s", tables.join(", "))
}

fn json_of(outcome: &Outcome, is_dry_run: bool) -> serde_json::Value {
    json!({
        "run_id": outcome.run_id,
        "status": if outcome.is_noop { "nothing_to_do" } else if is_dry_run { "planned" } else { "published" },
        "from": outcome.months.first.to_string(),
        "to": outcome.months.last.to_string(),
        "as_of": outcome.as_of.to_string(),
        "input_files": outcome.input_files,
        "input_bytes": outcome.input_bytes,
        "tables": outcome.tables.iter().map(|table| json!({
            "table": table.name,
            "rows": table.rows,
            "files": table.files,
            "bytes": table.bytes,
            "version": table.version,
        })).collect::<Vec<_>>(),
        "skipped": outcome.skipped.iter().map(|(table, reason)| json!({ "table": table, "reason": reason })).collect::<Vec<_>>(),
        "warnings": outcome.warnings,
        "seconds": outcome.stages.iter().map(|(stage, duration)| (stage.clone(), json!(duration.as_secs_f64())))
            .collect::<serde_json::Map<_, _>>(),
        "plan": outcome.plan,
    })
}
