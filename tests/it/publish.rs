//! Publishing and reading back, on local disk and on S3.

use polars::prelude::*;
use tenure::error::Kind as ErrorKind;
use tenure::month::MonthRange;
use tenure::publish::{Computed, History, Run, RunFile, Staging, plan, publish};
use tenure::tables::outputs::{
    CHURN_TABLE, CLTV_TABLE, MONTH, MRR_TABLE, NEW_MRR, NULL_REASON, OPENING_MRR, QUICK_RATIO, SEGMENT,
};
use tenure::tables::{Column as TableColumn, Kind, Table, Unit};

use crate::support::publish::{Place, computed, everywhere, frame, local, months, record};

everywhere!(
    what_was_published_is_read_back,
    nothing_published_is_an_error_that_says_so,
    the_same_again_is_known,
    only_what_is_missing_is_asked_for,
    published_again_by_force_the_files_are_the_same,
    a_run_replaces_its_months_and_no_others,
    a_month_without_rows_is_emptied,
    months_staged_one_by_one_are_the_table,
    what_is_never_committed_is_taken_away,
    a_plan_names_the_files_it_would_replace,
    forty_runs_leave_checkpoints_and_every_version_readable,
);

fn what_was_published_is_read_back(place: &Place) {
    let range = months("2026-01", "2026-03");
    let run = publish(&place.storage, &place.output, computed(range, -12345), &record("r1", range, "a")).unwrap();
    for table in [&CHURN_TABLE, &MRR_TABLE] {
        let read = place.history().table(table, None).unwrap();
        assert!(read.equals_missing(&frame(table, range, -12345)), "{}\n{read:?}", table.name);
        assert_eq!(run.tables[table.name].files.len(), 3);
        assert_eq!(run.tables[table.name].rows, 6);
        assert_eq!(run.tables[table.name].version, 0, "created and filled in one commit");
    }
    let one = place.history().table(&MRR_TABLE, Some(months("2026-02", "2026-02"))).unwrap();
    assert!(one.equals_missing(&frame(&MRR_TABLE, months("2026-02", "2026-02"), -12345)));
    assert_eq!(place.history().runs(), [run]);
}

fn nothing_published_is_an_error_that_says_so(place: &Place) {
    let error = place.history().table(&MRR_TABLE, None).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Io);
    assert!(error.to_string().contains("/mrr` was never published"), "{error}");
    assert_eq!(place.history().runs(), []);
}

#[test]
fn an_output_the_log_could_not_be_found_in_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (range, output) = (months("2026-01", "2026-01"), format!("{}/100%25", directory.path().display()));
    let error = publish(&local(), &output, computed(range, 1), &record("r1", range, "a")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Job);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

fn the_same_again_is_known(place: &Place) {
    let range = months("2026-01", "2026-02");
    let tables = [&CHURN_TABLE, &MRR_TABLE];
    let missing = |key| place.history().missing(&key).unwrap();
    assert_eq!(missing(record("r1", range, "a").key(tables)), Some(range));
    publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    assert_eq!(missing(record("r2", range, "a").key(tables)), None);

    assert_eq!(missing(record("r2", range, "b").key(tables)), Some(range), "other inputs");
    assert_eq!(missing(record("r2", range, "a").key([&CHURN_TABLE])), Some(range), "other tables");
    let mut other = record("r2", range, "a");
    other.code_version = "0.2.0".into();
    assert_eq!(missing(other.key(tables)), Some(range), "other code");
    let mut other = record("r2", range, "a");
    other.definition_version = "d2".into();
    assert_eq!(missing(other.key(tables)), Some(range), "other definitions");
    let mut other = record("r2", range, "a");
    other.as_of = jiff::civil::date(2026, 7, 1);
    assert_eq!(missing(other.key(tables)), Some(range), "another day, on which other months are final");
}

fn only_what_is_missing_is_asked_for(place: &Place) {
    let (range, february) = (months("2026-01", "2026-04"), months("2026-02", "2026-02"));
    let missing = |first, last| {
        let key = record("r9", months(first, last), "a").key([&CHURN_TABLE, &MRR_TABLE]);
        place.history().missing(&key).unwrap()
    };
    publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    assert_eq!(missing("2026-02", "2026-03"), None, "a part of it");
    assert_eq!(missing("2025-12", "2026-02"), Some(months("2025-12", "2025-12")));
    assert_eq!(missing("2026-03", "2026-06"), Some(months("2026-05", "2026-06")));
    assert_eq!(missing("2025-12", "2026-05"), Some(months("2025-12", "2026-05")), "both ends");

    publish(&place.storage, &place.output, computed(february, 2), &record("r2", february, "b")).unwrap();
    assert_eq!(missing("2026-01", "2026-04"), Some(february), "February is r2's now");
    publish(&place.storage, &place.output, computed(february, 1), &record("r3", february, "a")).unwrap();
    assert_eq!(missing("2026-01", "2026-04"), None, "by two runs");
}

fn published_again_by_force_the_files_are_the_same(place: &Place) {
    let range = months("2026-01", "2026-02");
    let one = publish(&place.storage, &place.output, computed(range, 7), &record("r1", range, "a")).unwrap();
    let two = publish(&place.storage, &place.output, computed(range, 7), &record("r2", range, "a")).unwrap();
    for table in [&CHURN_TABLE, &MRR_TABLE] {
        let (one, two) = (&one.tables[table.name], &two.tables[table.name]);
        assert_eq!(two.version, one.version + 1);
        for (one, two) in one.files.iter().zip(&two.files) {
            assert_eq!((&one.sha256, one.bytes, one.rows), (&two.sha256, two.bytes, two.rows));
            assert_ne!(one.path, two.path, "a version may not remove and add one path");
        }
    }
}

fn a_run_replaces_its_months_and_no_others(place: &Place) {
    let range = months("2026-01", "2026-03");
    publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    let february = months("2026-02", "2026-02");
    publish(&place.storage, &place.output, computed(february, 2), &record("r2", february, "b")).unwrap();
    for table in [&CHURN_TABLE, &MRR_TABLE] {
        let mut expected = frame(table, months("2026-01", "2026-01"), 1);
        expected.vstack_mut(&frame(table, february, 2)).unwrap();
        expected.vstack_mut(&frame(table, months("2026-03", "2026-03"), 1)).unwrap();
        let read = place.history().table(table, None).unwrap();
        assert!(read.equals_missing(&expected), "{read:?}");
    }
}

fn a_month_without_rows_is_emptied(place: &Place) {
    let range = months("2026-01", "2026-02");
    publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    let mut fewer = computed(range, 2);
    fewer.iter_mut().for_each(|computed| computed.frame = computed.frame.slice(0, 2));
    publish(&place.storage, &place.output, fewer, &record("r2", range, "b")).unwrap();
    let read = place.history().table(&MRR_TABLE, None).unwrap();
    assert!(read.equals_missing(&frame(&MRR_TABLE, months("2026-01", "2026-01"), 2)), "{read:?}");
}

fn months_staged_one_by_one_are_the_table(place: &Place) {
    let range = months("2026-01", "2026-03");
    let whole = publish(&place.storage, &place.output, computed(range, 7), &record("r1", range, "a")).unwrap();
    let staging = Staging::begin(&place.storage, &place.output, range, "r2").unwrap();
    for month in range.iter().rev() {
        let rows = frame(&MRR_TABLE, MonthRange { first: month, last: month }, 7);
        staging.stage(&Computed { table: &MRR_TABLE, frame: rows }).unwrap();
    }
    let rest = Computed { table: &CHURN_TABLE, frame: frame(&CHURN_TABLE, range, 7) };
    let parts = staging.publish(&[rest], &record("r2", range, "a")).unwrap();
    assert_eq!(parts.tables.keys().collect::<Vec<_>>(), whole.tables.keys().collect::<Vec<_>>());
    for (name, table) in &whole.tables {
        let files = |files: &[RunFile]| -> Vec<(String, String)> {
            files.iter().map(|file| (file.month.clone(), file.sha256.clone())).collect()
        };
        assert_eq!(files(&parts.tables[name].files), files(&table.files), "{name}");
    }
    let read = place.history().table(&MRR_TABLE, None).unwrap();
    assert!(read.equals_missing(&frame(&MRR_TABLE, range, 7)), "{read:?}");
}

fn what_is_never_committed_is_taken_away(place: &Place) {
    let range = months("2026-01", "2026-02");
    let staging = Staging::begin(&place.storage, &place.output, range, "r1").unwrap();
    computed(range, 1).iter().for_each(|computed| staging.stage(computed).unwrap());
    assert_eq!(place.storage.list(&place.output).unwrap().len(), 4);
    drop(staging);
    assert_eq!(place.storage.list(&place.output).unwrap(), []);
}

fn a_plan_names_the_files_it_would_replace(place: &Place) {
    let range = months("2026-01", "2026-02");
    let tables = [&CHURN_TABLE, &MRR_TABLE];
    let before = plan(&place.storage, &place.output, &tables, range).unwrap();
    assert!(before.to_string().contains("mrr: new table"), "{before}");
    assert_eq!(place.storage.list(&place.output).unwrap(), [], "a plan writes nothing");

    let run = publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    let again = plan(&place.storage, &place.output, &tables, months("2026-02", "2026-04")).unwrap();
    let mrr = again.tables.iter().find(|plan| plan.table == MRR_TABLE.name).unwrap();
    let february = &run.tables[MRR_TABLE.name].files[1];
    assert_eq!(
        mrr.replaced.iter().map(|file| (file.path.as_str(), file.bytes)).collect::<Vec<_>>(),
        [(february.path.as_str(), february.bytes)]
    );
    assert!(again.to_string().contains("mrr: version 0 -> 1, replaces 1 files"), "{again}");
}

fn forty_runs_leave_checkpoints_and_every_version_readable(place: &Place) {
    let range = months("2026-01", "2026-01");
    for n in 0..41 {
        let mut only = computed(range, n);
        only.truncate(1);
        publish(&place.storage, &place.output, only, &record(&format!("r{n}"), range, &n.to_string())).unwrap();
    }
    let log = place.storage.list(&format!("{}/{}/_delta_log", place.output, CHURN_TABLE.name)).unwrap();
    let checkpoints = log.iter().filter(|object| object.uri.ends_with(".checkpoint.parquet")).count();
    assert_eq!(checkpoints, 2, "{log:?}");
    let read = place.history().table(&CHURN_TABLE, None).unwrap();
    assert!(read.equals_missing(&frame(&CHURN_TABLE, range, 40)));
    let sequences: Vec<u64> = place.history().runs().iter().map(|run| run.sequence).collect();
    assert_eq!(sequences, (0..41).collect::<Vec<_>>());
}

/// Many rows of one month, with a segment each.
fn long(table: &Table, rows: usize) -> DataFrame {
    let columns = table.columns().map(|column| match column.kind {
        Kind::Text if column.name == SEGMENT.name => {
            Column::new(column.name.into(), (0..rows).map(|n| format!("s{n:07}")).collect::<Vec<_>>())
        }
        _ => {
            let one = frame(table, months("2026-01", "2026-01"), 3).column(column.name).unwrap().slice(0, 1);
            Column::new_scalar(column.name.into(), one.as_materialized_series().first(), rows)
        }
    });
    DataFrame::new(rows, columns.collect()).unwrap()
}

/// Columns of more than one page, of more than one row group, of a few values and of many.
#[test]
fn the_log_counts_the_nulls_of_long_columns() {
    let place = Place::local();
    let range = months("2026-01", "2026-01");
    for rows in [450_000, 700_000] {
        let mut frame = long(&MRR_TABLE, rows);
        let text: Vec<Option<&str>> = (0..rows).map(|n| (n % 3 == 0).then_some("why")).collect();
        let few: Vec<Option<f64>> = (0..rows).map(|n| (n % 5 > 0).then_some((n % 5) as f64)).collect();
        let many: Vec<Option<i64>> = (0..rows).map(|n| (n % 7 > 0).then_some(n as i64)).collect();
        frame.with_column(Column::new(NULL_REASON.name.into(), text)).unwrap();
        frame.with_column(Column::new(QUICK_RATIO.name.into(), few)).unwrap();
        frame.with_column(Column::new(NEW_MRR.name.into(), many)).unwrap();
        let run_id = format!("r{rows}");
        let computed = vec![Computed { table: &MRR_TABLE, frame: frame.clone() }];
        let run = publish(&place.storage, &place.output, computed, &record(&run_id, range, &run_id)).unwrap();
        let version = run.tables[MRR_TABLE.name].version;
        let log = place.storage.get(&format!("{}/mrr/_delta_log/{version:020}.json", place.output)).unwrap();
        let actions = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let mut adds = actions.map(|line| serde_json::from_slice::<serde_json::Value>(line).unwrap());
        let stats = adds.find_map(|action| Some(action["add"]["stats"].as_str()?.to_string())).unwrap();
        let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
        assert_eq!(stats["numRecords"], rows as u64);
        for column in MRR_TABLE.columns().filter(|column| column.name != MONTH.name) {
            let nulls = frame.column(column.name).unwrap().null_count() as u64;
            assert_eq!(stats["nullCount"][column.name], nulls, "{} of {rows} rows", column.name);
        }
        assert_eq!(stats["minValues"][QUICK_RATIO.name], 1.0);
        assert_eq!(stats["maxValues"][QUICK_RATIO.name], 4.0);
        assert_eq!(stats["maxValues"][SEGMENT.name], format!("s{:07}", rows - 1));
    }
}

#[test]
fn a_month_of_more_than_a_million_rows_gets_several_files() {
    let place = Place::local();
    let range = months("2026-01", "2026-01");
    let rows = 1_000_001;
    let many = || long(&CHURN_TABLE, rows);
    let computed = vec![Computed { table: &CHURN_TABLE, frame: many() }];
    let run = publish(&place.storage, &place.output, computed, &record("r1", range, "a")).unwrap();
    let files = &run.tables[CHURN_TABLE.name].files;
    assert_eq!(files.iter().map(|file| file.rows).collect::<Vec<_>>(), [1_000_000, 1]);
    let read = place.history().table(&CHURN_TABLE, None).unwrap();
    let whole = many();
    assert!(read.equals_missing(&whole));

    // the layout in memory is not seen in the files
    let mut chunked = whole.slice(0, 100_000);
    chunked.vstack_mut(&whole.slice(100_000, rows)).unwrap();
    let computed = vec![Computed { table: &CHURN_TABLE, frame: chunked }];
    let again = publish(&place.storage, &place.output, computed, &record("r2", range, "a")).unwrap();
    for (one, two) in files.iter().zip(&again.tables[CHURN_TABLE.name].files) {
        assert_eq!(one.sha256, two.sha256);
    }
}

/// Set for a child process: where it publishes.
const CHILD_OUTPUT: &str = "TENURE_TEST_CHILD_OUTPUT";

#[test]
fn threads_and_chunks_change_no_byte() {
    let range = months("2026-01", "2026-06");
    let tables = [&CHURN_TABLE, &MRR_TABLE, &CLTV_TABLE];
    let computed = |is_chunked: bool| {
        let whole = tables.map(|table| Computed { table, frame: frame(table, range, 77) });
        Vec::from(whole.map(|mut computed| {
            if is_chunked {
                let rows = computed.frame.height();
                let parts = (0..rows).map(|row| computed.frame.slice(row as i64, 1));
                computed.frame =
                    parts.reduce(|mut all, part| all.vstack_mut(&part).map(|all| all.clone()).unwrap()).unwrap();
            }
            computed
        }))
    };
    if let Ok(output) = std::env::var(CHILD_OUTPUT) {
        publish(&local(), &output, computed(true), &record("r1", range, "a")).unwrap();
        return;
    }
    let place = Place::local();
    let here = publish(&place.storage, &place.output, computed(false), &record("r0", range, "a")).unwrap();
    let hashes = |run: &Run| -> Vec<String> {
        run.tables.values().flat_map(|table| table.files.iter().map(|file| file.sha256.clone())).collect()
    };
    for threads in ["1", "2", "8"] {
        let output = format!("{}-{threads}", place.output);
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "publish::threads_and_chunks_change_no_byte"])
            .env(CHILD_OUTPUT, &output)
            .env("POLARS_MAX_THREADS", threads)
            .output()
            .unwrap();
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
        assert_eq!(
            hashes(&History::open(&place.storage, &output).unwrap().runs()[0]),
            hashes(&here),
            "{threads} threads"
        );
    }
}

/// `mrr` as an older version of the program may have declared it, and as none ever did.
static OLDER: Table = Table { name: "mrr", doc: "", grain: MRR_TABLE.grain, measures: &[&OPENING_MRR] };
static OTHER: Table = Table { name: "mrr", doc: "", grain: MRR_TABLE.grain, measures: &[&STRANGE] };
static STRANGE: TableColumn = TableColumn::optional("opening_mrr", Kind::Text, Unit::None, "");

#[test]
fn columns_may_be_added_but_never_change() {
    let place = Place::local();
    let (january, february) = (months("2026-01", "2026-01"), months("2026-02", "2026-02"));
    let one = |table: &'static Table, range, value| vec![Computed { table, frame: frame(table, range, value) }];
    publish(&place.storage, &place.output, one(&OLDER, january, 1), &record("r1", january, "a")).unwrap();
    publish(&place.storage, &place.output, one(&MRR_TABLE, february, 2), &record("r2", february, "b")).unwrap();
    let read = place.history().table(&MRR_TABLE, None).unwrap();
    assert!(read.slice(2, 2).equals_missing(&frame(&MRR_TABLE, february, 2)));
    let old = frame(&OLDER, january, 1);
    assert!(read.slice(0, 2).select(old.get_column_names_owned()).unwrap().equals_missing(&old));
    assert_eq!(read.slice(0, 2).column(NEW_MRR.name).unwrap().null_count(), 2);

    let error =
        publish(&place.storage, &place.output, one(&OTHER, january, 3), &record("r3", january, "c")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Job, "{error}");
    let error =
        publish(&place.storage, &place.output, one(&OLDER, january, 3), &record("r4", january, "c")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Job, "an old program must not publish over a new one: {error}");
}

#[test]
fn frames_that_break_their_declaration_are_never_published() {
    let place = Place::local();
    let range = months("2026-01", "2026-02");
    let whole = frame(&MRR_TABLE, range, 1);
    let name = OPENING_MRR.name;
    let with = |column: Column| whole.clone().with_column(column).unwrap().clone();
    let floats = whole.column(name).unwrap().cast(&DataType::Float64).unwrap();
    let broken = [
        ("a column is missing", whole.drop(name).unwrap()),
        ("a column has another type", with(floats)),
        ("a grain is null", with(Column::full_null(SEGMENT.name.into(), 4, &DataType::String))),
        ("rows are not sorted", whole.reverse()),
        ("a row repeats", whole.slice(0, 1).vstack(&whole).unwrap()),
        ("a month is outside the run", frame(&MRR_TABLE, months("2026-01", "2026-03"), 1)),
        ("a rate is infinite", with(Column::new(QUICK_RATIO.name.into(), [f64::INFINITY; 4]))),
    ];
    for (what, frame) in broken {
        let computed = vec![Computed { table: &MRR_TABLE, frame }];
        let error = publish(&place.storage, &place.output, computed, &record("r1", range, "a")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Internal, "{what}: {error}");
    }
    assert_eq!(place.storage.list(&place.output).unwrap(), [], "nothing was written");
}
