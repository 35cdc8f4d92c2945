//! What is wrong with the data, as users are told: found by `snapshot`, `validate` and `pipeline`.

/// Whether a violation stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// One rule broken by one table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    pub severity: Severity,
    pub table: String,
    /// Canonical name, with the source's own in the message where they differ.
    pub column: String,
    /// A stable name such as `duplicate_key`.
    pub rule: &'static str,
    pub message: String,
    /// Rows that break it; 0 where a whole column or file does.
    pub rows: u64,
    /// Up to three keys of offending rows, or files.
    pub samples: Vec<String>,
}
