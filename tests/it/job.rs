//! The job file: what it means and how it is refused.

use std::path::Path;

use tenure::error::Kind;
use tenure::job::{Active, Allocation, Job};
use tenure::tables::Input;

const SMALLEST: &str = "currency = \"EUR\"\n[inputs.subscriptions]\nuri = \"subs.parquet\"\n[output]\nuri = \"out\"\n";

fn parse(text: &str) -> Job {
    Job::parse(text, Path::new("/jobs/acme")).unwrap()
}

fn refused(text: &str) -> (String, Option<String>) {
    let error = Job::parse(text, Path::new("/jobs/acme")).err().unwrap_or_else(|| panic!("accepted: {text}"));
    assert_eq!(error.kind, Kind::Job);
    (error.to_string(), error.hint)
}

#[test]
fn the_smallest_job_has_defaults_for_the_rest() {
    let job = parse(SMALLEST);
    assert_eq!((job.currency.as_str(), job.time_zone.as_str()), ("EUR", "UTC"));
    assert_eq!((job.gross_margin, job.discount_rate_annual), (1.0, 0.0));
    assert_eq!((job.restate_months, job.settle_days, job.allow_http), (3, 7, false));
    assert_eq!((job.definitions.active, job.definitions.allocation), (Active::Paying, Allocation::Customers));
    assert_eq!(job.output.uri, "file:///jobs/acme/out");
    assert_eq!(job.output.tables, None);
    let source = &job.inputs[&Input::Subscriptions];
    assert_eq!(source.uri, "file:///jobs/acme/subs.parquet");
    assert!(
        !source.is_snapshots && !source.is_end_inclusive && source.filter.is_none() && source.history_from.is_none()
    );
    assert!(job.has(Input::Subscriptions) && !job.has(Input::Invoices));
}

#[test]
fn every_key_is_read() {
    let job = parse(
        r#"
        currency = "USD"
        time_zone = "Europe/Berlin"
        dimensions = ["region", "plan"]
        gross_margin = 0.8
        discount_rate_annual = 0.1
        allow_http = true
        [inputs.subscriptions]
        uri = "s3://lake/subs/snapshot_date={latest}/*.parquet"
        columns = { customer_id = "account_id", mrr = "mrr_amount" }
        where = "is_trial = false"
        end = "inclusive"
        history_from = 2022-01-01
        [inputs.customers]
        uri = "../exports/./customers"
        columns.region = "area"
        [inputs.invoices]
        uri = "file:///lake/invoices"
        [definitions]
        active = "entitled"
        exclude_statuses = ["draft"]
        allocation = "mrr"
        [output]
        uri = "s3://lake/metrics/"
        tables = ["churn", "mrr"]
        [nightly]
        restate_months = 1
        settle_days = 0
        "#,
    );
    assert_eq!(job.dimensions, ["region", "plan"]);
    assert_eq!((job.gross_margin, job.discount_rate_annual, job.allow_http), (0.8, 0.1, true));
    let source = &job.inputs[&Input::Subscriptions];
    assert_eq!(source.uri, "s3://lake/subs/snapshot_date={latest}/*.parquet");
    assert_eq!(source.filter.as_deref(), Some("is_trial = false"));
    assert!(source.is_end_inclusive);
    assert_eq!(source.history_from, Some(jiff::civil::date(2022, 1, 1)));
    assert_eq!(job.source_column(Input::Subscriptions, "customer_id"), "account_id");
    assert_eq!(job.source_column(Input::Subscriptions, "started_at"), "started_at");
    assert_eq!(job.inputs[&Input::Customers].uri, "file:///jobs/exports/customers");
    assert_eq!(job.source_column(Input::Customers, "region"), "area");
    assert_eq!(job.inputs[&Input::Invoices].uri, "file:///lake/invoices");
    assert_eq!((job.definitions.active, job.definitions.allocation), (Active::Entitled, Allocation::Mrr));
    assert_eq!(job.definitions.exclude_statuses, ["draft"]);
    assert_eq!(job.output.uri, "s3://lake/metrics");
    assert_eq!(job.output.tables, Some(vec!["churn".to_string(), "mrr".to_string()]));
    assert_eq!((job.restate_months, job.settle_days), (1, 0));
}

#[test]
fn unknown_keys_name_their_line_and_the_nearest() {
    let cases = [
        (format!("curency = \"EUR\"\n{SMALLEST}"), "line 1: unknown key `curency`", "did you mean `currency`?"),
        (
            format!("{SMALLEST}[nightly]\nrestate = 1\n"),
            "line 7: unknown key `restate` in [nightly]",
            "`restate_months`",
        ),
        (format!("{SMALLEST}[inputs.invoice]\nuri = \"x\"\n"), "unknown key `invoice` in [inputs]", "`invoices`"),
        (
            SMALLEST.replace("uri = \"subs", "url = \"subs"),
            "line 3: unknown key `url` in [inputs.subscriptions]",
            "`uri`",
        ),
        (
            SMALLEST.replace("[output]", "columns = { custmer_id = \"x\" }\n[output]"),
            "line 4: unknown key `custmer_id` in [inputs.subscriptions.columns]",
            "`customer_id`",
        ),
        (format!("{SMALLEST}[inputs.invoices]\nuri = \"x\"\nend = \"inclusive\"\n"), "unknown key `end`", ""),
        (format!("{SMALLEST}tables = [\"chrun\"]\n"), "line 6: unknown table `chrun`", "did you mean `churn`?"),
    ];
    for (text, message, hint) in cases {
        let (found, found_hint) = refused(&text);
        assert!(found.contains(message), "{found}");
        assert!(found_hint.unwrap_or_default().contains(hint), "{found}");
    }
}

#[test]
fn definitions_are_read_and_refused() {
    let job = parse(&format!(
        "{SMALLEST}[inputs.support_tickets]\nuri = \"t\"\n[definitions]\nallocation = \"tickets\"\nseed = 7\n\
         qualifying_events = [\"login\"]\n[nps]\ndetractor_max = 5\n[health.weights]\nusage = 1\n"
    ));
    let definitions = &job.definitions;
    assert_eq!((definitions.allocation, definitions.seed, definitions.detractor_max), (Allocation::Tickets, 7, 5));
    assert_eq!(definitions.qualifying_events, ["login"]);
    assert_eq!(definitions.weights.list(), [1.0, 0.20, 0.20, 0.15, 0.10]);
    let purchases = parse(&SMALLEST.replace("subscriptions", "invoices"));
    assert_eq!(purchases.definitions.active, Active::Purchases);
    let end = |lines: &str| format!("{SMALLEST}{lines}\n");
    let cases = [
        (end("[nps]\ndetractor_max = 9"), "`nps.detractor_max` is 9"),
        (end("[nps]\npromoter_min = 9"), "unknown key `promoter_min` in [nps]"),
        (end("[health.weights]\nusage = -1"), "`health.weights.usage` is -1"),
        (
            end("[health.weights]\nusage = 0\nsurvey = 0\nsupport = 0\ncommercial = 0\ntenure = 0"),
            "every weight of `health.weights` is 0",
        ),
        (end("[definitions]\nseed = -1"), "`definitions.seed` is -1"),
        (end("[definitions]\nactive = \"purchases\""), "is for businesses without subscriptions"),
        (end("[definitions]\nallocation = \"tickets\""), "needs [inputs.support_tickets]"),
        (
            SMALLEST.replace("subscriptions", "invoices") + "[definitions]\nallocation = \"mrr\"\n",
            "`definitions.allocation` = \"mrr\" needs [inputs.subscriptions]",
        ),
        (
            SMALLEST.replace("subscriptions", "invoices") + "[definitions]\nactive = \"paying\"\n",
            "customers can only be active by \"purchases\"",
        ),
        (SMALLEST.replace("subscriptions", "surveys"), "there is neither [inputs.subscriptions] nor [inputs.invoices]"),
    ];
    for (text, message) in cases {
        let (found, hint) = refused(&text);
        assert!(found.contains(message) && hint.is_some(), "{found}");
    }
}

#[test]
fn values_are_checked() {
    let top = |line: &str| format!("{line}\n{SMALLEST}");
    let source = |line: &str| SMALLEST.replace("[output]", &format!("{line}\n[output]"));
    let uri = |uri: &str| SMALLEST.replace("subs.parquet", uri);
    let cases = [
        (SMALLEST.replace("EUR", "euro"), "line 1: `euro` is not a currency"),
        (SMALLEST.replace("currency = \"EUR\"", ""), "the job file has no `currency`"),
        (SMALLEST.replace("\"EUR\"", "978"), "line 1: `currency` must be a string, not this integer"),
        (top("time_zone = \"Europe/Berlim\""), "unknown time zone `Europe/Berlim`"),
        (top("gross_margin = 80"), "`gross_margin` is 80"),
        (top("gross_margin = nan"), "`gross_margin` is NaN"),
        (top("discount_rate_annual = -1.0"), "`discount_rate_annual` is -1"),
        (top("dimensions = [\"all\"]"), "`dimensions` cannot hold `all`"),
        (top("dimensions = [\"a\", \"a\"]"), "it is listed twice"),
        (top("dimensions = [\"customer_id\"]"), "it is a canonical column"),
        (top("dimensions = \"region\""), "`dimensions` must be a list of strings"),
        (source("end = \"open\""), "`inputs.subscriptions.end` is `open`"),
        (source("shape = \"dated\""), "`inputs.subscriptions.shape` is `dated`"),
        (source("history_from = \"May\""), "`inputs.subscriptions.history_from` must be a date"),
        (source("shape = \"snapshots\"\nend = \"inclusive\""), "`end` has no meaning with shape = \"snapshots\""),
        (uri("{latest}").replace("[output]", "shape = \"snapshots\"\n[output]"), "picks one date"),
        (uri("{latest}/{latest}"), "more than one `{latest}`"),
        (uri("gs://bucket/x"), "`gs://` is not supported"),
        (uri("s3://"), "`s3://` is not complete"),
        (uri(""), "`uri` is empty"),
        (SMALLEST.replace("uri = \"subs.parquet\"", ""), "line 2: [inputs.subscriptions] has no `uri`"),
        (source("columns = { mrr = \"\" }"), "`mrr` is mapped to an empty name"),
        (source("columns = { mrr = 1 }"), "must be a table of strings"),
        (SMALLEST.replace("\"out\"", "\"out/*\""), "without patterns"),
        (format!("{SMALLEST}[nightly]\nrestate_months = 0\n"), "`nightly.restate_months` is 0"),
        (format!("{SMALLEST}[nightly]\nsettle_days = -1\n"), "`nightly.settle_days` is -1"),
        ("currency = ".to_string(), "line 1: this is not TOML"),
    ];
    for (text, message) in cases {
        let (found, _) = refused(&text);
        assert!(found.contains(message), "{found}");
    }
    assert_eq!(refused(&top("time_zone = \"Europe/Berlim\"")).1.unwrap(), "did you mean `Europe/Berlin`?");
}

#[test]
fn a_file_is_named_in_its_errors() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bad.toml");
    let missing = Job::load(&path).err().unwrap();
    assert_eq!(missing.kind, Kind::Job);
    std::fs::write(&path, format!("{SMALLEST}x = 1\n")).unwrap();
    let error = Job::load(&path).err().unwrap().to_string();
    assert!(error.contains("bad.toml: line 6: unknown key `x` in [output]"), "{error}");
    std::fs::write(&path, SMALLEST).unwrap();
    let job = Job::load(&path).unwrap();
    assert_eq!(job.output.uri, format!("file://{}/out", directory.path().display()));
}
