//! `where`: which rows a SQL condition keeps.

use polars::prelude::*;
use tenure::error::Kind;
use tenure::tables::Input;

use crate::support::export::{Export, strings};

/// Rows r1, r2 and, all null, r3.
fn export() -> Export {
    let instants =
        Int64Chunked::from_slice_options("ts".into(), &[Some(1_704_067_200_000), Some(1_706_745_599_999), None]);
    let decimals = Int128Chunked::from_slice_options("price".into(), &[Some(1999), Some(2000), None]);
    let frame = df!(
        "subscription_id" => ["r1", "r2", "r3"],
        "customer_id" => ["c", "c", "c"],
        "started_at" => ["2024-01-01"; 3],
        "mrr" => [1, 2, 3],
        "flag" => [Some(true), Some(false), None],
        "n" => [Some(1_i32), Some(2), None],
        "x" => [Some(0.1), Some(2.5), None],
        "name" => [Some("Basic 50%"), Some("pro_x"), None],
        "Odd Name" => [Some("a'b"), Some("B"), None],
        "on" => Int32Chunked::from_slice_options("on".into(), &[Some(19723), Some(19753), None]).into_date().into_series(),
        "ts" => instants.into_datetime(TimeUnit::Milliseconds, None).into_series(),
        "price" => decimals.into_decimal(9, 2).unwrap().into_series(),
        "day" => [Some("2024-01-01"), Some("2024-02-01"), None],
        "list" => [Series::new("".into(), [1]), Series::new("".into(), [1]), Series::new("".into(), [1])],
    )
    .unwrap();
    let export = Export::new();
    export.file("subs.parquet", frame);
    export
}

fn keys(condition: &str) -> String {
    format!("uri = \"subs.parquet\"\nwhere = '''{condition}'''")
}

#[test]
fn conditions_keep_the_rows_sql_would() {
    let cases = [
        ("flag", "r1"),
        ("NOT flag", "r2"),
        ("flag = false", "r2"),
        ("flag = 'true'", "r1"),
        ("flag IS NULL", "r3"),
        ("flag IS NOT NULL", "r1 r2"),
        ("flag IS TRUE", "r1"),
        ("flag IS NOT TRUE", "r2 r3"),
        ("flag IS FALSE", "r2"),
        ("flag IS NOT FALSE", "r1 r3"),
        // three values: unknown is not kept, and neither is its negation
        ("n = 1", "r1"),
        ("NOT (n = 1)", "r2"),
        ("n <> 1", "r2"),
        ("n = NULL", ""),
        ("n = 1 OR flag IS NULL", "r1 r3"),
        ("n = 1 OR NULL", "r1"),
        ("NOT (n = 1 AND NULL)", "r2"),
        ("n IN (1, 2)", "r1 r2"),
        ("n NOT IN (1)", "r2"),
        ("n NOT IN (1, NULL)", ""),
        ("n IN (1, NULL)", "r1"),
        ("n BETWEEN 2 AND 3", "r2"),
        ("n NOT BETWEEN 2 AND 3", "r1"),
        ("n < 2", "r1"),
        ("n <= 2", "r1 r2"),
        ("n > 1", "r2"),
        ("n >= 1", "r1 r2"),
        ("-n = -1", "r1"),
        ("n + 1 = 3", "r2"),
        ("n * 2 - 1 = 1", "r1"),
        ("n / 2 = 0.5", "r1"),
        ("1 / (n - 1) = 1", "r2"),
        ("n = 1.0", "r1"),
        ("n > 1.5", "r2"),
        ("x = 0.1", "r1"),
        ("x > 2", "r2"),
        ("x < 1e0", "r1"),
        ("price = 19.99", "r1"),
        ("price >= 19.990", "r1 r2"),
        ("price > 19.995", "r2"),
        ("price = 20", "r2"),
        ("price = -(-20)", "r2"),
        ("name LIKE 'Basic%'", "r1"),
        ("name LIKE '%x'", "r2"),
        ("name NOT LIKE '%x'", "r1"),
        ("name LIKE 'pro__'", "r2"),
        ("name LIKE '%50!%' ESCAPE '!'", "r1"),
        ("name LIKE '%!_%' ESCAPE '!'", "r2"),
        ("LOWER(name) = 'basic 50%'", "r1"),
        ("upper(name) = 'PRO_X'", "r2"),
        ("COALESCE(name, 'none') = 'none'", "r3"),
        ("coalesce(n, 0) = 0", "r3"),
        ("\"Odd Name\" = 'a''b'", "r1"),
        ("NAME = 'pro_x'", "r2"),
        ("\"on\" = '2024-01-01'", "r1"),
        ("\"on\" > DATE '2024-01-01'", "r2"),
        ("ts = TIMESTAMP '2024-01-01 00:00:00'", "r1"),
        ("ts < '2024-01-31T23:59:59.999Z'", "r1"),
        ("ts >= DATE '2024-01-02'", "r2"),
        ("CAST(ts AS DATE) = \"on\"", "r1 r2"),
        ("CAST(day AS DATE) < DATE '2024-01-15'", "r1"),
        ("CAST(n AS VARCHAR) = '2'", "r2"),
        ("n = 1 AND flag OR name = 'pro_x'", "r1 r2"),
        ("true", "r1 r2 r3"),
        ("1 = 2", ""),
    ];
    let mut export = export();
    for (condition, expected) in cases {
        export = export.only("subscriptions", &keys(condition));
        let mut kept: Vec<String> =
            strings(&export.read(Input::Subscriptions), "subscription_id").into_iter().flatten().collect();
        kept.sort();
        assert_eq!(kept.join(" "), expected, "{condition}");
    }
}

#[test]
fn what_is_not_supported_is_said() {
    let cases = [
        ("n =", "is not a SQL expression"),
        ("n = 1; DROP TABLE x", "is left over"),
        ("n", "it is a number, not true or false"),
        ("n IN (SELECT 1)", "`n IN (SELECT 1)` is not supported"),
        ("length(name) = 1", "`length(name)` is not supported"),
        ("name = 1", "text is compared with a number"),
        ("n = 'one'", "'one' is not a number"),
        ("\"on\" = 'soon'", "'soon' is not a date"),
        ("flag > 1", "a boolean is compared with a number"),
        ("name AND flag", "text stands where true or false is needed"),
        ("nmae = 'x'", "there is no column `nmae`"),
        ("\"NAME\" = 'x'", "there is no column `NAME`"),
        ("list IS NULL", "the column `list` is list"),
        ("n % 2 = 0", "`%` is not supported"),
    ];
    let mut export = export();
    for (condition, message) in cases {
        export = export.only("subscriptions", &keys(condition));
        let error = export.scan().err().unwrap_or_else(|| panic!("{condition} was accepted"));
        assert_eq!(error.kind, Kind::Job);
        assert!(error.to_string().contains(message), "{condition}: {error}");
    }
    export = export.only("subscriptions", &keys("nmae = 'x'"));
    assert_eq!(export.scan().err().unwrap().hint.unwrap(), "did you mean `name`?");
}
