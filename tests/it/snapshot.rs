//! From URIs to canonical frames, over real Parquet files.

use std::path::Path;

use polars::prelude::*;
use tenure::error::Kind;
use tenure::execute::collect_all;
use tenure::job::Job;
use tenure::snapshot::{resolve, scan};
use tenure::storage::Storage;
use tenure::tables::Input;
use tenure::violation::Severity;

use crate::support::export::{AS_OF, Export, amounts, at, calendar, integers, strings};
use crate::support::seaweed::{ADMIN, BUCKET, Seaweed};

/// Two subscriptions with only what is required.
fn plain() -> DataFrame {
    df!(
        "subscription_id" => ["s1", "s2"],
        "customer_id" => ["c1", "c2"],
        "started_at" => ["2024-01-01", "2024-02-01T03:04:05Z"],
        "mrr" => [10.0, 20.0],
    )
    .unwrap()
}

/// A frame like `plain` with one column replaced.
fn with(column: Series) -> DataFrame {
    let mut frame = plain();
    frame.with_column(column.into_column()).unwrap();
    frame
}

fn datetime(name: &str, values: &[i64], unit: TimeUnit, zone: Option<&'static str>) -> Series {
    let zone = TimeZone::opt_try_new(zone).unwrap();
    let instants = Int64Chunked::from_slice(name.into(), values).into_datetime(unit, zone);
    instants.into_series()
}

fn decimal(name: &str, values: &[i128], precision: usize, scale: usize) -> Series {
    Int128Chunked::from_slice(name.into(), values).into_decimal(precision, scale).unwrap().into_series()
}

fn read(frame: DataFrame) -> DataFrame {
    Export::new().table("subscriptions", frame).read(Input::Subscriptions)
}

fn error(export: &Export) -> String {
    let error = export.scan().err().unwrap();
    assert_eq!(error.kind, Kind::Data);
    error.to_string()
}

fn some<T: Clone>(values: &[T]) -> Vec<Option<T>> {
    values.iter().cloned().map(Some).collect()
}

#[test]
fn a_frame_has_every_canonical_column_in_order() {
    let export = Export::new().table("subscriptions", plain());
    let frame = export.read(Input::Subscriptions);
    let declared: Vec<&str> = Input::Subscriptions.table().columns.iter().map(|column| column.name).collect();
    assert_eq!(frame.get_column_names(), declared);
    assert_eq!(integers(&frame, "ended_at"), [None, None]);
    let present: Vec<String> = export.scan().unwrap().0[&Input::Subscriptions].present.iter().cloned().collect();
    assert_eq!(present, ["customer_id", "mrr", "started_at", "subscription_id"]);
}

#[test]
fn integers_may_be_decimals_that_are_whole() {
    let counts = decimal("interval_count", &[30, 25], 11, 1);
    assert_eq!(integers(&read(with(counts)), "interval_count"), [Some(3), None]);
}

#[test]
fn ids_of_any_integer_width_are_compared_as_strings() {
    let widths = [DataType::Int8, DataType::Int16, DataType::Int32, DataType::Int64];
    let unsigned = [DataType::UInt8, DataType::UInt16, DataType::UInt32, DataType::UInt64];
    for dtype in widths.iter().chain(&unsigned) {
        let ids = Series::new("customer_id".into(), [7_i64, 100]).cast(dtype).unwrap();
        assert_eq!(strings(&read(with(ids)), "customer_id"), some(&["7".to_string(), "100".to_string()]), "{dtype}");
    }
    let ids = decimal("customer_id", &[7, 12_345_678_901_234_567_890], 38, 0);
    let expected = ["7".to_string(), "12345678901234567890".to_string()];
    assert_eq!(strings(&read(with(ids)), "customer_id"), some(&expected));
}

#[test]
fn text_may_be_a_dictionary_a_number_or_a_flag() {
    let plans = Series::new("plan".into(), ["pro", "team"]);
    let dictionary = plans.cast(&DataType::from_categories(Categories::global())).unwrap();
    assert_eq!(strings(&read(with(dictionary)), "plan"), some(&["pro".to_string(), "team".to_string()]));
    let numbers = Series::new("plan".into(), [1_i32, 2]);
    assert_eq!(strings(&read(with(numbers)), "plan"), some(&["1".to_string(), "2".to_string()]));
    let flags = Series::new("plan".into(), [true, false]);
    assert_eq!(strings(&read(with(flags)), "plan"), some(&["true".to_string(), "false".to_string()]));
    let bytes = BinaryChunked::from_slice("plan".into(), &[b"pro".as_slice(), b"team"]).into_series();
    assert_eq!(strings(&read(with(bytes)), "plan"), some(&["pro".to_string(), "team".to_string()]));
    let foreign = BinaryChunked::from_slice("plan".into(), &[b"pro".as_slice(), b"\xff\xfe"]).into_series();
    assert_eq!(strings(&read(with(foreign)), "plan"), [Some("pro".to_string()), None], "no UTF-8");
}

#[test]
fn instants_of_every_unit_and_zone_are_utc_microseconds() {
    let (first, second) = (at("2024-01-01T05:00:00.123456Z"), at("1969-12-31T23:59:59.999999Z"));
    for zone in [None, Some("UTC"), Some("Europe/Berlin"), Some("+02:00")] {
        let nanos = datetime("started_at", &[first * 1000 + 999, second * 1000 + 1], TimeUnit::Nanoseconds, zone);
        assert_eq!(integers(&read(with(nanos)), "started_at"), some(&[first, second]), "{zone:?}");
        let micros = datetime("started_at", &[first, second], TimeUnit::Microseconds, zone);
        assert_eq!(integers(&read(with(micros)), "started_at"), some(&[first, second]), "{zone:?}");
        let millis = datetime("started_at", &[first / 1000, -1], TimeUnit::Milliseconds, zone);
        assert_eq!(integers(&read(with(millis)), "started_at"), some(&[first / 1000 * 1000, -1000]), "{zone:?}");
    }
}

#[test]
fn a_date_is_the_first_instant_of_its_day_in_the_jobs_zone() {
    // in Beirut the clocks went forward at midnight: the day began at 01:00
    let days = Int32Chunked::from_slice("started_at".into(), &[19723, 19813]).into_date().into_series();
    let export = Export::new().with("time_zone = \"Asia/Beirut\"").table("subscriptions", with(days));
    let expected = [at("2023-12-31T22:00:00Z"), at("2024-03-30T22:00:00Z")];
    assert_eq!(integers(&export.read(Input::Subscriptions), "started_at"), some(&expected));
}

#[test]
fn iso_strings_are_dates_or_instants() {
    let cases = [
        ("2024-01-31", "2024-01-30T23:00:00Z"),
        ("2024-01-31T10:00:00Z", "2024-01-31T10:00:00Z"),
        ("2024-01-31 10:00:00", "2024-01-31T10:00:00Z"),
        ("2024-01-31T10:00:00.5+02:00", "2024-01-31T08:00:00.5Z"),
        ("2024-01-31 10:00:00+02", "2024-01-31T08:00:00Z"),
        (" 2024-01-31T10:00 ", "2024-01-31T10:00:00Z"),
    ];
    for (text, instant) in cases {
        let texts = Series::new("started_at".into(), [text, text]);
        let export = Export::new().with("time_zone = \"Europe/Berlin\"").table("subscriptions", with(texts));
        assert_eq!(integers(&export.read(Input::Subscriptions), "started_at"), some(&[at(instant); 2]), "{text}");
    }
}

#[test]
fn days_are_local() {
    let costs = |incurred_on: Series| {
        let frame = df!("category" => ["support", "support"], "amount" => [1, 2]).unwrap();
        let mut frame = frame;
        frame.with_column(incurred_on.into_column()).unwrap();
        let export = Export::new().with("time_zone = \"America/New_York\"").table("subscriptions", plain());
        integers(&export.table("retention_costs", frame).read(Input::RetentionCosts), "incurred_on")
    };
    let midnight_utc = [at("2024-01-01T00:00:00Z"), at("2024-01-01T05:00:00Z")];
    let instants = datetime("incurred_on", &midnight_utc, TimeUnit::Microseconds, None);
    assert_eq!(costs(instants), some(&[19722, 19723]));
    assert_eq!(costs(Series::new("incurred_on".into(), ["2024-01-01", "2024-01-01T00:00:00Z"])), some(&[19723, 19722]));
    let dates = Int32Chunked::from_slice("incurred_on".into(), &[19722, 19723]).into_date().into_series();
    assert_eq!(costs(dates), some(&[19722, 19723]));
}

#[test]
fn amounts_are_exact_at_eight_decimals() {
    let mrr = |series: Series| amounts(&read(with(series)), "mrr");
    let of = |values: [i128; 2]| some(&values);
    assert_eq!(mrr(Series::new("mrr".into(), [19_i8, -1])), of([1_900_000_000, -100_000_000]));
    assert_eq!(mrr(Series::new("mrr".into(), [19_u64, 1])), of([1_900_000_000, 100_000_000]));
    assert_eq!(mrr(Series::new("mrr".into(), [19.99, 0.1 + 0.2])), of([1_999_000_000, 30_000_000]));
    assert_eq!(mrr(Series::new("mrr".into(), [0.125_f32, 19.99])), of([12_500_000, 1_999_000_000]));
    assert_eq!(mrr(decimal("mrr", &[1999, -5], 9, 2)), of([1_999_000_000, -5_000_000]));
    // beyond eight decimals: half away from zero
    assert_eq!(mrr(decimal("mrr", &[15_000_000_000, -25], 38, 18)), of([2, 0]));
    assert_eq!(mrr(decimal("mrr", &[5, -15], 12, 9)), of([1, -2]));
    assert_eq!(mrr(Series::new("mrr".into(), ["19.99", "1e-3"])), of([1_999_000_000, 100_000]));
}

#[test]
fn floats_are_read_as_their_shortest_decimal() {
    let scales = [1.0, 10.0, 100.0, 10_000.0, 100_000.0, 1e7, 1e9, 3.0, 7e-9];
    let values: Vec<f64> =
        (0..4000_i64).flat_map(|n| scales.map(|scale| (n * 7919 * 7919 - 60_000_000_000) as f64 / scale)).collect();
    let expected: Vec<Option<i128>> = values.iter().map(|value| tenure::money::from_float(*value)).collect();
    let ids: Vec<i64> = (0..values.len() as i64).collect();
    let starts = vec!["2024-01-01"; ids.len()];
    let frame = df!("subscription_id" => &ids, "customer_id" => &ids, "started_at" => starts, "mrr" => values).unwrap();
    let sorted = read(frame);
    assert_eq!(strings(&sorted, "subscription_id").last().unwrap(), &Some((ids.len() - 1).to_string()));
    assert_eq!(amounts(&sorted, "mrr"), expected);
}

#[test]
fn integers_may_be_floats_or_decimals_without_fraction() {
    let count = |series: Series| integers(&read(with(series)), "interval_count");
    assert_eq!(count(Series::new("interval_count".into(), [Some(3.0), None])), [Some(3), None]);
    assert_eq!(count(decimal("interval_count", &[3, 12], 10, 0)), some(&[3, 12]));
    assert_eq!(count(Series::new("interval_count".into(), [3_u8, 12])), some(&[3, 12]));
}

#[test]
fn unreadable_values_are_null() {
    let frame = with(Series::new("mrr".into(), [f64::NAN, 1.0]));
    assert_eq!(amounts(&read(frame), "mrr"), [None, Some(100_000_000)]);
    let frame = with(Series::new("started_at".into(), ["soon", "31.01.2024"]));
    assert_eq!(integers(&read(frame), "started_at"), [None, None]);
}

#[test]
fn columns_are_mapped_and_an_inclusive_end_is_the_next_midnight() {
    let frame = df!(
        "id" => [1, 2, 3],
        "account" => ["a", "b", "c"],
        "start" => ["2024-01-01"; 3],
        "end" => [Some("2024-01-31"), Some("2024-02-10T23:30:00Z"), None],
        "price" => [1, 2, 3],
    )
    .unwrap();
    let keys = "end = \"inclusive\"\ncolumns = { subscription_id = \"id\", customer_id = \"account\", started_at = \"start\", \
                ended_at = \"end\", mrr = \"price\" }";
    let export = Export::new().with("time_zone = \"Europe/Berlin\"").table_with("subscriptions", frame, keys);
    let frame = export.read(Input::Subscriptions);
    assert_eq!(strings(&frame, "customer_id"), some(&["a".to_string(), "b".to_string(), "c".to_string()]));
    let expected = [Some(at("2024-01-31T23:00:00Z")), Some(at("2024-02-11T23:00:00Z")), None];
    assert_eq!(integers(&frame, "ended_at"), expected);
}

#[test]
fn dimensions_follow_the_canonical_columns() {
    let customers = df!("customer_id" => ["c1"], "area" => ["north"], "extra" => [1]).unwrap();
    let export = Export::new().with("dimensions = [\"region\", \"plan\"]").table("subscriptions", plain());
    let export = export.table_with("customers", customers, "columns = { region = \"area\" }");
    let frame = export.read(Input::Customers);
    assert_eq!(frame.get_column_names(), ["customer_id", "signed_up_at", "region"]);
    assert_eq!(strings(&frame, "region"), some(&["north".to_string()]));
}

#[test]
fn files_of_different_types_and_orders_are_one_table() {
    let export = Export::new().input("subscriptions", "uri = \"subs\"");
    export.file("subs/a.parquet", plain());
    let other = df!(
        "mrr" => [Some(5_i64), None],
        "extra" => [1, 2],
        "started_at" => Int32Chunked::from_slice("d".into(), &[19723, 19724]).into_date().into_series(),
        "customer_id" => [3_i32, 4],
        "subscription_id" => [3_u64, 4],
    )
    .unwrap();
    export.file("subs/nested/b.parquet", other);
    export.file("subs/c.parquet", plain().slice(0, 0));
    export.bytes("subs/_SUCCESS", b"");
    export.bytes("subs/.a.parquet.crc", b"x");
    export.bytes("subs/.hidden.parquet", b"x");
    export.bytes("subs/_temporary/d.parquet", b"x");
    let frame = export.read(Input::Subscriptions);
    let sorted = frame.sort(["subscription_id"], SortMultipleOptions::default()).unwrap();
    let expected: Vec<String> = ["3", "4", "c1", "c2"].iter().map(ToString::to_string).collect();
    assert_eq!(strings(&sorted, "customer_id"), some(&expected));
    assert_eq!(amounts(&sorted, "mrr"), [Some(500_000_000), None, Some(1_000_000_000), Some(2_000_000_000)]);
}

#[test]
fn zero_row_files_alone_are_an_empty_table() {
    let export = Export::new().table("subscriptions", plain().slice(0, 0));
    let (sources, found) = export.scan().unwrap();
    assert_eq!(
        found.iter().map(|found| (found.severity, found.rule)).collect::<Vec<_>>(),
        [(Severity::Warning, "empty_input")]
    );
    let frame = collect_all(vec![sources[&Input::Subscriptions].frame.clone()]).unwrap().remove(0);
    assert_eq!(frame.height(), 0);
    assert_eq!(frame.column("mrr").unwrap().dtype(), &DataType::Decimal(38, 8));
}

#[test]
fn patterns() {
    let export = Export::new();
    for name in ["a/1.parquet", "a/2.parquet", "a/x/3.parquet", "a/x/y/4.parquet", "b/5.parquet", "a/readme.txt"] {
        export.file(name, plain());
    }
    let cases: [(&str, &[&str]); 8] = [
        ("a/1.parquet", &["a/1.parquet"]),
        ("a", &["a/1.parquet", "a/2.parquet", "a/x/3.parquet", "a/x/y/4.parquet"]),
        ("a/", &["a/1.parquet", "a/2.parquet", "a/x/3.parquet", "a/x/y/4.parquet"]),
        ("a/*.parquet", &["a/1.parquet", "a/2.parquet"]),
        ("?/[1-2].parquet", &["a/1.parquet", "a/2.parquet"]),
        ("a/[!1].parquet", &["a/2.parquet"]),
        ("a/**/*.parquet", &["a/1.parquet", "a/2.parquet", "a/x/3.parquet", "a/x/y/4.parquet"]),
        ("*/x", &["a/x/3.parquet", "a/x/y/4.parquet"]),
    ];
    let mut export = export;
    for (pattern, expected) in cases {
        export = export.only("subscriptions", &format!("uri = \"{pattern}\""));
        assert_eq!(export.files(Input::Subscriptions), expected, "{pattern}");
    }
}

#[test]
fn latest_is_the_newest_date_at_or_before_the_as_of_day() {
    let export = Export::new();
    for date in ["2024-02-29", "2024-03-31", "2024-04-01"] {
        export.file(&format!("dated/snapshot_date={date}/a.parquet"), plain());
        export.file(&format!("dated/snapshot_date={date}/b.parquet"), plain());
    }
    export.file("compact/20240101.parquet", plain());
    export.file("compact/20240501.parquet", plain());
    let export = export.only("subscriptions", "uri = \"dated/snapshot_date={latest}/*.parquet\"");
    let expected = ["dated/snapshot_date=2024-03-31/a.parquet", "dated/snapshot_date=2024-03-31/b.parquet"];
    assert_eq!(export.files(Input::Subscriptions), expected);
    let export = export.only("subscriptions", "uri = \"compact/{latest}.parquet\"");
    assert_eq!(export.files(Input::Subscriptions), ["compact/20240101.parquet"]);
    std::fs::remove_file(export.path("compact/20240101.parquet")).unwrap();
    let message = error(&export);
    assert!(message.contains("no snapshot at or before 2024-03-31; the earliest is of 2024-05-01"), "{message}");
}

#[test]
fn snapshots_read_every_date_up_to_the_as_of_day_from_the_path() {
    let frame = df!("subscription_id" => ["s1"], "customer_id" => ["c1"], "mrr" => [1]).unwrap();
    let keys = "uri = \"subs/*/*.parquet\"\nshape = \"snapshots\"\ncolumns = { snapshot_date = \"dt\" }";
    let export = Export::new().input("subscriptions", keys);
    for date in ["2024-01-31", "2024-02-29", "2024-04-30"] {
        export.file(&format!("subs/dt={date}/part 0.parquet"), frame.clone());
    }
    let read = export.read(Input::Subscriptions);
    let sorted = read.sort(["snapshot_date"], SortMultipleOptions::default()).unwrap();
    assert_eq!(integers(&sorted, "snapshot_date"), some(&[19753, 19782]));
}

#[test]
fn partitions_are_columns_where_the_file_has_none() {
    let export =
        Export::new().input("subscriptions", "uri = \"subs\"\nwhere = \"year = 2024 AND day >= DATE '2024-01-02'\"");
    let id = |id: &str| {
        let frame =
            df!("subscription_id" => [id], "customer_id" => ["c"], "started_at" => ["2024-01-01"], "mrr" => [1]);
        frame.unwrap()
    };
    export.file("subs/year=2024/day=2024-01-01/plan=a/x.parquet", id("early"));
    export.file("subs/year=2024/day=2024-01-02/plan=a%20b%2Fc/x.parquet", id("kept"));
    export.file("subs/year=2024/day=2024-01-02/plan=__HIVE_DEFAULT_PARTITION__/x.parquet", id("null"));
    export.file("subs/year=2023/day=2024-01-02/plan=a/x.parquet", id("other"));
    let frame = export.read(Input::Subscriptions).sort(["subscription_id"], SortMultipleOptions::default()).unwrap();
    assert_eq!(strings(&frame, "subscription_id"), some(&["kept".to_string(), "null".to_string()]));
    assert_eq!(strings(&frame, "plan"), [Some("a b/c".to_string()), None]);
}

#[test]
fn files_that_are_not_whole_parquet_files_are_named() {
    let export = Export::new().input("subscriptions", "uri = \"subs\"");
    export.file("whole.parquet", plain());
    let whole = std::fs::read(export.path("whole.parquet")).unwrap();
    let cases: [(&str, &[u8], &str); 5] = [
        ("truncated", &whole[..whole.len() / 2], "it is truncated"),
        ("text", b"id,amount\n1,2\n", "it is not a Parquet file"),
        ("empty", b"", "it is empty"),
        ("short", b"PAR1", "truncated"),
        ("damaged", &[b"PAR1".as_slice(), &[0xff; 40], &[40, 0, 0, 0], b"PAR1"].concat(), "its footer is damaged"),
    ];
    for (name, bytes, why) in cases {
        export.bytes(&format!("subs/{name}.parquet"), bytes);
        let message = error(&export);
        assert!(
            message.contains(&format!("subs/{name}.parquet cannot be read: ")) && message.contains(why),
            "{message}"
        );
        std::fs::remove_file(export.path(&format!("subs/{name}.parquet"))).unwrap();
    }
    // the footer of a file whose middle is gone is whole
    let ids: Vec<i64> = (0..5000).collect();
    let price = vec![1.0; ids.len()];
    let many = df!("subscription_id" => &ids, "customer_id" => &ids, "started_at" => &ids, "mrr" => price).unwrap();
    export.file("many.parquet", many);
    let many = std::fs::read(export.path("many.parquet")).unwrap();
    export.bytes("subs/gone.parquet", &[&many[..100], &many[many.len() - 4000..]].concat());
    assert!(error(&export).contains("it is truncated: its footer names data beyond its end"), "{}", error(&export));
}

/// A file with columns that Polars cannot hold or has no use for: INTERVAL, a map, a struct, a list.
fn odd() -> Vec<u8> {
    use parquet::column::writer::ColumnWriter as W;
    use parquet::data_type::{ByteArray, FixedLenByteArray};
    let schema = "message m {
        required binary subscription_id (UTF8);
        required int64 customer_id;
        required int32 started_at (DATE);
        required fixed_len_byte_array(5) mrr (DECIMAL(10, 3));
        required fixed_len_byte_array(12) term (INTERVAL);
        required group tags (MAP) { repeated group key_value { required binary key (UTF8); optional int32 value; } }
        required group address { required binary city (UTF8); }
        required group notes (LIST) { repeated group list { required double element; } }
    }";
    let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let mut file = parquet::file::writer::SerializedFileWriter::new(&mut bytes, schema, Default::default()).unwrap();
    let mut group = file.next_row_group().unwrap();
    while let Some(mut column) = group.next_column().unwrap() {
        let fixed = |bytes: &[u8]| FixedLenByteArray::from(bytes.to_vec());
        match column.untyped() {
            W::Int32ColumnWriter(w) if w.get_descriptor().name() == "value" => {
                w.write_batch(&[], Some(&[0]), Some(&[0]))
            }
            W::Int32ColumnWriter(w) => w.write_batch(&[19723], None, None),
            W::Int64ColumnWriter(w) => w.write_batch(&[7], None, None),
            W::DoubleColumnWriter(w) => w.write_batch(&[], Some(&[0]), Some(&[0])),
            W::FixedLenByteArrayColumnWriter(w) if w.get_descriptor().name() == "mrr" => {
                w.write_batch(&[fixed(&[0, 0, 0, 0x4e, 0x25])], None, None)
            }
            W::FixedLenByteArrayColumnWriter(w) => w.write_batch(&[fixed(&[0; 12])], None, None),
            W::ByteArrayColumnWriter(w) if w.get_descriptor().name() == "key" => {
                w.write_batch(&[], Some(&[0]), Some(&[0]))
            }
            W::ByteArrayColumnWriter(w) => w.write_batch(&[ByteArray::from("s7")], None, None),
            _ => panic!("a column of another type"),
        }
        .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.close().unwrap();
    bytes
}

#[test]
fn extra_columns_of_any_type_are_stepped_over() {
    let export = Export::new().input("subscriptions", "uri = \"subs\"\nwhere = \"plan = 'a'\"");
    export.bytes("subs/plan=a/odd.parquet", &odd());
    export.bytes("subs/plan=b/odd.parquet", &odd());
    export.file("subs/plan=a/plain.parquet", plain());
    let frame = export.read(Input::Subscriptions).sort(["subscription_id"], SortMultipleOptions::default()).unwrap();
    assert_eq!(strings(&frame, "customer_id"), some(&["c1".to_string(), "c2".to_string(), "7".to_string()]));
    assert_eq!(amounts(&frame, "mrr").last().unwrap(), &Some(2_000_500_000));
    assert_eq!(strings(&frame, "plan").last().unwrap(), &Some("a".to_string()));
}

#[test]
fn nothing_matched_names_the_uri() {
    let export = Export::new().input("subscriptions", "uri = \"nowhere/*.parquet\"");
    assert!(error(&export).contains("nowhere/*.parquet"));
}

fn rules(export: &Export) -> Vec<(String, &'static str, String)> {
    export.scan().unwrap().1.into_iter().map(|found| (found.column, found.rule, found.message)).collect()
}

#[test]
fn missing_and_mistyped_columns_are_violations() {
    let frame = plain().drop("started_at").unwrap();
    let export = Export::new().table_with("subscriptions", frame, "columns = { ended_at = \"mrrr\" }");
    let found = rules(&export);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((found[0].0.as_str(), found[0].1), ("started_at", "missing_column"));
    assert!(found[1].2.contains("`mrrr`") && found[1].2.contains("the nearest is `mrr`"), "{found:?}");

    let lists = Series::new("mrr".into(), [Series::new("".into(), [1]), Series::new("".into(), [2])]);
    let found = rules(&Export::new().table("subscriptions", with(lists)));
    assert_eq!(
        found,
        [("mrr".to_string(), "wrong_type", "`mrr` is List; integers, floats or decimals can be read".to_string())]
    );
    let flags = Series::new("started_at".into(), [true, false]);
    assert_eq!(rules(&Export::new().table("subscriptions", with(flags)))[0].1, "wrong_type");
}

#[test]
fn subscriptions_need_a_price() {
    let found = rules(&Export::new().table("subscriptions", plain().drop("mrr").unwrap()));
    assert_eq!((found[0].0.as_str(), found[0].1), ("mrr", "missing_column"));
    let mut frame = plain();
    frame.rename("mrr", "amount".into()).unwrap();
    let found = rules(&Export::new().table("subscriptions", frame.clone()));
    assert_eq!((found[0].0.as_str(), found[0].1), ("interval", "missing_column"));
    frame.with_column(Series::new("interval".into(), ["month", "year"]).into_column()).unwrap();
    assert_eq!(rules(&Export::new().table("subscriptions", frame)), []);
}

#[test]
fn a_column_in_some_files_only_names_the_others() {
    let export = Export::new().input("subscriptions", "uri = \"subs\"\nwhere = \"is_test = false\"");
    export.file("subs/a.parquet", with(Series::new("plan".into(), ["x", "y"])));
    export.file("subs/b.parquet", with(Series::new("is_test".into(), [true, false])));
    let found = export.scan().unwrap().1;
    let columns: Vec<(&str, &str)> = found.iter().map(|v| (v.column.as_str(), v.rule)).collect();
    assert_eq!(columns, [("plan", "missing_in_some_files"), ("is_test", "missing_in_some_files")]);
    assert!(found[0].samples[0].ends_with("subs/b.parquet"), "{found:?}");
    assert!(found[1].samples[0].ends_with("subs/a.parquet"), "{found:?}");
}

#[test]
fn a_bucket_is_read_like_a_directory() {
    let server = Seaweed::start();
    let storage = Storage::from_pairs(server.pairs(ADMIN), false).unwrap();
    let local = Export::new();
    local.file("plain.parquet", plain());
    let whole = std::fs::read(local.path("plain.parquet")).unwrap();
    for date in ["2024-02-29", "2024-03-31", "2024-04-30"] {
        for name in ["plan=a%20b/part 0.parquet", "plan=c+d/part-1.parquet", "plan=x/odd.parquet"] {
            let bytes = if name.contains("odd") { odd() } else { whole.clone() };
            storage.put(&format!("s3://{BUCKET}/exports/subs/dt={date}/{name}"), bytes).unwrap();
        }
    }
    let job = |keys: &str| {
        let head = "currency = \"USD\"\n[output]\nuri = \"out\"\n[inputs.subscriptions]\n";
        Job::parse(&format!("{head}uri = \"s3://{BUCKET}/exports/{keys}"), Path::new("/")).unwrap()
    };
    let scanned = |job: &Job| {
        let snapshot = resolve(job, &storage, AS_OF)?;
        scan(job, &storage, &snapshot, &calendar(job))
    };
    let job_of_latest = job("subs/dt={latest}\"");
    let (sources, violations) = scanned(&job_of_latest).unwrap();
    assert_eq!(violations, vec![]);
    let frame = collect_all(vec![sources[&Input::Subscriptions].frame.clone()]).unwrap().remove(0);
    let mut rows: Vec<_> = strings(&frame, "customer_id").into_iter().zip(strings(&frame, "plan")).collect();
    rows.sort();
    let expected = [("7", "x"), ("c1", "a b"), ("c1", "c+d"), ("c2", "a b"), ("c2", "c+d")];
    assert_eq!(rows, expected.map(|(id, plan)| (Some(id.to_string()), Some(plan.to_string()))));

    storage.put(&format!("s3://{BUCKET}/exports/bad/x.parquet"), whole[..whole.len() - 9].to_vec()).unwrap();
    let error = scanned(&job("bad\"")).err().unwrap();
    assert_eq!(error.kind, Kind::Data);
    assert!(
        error.to_string().contains(&format!("s3://{BUCKET}/exports/bad/x.parquet cannot be read: it is truncated"))
    );
}
