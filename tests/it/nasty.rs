//! The tiny businesses of the property tests are valid, nasty, and come back from their files as they went in.

use std::collections::{BTreeMap, BTreeSet};

use tenure::month::{Calendar, days_of};
use tenure::sample::frames::Stamps;
use tenure::sample::nasty::{NastyBusiness, nasty};
use tenure::sample::rows::{Subscription, Survey, UNIT, UsageEvent};
use tenure::tables::Input;
use tenure::tables::inputs::{CSAT_SCALES, EVENT, NPS_KIND, SCALE_MAX, USER_ID};

fn businesses() -> impl Iterator<Item = NastyBusiness> {
    [(0, 5), (1, 60), (4, 60), (12, 60)]
        .into_iter()
        .flat_map(|(customers, seeds)| (0..seeds).map(move |seed| nasty(seed, customers).unwrap()))
}

#[test]
fn every_nasty_business_is_valid() {
    for business in businesses() {
        let context = format!("seed {}", business.seed);
        let tables = &business.tables;
        let mut by_id: BTreeMap<u64, Vec<&Subscription>> = BTreeMap::new();
        for row in &tables.subscriptions {
            by_id.entry(row.subscription_id).or_default().push(row);
            assert!(row.ended_at.is_none_or(|end| end >= row.started_at), "{context}");
            let gross = i128::from(row.amount) * i128::from(row.quantity.unwrap_or(UNIT));
            assert!(gross >= i128::from(row.discount.unwrap_or(0)) * i128::from(UNIT), "{context}: negative charge");
            assert!(row.interval_count.is_none_or(|count| count > 0), "{context}");
        }
        for rows in by_id.values_mut() {
            rows.sort_by_key(|row| row.started_at);
            for pair in rows.windows(2) {
                assert!(pair[0].started_at < pair[1].started_at, "{context}: duplicate key");
                assert!(pair[0].ended_at.is_some_and(|end| end <= pair[1].started_at), "{context}: overlap");
                assert_eq!(pair[0].customer_id, pair[1].customer_id, "{context}");
            }
        }
        let unique = |ids: Vec<u64>| ids.iter().collect::<BTreeSet<_>>().len() == ids.len();
        assert!(unique(tables.customers.iter().map(|row| row.customer_id).collect()), "{context}");
        assert!(unique(tables.invoices.iter().map(|row| row.invoice_id).collect()), "{context}");
        assert!(unique(tables.surveys.iter().map(|row| row.response_id).collect()), "{context}");
        assert!(unique(tables.tickets.iter().map(|row| row.ticket_id).collect()), "{context}");
        assert!(tables.tickets.iter().all(|row| row.closed_at.is_none_or(|at| at >= row.opened_at)), "{context}");
        for row in &tables.surveys {
            let (least, scales, usual) =
                if row.kind == NPS_KIND { (0, &[10][..], 10) } else { (1, &CSAT_SCALES[..], 5) };
            let scale = row.scale_max.unwrap_or(usual);
            assert!(
                scales.contains(&scale) && row.score.is_none_or(|score| (least..=scale).contains(&score)),
                "{row:?}"
            );
        }
        assert!(business.has_subscriptions || (business.has_invoices && tables.subscriptions.is_empty()), "{context}");
        assert!(business.allocation != "tickets" || business.experience.has_tickets, "{context}");
        let rates: BTreeSet<_> = tables.rates.iter().map(|row| (row.rate_date, row.currency)).collect();
        assert_eq!(rates.len(), tables.rates.len(), "{context}");
        assert!(tables.rates.iter().all(|row| row.rate > 0), "{context}");

        // every foreign row has a rate on or before its day
        let calendar = Calendar::new(business.time_zone, business.as_of, 0).unwrap();
        let rows = tables.subscriptions.iter().map(|row| (row.currency, calendar.day_of(row.started_at)));
        let rows = rows.chain(tables.invoices.iter().map(|row| (row.currency, calendar.day_of(row.paid_at))));
        let rows = rows.chain(tables.costs.iter().map(|row| (row.currency, row.incurred_on)));
        for (currency, day) in rows {
            let Some(foreign) = currency.filter(|&currency| currency != business.currency) else { continue };
            let has_rate = tables.rates.iter().any(|rate| rate.currency == foreign && rate.rate_date <= day);
            assert!(has_rate, "{context}: no rate for {foreign} on day {day}");
        }
        if business.shape.has_whole_days {
            let is_midnight = |at: i64| calendar.day_start(calendar.day_of(at)) == at;
            let instants = tables.subscriptions.iter().flat_map(|r| [Some(r.started_at), r.ended_at, r.trial_ended_at]);
            assert!(instants.flatten().all(is_midnight), "{context}: a time of day would be lost in a date");
            let instants = tables.tickets.iter().flat_map(|row| [Some(row.opened_at), row.closed_at]).flatten();
            let instants = instants.chain(tables.usage.iter().map(|row| row.occurred_at));
            assert!(instants.chain(tables.surveys.iter().map(|row| row.answered_at)).all(is_midnight), "{context}");
        }
        if business.shape.is_end_inclusive {
            assert!(tables.subscriptions.iter().all(|row| row.ended_at.is_none_or(|end| end > row.started_at)));
        }
    }
}

/// What the generator exists for: if one of these stops occurring, the property tests have lost it.
#[test]
fn nasty_businesses_have_every_edge_case() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for business in businesses() {
        let calendar = Calendar::new(business.time_zone, business.as_of, 0).unwrap();
        let mut see = |name, is: bool| *seen.entry(name).or_default() += usize::from(is);
        let rows = &business.tables.subscriptions;
        let close = calendar.as_of_close();
        let month_start = |at: i64| calendar.start(calendar.month_of(at)) == at;
        let day = |at: i64| tenure::month::date_of(calendar.day_of(at));
        let any = |is: &dyn Fn(&Subscription) -> bool| rows.iter().any(is);
        let pair = |is: &dyn Fn(&Subscription, &Subscription) -> bool| {
            rows.iter().any(|a| rows.iter().any(|b| a.customer_id == b.customer_id && is(a, b)))
        };
        see("no subscriptions", rows.is_empty());
        see("start at a month's start", any(&|r| month_start(r.started_at)));
        see("end at a month's start", any(&|r| r.ended_at.is_some_and(month_start)));
        see("end just before a month's start", any(&|r| r.ended_at.is_some_and(|end| month_start(end + 1))));
        see("end at the as-of close", any(&|r| r.ended_at == Some(close)));
        see("future end", any(&|r| r.started_at < close && r.ended_at.is_some_and(|end| end > close)));
        see("future start", any(&|r| r.started_at >= close));
        see("29 February", any(&|r| day(r.started_at).day() == 29 && day(r.started_at).month() == 2));
        see("the 31st", any(&|r| day(r.started_at).day() == 31));
        see("empty period", any(&|r| r.ended_at == Some(r.started_at)));
        see("same-day change", pair(&|a, b| a.started_at < b.started_at && day(a.started_at) == day(b.started_at)));
        see(
            "within one month",
            any(&|r| {
                r.ended_at
                    .is_some_and(|end| end > r.started_at && calendar.month_of(end) == calendar.month_of(r.started_at))
            }),
        );
        see(
            "away within one month",
            pair(&|a, b| {
                a.ended_at.is_some_and(|end| {
                    end < b.started_at && !month_start(end) && calendar.month_of(end) == calendar.month_of(b.started_at)
                })
            }),
        );
        see(
            "overlapping subscriptions",
            pair(&|a, b| {
                a.subscription_id != b.subscription_id
                    && a.started_at < b.started_at
                    && a.ended_at.is_none_or(|end| end > b.started_at)
            }),
        );
        see(
            "two currencies of one customer",
            pair(&|a, b| a.currency.is_some() && b.currency.is_some() && a.currency != b.currency),
        );
        see("zero price", any(&|r| r.amount == 0));
        see("full discount", any(&|r| r.discount.is_some_and(|d| d > 0 && r.charge() == 0)));
        see("no plan", any(&|r| r.plan.is_none()));
        see(
            "converted trial",
            any(&|r| r.trial_ended_at.is_some_and(|t| t > r.started_at && r.ended_at.is_none_or(|e| t < e))),
        );
        see("unconverted trial", any(&|r| r.trial_ended_at.is_some_and(|t| r.ended_at.is_some_and(|e| t >= e))));
        see("trialing", any(&|r| r.status == Some("trialing") && r.trial_ended_at.is_none()));
        see("excluded", any(&|r| r.status.is_some_and(|status| business.exclude_statuses.contains(&status))));
        for interval in ["day", "week", "month", "quarter", "year"] {
            see(interval, any(&|r| r.interval == interval));
        }
        let known: BTreeSet<u64> = business.tables.customers.iter().map(|row| row.customer_id).collect();
        see("unknown customer", any(&|r| !known.contains(&r.customer_id)));
        see("null dimension", business.tables.customers.iter().any(|row| row.region.is_none()));
        see("refund", business.tables.invoices.iter().any(|row| row.amount < 0));
        see("negative cost", business.tables.costs.iter().any(|row| row.amount < 0));
        see("future rate", business.tables.rates.iter().any(|row| row.rate_date > days_of(business.as_of)));
        see("history_from", business.history_from.is_some());
        see("as-of inside a month", calendar.as_of_close() < calendar.start(business.range.last.next()));
        see("snapshots", business.shape.is_snapshots);
        see("mrr", business.shape.is_mrr_given);
        see("inclusive ends", business.shape.is_end_inclusive);
        see("entitled", business.is_entitled);
        experience_is_seen(&business, &calendar, &mut see);
        for zone in ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata"] {
            see(zone, business.time_zone == zone);
        }
    }
    let missing: Vec<_> = seen.iter().filter(|(_, count)| **count == 0).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
}

/// Usage, surveys, tickets and what the job says of them.
fn experience_is_seen(business: &NastyBusiness, calendar: &Calendar, see: &mut impl FnMut(&'static str, bool)) {
    let NastyBusiness { experience, tables, .. } = business;
    let close = calendar.as_of_close();
    see("invoices only", !business.has_subscriptions);
    see("all three inputs", experience.has_usage && experience.has_surveys && experience.has_tickets);
    see("none of the three", !experience.has_usage && !experience.has_surveys && !experience.has_tickets);
    see("allocation by tickets", business.allocation == "tickets" && business.has_costs);
    see("qualifying events", !experience.qualifying_events.is_empty() && experience.has_usage);
    see("detractors up to 5", experience.detractor_max == Some(5));
    see("weights", experience.weights.is_some());
    see("no user column", experience.lacks(Input::UsageEvents, &USER_ID));
    see("no event column", experience.lacks(Input::UsageEvents, &EVENT));
    see("no scale column", experience.lacks(Input::Surveys, &SCALE_MAX));
    for stamps in [Stamps::Zoned, Stamps::Millis, Stamps::Nanos, Stamps::Iso] {
        let name = ["zoned", "milliseconds", "nanoseconds", "texts"][stamps as usize - 1];
        see(name, experience.stamps == stamps && !business.shape.has_whole_days);
    }
    let usage = &tables.usage;
    let subscribed = |id: u64| tables.subscriptions.iter().any(|row| row.customer_id == id);
    see(
        "event at a month's start",
        usage.iter().any(|row| calendar.start(calendar.month_of(row.occurred_at)) == row.occurred_at),
    );
    see("event at the as-of close", usage.iter().any(|row| row.occurred_at == close));
    see("event after the as-of day", usage.iter().any(|row| row.occurred_at > close));
    see("event of nobody who subscribes", usage.iter().any(|row| !subscribed(row.customer_id)));
    see("event without a user", usage.iter().any(|row| row.user_id.is_none()));
    see("event without a name", usage.iter().any(|row| row.event.is_none()));
    see("events within a second", {
        let pair = |pair: &[UsageEvent]| (pair[0].occurred_at - pair[1].occurred_at).abs() < 1_000_000;
        usage.windows(2).any(|rows| rows[0].occurred_at != rows[1].occurred_at && pair(rows))
    });
    let shared = |row: &UsageEvent, other: &UsageEvent| {
        row.user_id.is_some() && row.user_id == other.user_id && row.customer_id != other.customer_id
    };
    see("one user of two customers", usage.iter().any(|row| usage.iter().any(|other| shared(row, other))));
    let surveys = &tables.surveys;
    let again = |is: &dyn Fn(&Survey, &Survey) -> bool| {
        let same = |a: &Survey, b: &Survey| {
            (a.customer_id, a.respondent_id, a.kind) == (b.customer_id, b.respondent_id, b.kind)
        };
        surveys.iter().any(|a| surveys.iter().any(|b| a.response_id < b.response_id && same(a, b) && is(a, b)))
    };
    see(
        "answered twice in a month",
        again(&|a, b| calendar.month_of(a.answered_at) == calendar.month_of(b.answered_at)),
    );
    see("answered twice at once", again(&|a, b| a.answered_at == b.answered_at && a.score != b.score));
    see(
        "a second answer with the smaller id as text",
        again(&|a, b| a.answered_at == b.answered_at && a.response_id.to_string() > b.response_id.to_string()),
    );
    see(
        "a blank after an answer",
        again(&|a, b| a.score.is_some() && b.score.is_none() && a.answered_at <= b.answered_at),
    );
    see(
        "answers on two scales",
        again(&|a, b| a.scale_max.is_some() && b.scale_max.is_some() && a.scale_max != b.scale_max),
    );
    see("an answer without a name", surveys.iter().any(|row| row.respondent_id.is_none()));
    see("a score of 6", surveys.iter().any(|row| row.kind == NPS_KIND && row.score == Some(6)));
    for scale in CSAT_SCALES {
        let name = match scale {
            3 => "1 to 3",
            5 => "1 to 5",
            7 => "1 to 7",
            _ => "1 to 10",
        };
        see(name, surveys.iter().any(|row| row.kind != NPS_KIND && row.scale_max == Some(scale)));
    }
    let tickets = &tables.tickets;
    see("open ticket", tickets.iter().any(|row| row.closed_at.is_none()));
    see("ticket closed at once", tickets.iter().any(|row| row.closed_at == Some(row.opened_at)));
    see("ticket closed later than the as-of day", tickets.iter().any(|row| row.closed_at.is_some_and(|at| at > close)));
}

#[test]
fn the_same_seed_is_the_same_business() {
    for customers in [0, 1, 9] {
        let (a, b) = (nasty(7, customers).unwrap(), nasty(7, customers).unwrap());
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
    }
}

#[test]
fn a_nasty_business_is_written_whole() {
    for (seed, customers) in (0..25).map(|seed| (seed, 6)).chain([(3, 0), (4, 1)]) {
        let business = nasty(seed, customers).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let job: toml::Table =
            std::fs::read_to_string(business.write(directory.path()).unwrap()).unwrap().parse().unwrap();
        let inputs = job["inputs"].as_table().unwrap();
        let height = |table| crate::sample::read(directory.path(), table).height();
        let tables = &business.tables;
        if !business.has_subscriptions {
            assert!(!inputs.contains_key("subscriptions"));
            assert_eq!(job["definitions"]["active"].as_str(), Some("purchases"));
        } else if !business.shape.is_snapshots {
            assert_eq!(height("subscriptions"), tables.subscriptions.len());
        } else {
            assert!(height("subscriptions") >= business.range.count());
        }
        assert_eq!(height("fx_rates"), tables.rates.len());
        for (table, is_there, rows) in [
            ("customers", business.has_customers, tables.customers.len()),
            ("invoices", business.has_invoices, tables.invoices.len()),
            ("retention_costs", business.has_costs, tables.costs.len()),
            ("usage_events", business.experience.has_usage, tables.usage.len()),
            ("surveys", business.experience.has_surveys, tables.surveys.len()),
            ("support_tickets", business.experience.has_tickets, tables.tickets.len()),
        ] {
            assert_eq!(inputs.contains_key(table), is_there);
            if is_there {
                assert_eq!(height(table), rows, "{table} of seed {seed}");
            }
        }
    }
}
