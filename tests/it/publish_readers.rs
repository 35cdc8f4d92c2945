//! What others read: delta-rs and DuckDB see the same rows, types and comments.

use tenure::publish::publish;

use crate::support::publish::{Place, computed, everywhere, months, record};
use crate::support::python;

everywhere!(delta_rs_reads_what_was_published);

/// Two runs over three months; what a reader must print for `mrr`.
fn two_runs(place: &Place) -> String {
    let range = months("2026-01", "2026-03");
    publish(&place.storage, &place.output, computed(range, -12345), &record("r1", range, "a")).unwrap();
    let february = months("2026-02", "2026-02");
    publish(&place.storage, &place.output, computed(february, 5), &record("r2", february, "b")).unwrap();
    [
        "2026-01-01 all -1.2345",
        "2026-01-01 north None",
        "2026-02-01 all 0.0005",
        "2026-02-01 north None",
        "2026-03-01 all -1.2345",
        "2026-03-01 north None",
    ]
    .join("\n")
}

fn delta_rs_reads_what_was_published(place: &Place) {
    let expected = two_runs(place);
    let snippet = r#"
import os, sys
from deltalake import DeltaTable
options = {k: v for k, v in os.environ.items() if k.startswith("AWS_")}
options["AWS_ALLOW_HTTP"] = "true"
uri = sys.argv[1].removeprefix("file://")
table = DeltaTable(uri + "/mrr", storage_options=options)
assert table.version() == 1, table.version()
rows = table.to_pyarrow_table().to_pylist()
for row in sorted(rows, key=lambda r: (r["month"], r["segment"])):
    print(row["month"], row["segment"], row["closing_mrr"])
fields = {f.name: f for f in table.schema().fields}
assert str(fields["closing_mrr"].type) == 'PrimitiveType("decimal(18,4)")', fields["closing_mrr"].type
assert fields["month"].metadata["comment"] == "The month, its first day.", fields["month"].metadata
assert table.metadata().partition_columns == ["month"]
history = table.history(1)[0]
assert history["operationParameters"]["codeVersion"] == "0.1.0", history
assert table.transaction_version("r2") == 1
assert DeltaTable(uri + "/mrr", version=0, storage_options=options).to_pyarrow_table().num_rows == 6
runs = DeltaTable(uri + "/runs", storage_options=options).to_pyarrow_table().to_pylist()
assert sorted(r["run_id"] for r in runs) == ["r1", "r2"], runs
"#;
    assert_eq!(python::run(snippet, &[&place.output], &place.pairs), expected);
}

#[test]
fn duckdb_reads_what_was_published() {
    let place = Place::local();
    let expected = two_runs(&place);
    let snippet = r#"
import sys, duckdb
from duckdb_extensions import import_extension
import_extension("delta")
db = duckdb.connect()
db.execute("load delta")
uri = sys.argv[1].removeprefix("file://") + "/mrr"
for row in db.execute("select month, segment, closing_mrr from delta_scan(?) order by 1, 2", [uri]).fetchall():
    print(*row)
types = dict(db.execute("select column_name, column_type from (describe from delta_scan(?))", [uri]).fetchall())
assert types["closing_mrr"] == "DECIMAL(18,4)" and types["month"] == "DATE", types
"#;
    assert_eq!(python::run(snippet, &[&place.output], &[]), expected);
}

/// Polars' own reader, in Python: another version than the engine's. It does not decode paths with spaces, so it gets
/// a copy of the lake under a plain one.
#[test]
fn polars_reads_what_was_published() {
    let place = Place::local();
    let expected = two_runs(&place);
    let snippet = r#"
import shutil, sys, tempfile, polars
plain = tempfile.mkdtemp() + "/lake"
shutil.copytree(sys.argv[1].removeprefix("file://"), plain)
frame = polars.scan_delta(plain + "/mrr").sort("month", "segment").collect()
assert frame.schema["closing_mrr"] == polars.Decimal(18, 4) and frame.schema["month"] == polars.Date, frame.schema
for row in frame.select("month", "segment", "closing_mrr").iter_rows():
    print(*row)
"#;
    assert_eq!(python::run(snippet, &[&place.output], &[]), expected);
}
