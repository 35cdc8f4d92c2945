//! Usage events, one day after the other, so that no more than a part of a month is ever in memory.

use super::super::catalogue::{ACTIONS, API_CALL, LOGIN};
use super::super::clock::{Clock, DAY, HOUR};
use super::super::random::Random;
use super::super::rows::UsageEvent;
use super::super::truth::{UsageCounter, UsageTruth};
use super::Spell;
use crate::error::Result;
use crate::month::{Days, Micros};

const SECOND: Micros = 1_000_000;
/// Activity by day of the week, Monday first; the mean is 1.
const WEEK: [f64; 7] = [1.3, 1.35, 1.35, 1.3, 1.1, 0.35, 0.25];
const DAYS_PER_MONTH: f64 = 30.4375;
/// Events of an average customer's average active day, of short sessions.
const EVENTS_PER_DAY: f64 = 2.9;
/// Up to so many events a month more of them make more active days; beyond, longer sessions.
const SHORT_SESSIONS: f64 = 30.0;
const EVENTS_PER_SESSION: f64 = 2.2;
/// A day is written in the file in which it begins; the next day begins another if this is full.
const ROWS_PER_FILE: usize = 500_000;

/// The usage of all customers.
pub struct Usage<'a> {
    seed: u64,
    clock: &'a Clock,
    spells: &'a [Spell],
    /// Chance that the average customer is active on an average day.
    daily: f64,
    /// Chance that a session goes on after an event.
    goes_on: f64,
}

impl<'a> Usage<'a> {
    /// About `events_per_month` events per customer and month of service. `spells` has each customer's side by side.
    pub fn new(seed: u64, clock: &'a Clock, spells: &'a [Spell], events_per_month: f64) -> Self {
        let daily = events_per_month.min(SHORT_SESSIONS) / DAYS_PER_MONTH / EVENTS_PER_DAY;
        let length = EVENTS_PER_SESSION * (events_per_month / SHORT_SESSIONS).max(1.0);
        Usage { seed, clock, spells, daily, goes_on: 1.0 - 1.0 / length }
    }

    /// Hands the events of a month to `write`, in order of time, a file at a time (one at least), and counts them.
    pub fn month(&self, index: usize, mut write: impl FnMut(&[UsageEvent]) -> Result<()>) -> Result<UsageTruth> {
        let days = self.clock.first_day(index)..self.clock.first_day(index + 1);
        let served: Vec<&Spell> =
            self.spells.iter().filter(|spell| spell.first_day < days.end && spell.last_day >= days.start).collect();
        let mut counter = UsageCounter::new(days.end);
        let (mut file, mut is_written) = (Vec::new(), false);
        for day in days {
            let start = file.len();
            for spell in &served {
                if spell.first_day <= day && day <= spell.last_day {
                    self.day(spell, day, &mut file);
                }
            }
            counter.count_day(day, &file[start..]);
            // customers come as they come
            file[start..].sort_by_key(|event| event.occurred_at);
            if file.len() >= ROWS_PER_FILE {
                write(&file)?;
                file.clear();
                is_written = true;
            }
        }
        if !file.is_empty() || !is_written {
            write(&file)?;
        }
        Ok(counter.finish())
    }

    /// One customer's day: on most of them nobody does anything.
    fn day(&self, spell: &Spell, day: Days, events: &mut Vec<UsageEvent>) {
        let start = Micros::from(day) * DAY;
        let mut random = Random::new(self.seed, 6, spell.customer_id << 20 | day as u64);
        // 1 January 1970 was a Thursday
        let weekday = WEEK[(day + 3).rem_euclid(7) as usize];
        if !random.chance(self.daily * weekday * spell.activity(start + DAY / 2)) {
            return;
        }
        let first = if random.chance(0.6) { 0 } else { random.below(spell.users) };
        for user in 0..spell.users {
            if user == first || random.chance(0.2) {
                self.session(spell.customer_id, user, start, &mut random, events);
            }
        }
    }

    fn session(&self, customer_id: u64, user: u64, start: Micros, random: &mut Random, events: &mut Vec<UsageEvent>) {
        let (earliest, latest) = if random.chance(0.93) { (7 * HOUR, 19 * HOUR) } else { (0, DAY - SECOND) };
        let mut occurred_at = start + random.between(earliest / SECOND, latest / SECOND) * SECOND;
        let user_id = Some(user_id(customer_id, user));
        events.push(UsageEvent { customer_id, occurred_at, user_id, event: Some(LOGIN) });
        while random.chance(self.goes_on) {
            occurred_at = (occurred_at + random.between(0, 300) * SECOND).min(start + DAY - SECOND);
            let event = random.weighted(ACTIONS);
            // some calls come from machines
            let is_machine = event == API_CALL && random.chance(0.3);
            let user_id = if is_machine { None } else { user_id };
            events.push(UsageEvent { customer_id, occurred_at, user_id, event: Some(event) });
        }
    }
}

/// A customer has fewer than ten users.
pub fn user_id(customer_id: u64, user: u64) -> u64 {
    customer_id * 10 + user
}
