//! Every rule on usage events, surveys and support tickets, shown by a small case that breaks it and nothing else.

use jiff::civil::{Date, date};
use polars::prelude::*;
use tenure::pipeline;
use tenure::tables::outputs::*;
use tenure::violation::{Severity, Violation};

use crate::support::export::{Export, storage};
use crate::support::figures::Figures;
use crate::support::publish::months;
use crate::validate::{brief, only, table};

const SURVEYS: &str = "response_id customer_id respondent_id answered_at kind score scale_max";
const USAGE: &str = "customer_id occurred_at user_id event";
const TICKETS: &str = "ticket_id customer_id opened_at closed_at";

/// A business whose subscriptions are in order.
fn business() -> Export {
    let subscriptions = table(
        "subscription_id customer_id started_at ended_at mrr",
        &["s1 c1 2024-01-01 - 1", "s2 c2 2024-01-01 - 1", "s3 c3 2024-01-01 2024-03-10 1"],
    );
    Export::new().table("subscriptions", subscriptions)
}

fn surveys(rows: &[&str]) -> Export {
    business().table("surveys", table(SURVEYS, rows))
}
fn usage(rows: &[&str]) -> Export {
    business().table("usage_events", table(USAGE, rows))
}
fn tickets(rows: &[&str]) -> Export {
    business().table("support_tickets", table(TICKETS, rows))
}

/// One answer of March as `kind score scale_max`.
fn answer(text: &str) -> Export {
    surveys(&[&format!("r1 c1 - 2024-03-05 {text}")])
}

#[test]
fn clean_experience_has_no_violations() {
    let export = surveys(&[
        // both ends of every scale, and the scales that are understood where none is given
        "r1 c1 p1 2024-03-05 nps 0 -",
        "r2 c1 p2 2024-03-05 nps 10 10",
        "r3 c1 - 2024-03-05 csat 1 -",
        "r4 c1 - 2024-03-05 csat 5 -",
        "r5 c1 - 2024-03-05 csat 3 3",
        "r6 c1 - 2024-03-05 csat 7 7",
        "r7 c1 - 2024-03-05 csat 10 10",
        // nobody filled these in
        "r8 c2 p1 2024-03-05 nps - 10",
        "r9 c2 p1 2024-03-05 csat - -",
        // one person in one second, twice
        "ra c2 p1 2024-03-05T10:00:00Z nps 3 -",
        "rb c2 p1 2024-03-05T10:00:00Z nps 9 -",
        // the last instant there is
        "rc c2 p1 2024-03-31T23:59:59.999999Z csat 2 -",
    ])
    .table(
        "usage_events",
        // two events in one instant are two events; machines have no user
        table(USAGE, &["c1 2024-03-05T10:00:00Z - login", "c1 2024-03-05T10:00:00Z - login", "c2 1990-01-01 u1 -"]),
    )
    .table(
        "support_tickets",
        table(
            TICKETS,
            // closed at once, still open, to be closed after the as-of day
            &["t1 c1 2024-03-05 2024-03-05", "t2 c1 2024-03-05 -", "t3 c1 2024-03-05 2024-04-05"],
        ),
    );
    assert_eq!(export.violations(), vec![]);
}

#[test]
fn scores_off_their_scale() {
    for (text, score) in [
        ("nps 11 -", "11"),
        ("nps 11 10", "11"),
        ("nps -1 -", "-1"),
        ("csat 0 -", "0"),
        ("csat 6 -", "6"),
        ("csat 6 5", "6"),
        ("csat 0 10", "0"),
        ("csat 4 3", "4"),
        ("csat 8 7", "8"),
        ("csat 11 10", "11"),
    ] {
        let found = only(&answer(text), "surveys.score", "off_scale", 1, &[&format!("r1: {score}")]);
        assert_eq!(found.severity, Severity::Error, "{text}");
    }
    // a score that is no whole number is not read at all
    only(&answer("nps 9.5 -"), "surveys.score", "unparseable", 1, &["r1: 9.5"]);
}

#[test]
fn kinds_and_scales_that_nobody_knows() {
    for kind in ["NPS", "ces", "nps2"] {
        only(&answer(&format!("{kind} 99 -")), "surveys.kind", "unknown_kind", 1, &[&format!("r1: {kind}")]);
    }
    for (text, scale) in [("nps 3 5", "5"), ("nps 3 11", "11"), ("csat 1 4", "4"), ("csat 1 100", "100")] {
        only(&answer(text), "surveys.scale_max", "unknown_scale", 1, &[&format!("r1: {scale}")]);
    }
}

#[test]
fn null_keys_of_experience() {
    let null = |column: &str, samples: Vec<&'static str>| (column.to_string(), "null_value", 1, samples);
    let export = surveys(&[
        "- c1 - 2024-03-05 nps 1 -",
        "r2 - - 2024-03-05 nps 1 -",
        "r3 c1 - - nps 1 -",
        "r4 c1 - 2024-03-05 - 1 -",
    ]);
    let expected = [
        null("surveys.answered_at", vec!["r3"]),
        null("surveys.customer_id", vec!["r2"]),
        null("surveys.kind", vec!["r4"]),
        null("surveys.response_id", vec!["(null)"]),
    ];
    assert_eq!(brief(&export.violations()), expected);
    let export = usage(&["- 2024-03-05 u1 login", "c1 - u1 login"]);
    let expected = [
        null("usage_events.customer_id", vec!["(null) 2024-03-05T00:00:00Z"]),
        null("usage_events.occurred_at", vec!["c1 (null)"]),
    ];
    assert_eq!(brief(&export.violations()), expected);
    let export = tickets(&["- c1 2024-03-05 -", "t2 - 2024-03-05 -", "t3 c1 - 2024-03-05"]);
    let expected = [
        null("support_tickets.customer_id", vec!["t2"]),
        null("support_tickets.opened_at", vec!["t3"]),
        null("support_tickets.ticket_id", vec!["(null)"]),
    ];
    assert_eq!(brief(&export.violations()), expected);
}

#[test]
fn one_response_or_ticket_is_one_row() {
    let export = surveys(&["r1 c1 - 2024-03-05 nps 1 -", "r1 c2 - 2024-03-06 csat 1 -", "r2 c2 - 2024-03-06 nps 1 -"]);
    only(&export, "surveys.response_id", "duplicate_key", 2, &["r1"]);
    let export = tickets(&["t1 c1 2024-03-05 -", "t1 c2 2024-03-06 -", "t2 c2 2024-03-06 -"]);
    only(&export, "support_tickets.ticket_id", "duplicate_key", 2, &["t1"]);
    // what comes after the as-of day does not exist yet, and so is no second row
    let export = tickets(&["t1 c1 2024-03-05 -", "t1 c2 2099-03-06 -"]);
    only(&export, "support_tickets.opened_at", "after_as_of", 1, &["t1: 2099-03-06T00:00:00Z"]);
}

/// A clock that starts in 1970, and times that no calendar holds.
#[test]
fn clocks_that_were_never_set() {
    let sample = "c1 1970-01-01T00:00:07Z: 1970-01-01T00:00:07Z";
    let export = usage(&["c1 1970-01-01T00:00:07Z u1 login", "c1 2024-03-05 u1 login"]);
    let found = only(&export, "usage_events.occurred_at", "implausible_time", 1, &[sample]);
    assert_eq!(found.severity, Severity::Error);
    let export = usage(&["c1 1989-12-31T23:59:59Z u1 login", "c1 1990-01-01 u1 login"]);
    let sample = "c1 1989-12-31T23:59:59Z: 1989-12-31T23:59:59Z";
    only(&export, "usage_events.occurred_at", "implausible_time", 1, &[sample]);
    let export = surveys(&["r1 c1 - 1970-01-01 nps 1 -"]);
    only(&export, "surveys.answered_at", "implausible_time", 1, &["r1: 1970-01-01T00:00:00Z"]);
    let export = tickets(&["t1 c1 1970-01-01 -"]);
    only(&export, "support_tickets.opened_at", "implausible_time", 1, &["t1: 1970-01-01T00:00:00Z"]);

    let mut frame = table("customer_id", &["c1"]);
    let times = Int64Chunked::from_slice("occurred_at".into(), &[i64::MIN + 1]);
    frame.with_column(times.into_datetime(TimeUnit::Microseconds, None).into_column()).unwrap();
    let violations = business().table("usage_events", frame).violations();
    let [Violation { rule: "implausible_time", rows: 1, .. }] = violations[..] else { panic!("{violations:?}") };
}

#[test]
fn closed_before_opened() {
    let export = tickets(&["t1 c1 2024-03-05T10:00:00Z 2024-03-05T09:59:59Z", "t2 c1 2024-03-05 2024-03-05"]);
    only(&export, "support_tickets.closed_at", "closed_before_opened", 1, &["t1: 2024-03-05T09:59:59Z"]);
}

/// Counting only some events is impossible without knowing which they are.
#[test]
fn qualifying_events_need_their_column() {
    let wanted = "[definitions]\nqualifying_events = [\"report\"]";
    let without = || business().table("usage_events", table("customer_id occurred_at", &["c1 2024-03-05"]));
    let found = only(&without().with(wanted), "usage_events.event", "missing_column", 0, &[]);
    assert_eq!(found.severity, Severity::Error);
    assert_eq!(without().violations(), vec![]);
    assert_eq!(usage(&["c1 2024-03-05 u1 report"]).with(wanted).violations(), vec![]);
}

#[test]
fn customers_nobody_knows_answer_and_ask_too() {
    let export = surveys(&["r1 c9 - 2024-03-05 nps 1 -", "r2 c9 - 2024-03-06 nps 1 -", "r3 c1 - 2024-03-06 nps 1 -"])
        .table("usage_events", table(USAGE, &["c8 2024-03-05 u1 login", "c1 2024-03-05 u1 login"]))
        .table("support_tickets", table(TICKETS, &["t1 c7 2024-03-05 -", "t2 c1 2024-03-05 -"]))
        .table("customers", table("customer_id", &["c1", "c2", "c3"]));
    let violations = export.violations();
    let expected = [
        ("support_tickets.customer_id".to_string(), "unknown_customer", 1, vec!["c7"]),
        ("surveys.customer_id".to_string(), "unknown_customer", 2, vec!["c9"]),
        ("usage_events.customer_id".to_string(), "unknown_customer", 1, vec!["c8"]),
    ];
    assert_eq!(brief(&violations), expected);
    assert!(violations.iter().all(|violation| violation.severity == Severity::Warning));
}

/// The middle of a month, so that a row after it could be counted in the same month.
const MID_MARCH: Date = date(2024, 3, 15);

/// nps, csat, engagement, and costs allocated by tickets, of February and March.
fn computed(export: &Export) -> Vec<(&'static str, DataFrame)> {
    let tables = ["nps", "csat", "engagement", "crc", "health", "tiers"].map(str::to_string);
    let months = months("2024-02", "2024-03");
    let computed = pipeline::compute(&export.job(), &storage(), MID_MARCH, months, Some(&tables)).unwrap();
    assert_eq!(computed.len(), tables.len());
    computed.into_iter().map(|computed| (computed.table.name, computed.frame)).collect()
}

/// Rows after the as-of day are warned of, and every number is what it is without them.
#[test]
fn rows_after_the_as_of_day_are_in_no_number() {
    let export = |answered: &[&str], used: &[&str], asked: &[&str]| {
        let customers = table("customer_id region", &["c1 north", "c2 south", "c3 south"]);
        surveys(&[&["r1 c1 p1 2024-03-05 nps 9 -", "r2 c1 p1 2024-03-05 csat 4 -"], answered].concat())
            .with("dimensions = [\"region\"]\n[definitions]\nallocation = \"tickets\"")
            .table("usage_events", table(USAGE, &[&["c1 2024-03-05 u1 login"], used].concat()))
            .table("support_tickets", table(TICKETS, &[&["t1 c1 2024-03-05 -"], asked].concat()))
            .table("customers", customers)
            .table("retention_costs", table("incurred_on category amount", &["2024-03-05 support 100"]))
    };
    let plain = export(&[], &[], &[]);
    let check = |export: &Export| pipeline::check(&export.job(), &storage(), MID_MARCH).unwrap();
    assert_eq!(check(&plain), vec![]);
    let later = export(
        &["r3 c1 p1 2024-03-16 nps 0 -", "r4 c2 p1 2024-03-31 csat 1 -"],
        &["c1 2024-03-16 u1 login", "c2 2024-03-16 u2 login", "c2 2024-05-01 u2 login"],
        &["t2 c2 2024-03-16 -"],
    );
    let violations = check(&later);
    let next_day = "2024-03-16T00:00:00Z";
    let samples = |texts: &[&str]| -> Vec<String> { texts.iter().map(|text| text.replace('@', next_day)).collect() };
    let expected = [
        ("support_tickets.opened_at", 1, samples(&["t2: @"])),
        ("surveys.answered_at", 2, samples(&["r3: @", "r4: 2024-03-31T00:00:00Z"])),
        (
            "usage_events.occurred_at",
            3,
            samples(&["c1 @: @", "c2 @: @", "c2 2024-05-01T00:00:00Z: 2024-05-01T00:00:00Z"]),
        ),
    ];
    let found = brief(&violations);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((column, rule, rows, shown), (wanted, count, texts)) in found.iter().zip(&expected) {
        assert_eq!((column.as_str(), *rule, *rows), (*wanted, "after_as_of", *count));
        assert_eq!(shown, texts);
    }
    assert!(violations.iter().all(|violation| violation.severity == Severity::Warning));
    assert!(violations[0].message.contains("2024-03-15"), "{}", violations[0].message);
    for ((name, without), (_, with)) in computed(&plain).iter().zip(&computed(&later)) {
        assert!(without.height() > 0 && without.equals_missing(with), "{name}");
    }
    // a row of the as-of day itself is in them
    let same_day =
        export(&["r3 c1 p1 2024-03-15T23:59:59Z nps 0 -"], &["c2 2024-03-15 u2 login"], &["t2 c2 2024-03-15 -"]);
    assert_eq!(check(&same_day), vec![]);
    let different = computed(&plain).into_iter().zip(computed(&same_day)).filter(|(one, other)| one.1 != other.1);
    let names: Vec<&str> = different.map(|((name, _), _)| name).collect();
    assert_eq!(names, ["crc", "nps", "engagement", "health", "tiers"]);
}

/// Who answers twice in a second is one respondent: of equal times the larger id counts, as text.
#[test]
fn of_two_answers_in_one_second_one_counts() {
    let at = "2024-03-05T10:00:00Z";
    let export = surveys(&[&format!("r10 c1 p1 {at} nps 0 -"), &format!("r9 c1 p1 {at} nps 10 -")]);
    assert_eq!(export.violations(), vec![]);
    let tables = ["nps".to_string()];
    let months = months("2024-03", "2024-03");
    let computed = pipeline::compute(&export.job(), &storage(), date(2024, 3, 31), months, Some(&tables)).unwrap();
    let nps = Figures::of(&computed, &NPS_TABLE);
    let row = nps.row("all", "all", &[]);
    let counts = [&RESPONSES, &PROMOTERS, &DETRACTORS].map(|column| nps.integer(row, column));
    assert_eq!(counts, [1, 1, 0].map(Some));
}

/// One bad row of any of them stops a run before anything is computed.
#[test]
fn violations_of_experience_stop_a_run() {
    for export in [
        answer("nps 11 -"),
        answer("ces 1 -"),
        usage(&["c1 1970-01-01 u1 login"]),
        tickets(&["t1 c1 2024-03-05 2024-03-04"]),
    ] {
        let months = months("2024-03", "2024-03");
        let refused = pipeline::compute(&export.job(), &storage(), date(2024, 3, 31), months, None).err().unwrap();
        assert_eq!(refused.kind, tenure::error::Kind::Data, "{refused:?}");
    }
}
