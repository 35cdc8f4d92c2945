//! What customers do, ask and answer, and what of it shows that they will leave: the planted signal.
//!
//! Satisfaction is a customer's place among others by its own probability of leaving, blurred. It lifts usage and
//! scores and lowers the number of tickets. Of the customers who leave, `SIGNALLED` fade over the three months before:
//! less usage, worse scores, more tickets; the others go without a sign, and some who stay pause for a while.

pub mod usage;
mod voice;

use super::catalogue::NEVER_PAID_STATUS;
use super::clock::DAY;
use super::random::Random;
use super::rows::{Subscription, UNIT};
use crate::month::{Days, Micros};

pub use voice::speak;

/// Share of the customers who leave that can be seen to beforehand.
pub const SIGNALLED: f64 = 0.6;
/// Over how long before.
pub const FADING: Micros = 90 * DAY;
/// Usage at the end of a fading, of what it was.
const FADED_USAGE: f64 = 0.15;
/// Share of stretches of service with a pause in which nothing ends.
const PAUSES: f64 = 0.25;
const PAUSE: Micros = 45 * DAY;
const PAUSED_USAGE: f64 = 0.35;
/// How much of a customer's satisfaction is its loyalty; the rest is chance.
const LOYALTY: f64 = 0.6;
const MOST_USERS: u64 = 8;

/// A stretch of service without a gap, free or paid, and what shows in it of how the customer feels.
#[derive(Debug, Clone, Copy)]
pub struct Spell {
    pub customer_id: u64,
    pub started_at: Micros,
    /// None: nobody knows of an end.
    pub ended_at: Option<Micros>,
    pub users: u64,
    /// First and last day with usage, at most.
    first_day: Days,
    last_day: Days,
    /// From 0 to 1.
    satisfaction: f64,
    /// Usage in relation to the average customer's.
    pace: f64,
    is_fading: bool,
    paused_at: Option<Micros>,
}

impl Spell {
    /// 0 as long as nothing shows; rises to 1 at the end of a fading.
    fn strain(&self, at: Micros) -> f64 {
        match self.ended_at {
            Some(end) if self.is_fading => {
                let gone = (at - (end - FADING)) as f64 / FADING as f64;
                gone.clamp(0.0, 1.0)
            }
            _ => 0.0,
        }
    }

    /// Satisfaction at an instant, from 0 to 1.
    fn mood(&self, at: Micros) -> f64 {
        self.satisfaction * (1.0 - 0.6 * self.strain(at))
    }

    /// Usage at an instant in relation to the average customer's.
    fn activity(&self, at: Micros) -> f64 {
        let is_paused = self.paused_at.is_some_and(|from| from <= at && at < from + PAUSE);
        let pause = if is_paused { PAUSED_USAGE } else { 1.0 };
        self.pace * pause * (1.0 - (1.0 - FADED_USAGE) * self.strain(at))
    }
}

/// Appends one customer's stretches of service, given all its subscription rows. `loyalty` is the share of customers
/// of its plan who are more likely to leave.
pub fn spells(customer_id: u64, loyalty: f64, seed: u64, rows: &[Subscription], end: Micros, spells: &mut Vec<Spell>) {
    let is_service = |row: &&Subscription| row.status != Some(NEVER_PAID_STATUS) && row.started_at < end;
    let mut periods: Vec<(Micros, Option<Micros>)> =
        rows.iter().filter(is_service).map(|row| (row.started_at, row.ended_at)).collect();
    periods.sort_unstable_by_key(|period| period.0);
    let seats = rows.iter().filter(is_service).filter_map(|row| row.quantity).max().unwrap_or(UNIT) / UNIT;
    let users = if seats <= 1 { 1 } else { (2 + seats as u64 / 6).min(MOST_USERS) };
    let mut random = Random::new(seed, 4, customer_id);
    let satisfaction = LOYALTY * loyalty + (1.0 - LOYALTY) * random.unit();
    let pace = 0.2 + 1.6 * (0.4 * satisfaction + 0.6 * random.unit());
    let first = spells.len();
    for (started_at, ended_at) in periods {
        match spells[first..].last_mut() {
            Some(last) if last.ended_at.is_none_or(|end| started_at <= end) => {
                last.ended_at = last.ended_at.zip(ended_at).map(|(one, other)| one.max(other));
            }
            _ => spells.push(Spell {
                customer_id,
                started_at,
                ended_at,
                users,
                first_day: day_of(started_at),
                last_day: Days::MAX,
                satisfaction,
                pace,
                is_fading: false,
                paused_at: None,
            }),
        }
    }
    for spell in &mut spells[first..] {
        spell.is_fading = random.chance(SIGNALLED);
        if random.chance(PAUSES) {
            spell.paused_at = Some(spell.started_at + random.between(30, 700) * DAY);
        }
        // some still look in afterwards; who returns is away for five days at least
        let looks_in = if random.chance(0.1) { random.between(1, 4) as Days } else { 0 };
        if let Some(end) = spell.ended_at {
            spell.last_day = day_of(end) + looks_in;
        }
    }
}

fn day_of(instant: Micros) -> Days {
    instant.div_euclid(DAY) as Days
}
