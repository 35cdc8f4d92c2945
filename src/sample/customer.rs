//! One simulated customer: signs up, perhaps tries, pays, grows, shrinks, leaves, comes back.

use super::billing::{Terms, bill, close_rows, refund};
use super::catalogue::{self as catalogue, ADDON, FREE, Interval, Plan, STARTER, TEAM};
use super::clock::{Clock, DAY, HOUR};
use super::random::{Random, beta_above};
use super::rows::{Cost, Customer, Tables, UNIT};
use crate::month::{Days, Micros};

/// A customer while it is simulated.
pub struct Person<'a> {
    pub customer_id: u64,
    pub random: Random,
    pub clock: &'a Clock,
    pub subscriptions: u64,
    pub invoices: u64,
    /// Its own probability of leaving per month.
    monthly_churn: f64,
    /// The share of customers of its plan whose probability is greater.
    loyalty: f64,
}

/// Appends the rows of one customer who signs up in month `index` of the clock: who it is, what it pays and costs.
/// Returns its loyalty: the share of customers of its plan who are more likely to leave.
pub fn simulate(customer_id: u64, index: usize, seed: u64, clock: &Clock, tables: &mut Tables) -> f64 {
    let mut random = Random::new(seed, 1, customer_id);
    let signed_up_at =
        clock.start(index) + random.below((clock.days_in(index) * DAY / 1_000_000) as u64) as Micros * 1_000_000;
    let (region, currencies) = random.weighted(catalogue::REGIONS);
    let plan = random.weighted(catalogue::PLANS);
    tables.customers.push(Customer {
        customer_id,
        region,
        channel: random.weighted(catalogue::CHANNELS),
        company_size: Some(company_size(&plan, &mut random)),
        signed_up_at: Some(signed_up_at),
    });
    let currency = random.weighted(currencies);
    let (monthly_churn, loyalty) = (0.0, 0.0);
    let mut person = Person { customer_id, random, clock, subscriptions: 0, invoices: 0, monthly_churn, loyalty };
    person.choose(&plan);
    let started_at = (signed_up_at + person.random.between(0, 3) * HOUR).min(clock.start(index + 1) - 1_000_000);
    if person.random.chance(catalogue::INCOMPLETE) {
        abandon_checkout(&mut person, signed_up_at, plan, currency, tables);
    }
    let subscription_id = person.next_subscription();
    let left_at = if plan.name == FREE.name {
        use_free(&mut person, subscription_id, started_at, currency, tables)
    } else if person.random.chance(plan.trial_share) {
        try_out(&mut person, subscription_id, started_at, plan, currency, tables)
    } else {
        let terms = Terms::first(plan, currency, &mut person.random);
        pay(&mut person, subscription_id, started_at, None, terms, tables)
    };
    come_back(&mut person, left_at, plan, currency, tables);
    person.loyalty
}

impl Person<'_> {
    /// Hazards are planted per plan.
    fn choose(&mut self, plan: &Plan) {
        self.monthly_churn = self.random.beta(plan.alpha, plan.beta);
        self.loyalty = beta_above(self.monthly_churn, plan.alpha, plan.beta);
    }
    pub fn next_subscription(&mut self) -> u64 {
        self.subscriptions += 1;
        self.customer_id * 10 + self.subscriptions - 1
    }
    pub fn next_invoice(&mut self) -> u64 {
        self.invoices += 1;
        self.customer_id * 1_000 + self.invoices - 1
    }
}

fn company_size(plan: &Plan, random: &mut Random) -> &'static str {
    let weights: &[(&'static str, u64)] = match plan.seats.1 {
        1 => &[("1-10", 90), ("11-100", 10)],
        2..=25 => &[("1-10", 25), ("11-100", 70), ("101+", 5)],
        _ => &[("11-100", 30), ("101+", 70)],
    };
    random.weighted(weights)
}

fn abandon_checkout(person: &mut Person, at: Micros, plan: Plan, currency: usize, tables: &mut Tables) {
    let terms = Terms::first(plan, currency, &mut person.random);
    let mut row = terms.row(person.next_subscription(), person.customer_id, at);
    row.status = Some(catalogue::NEVER_PAID_STATUS);
    tables.subscriptions.push(row);
}

/// A zero-price plan until the customer leaves or upgrades. Returns when a customer who had paid left, if it did.
fn use_free(person: &mut Person, id: u64, started_at: Micros, currency: usize, tables: &mut Tables) -> Option<Micros> {
    let first = tables.subscriptions.len();
    let terms = Terms { plan: FREE, interval: Interval::Month, currency, seats: 1, discount: 0 };
    tables.subscriptions.push(terms.row(id, person.customer_id, started_at));
    for month in 1.. {
        let at = person.clock.months_after(started_at, month);
        if at >= person.clock.end() {
            break;
        }
        if person.random.chance(person.monthly_churn) {
            close_rows(&mut tables.subscriptions[first..], at);
            break;
        }
        if person.random.chance(catalogue::UPGRADES) {
            tables.subscriptions[first].ended_at = Some(at);
            person.choose(&STARTER);
            let terms = Terms::first(STARTER, currency, &mut person.random);
            return pay(person, id, at, None, terms, tables);
        }
    }
    None
}

/// A free trial of a paid plan; most convert, some run out, some still run at the end of the data.
fn try_out(
    person: &mut Person,
    id: u64,
    started_at: Micros,
    plan: Plan,
    currency: usize,
    tables: &mut Tables,
) -> Option<Micros> {
    let terms = Terms::first(plan, currency, &mut person.random);
    let trial_ended_at = started_at + catalogue::TRIAL_DAYS * DAY;
    let mut row = terms.row(id, person.customer_id, started_at);
    if trial_ended_at >= person.clock.end() {
        // the export knows when the trial will end, not whether it will convert
        row.trial_ended_at = if person.random.chance(0.5) { Some(trial_ended_at) } else { None };
        row.status = Some("trialing");
        tables.subscriptions.push(row);
        return None;
    }
    if person.random.chance(catalogue::CONVERTED_TRIALS) {
        return pay(person, id, started_at, Some(trial_ended_at), terms, tables);
    }
    row.ended_at = Some(trial_ended_at);
    (row.trial_ended_at, row.status) =
        if person.random.chance(0.5) { (Some(trial_ended_at), Some("canceled")) } else { (None, Some("trialing")) };
    tables.subscriptions.push(row);
    None
}

/// A paid subscription, renewal by renewal. Returns when it ended, if that was before the end of the data.
fn pay(
    person: &mut Person,
    id: u64,
    started_at: Micros,
    trial_ended_at: Option<Micros>,
    mut terms: Terms,
    tables: &mut Tables,
) -> Option<Micros> {
    let first = tables.subscriptions.len();
    let paid_from = trial_ended_at.unwrap_or(started_at);
    let discount_ends = person.random.pick(&[3, 6, 12]);
    let interval = terms.interval.months();
    let mut row = terms.row(id, person.customer_id, started_at);
    row.trial_ended_at = trial_ended_at;
    tables.subscriptions.push(row);
    welcome(person, &terms, paid_from, tables);
    for month in 0.. {
        let at = person.clock.months_after(paid_from, month);
        let is_renewal = month % interval == 0;
        if month > 0 && is_renewal && leaves(person, interval) {
            if at < person.clock.end() {
                close_rows(&mut tables.subscriptions[first..], at);
                add_on(person, &terms, paid_from, Some(at), tables);
                return Some(at);
            }
            if person.random.chance(0.5) {
                // cancelled already, served until the renewal that is still ahead
                if let Some(row) = tables.subscriptions.last_mut() {
                    row.ended_at = Some(at);
                }
            }
            break;
        }
        if at >= person.clock.end() {
            break;
        }
        if month > 0 && change(person, &mut terms, is_renewal, month == discount_ends) {
            if let Some(row) = tables.subscriptions.last_mut() {
                row.ended_at = Some(at);
            }
            tables.subscriptions.push(terms.row(id, person.customer_id, at));
        }
        if is_renewal {
            bill(person, &terms, at, tables);
        }
        if month == 0 && interval == 1 && person.random.chance(catalogue::EARLY_LEAVERS) {
            let left_at = at + person.random.between(DAY, 10 * DAY) / 1_000_000 * 1_000_000;
            if left_at < person.clock.end() {
                close_rows(&mut tables.subscriptions[first..], left_at);
                refund(person, &terms, left_at, 1, tables);
                return Some(left_at);
            }
        }
        attend(person, &terms, at, tables);
    }
    if person.random.chance(0.01) {
        tables.subscriptions[first..].iter_mut().for_each(|row| row.status = Some("past_due"));
    }
    add_on(person, &terms, paid_from, None, tables);
    None
}

/// `1 - (1 - p)^n` for a renewal after n months.
fn leaves(person: &mut Person, months: usize) -> bool {
    let stays = (0..months).fold(1.0, |product, _| product * (1.0 - person.monthly_churn));
    person.random.chance(1.0 - stays)
}

/// Changes seats, plan or discount; says whether it did.
fn change(person: &mut Person, terms: &mut Terms, is_renewal: bool, discount_ends: bool) -> bool {
    let before = *terms;
    let random = &mut person.random;
    if random.chance(terms.plan.expansion) {
        terms.seats += random.between(1, 1 + terms.seats / 4);
    } else if random.chance(terms.plan.contraction) {
        terms.seats -= random.between(0, terms.seats / 3);
    }
    if is_renewal && terms.plan.name == STARTER.name && random.chance(catalogue::PLAN_SWAPS) {
        terms.plan = TEAM;
        terms.seats = random.between(TEAM.seats.0, 6);
    }
    // a discount never exceeds half the charge, whatever happens to the seats
    terms.discount = if discount_ends { 0 } else { terms.discount.min(terms.gross() / 2) };
    *terms != before
}

/// Some buy an add-on: a second subscription that ends with the first at the latest.
fn add_on(person: &mut Person, main: &Terms, paid_from: Micros, main_ended_at: Option<Micros>, tables: &mut Tables) {
    if main.plan.seats.1 == 1 || !person.random.chance(catalogue::WITH_ADDON) {
        return;
    }
    let started_at = paid_from + person.random.between(1, 300) * DAY + 5 * HOUR;
    let last = main_ended_at.unwrap_or(person.clock.end());
    if started_at >= last {
        return;
    }
    let terms = Terms { plan: ADDON, interval: Interval::Month, currency: main.currency, seats: 1, discount: 0 };
    let mut row = terms.row(person.next_subscription(), person.customer_id, started_at);
    let churn = person.random.beta(ADDON.alpha, ADDON.beta);
    row.ended_at = main_ended_at;
    for month in 0.. {
        let at = person.clock.months_after(started_at, month);
        if at >= last {
            break;
        }
        if month > 0 && person.random.chance(churn) {
            row.ended_at = Some(at);
            break;
        }
        bill(person, &terms, at, tables);
    }
    row.status = Some(if row.ended_at.is_some() { "canceled" } else { "active" });
    tables.subscriptions.push(row);
}

/// Some who left start again, with a new subscription; a few returns are only scheduled when the data ends.
fn come_back(person: &mut Person, left_at: Option<Micros>, plan: Plan, currency: usize, tables: &mut Tables) {
    let plan = if plan.name == FREE.name { STARTER } else { plan };
    let mut left_at = left_at;
    while let Some(ended_at) = left_at {
        if person.subscriptions >= 9 || !person.random.chance(catalogue::RETURNERS) {
            return;
        }
        let started_at = ended_at + person.random.between(5, 210) * DAY + person.random.between(0, 9) * HOUR;
        let terms = Terms { discount: 0, ..Terms::first(plan, currency, &mut person.random) };
        let id = person.next_subscription();
        left_at = if started_at < person.clock.end() {
            pay(person, id, started_at, None, terms, tables)
        } else {
            if started_at < person.clock.end() + 30 * DAY {
                tables.subscriptions.push(terms.row(id, person.customer_id, started_at));
            }
            None
        };
    }
}

fn welcome(person: &mut Person, terms: &Terms, at: Micros, tables: &mut Tables) {
    let share = 3.0 * terms.plan.attended;
    if at < person.clock.end() && person.random.chance(share) {
        spend(person, "onboarding", at, (60, 480), tables);
    }
}

fn attend(person: &mut Person, terms: &Terms, at: Micros, tables: &mut Tables) {
    if person.random.chance(terms.plan.attended) {
        spend(person, "success", at, (15, 240), tables);
    }
}

/// One cost line of this customer, in cents between two whole amounts of the reporting currency.
fn spend(person: &mut Person, category: &'static str, at: Micros, (low, high): (i64, i64), tables: &mut Tables) {
    let cents = person.random.between(low * 100, high * 100);
    tables.costs.push(Cost {
        incurred_on: at.div_euclid(DAY) as Days,
        category,
        amount: cents * (UNIT / 100),
        currency: Some(catalogue::REPORTING),
        customer_id: Some(person.customer_id),
        region: None,
        plan: None,
    });
}
