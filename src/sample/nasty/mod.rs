//! Tiny businesses full of edge cases, valid by every validation rule, for property tests and the SQL twin.
//!
//! Instants crowd on month boundaries, on 29 February, on the 31st and on each other; terms are odd; customers are unknown,
//! dimensions null, currencies mixed, futures recorded.

mod chooser;
mod experience;
mod export;
mod ledgers;
mod subscriptions;

use jiff::civil::Date;

use super::frames::DIMENSIONS;
use super::random::Random;
use super::rows::Tables;
use crate::error::Result;
use crate::month::{Calendar, Month, MonthRange};
use crate::tables::inputs;
use chooser::Chooser;
pub use experience::Experience;

/// A business, how it exports itself, and the job that reads the export.
#[derive(Debug, Clone)]
pub struct NastyBusiness {
    pub seed: u64,
    pub time_zone: &'static str,
    pub currency: &'static str,
    /// The as-of day; rows may lie after it.
    pub as_of: Date,
    /// The months to ask for; the last one holds the as-of day. Rows may lie outside.
    pub range: MonthRange,
    pub dimensions: Vec<&'static str>,
    pub is_entitled: bool,
    pub allocation: &'static str,
    pub exclude_statuses: Vec<&'static str>,
    pub history_from: Option<Date>,
    pub settle_days: u32,
    pub shape: Shape,
    /// Else it only has invoices, and customers who purchase.
    pub has_subscriptions: bool,
    pub has_customers: bool,
    pub has_invoices: bool,
    pub has_costs: bool,
    pub experience: Experience,
    /// Files per table.
    pub files: usize,
    pub tables: Tables,
}

/// How the export writes its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Rows are dated states instead of periods.
    pub is_snapshots: bool,
    /// Subscriptions have `mrr` instead of a price; `Subscription::amount` is then that.
    pub is_mrr_given: bool,
    /// Every instant is a local midnight and written as a date.
    pub has_whole_days: bool,
    /// Ends name the last day of service; only with whole days.
    pub is_end_inclusive: bool,
    pub are_ids_integers: bool,
    pub are_amounts_floats: bool,
}

const ZONES: &[(&str, u64)] =
    &[("UTC", 30), ("America/New_York", 25), ("Europe/Berlin", 20), ("Asia/Kolkata", 20), ("Africa/Cairo", 5)];

/// Share of the businesses with invoices that have no subscriptions.
const INVOICES_ONLY: f64 = 0.12;

/// A business of about `customers` customers; the same arguments give the same business.
///
/// Errors: none for the zones used here, unless the time zone database is missing.
pub fn nasty(seed: u64, customers: usize) -> Result<NastyBusiness> {
    let mut random = Random::new(seed, 100, customers as u64);
    let time_zone = random.weighted(ZONES);
    let currency = random.weighted(&[("USD", 7), ("EUR", 3)]);
    let last = Month::new(2024, 1).plus(random.between(-3, 15) as i32);
    let length = random.weighted(&[(1, 1), (2, 2), (5, 4), (14, 6), (18, 3)]);
    let range = MonthRange::new(last.plus(1 - length), last)?;
    let as_of = as_of_day(last, &mut random);
    let shape = shape(&mut random);
    let calendar = Calendar::new(time_zone, as_of, 0)?;
    let has_customers = random.chance(0.9);
    let mut business = NastyBusiness {
        seed,
        time_zone,
        currency,
        as_of,
        range,
        dimensions: dimensions(has_customers, &mut random),
        is_entitled: random.chance(0.25),
        allocation: random.pick(&["customers", "mrr"]),
        exclude_statuses: if random.chance(0.5) { vec!["draft"] } else { vec![] },
        history_from: None,
        settle_days: random.pick(&[0, 7]),
        shape,
        has_subscriptions: true,
        has_customers,
        has_invoices: random.chance(0.8),
        has_costs: random.chance(0.75),
        experience: Experience::new(&mut Random::new(seed, 102, customers as u64)),
        files: random.pick(&[1, 1, 2, 3]),
        tables: Tables::default(),
    };
    let mut chooser = Chooser::new(random, &calendar, range, shape.has_whole_days);
    if !shape.is_snapshots && chooser.random.chance(0.25) {
        business.history_from = Some(crate::month::date_of(chooser.day_of_data()));
    }
    for customer in 0..customers as u64 {
        // ids of one and two digits sort differently as text and as numbers
        subscriptions::customer(customer + 2, currency, &shape, &mut chooser, &mut business.tables);
    }
    ledgers::invoices(customers as u64, currency, &mut chooser, &mut business.tables.invoices);
    ledgers::costs(customers as u64, currency, &mut chooser, &mut business.tables.costs);
    business.tables.rates = ledgers::rates(&mut chooser);
    business.experience.live(customers as u64, &mut chooser, &mut business.tables);
    if business.experience.has_tickets && chooser.random.chance(0.4) {
        business.allocation = "tickets";
    }
    if business.has_invoices && chooser.random.chance(INVOICES_ONLY) {
        business.sell_without_subscriptions();
    }
    if !business.has_customers {
        business.tables.customers.clear();
    }
    if !business.has_invoices {
        business.tables.invoices.clear();
    }
    if !business.has_costs {
        business.tables.costs.clear();
    }
    Ok(business)
}

impl NastyBusiness {
    /// The same business, known by its invoices only.
    pub fn sell_without_subscriptions(&mut self) {
        self.has_subscriptions = false;
        self.shape.is_snapshots = false;
        self.is_entitled = false;
        self.history_from = None;
        if self.allocation == "mrr" {
            self.allocation = "customers";
        }
        // nothing holds a plan
        self.tables.subscriptions.clear();
    }
}

fn as_of_day(month: Month, random: &mut Random) -> Date {
    let first = month.days();
    let last = month.next().days() - 1;
    let day = random.weighted(&[(last, 5), (first, 1), (first + 14, 2), (last - 1, 2)]);
    crate::month::date_of(day)
}

fn shape(random: &mut Random) -> Shape {
    let has_whole_days = random.chance(0.3);
    Shape {
        is_snapshots: random.chance(0.15),
        is_mrr_given: random.chance(0.2),
        has_whole_days,
        is_end_inclusive: has_whole_days && random.chance(0.5),
        are_ids_integers: random.chance(0.4),
        are_amounts_floats: random.chance(0.3),
    }
}

/// Some of the dimensions, in any order; without a customers table only `plan` can be one.
fn dimensions(has_customers: bool, random: &mut Random) -> Vec<&'static str> {
    let [region, channel, _] = DIMENSIONS;
    let plan = inputs::PLAN.name;
    let choices: &[&[&'static str]] = if has_customers {
        &[&[region, plan], &[plan], &[plan, channel, region], &[region], &[]]
    } else {
        &[&[plan], &[]]
    };
    random.pick(choices).to_vec()
}
