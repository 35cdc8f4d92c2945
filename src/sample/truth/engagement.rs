//! What customers did, answered and asked, counted from the rows.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::super::catalogue::QUALIFYING_EVENTS;
use super::super::rows::{Survey, Ticket, UsageEvent};
use super::{MonthTruth, Truth};
use crate::month::Days;
use crate::tables::inputs::{CSAT_DEFAULT_SCALE, CSAT_KIND, NPS_KIND};

/// One month of `nps`; detractors are those up to 6.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct NpsTruth {
    pub responses: u64,
    pub promoters: u64,
    pub passives: u64,
    pub detractors: u64,
}

/// One month of `csat`, all on five points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CsatTruth {
    pub responses: u64,
    /// 4 and 5.
    pub satisfied: u64,
    /// The sum of `score - 1`: over four times the responses it is the mean score.
    pub points: u64,
}

/// One month of `engagement`; all but `events` count qualifying events only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct UsageTruth {
    pub events: u64,
    pub qualifying_events: u64,
    /// Distinct customers and days.
    pub active_days_total: u64,
    pub monthly_active_customers: u64,
    /// In the last seven days of the month.
    pub weekly_active_customers: u64,
    pub monthly_active_users: u64,
    /// Distinct users and days.
    pub user_days_total: u64,
}

/// Counts one month of usage, day by day.
pub struct UsageCounter {
    counted: UsageTruth,
    last_week: Days,
    monthly: HashSet<u64>,
    weekly: HashSet<u64>,
    users: HashSet<u64>,
}

impl UsageCounter {
    /// A month that ends where day `next_month` begins.
    pub fn new(next_month: Days) -> Self {
        UsageCounter {
            counted: UsageTruth::default(),
            last_week: next_month - 7,
            monthly: HashSet::new(),
            weekly: HashSet::new(),
            users: HashSet::new(),
        }
    }

    /// `events` are all of that day.
    pub fn count_day(&mut self, day: Days, events: &[UsageEvent]) {
        let counts = |event: &&UsageEvent| event.event.is_some_and(|name| QUALIFYING_EVENTS.contains(&name));
        let qualifying = || events.iter().filter(counts);
        let customers = distinct(qualifying().map(|event| event.customer_id));
        let users = distinct(qualifying().filter_map(|event| event.user_id));
        self.counted.events += events.len() as u64;
        self.counted.qualifying_events += qualifying().count() as u64;
        self.counted.active_days_total += customers.len() as u64;
        self.counted.user_days_total += users.len() as u64;
        if day >= self.last_week {
            self.weekly.extend(&customers);
        }
        self.monthly.extend(customers);
        self.users.extend(users);
    }

    pub fn finish(self) -> UsageTruth {
        UsageTruth {
            monthly_active_customers: self.monthly.len() as u64,
            weekly_active_customers: self.weekly.len() as u64,
            monthly_active_users: self.users.len() as u64,
            ..self.counted
        }
    }
}

fn distinct(ids: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut ids: Vec<u64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

impl Truth {
    /// Counts surveys; those of one customer must come together. Blanks are no responses, and of one respondent's
    /// answers of a kind and month the last one counts.
    pub fn count_surveys(&mut self, surveys: &[Survey]) {
        for mut own in surveys.chunk_by(|one, next| one.customer_id == next.customer_id).map(<[Survey]>::to_vec) {
            own.sort_by_key(|row| (row.answered_at, row.response_id.to_string()));
            let mut last = BTreeMap::new();
            for row in &own {
                if let (Some(index), Some(score)) = (self.index_of(row.answered_at), row.score) {
                    last.insert((row.kind, row.respondent_id, index), score);
                }
            }
            for ((kind, _, index), score) in last {
                self.count_answer(kind, index, score);
            }
        }
    }

    fn count_answer(&mut self, kind: &str, index: usize, score: i64) {
        let MonthTruth { nps, csat, .. } = &mut self.months[index];
        match kind {
            NPS_KIND => {
                nps.responses += 1;
                match score {
                    9.. => nps.promoters += 1,
                    7 | 8 => nps.passives += 1,
                    _ => nps.detractors += 1,
                }
            }
            CSAT_KIND => {
                csat.responses += 1;
                csat.satisfied += u64::from(score >= CSAT_DEFAULT_SCALE - 1);
                csat.points += (score - 1) as u64;
            }
            _ => {}
        }
    }

    pub fn count_tickets(&mut self, tickets: &[Ticket]) {
        for ticket in tickets {
            if let Some(index) = self.index_of(ticket.opened_at) {
                self.months[index].support_tickets += 1;
            }
        }
    }
}

impl NpsTruth {
    pub fn add(&mut self, other: &NpsTruth) {
        self.responses += other.responses;
        self.promoters += other.promoters;
        self.passives += other.passives;
        self.detractors += other.detractors;
    }
}

impl CsatTruth {
    pub fn add(&mut self, other: &CsatTruth) {
        self.responses += other.responses;
        self.satisfied += other.satisfied;
        self.points += other.points;
    }
}

impl UsageTruth {
    /// Adds other customers: users and customers of the two are different.
    pub fn add(&mut self, other: &UsageTruth) {
        self.events += other.events;
        self.qualifying_events += other.qualifying_events;
        self.active_days_total += other.active_days_total;
        self.monthly_active_customers += other.monthly_active_customers;
        self.weekly_active_customers += other.weekly_active_customers;
        self.monthly_active_users += other.monthly_active_users;
        self.user_days_total += other.user_days_total;
    }
}
