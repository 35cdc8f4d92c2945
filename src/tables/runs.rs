//! The table of runs: which versions of the other tables belong together. Not partitioned; one file per run.

use super::column::{Column, Kind, Table, Unit};

pub static SEQUENCE: Column = Column::required(
    "sequence",
    Kind::Count,
    Unit::None,
    "Order of the runs: the version of this table in which the row appeared.",
);
pub static RUN_ID: Column =
    Column::required("run_id", Kind::Text, Unit::None, "Names the run; also in the name of every file it wrote.");
pub static RUN_KIND: Column = Column::required("run_kind", Kind::Text, Unit::None, "The command that made it.");
pub static AS_OF_ON: Column =
    Column::required("as_of_on", Kind::Text, Unit::None, "The last day the run knew anything about, YYYY-MM-DD.");
pub static FIRST_MONTH: Column =
    Column::required("first_month", Kind::Month, Unit::None, "First month the run replaced.");
pub static LAST_MONTH: Column = Column::required("last_month", Kind::Month, Unit::None, "Last month the run replaced.");
pub static STARTED_AT: Column =
    Column::required("started_at", Kind::Text, Unit::None, "When the run began, RFC 3339 in UTC.");
pub static FINGERPRINT: Column =
    Column::required("fingerprint", Kind::Text, Unit::None, "The exact input files with sizes and ETags, as JSON.");
pub static FINGERPRINT_SHA256: Column =
    Column::required("fingerprint_sha256", Kind::Text, Unit::None, "SHA-256 of `fingerprint`.");
pub static CODE_VERSION: Column = Column::required(
    "code_version",
    Kind::Text,
    Unit::None,
    "Version of the program that computed it, and a hash of its sources.",
);
pub static DEFINITION_VERSION: Column = Column::required(
    "definition_version",
    Kind::Text,
    Unit::None,
    "Hash of the table declarations, the SQL and the job's definitions.",
);
pub static PUBLISHED_TABLES: Column = Column::required(
    "published_tables",
    Kind::Text,
    Unit::None,
    "JSON: per table its version, rows, and each file with path, month, rows, bytes and SHA-256.",
);
pub static INPUT_ROWS: Column = Column::required("input_rows", Kind::Text, Unit::None, "JSON: rows read per input.");
pub static SECONDS: Column = Column::required("seconds", Kind::Text, Unit::None, "JSON: seconds spent per stage.");

pub static RUNS_TABLE: Table = Table {
    name: "runs",
    doc: "One row per run, written last: which version of each table belongs together, and the hash of every file.",
    grain: &[&SEQUENCE],
    measures: &[
        &RUN_ID,
        &RUN_KIND,
        &AS_OF_ON,
        &FIRST_MONTH,
        &LAST_MONTH,
        &STARTED_AT,
        &FINGERPRINT,
        &FINGERPRINT_SHA256,
        &CODE_VERSION,
        &DEFINITION_VERSION,
        &PUBLISHED_TABLES,
        &INPUT_ROWS,
        &SECONDS,
    ],
};
