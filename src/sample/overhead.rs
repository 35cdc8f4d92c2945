//! What the business spends on keeping customers beyond single customers, and its exchange rates.

use super::catalogue::{FIRST_RATES, REPORTING};
use super::clock::Clock;
use super::random::Random;
use super::rows::{Cost, Rate, UNIT};
use super::truth::Truth;

const CENT: i64 = UNIT / 100;

/// Cost lines by region (support, in local currency in Europe) and of the whole business (marketing, onboarding tools),
/// sized by the customers the truth counted.
pub fn costs(seed: u64, clock: &Clock, truth: &Truth) -> Vec<Cost> {
    let mut random = Random::new(seed, 2, 0);
    let mut lines = Vec::new();
    for index in 0..clock.months() {
        let month = &truth.months[index];
        let mut line = |day: i64, category, cents: i64, currency, region| {
            let incurred_on = clock.first_day(index) + day.min(clock.days_in(index) - 1) as i32;
            let amount = cents * CENT;
            let currency = Some(currency);
            lines.push(Cost { incurred_on, category, amount, currency, customer_id: None, region, plan: None });
        };
        for (region, &customers) in &month.closing_by_region {
            let cents = customers as i64 * random.between(140, 230) + random.between(0, 9_999);
            match *region {
                "" => line(27, "support", cents, REPORTING, None),
                "europe" => line(27, "support", cents * 92 / 100, "EUR", Some("europe")),
                name => line(27, "support", cents, REPORTING, Some(name)),
            }
        }
        let closing = month.closing_customers as i64;
        let new = month.new_customers as i64;
        line(9, "success", 250_000 + closing * random.between(60, 110), REPORTING, None);
        line(14, "marketing", 90_000 + closing * random.between(20, 55), REPORTING, None);
        line(4, "onboarding", 40_000 + new * random.between(300, 700), REPORTING, None);
        if random.chance(0.2) {
            // a credit note from an agency
            line(20, "marketing", -random.between(5_000, 60_000), REPORTING, None);
        }
    }
    lines
}

/// A daily random walk of whole 10^-8 steps, one row per currency and day of the data.
pub fn rates(seed: u64, clock: &Clock) -> Vec<Rate> {
    let mut random = Random::new(seed, 3, 0);
    let mut rows = Vec::new();
    let mut current: Vec<(&'static str, i64)> = FIRST_RATES.to_vec();
    for day in clock.first_day(0)..clock.first_day(clock.months()) {
        for (currency, rate) in &mut current {
            // at most 0.6 % a day, drawn back towards the first value by its share of the distance
            let first = FIRST_RATES.iter().find(|known| known.0 == *currency).map_or(*rate, |known| known.1);
            *rate += *rate * random.between(-60, 60) / 10_000 + (first - *rate) / 400;
            // quoted with five decimals
            rows.push(Rate { rate_date: day, currency, rate: *rate / 1_000 * 1_000 });
        }
    }
    rows
}
