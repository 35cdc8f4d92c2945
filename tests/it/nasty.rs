//! The tiny businesses of the property tests are valid, nasty, and come back from their files as they went in.

use std::collections::{BTreeMap, BTreeSet};

use tenure::month::{Calendar, days_of};
use tenure::sample::nasty::{NastyBusiness, nasty};
use tenure::sample::rows::{Subscription, UNIT};

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
        see(
            "as-of inside a month",
            calendar.month_close(business.range.last) < calendar.start(business.range.last.next()),
        );
        see("snapshots", business.shape.is_snapshots);
        see("mrr", business.shape.is_mrr_given);
        see("inclusive ends", business.shape.is_end_inclusive);
        see("entitled", business.is_entitled);
        for zone in ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata"] {
            see(zone, business.time_zone == zone);
        }
    }
    let missing: Vec<_> = seen.iter().filter(|(_, count)| **count == 0).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
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
        if !business.shape.is_snapshots {
            assert_eq!(height("subscriptions"), tables.subscriptions.len());
        } else {
            assert!(height("subscriptions") >= business.range.count());
        }
        assert_eq!(height("fx_rates"), tables.rates.len());
        for (table, is_there, rows) in [
            ("customers", business.has_customers, tables.customers.len()),
            ("invoices", business.has_invoices, tables.invoices.len()),
            ("retention_costs", business.has_costs, tables.costs.len()),
        ] {
            assert_eq!(inputs.contains_key(table), is_there);
            if is_there {
                assert_eq!(height(table), rows, "{table} of seed {seed}");
            }
        }
    }
}
