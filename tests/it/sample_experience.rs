//! What the sample's customers do, answer and ask: told truly by `truth.json`, laid out as exports are, and telling of
//! those who leave.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use polars::prelude::{ParquetReader, SerReader};
use serde_json::Value;
use tenure::error::Kind;
use tenure::month::{Month, date_of};
use tenure::sample::catalogue::{ENTERPRISE, QUALIFYING_EVENTS, STARTER, TEAM};
use tenure::sample::truth::{lifetime, survival};
use tenure::sample::{SampleOptions, SampleReport, write};

use crate::sample::{numbers, read, texts};

const DAY: i64 = 86_400_000_000;

fn sample(out: &Path, customers: u64, months: u32, events: f64) -> SampleReport {
    let options =
        SampleOptions { customers, months, seed: 17, events_per_customer_month: events, ..SampleOptions::new(out) };
    write(&options).unwrap()
}

fn truth(root: &Path) -> Value {
    serde_json::from_slice(&fs::read(root.join("truth.json")).unwrap()).unwrap()
}

struct Event {
    customer: String,
    at: i64,
    user: Option<String>,
    name: String,
}

fn events(root: &Path) -> Vec<Event> {
    let frame = read(root, "usage_events");
    let (customers, users) = (texts(&frame, "customer_id"), texts(&frame, "user_id"));
    let (names, instants) = (texts(&frame, "event_name"), numbers(&frame, "occurred_at"));
    let rows = customers.into_iter().zip(users).zip(names).zip(instants);
    rows.map(|(((customer, user), name), at)| Event {
        customer: customer.unwrap(),
        at: at.unwrap() as i64,
        user,
        name: name.unwrap(),
    })
    .collect()
}

fn month_of(at: i64) -> String {
    Month::of(date_of((at / DAY) as i32)).to_string()
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> u64 {
    values.collect::<BTreeSet<T>>().len() as u64
}

#[test]
fn the_truth_counts_usage_as_the_files_do() {
    let directory = tempfile::tempdir().unwrap();
    let report = sample(directory.path(), 700, 15, 15.0);
    let events = events(directory.path());
    assert_eq!(events.len() as u64, report.usage_events);
    let truth = truth(directory.path());
    let mut total = 0;
    for told in truth["months"].as_array().unwrap() {
        let month = told["month"].as_str().unwrap();
        let all: Vec<&Event> = events.iter().filter(|event| month_of(event.at) == month).collect();
        let counted: Vec<&&Event> =
            all.iter().filter(|event| QUALIFYING_EVENTS.contains(&event.name.as_str())).collect();
        let next: Month = month.parse::<Month>().unwrap().next();
        let last_week = (i64::from(next.days()) - 7) * DAY;
        let customers = || counted.iter().map(|event| (&event.customer, event.at / DAY));
        let users = || counted.iter().filter_map(|event| Some((event.user.as_ref()?, event.at / DAY)));
        let found = [
            ("events", all.len() as u64),
            ("qualifying_events", counted.len() as u64),
            ("active_days_total", distinct(customers())),
            ("monthly_active_customers", distinct(customers().map(|day| day.0))),
            ("weekly_active_customers", distinct(customers().filter(|day| day.1 * DAY >= last_week).map(|day| day.0))),
            ("monthly_active_users", distinct(users().map(|day| day.0))),
            ("user_days_total", distinct(users())),
        ];
        for (name, count) in found {
            assert_eq!(told["usage"][name].as_u64(), Some(count), "{month} {name}");
        }
        assert!(found[6].1 > found[2].1 * 9 / 10 && found[5].1 > found[3].1, "{month}: several people a customer");
        total += found[0].1;
    }
    assert_eq!(total, report.usage_events);
    assert!(events.iter().any(|event| event.user.is_none()), "machines");
}

#[test]
fn the_truth_counts_surveys_and_tickets_as_the_files_do() {
    let directory = tempfile::tempdir().unwrap();
    let report = sample(directory.path(), 2_500, 15, 0.0);
    let frame = read(directory.path(), "surveys");
    let text = |name| texts(&frame, name).into_iter().collect::<Vec<_>>();
    let (ids, customers, people, kinds) =
        (text("response_id"), text("account_id"), text("respondent_id"), text("kind"));
    let (instants, scores) = (numbers(&frame, "answered_at"), numbers(&frame, "score"));
    assert_eq!(distinct(ids.iter()), report.surveys);
    assert!(
        numbers(&frame, "scale_max")
            .iter()
            .zip(&kinds)
            .all(|(scale, kind)| { *scale == Some(if kind.as_deref() == Some("nps") { 10 } else { 5 }) })
    );
    // month, kind -> score of each respondent's last answer
    let mut last: BTreeMap<(String, String), BTreeMap<_, _>> = BTreeMap::new();
    for row in 0..frame.height() {
        let Some(score) = scores[row] else { continue };
        let at = instants[row].unwrap() as i64;
        let answers = last.entry((month_of(at), kinds[row].clone().unwrap())).or_default();
        let person = (customers[row].clone(), people[row].clone());
        let answer = (at, ids[row].clone(), score);
        let known = answers.entry(person).or_insert(answer.clone());
        *known = known.clone().max(answer);
    }
    let answers: usize = last.values().map(BTreeMap::len).sum();
    assert!(answers < scores.iter().flatten().count(), "nobody answered twice in a month");
    assert!(scores.iter().any(Option::is_none), "a blank");
    assert!(people.iter().any(Option::is_none), "an answer without a name");

    let tickets = read(directory.path(), "support_tickets");
    let (opened, closed) = (numbers(&tickets, "opened_at"), numbers(&tickets, "closed_at"));
    assert!(opened.iter().zip(&closed).all(|(opened, closed)| closed.is_none_or(|closed| closed > opened.unwrap())));
    assert!(closed.iter().any(Option::is_none), "an open ticket");
    assert_eq!(tickets.height() as u64, report.support_tickets);
    for told in truth(directory.path())["months"].as_array().unwrap() {
        let month = told["month"].as_str().unwrap();
        let scores = |kind: &str| -> Vec<i128> {
            let answers = last.get(&(month.to_string(), kind.to_string()));
            answers.into_iter().flat_map(BTreeMap::values).map(|answer| answer.2).collect()
        };
        let count = |scores: &[i128], is: fn(i128) -> bool| scores.iter().filter(|score| is(**score)).count() as u64;
        let (nps, csat) = (scores("nps"), scores("csat"));
        for (name, found) in [
            ("responses", nps.len() as u64),
            ("promoters", count(&nps, |score| score >= 9)),
            ("passives", count(&nps, |score| score == 7 || score == 8)),
            ("detractors", count(&nps, |score| score <= 6)),
        ] {
            assert_eq!(told["nps"][name].as_u64(), Some(found), "{month} {name}");
        }
        for (name, found) in [
            ("responses", csat.len() as u64),
            ("satisfied", count(&csat, |score| score >= 4)),
            ("points", csat.iter().map(|score| score - 1).sum::<i128>() as u64),
        ] {
            assert_eq!(told["csat"][name].as_u64(), Some(found), "{month} {name}");
        }
        let found = opened.iter().filter(|at| month_of(at.unwrap() as i64) == month).count() as u64;
        assert_eq!(told["support_tickets"].as_u64(), Some(found), "{month}");
    }
}

/// Events lie in the directory of their month, in order of time, customers between each other.
#[test]
fn usage_lies_as_exports_have_it() {
    let directory = tempfile::tempdir().unwrap();
    let report = sample(directory.path(), 5_000, 3, 15.0);
    assert_eq!(fs::read_dir(directory.path().join("usage_events")).unwrap().count(), 3);
    for entry in fs::read_dir(directory.path().join("usage_events")).unwrap() {
        let month = entry.unwrap().file_name().into_string().unwrap();
        let events = events_of(directory.path(), &month);
        assert!(events.iter().all(|event| format!("month={}", month_of(event.at)) == month), "{month}");
        assert!(events.is_sorted_by_key(|event| event.at), "{month}");
        let beside = events.windows(2).filter(|pair| pair[0].customer == pair[1].customer).count();
        assert!(2 * beside < events.len(), "{month}: customers lie together");
        let weekend = |event: &&Event| (event.at / DAY + 3).rem_euclid(7) >= 5;
        let share = events.iter().filter(weekend).count() as f64 / events.len() as f64;
        assert!((0.05..0.15).contains(&share), "{month}: {share} at weekends");
    }
    assert!(report.usage_events > 50_000);
}

fn events_of(root: &Path, month: &str) -> Vec<Event> {
    let copy = root.join("copy").join(month);
    fs::create_dir_all(copy.join("usage_events")).unwrap();
    for entry in fs::read_dir(root.join("usage_events").join(month)).unwrap() {
        let from = entry.unwrap().path();
        fs::copy(&from, copy.join("usage_events").join(from.file_name().unwrap())).unwrap();
    }
    events(&copy)
}

#[test]
fn the_mean_number_of_events_is_the_one_asked_for() {
    for asked in [4.0, 15.0, 90.0] {
        let directory = tempfile::tempdir().unwrap();
        let report = sample(directory.path(), 1_200, 12, asked);
        let frame = read(directory.path(), "subscriptions");
        let end = 1 + i128::from(tenure::month::days_of(report.as_of.parse().unwrap()));
        let end = end * i128::from(DAY);
        let (starts, ends) = (numbers(&frame, "start_date"), numbers(&frame, "end_date"));
        let (statuses, plans) = (texts(&frame, "status"), texts(&frame, "plan"));
        let served: i128 = (0..frame.height())
            .filter(|row| statuses[*row].as_deref() != Some("incomplete_expired"))
            .filter(|row| plans[*row].as_deref() != Some("addon"))
            .map(|row| (ends[row].unwrap_or(end).min(end) - starts[row].unwrap()).max(0))
            .sum();
        let months = served as f64 / DAY as f64 / 30.4375;
        let mean = report.usage_events as f64 / months;
        assert!((mean / asked - 1.0).abs() < 0.12, "{mean} events a month instead of {asked}");
    }
}

#[test]
fn without_events_the_job_has_no_usage() {
    let directory = tempfile::tempdir().unwrap();
    let report = sample(directory.path(), 50, 3, 0.0);
    let job: toml::Table = fs::read_to_string(&report.job).unwrap().parse().unwrap();
    assert!(!job["inputs"].as_table().unwrap().contains_key("usage_events"));
    assert!(!job["definitions"].as_table().unwrap().contains_key("qualifying_events"));
    assert!(!directory.path().join("usage_events").exists());
    for events in [-1.0, f64::NAN, f64::INFINITY] {
        let options =
            SampleOptions { events_per_customer_month: events, ..SampleOptions::new(directory.path().join("other")) };
        assert_eq!(write(&options).unwrap_err().kind, Kind::Usage, "{events}");
    }
}

/// A month is cut into files between two days, so that no more than a part of it is in memory.
#[test]
fn a_busy_month_is_several_files() {
    let directory = tempfile::tempdir().unwrap();
    let report = sample(directory.path(), 250, 1, 10_000.0);
    let month = directory.path().join("usage_events/month=2026-10");
    let paths: Vec<_> = fs::read_dir(&month).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(paths.len() > 1, "{report:?}");
    let rows = |path| ParquetReader::new(fs::File::open(path).unwrap()).num_rows().unwrap() as u64;
    let rows: Vec<u64> = paths.iter().map(rows).collect();
    assert_eq!(rows.iter().sum::<u64>(), report.usage_events);
    assert!(rows.iter().all(|rows| *rows < 600_000), "{rows:?}");
}

/// Customers who leave use less in their last month than in the fifth before, others do not; they are less satisfied and
/// ask for more help. Some leave without a sign.
#[test]
fn usage_surveys_and_tickets_tell_of_those_who_leave() {
    let directory = tempfile::tempdir().unwrap();
    let report = sample(directory.path(), 4_000, 24, 15.0);
    let end = (1 + i64::from(tenure::month::days_of(report.as_of.parse().unwrap()))) * DAY;
    let frame = read(directory.path(), "subscriptions");
    let (customers, starts) = (texts(&frame, "account_id"), numbers(&frame, "start_date"));
    let ends = numbers(&frame, "end_date");
    let mut lives: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in 0..frame.height() {
        let (start, left) = (starts[row].unwrap() as i64, ends[row].map_or(i64::MAX, |left| left as i64));
        let life = lives.entry(customers[row].clone().unwrap()).or_insert((start, left));
        *life = (life.0.min(start), life.1.max(left));
    }
    let mut days: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for event in events(directory.path()) {
        days.entry(event.customer).or_default().insert(event.at / DAY);
    }
    // of those who left, and of those who stayed: active days in the last 30 days and in 30 days four months before
    let mut active = [[0_usize; 2]; 2];
    let mut vanished = [0_usize; 2];
    let mut seen = [0_usize; 2];
    for (customer, (start, left)) in &lives {
        let last = (*left).min(end - 10 * DAY);
        let has_left = *left < end;
        if last - start < 170 * DAY || (*left != i64::MAX && !has_left) {
            continue;
        }
        let kind = usize::from(!has_left);
        let own = days.get(customer);
        let within = |from: i64| {
            own.map_or(0, |own| own.range((last - from * DAY) / DAY..(last - (from - 30) * DAY) / DAY).count())
        };
        active[kind][0] += within(30);
        active[kind][1] += within(150);
        vanished[kind] += usize::from(within(30) == 0);
        seen[kind] += 1;
    }
    let [lost, kept] = active.map(|[now, before]| now as f64 / before as f64);
    assert!(seen[0] > 300 && seen[1] > 300, "{seen:?}");
    assert!((0.4..0.8).contains(&lost) && (0.9..1.1).contains(&kept), "{lost} of those who left, {kept} of the others");
    // a sign is no certainty, in either direction
    let share = |kind: usize| vanished[kind] as f64 / seen[kind] as f64;
    assert!(share(0) < 0.5 && share(1) > 0.01 && share(0) > 1.5 * share(1), "{} and {}", share(0), share(1));

    let frame = read(directory.path(), "surveys");
    let (people, kinds, scores) = (texts(&frame, "account_id"), texts(&frame, "kind"), numbers(&frame, "score"));
    let mean = |kind: &str, has_left: bool| {
        let rows = (0..frame.height()).filter(|row| kinds[*row].as_deref() == Some(kind));
        let of = |row: &usize| (lives[people[*row].as_ref().unwrap()].1 < end) == has_left;
        let scores: Vec<i128> = rows.filter(of).filter_map(|row| scores[row]).collect();
        scores.iter().sum::<i128>() as f64 / scores.len() as f64
    };
    for kind in ["nps", "csat"] {
        assert!(mean(kind, true) + 0.2 < mean(kind, false), "{kind}: {} {}", mean(kind, true), mean(kind, false));
    }
    let tickets = texts(&read(directory.path(), "support_tickets"), "customer_id");
    let rate = |has_left: bool| {
        let of = |life: &(i64, i64)| (life.1 < end) == has_left;
        let opened = tickets.iter().filter(|customer| of(&lives[customer.as_ref().unwrap()])).count();
        let lived: i64 =
            lives.values().filter(|life| of(life)).map(|(start, left)| (left.min(&end) - start).max(0)).sum();
        opened as f64 / (lived as f64 / DAY as f64)
    };
    assert!(rate(true) > 1.15 * rate(false), "{} {}", rate(true), rate(false));
}

/// What `truth.json` plants is what customers simulated to the end do.
#[test]
fn planted_lifetimes_are_lived() {
    let directory = tempfile::tempdir().unwrap();
    sample(directory.path(), 40_000, 6, 0.0);
    let truth = truth(directory.path());
    let planted: Vec<f64> =
        truth["planted_survival"].as_array().unwrap().iter().map(|share| share.as_f64().unwrap()).collect();
    let lived = lifetime::of_new_customers(3, 30_000, 48).unwrap();
    assert!(lived.customers > 20_000);
    for (age, (planted, lived_share)) in planted.iter().zip(&lived.survival).enumerate() {
        let error = (planted * (1.0 - planted) * 2.0 / lived.customers as f64).sqrt();
        assert!(
            (planted - lived_share).abs() < 0.005 + 4.0 * error,
            "age {age}: {planted} planted, {lived_share} lived"
        );
    }
    for told in truth["planted_lifetimes"].as_array().unwrap() {
        let horizon = told["horizon_months"].as_u64().unwrap() as usize;
        let sum: f64 = planted[..horizon].iter().sum();
        assert!((told["lifetime_months"].as_f64().unwrap() - sum).abs() < 1e-9);
        if horizon <= 48 {
            let months: f64 = lived.survival[..horizon].iter().sum();
            assert!((months / sum - 1.0).abs() < 0.01, "{horizon} months: {months} lived, {sum} planted");
        }
    }
    // who stays pays more than who leaves, and some buy more: the mean payment of those left rises
    assert!(lived.mrr[36] / lived.survival[36] > 1.2 * lived.mrr[0]);
    assert!(lived.payments(36) > 0.0 && lived.payments(36) < 36.0 * lived.mrr[0] * 1.5);
    // by hand: Beta(1, 11) at two monthly renewals, at one quarterly, Beta(2, 118) within its first year
    assert!((survival(&STARTER, 1, 2) - 0.975 * 11.0 / 12.0 * 12.0 / 13.0).abs() < 1e-12);
    assert!((survival(&TEAM, 3, 5) - 23.0 / 26.0).abs() < 1e-12);
    assert_eq!(survival(&ENTERPRISE, 12, 11), 1.0);
}
