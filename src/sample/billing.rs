//! What a subscription costs, and the invoices it causes.

use super::catalogue::{self as catalogue, Interval, Plan};
use super::clock::{DAY, HOUR};
use super::customer::Person;
use super::random::Random;
use super::rows::{Invoice, Subscription, Tables, UNIT};
use crate::month::Micros;

const CENT: i64 = UNIT / 100;

/// What a customer has agreed to.
#[derive(Clone, Copy)]
pub struct Terms {
    pub plan: Plan,
    pub interval: Interval,
    /// Index into `catalogue::CURRENCIES`.
    pub currency: usize,
    pub seats: i64,
    /// Off each charge.
    pub discount: i64,
}

impl PartialEq for Terms {
    fn eq(&self, other: &Self) -> bool {
        (self.plan.name, self.seats, self.discount) == (other.plan.name, other.seats, other.discount)
    }
}

impl Terms {
    /// A new customer's terms, some with a discount of whole cents.
    pub fn first(plan: Plan, currency: usize, random: &mut Random) -> Self {
        // most teams are small: the smaller of two draws
        let seats = random.between(plan.seats.0, plan.seats.1).min(random.between(plan.seats.0, plan.seats.1));
        let interval = random.weighted(plan.intervals);
        let mut terms = Terms { plan, interval, currency, seats, discount: 0 };
        if random.chance(catalogue::DISCOUNTED) {
            terms.discount = whole_cents(terms.gross() * random.pick(&[10, 20, 25, 30]) / 100);
        }
        terms
    }

    /// Price of one seat and interval in the customer's currency.
    pub fn amount(&self) -> i64 {
        let (_, percent) = catalogue::CURRENCIES[self.currency];
        whole_cents(self.plan.price * self.interval.months_charged() * percent / 100)
    }
    pub fn gross(&self) -> i64 {
        self.amount() * self.seats
    }
    pub fn currency(&self) -> &'static str {
        catalogue::CURRENCIES[self.currency].0
    }

    pub fn row(&self, subscription_id: u64, customer_id: u64, started_at: Micros) -> Subscription {
        let (interval, count) = self.interval.name_and_count();
        Subscription {
            subscription_id,
            customer_id,
            started_at,
            ended_at: None,
            trial_ended_at: None,
            amount: self.amount(),
            interval,
            interval_count: Some(count),
            quantity: Some(self.seats * UNIT),
            discount: if self.discount == 0 { None } else { Some(self.discount) },
            currency: Some(self.currency()),
            status: Some("active"),
            plan: Some(self.plan.name),
        }
    }
}

fn whole_cents(amount: i64) -> i64 {
    amount / CENT * CENT
}

/// Ends the last of one subscription's rows and marks them all.
pub fn close_rows(rows: &mut [Subscription], at: Micros) {
    if let Some(last) = rows.last_mut() {
        last.ended_at = Some(at);
    }
    rows.iter_mut().for_each(|row| row.status = Some("canceled"));
}

/// The invoice of one renewal: paid, paid at the second attempt, voided, or paid and later refunded.
pub fn bill(person: &mut Person, terms: &Terms, at: Micros, tables: &mut Tables) {
    let charge = terms.gross() - terms.discount;
    if charge == 0 {
        return;
    }
    let paid_at = at + person.random.between(0, 2 * HOUR / 1_000_000) * 1_000_000;
    match person.random.below(1000) {
        0..20 => {
            invoice(person, terms, paid_at, charge, "failed", tables);
            invoice(person, terms, paid_at + 3 * DAY, charge, "paid", tables);
        }
        20..24 => invoice(person, terms, paid_at, charge, "void", tables),
        24..32 => {
            invoice(person, terms, paid_at, charge, "paid", tables);
            let refunded_at = paid_at + person.random.between(1, 20) * DAY;
            let parts = person.random.pick(&[1, 1, 2]);
            refund(person, terms, refunded_at, parts, tables);
        }
        _ => invoice(person, terms, paid_at, charge, "paid", tables),
    }
}

/// Gives one charge back, or the `parts`-th part of it.
pub fn refund(person: &mut Person, terms: &Terms, at: Micros, parts: i64, tables: &mut Tables) {
    let charge = whole_cents((terms.gross() - terms.discount) / parts);
    if charge > 0 {
        invoice(person, terms, at, -charge, "paid", tables);
    }
}

/// Appends an invoice unless the data ends before it.
fn invoice(
    person: &mut Person,
    terms: &Terms,
    paid_at: Micros,
    amount: i64,
    status: &'static str,
    tables: &mut Tables,
) {
    let invoice_id = person.next_invoice();
    if paid_at < person.clock.end() {
        let currency = Some(terms.currency());
        let customer_id = person.customer_id;
        tables.invoices.push(Invoice { invoice_id, customer_id, paid_at, amount, currency, status: Some(status) });
    }
}
