//! Invoices, costs and exchange rates.

use super::super::rows::{Cost, Invoice, Rate, UNIT};
use super::chooser::Chooser;
use super::subscriptions::{REGIONS, currency};
use crate::month::Days;

const INVOICE_STATUSES: &[(Option<&str>, u64)] = &[
    (Some("paid"), 10),
    (None, 4),
    (Some("void"), 1),
    (Some("failed"), 1),
    (Some("open"), 1),
    (Some("uncollectible"), 1),
];
const INVOICE_AMOUNTS: [i64; 9] =
    [10 * UNIT, 10 * UNIT, 25 * UNIT, 1_999_000_000, -5 * UNIT, -1_999_000_000, 0, 5_000, 3_333_333_333];
const COST_AMOUNTS: [i64; 8] =
    [100 * UNIT, 1_000 * UNIT / 3, UNIT / 10_000, 7 * UNIT, -40 * UNIT, -UNIT / 10_000, 0, 123_456_789];

/// An id from the customers, or of somebody nobody else mentions.
pub fn any_customer(customers: u64, chooser: &mut Chooser) -> u64 {
    2 + chooser.random.below(customers + 1)
}

pub fn invoices(customers: u64, reporting: &'static str, chooser: &mut Chooser, rows: &mut Vec<Invoice>) {
    for number in 0..chooser.random.below(8 * customers + 2) {
        rows.push(Invoice {
            invoice_id: number + 1,
            customer_id: any_customer(customers, chooser),
            paid_at: chooser.instant(),
            amount: chooser.random.pick(&INVOICE_AMOUNTS),
            currency: currency(reporting, chooser),
            status: chooser.random.weighted(INVOICE_STATUSES),
        });
    }
}

pub fn costs(customers: u64, reporting: &'static str, chooser: &mut Chooser, rows: &mut Vec<Cost>) {
    for _ in 0..chooser.random.below(3 * chooser.range().count() as u64 + 2) {
        let instant = chooser.instant();
        let customer = any_customer(customers, chooser);
        let is_direct = chooser.random.chance(0.35);
        rows.push(Cost {
            incurred_on: chooser.calendar.day_of(instant),
            category: chooser.random.pick(&["support", "support", "success", "Zed"]),
            amount: chooser.random.pick(&COST_AMOUNTS),
            currency: currency(reporting, chooser),
            customer_id: if is_direct { Some(customer) } else { None },
            // a region no customer is in, too
            region: if chooser.random.chance(0.1) { Some("atlantis") } else { chooser.random.pick(&REGIONS) },
            plan: chooser.random.weighted(&[(None, 8), (Some("pro"), 1), (Some("retired"), 1)]),
        });
    }
}

/// Rates from before any row on, on few and irregular days, some after the as-of day.
pub fn rates(chooser: &mut Chooser) -> Vec<Rate> {
    let first = chooser.earliest_day() - 31;
    let mut rows = Vec::new();
    for (currency, base) in [("GBP", 127_000_003_i64), ("JPY", 652_341)] {
        let mut days: Vec<Days> = vec![first];
        days.extend((0..chooser.random.below(9)).map(|_| {
            let instant = chooser.instant();
            chooser.calendar.day_of(instant)
        }));
        days.sort_unstable();
        days.dedup();
        for rate_date in days {
            let rate = base + base / 1_000 * chooser.random.between(-90, 90);
            rows.push(Rate { rate_date, currency, rate });
        }
    }
    rows
}
