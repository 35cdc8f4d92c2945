//! Source columns to canonical ones, as DuckDB expressions.

use super::source_type::SourceType;
use crate::tables::InputKind;

/// Macros the expressions use. `zone` is an IANA name.
///
/// A day starts at its first instant: at the end of the gap where midnight does not exist, at the earlier of two where
/// it comes twice.
pub fn macros(zone: &str) -> String {
    let zone = literal(zone);
    format!(
        "\
CREATE TEMP MACRO local_date(instant) AS CAST(timezone({zone}, timezone('UTC', instant)) AS DATE);
CREATE TEMP MACRO one_midnight(day) AS timezone('UTC', timezone({zone}, CAST(day AS TIMESTAMP)));
CREATE TEMP MACRO local_midnight(day) AS
  CASE WHEN local_date(one_midnight(day) - INTERVAL 1 HOUR) = day THEN one_midnight(day) - INTERVAL 1 HOUR
       ELSE one_midnight(day) END;
CREATE TEMP MACRO read_day(text) AS
  CASE WHEN regexp_full_match(trim(text), '\\d{{4}}-\\d{{2}}-\\d{{2}}') THEN TRY_CAST(trim(text) AS DATE)
       WHEN regexp_full_match(trim(text), '\\d{{8}}') THEN CAST(try_strptime(trim(text), '%Y%m%d') AS DATE) END;
CREATE TEMP MACRO read_instant(text) AS
  COALESCE(local_midnight(read_day(text)), CAST(TRY_CAST(trim(text) AS TIMESTAMPTZ) AS TIMESTAMP));
"
    )
}

/// The SQL type of a canonical column.
pub fn sql_type(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Id | InputKind::Text => "VARCHAR",
        InputKind::Instant => "TIMESTAMP",
        InputKind::Day => "DATE",
        InputKind::Amount => "DECIMAL(38, 8)",
        InputKind::Integer => "BIGINT",
    }
}

/// `column` (an expression of type `from`) as a canonical column. Values that cannot be read become null, as they do
/// in the scan; `check` reports them there.
pub fn convert(column: &str, from: SourceType, kind: InputKind) -> String {
    use SourceType::{Bytes, Date, Double, Null, Single, Text, Timestamp};
    let to = sql_type(kind);
    let text = if from == Bytes { format!("decode({column})") } else { column.to_string() };
    match (kind, from) {
        (_, Null) => format!("CAST(NULL AS {to})"),
        (InputKind::Id | InputKind::Text, _) => format!("CAST({text} AS VARCHAR)"),
        (InputKind::Instant, Date) => format!("local_midnight({column})"),
        // the session's zone is UTC, which is what an instant without a zone means
        (InputKind::Instant, Timestamp) => format!("CAST({column} AS TIMESTAMP)"),
        (InputKind::Instant, _) => format!("read_instant({text})"),
        (InputKind::Day, Date) => column.to_string(),
        (InputKind::Day, Timestamp) => format!("local_date(CAST({column} AS TIMESTAMP))"),
        (InputKind::Day, _) => format!("COALESCE(read_day({text}), local_date(read_instant({text})))"),
        // a float is read as its shortest decimal
        (InputKind::Amount, Single | Double) => format!("TRY_CAST(CAST({column} AS VARCHAR) AS {to})"),
        (InputKind::Amount, Text | Bytes) => format!("TRY_CAST(trim({text}) AS {to})"),
        (InputKind::Integer, Single | Double) => {
            format!("CASE WHEN {column} = trunc({column}) THEN CAST({column} AS {to}) END")
        }
        (InputKind::Integer, Text | Bytes) => format!("TRY_CAST(trim({text}) AS {to})"),
        (InputKind::Amount | InputKind::Integer, _) => format!("CAST({column} AS {to})"),
    }
}

/// A name as a DuckDB identifier.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A DuckDB string literal.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
