//! Customers and their subscriptions.

use super::super::rows::{Customer, Subscription, Tables, UNIT};
use super::Shape;
use super::chooser::Chooser;
use crate::month::Micros;

pub const REGIONS: [Option<&str>; 4] = [Some("north"), Some("south"), Some("a b, \"c\""), None];
const CHANNELS: [Option<&str>; 3] = [Some("web"), Some("ünïcode"), None];
const PLANS: [Option<&str>; 5] = [Some("basic"), Some("basic"), Some("pro"), Some("zero"), None];
const STATUSES: &[(Option<&str>, u64)] =
    &[(Some("active"), 12), (None, 4), (Some("canceled"), 4), (Some("trialing"), 3), (Some("draft"), 2)];
/// Whole, fractional, half a tick, less than half a tick, large, nothing.
const AMOUNTS: [i64; 12] = [
    10 * UNIT,
    10 * UNIT,
    20 * UNIT,
    1_999_000_000,
    7 * UNIT,
    3_333_333_333,
    5_000,
    4_999,
    100_000 * UNIT,
    1,
    0,
    12_345_678,
];
const QUANTITIES: [Option<i64>; 8] =
    [None, None, Some(UNIT), Some(3 * UNIT), Some(5 * UNIT / 2), Some(33_333_333), Some(0), Some(111 * UNIT)];
const COUNTS: [Option<i64>; 6] = [None, None, Some(1), Some(2), Some(3), Some(7)];

/// The currencies besides the reporting one, and none at all.
pub fn currency(reporting: &'static str, chooser: &mut Chooser) -> Option<&'static str> {
    chooser.random.weighted(&[(Some(reporting), 5), (None, 3), (Some("GBP"), 2), (Some("JPY"), 1)])
}

/// Appends one customer, if it is known at all, and its subscriptions, if it has any.
pub fn customer(id: u64, reporting: &'static str, shape: &Shape, chooser: &mut Chooser, tables: &mut Tables) {
    if chooser.random.chance(0.85) {
        let signed_up_at = if chooser.random.chance(0.5) { Some(chooser.instant()) } else { None };
        let (region, channel) = (chooser.random.pick(&REGIONS), chooser.random.pick(&CHANNELS));
        tables.customers.push(Customer { customer_id: id, region, channel, company_size: None, signed_up_at });
    }
    let home = currency(reporting, chooser);
    let count = chooser.random.weighted(&[(0, 1), (1, 10), (2, 5), (3, 2)]);
    for number in 0..count {
        // mostly one currency per customer
        let currency = if chooser.random.chance(0.7) { home } else { currency(reporting, chooser) };
        subscription(id * 3 + number, id, currency, shape, chooser, &mut tables.subscriptions);
    }
}

/// One subscription: rows that never overlap, with gaps, sometimes empty ones, the last one often open.
fn subscription(
    id: u64,
    customer_id: u64,
    currency: Option<&'static str>,
    shape: &Shape,
    chooser: &mut Chooser,
    rows: &mut Vec<Subscription>,
) {
    let changes = chooser.random.weighted(&[(1, 8), (2, 8), (3, 5), (4, 3), (6, 2)]);
    let instants = chooser.instants(changes);
    let plan = chooser.random.pick(&PLANS);
    let terms = terms(shape, chooser);
    for (index, &started_at) in instants.iter().enumerate() {
        if index > 0 && chooser.random.chance(0.15) {
            // away until the next instant
            continue;
        }
        let next = instants.get(index + 1).copied();
        let ended_at = match next {
            Some(next) if chooser.random.chance(0.8) => Some(next),
            Some(_) => Some(earliest_end(started_at, shape, chooser)),
            None if chooser.random.chance(0.6) => None,
            None => Some(chooser.instant().max(earliest_end(started_at, shape, chooser))),
        };
        let (amount, interval, interval_count, quantity, discount) =
            if chooser.random.chance(0.4) { terms } else { self::terms(shape, chooser) };
        rows.push(Subscription {
            subscription_id: id,
            customer_id,
            started_at,
            ended_at,
            trial_ended_at: trial_end(started_at, ended_at, chooser),
            amount,
            interval,
            interval_count,
            quantity,
            discount,
            currency,
            status: chooser.random.weighted(STATUSES),
            plan: if chooser.random.chance(0.8) { plan } else { chooser.random.pick(&PLANS) },
        });
    }
}

/// The start itself: an empty row. An inclusive end cannot express that, so there it is the next midnight.
fn earliest_end(started_at: Micros, shape: &Shape, chooser: &Chooser) -> Micros {
    if shape.is_end_inclusive {
        chooser.calendar.day_start(chooser.calendar.day_of(started_at) + 1)
    } else {
        started_at
    }
}

fn trial_end(started_at: Micros, ended_at: Option<Micros>, chooser: &mut Chooser) -> Option<Micros> {
    match chooser.random.below(12) {
        0 => Some(started_at),
        1 => ended_at,
        2 => Some(chooser.instant()),
        3 => Some(chooser.instant().max(started_at)),
        _ => None,
    }
}

type Terms = (i64, &'static str, Option<i64>, Option<i64>, Option<i64>);

/// Amount, interval, count, quantity and a discount that never exceeds the charge.
fn terms(shape: &Shape, chooser: &mut Chooser) -> Terms {
    let random = &mut chooser.random;
    let amount = random.pick(&AMOUNTS);
    if shape.is_mrr_given {
        return (amount, "month", None, None, None);
    }
    let quantity = random.pick(&QUANTITIES);
    let gross = (i128::from(amount) * i128::from(quantity.unwrap_or(UNIT)) / i128::from(UNIT)) as i64;
    let discount = match random.below(8) {
        0 => Some(gross),
        1 => Some(gross / 3),
        2 => Some(gross / 10),
        3 => Some(0),
        _ => None,
    };
    let interval = random.weighted(&[("month", 8), ("year", 3), ("quarter", 2), ("week", 2), ("day", 1)]);
    (amount, interval, random.pick(&COUNTS), quantity, discount)
}
