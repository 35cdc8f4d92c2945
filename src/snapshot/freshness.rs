//! What is suspicious about an input as a whole. Warnings: a business that was quiet looks the same.

use jiff::civil::Date;

use super::SourceFile;
use super::footer::Footer;
use super::pattern::Pattern;
use crate::job::{InputSource, LATEST};
use crate::month::days_of;
use crate::tables::Input;
use crate::violation::{Severity, Violation};

/// Days that the newest snapshot may be older than the as-of day: a weekly export is never older.
const STALE_DAYS: i32 = 7;

/// An input without rows, and one whose newest snapshot is long before the as-of day.
pub fn suspicions(input: Input, source: &InputSource, files: &[(&SourceFile, &Footer)], as_of: Date) -> Vec<Violation> {
    let warning = |rule, message| Violation {
        severity: Severity::Warning,
        table: input.name().to_string(),
        column: String::new(),
        rule,
        message,
        rows: 0,
        samples: files.iter().take(3).map(|(file, _)| file.uri.clone()).collect(),
    };
    let mut found = Vec::new();
    if files.iter().all(|(_, footer)| footer.rows == 0) {
        found.push(warning("empty_input", "it has no rows".to_string()));
    }
    let pattern = Pattern::new(&source.uri);
    let dates =
        files.iter().filter(|_| source.uri.contains(LATEST)).filter_map(|(file, _)| pattern.fit(&file.uri)?.date);
    if let Some(newest) = dates.max() {
        let days = days_of(as_of) - days_of(newest);
        if days > STALE_DAYS {
            let message = format!(
                "the newest snapshot is of {newest}, {days} days before the as-of day: what came later is missing"
            );
            found.push(warning("stale_snapshot", message));
        }
    }
    found
}
