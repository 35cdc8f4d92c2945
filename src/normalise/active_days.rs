//! Usage events -> days of activity, one bit per day of a month: what `usage::per_user` says as a plan, summed in
//! `open_months`. That plan stays its oracle (tests/it/usage.rs) and reads every source that is not plain text and time.

use std::sync::Arc;

use polars::prelude::*;

use super::open_months::{List, Months, OpenMonths, Slots, slot};
use super::union::stacked;
use crate::error::Result;
use crate::ids::{Ids, NOBODY};
use crate::month::{Calendar, LocalDay, Micros, date_of};
use crate::snapshot::{Coded, MISSING, Rows};
use crate::tables::model::{AT, CUSTOMER, DAYS, IS_SHARED, USER};

/// Where the columns of usage stand in `Rows`.
const CUSTOMERS: usize = 0;
const TIMES: usize = 1;
const USERS: usize = 2;
const NAMES: usize = 3;

/// What makes an event count, and what makes a row suspect.
pub struct Rules {
    pub calendar: Arc<Calendar>,
    /// Empty: every event counts.
    pub qualifying: Vec<String>,
    /// Nothing before this instant is of use.
    pub from: Micros,
    /// Rows before this instant break a rule.
    pub earliest: Micros,
    /// Numbers from here on are of customers that `customers` does not have, where there is such an input.
    pub known: Option<u32>,
}

/// A user (or `NOBODY`: the event names none) of a customer. Most users have one customer.
type Pair = (u32, u32);

/// Bits of one month by user, and the customer each is of.
#[derive(Default)]
struct OfUsers {
    /// (customer, bits); no bits: not seen.
    users: Vec<(u32, u32)>,
    /// Bits by customer, of events without a user.
    nobody: Vec<u32>,
}

impl Slots for OfUsers {
    type Key = Pair;
    type Sum = u32;

    fn sum(days: &mut u32, other: u32) {
        *days |= other;
    }

    /// A user has the slot of the first customer it is seen with.
    fn add(&mut self, (user, customer): Pair, days: u32) -> bool {
        if user == NOBODY {
            *slot(&mut self.nobody, customer, 0) |= days;
            return true;
        }
        let (owner, bits) = slot(&mut self.users, user, (NOBODY, 0));
        if *owner == NOBODY {
            *owner = customer;
        }
        let is_own = *owner == customer;
        *bits |= if is_own { days } else { 0 };
        is_own
    }

    fn count(&self) -> usize {
        self.users.len() + self.nobody.len()
    }

    fn list(self) -> List<Self> {
        let users = self.users.into_iter().zip(0..).filter(|((_, bits), _)| *bits != 0);
        let mut list: List<Self> = users.map(|((customer, bits), user)| ((user, customer), bits)).collect();
        let nobody = self.nobody.into_iter().zip(0..).filter(|(bits, _)| *bits != 0);
        list.extend(nobody.map(|(bits, customer)| ((NOBODY, customer), bits)));
        list
    }
}

/// The days of some row groups.
pub struct ActiveDays<'a> {
    rules: &'a Rules,
    ids: &'a Ids,
    users: &'a Ids,
    months: OpenMonths<OfUsers>,
    /// Which of the qualifying events were seen.
    seen: Vec<bool>,
    /// Whether any row may break a rule.
    is_suspect: bool,
}

impl<'a> ActiveDays<'a> {
    pub fn new(rules: &'a Rules, ids: &'a Ids, users: &'a Ids) -> Self {
        let seen = vec![false; rules.qualifying.len()];
        ActiveDays { rules, ids, users, months: OpenMonths::default(), seen, is_suspect: false }
    }

    /// Adds the rows of a row group.
    pub fn add(&mut self, events: &Rows) {
        let Some(of_customers) = events.texts(CUSTOMERS) else { return };
        let customers = numbers(of_customers, self.ids);
        let users = events.texts(USERS).map(|users| numbers(users, self.users));
        let counted = self.counted(events);
        let (mut day, mut bit): (Option<LocalDay>, u32) = (None, 0);
        let mut rows: Vec<(i32, Pair, u32)> = Vec::with_capacity(events.count);
        let close = self.rules.calendar.as_of_close();
        for (row, at) in events.times(TIMES).iter().enumerate() {
            let customer = number(&customers, of_customers.keys[row]);
            let Some(at) = at.filter(|_| customer != NOBODY) else {
                self.is_suspect = true;
                continue;
            };
            let is_known = self.rules.known.is_none_or(|known| customer < known);
            if at < self.rules.earliest || at >= close || !is_known {
                self.is_suspect = true;
            }
            if at >= close || at < self.rules.from || !counted.as_ref().is_none_or(|counted| counted(row)) {
                continue;
            }
            let of = self.rules.calendar.local_day(at, day);
            if day.is_none_or(|day| day.day != of.day) {
                bit = 1 << (date_of(of.day).day() - 1);
            }
            day = Some(of);
            let user = users.as_ref().zip(events.texts(USERS));
            let user = user.map_or(NOBODY, |(numbers, users)| number(numbers, users.keys[row]));
            rows.push((of.month.0, (user, customer), bit));
        }
        drop(counted);
        self.see(events);
        self.months.add(&rows);
    }

    /// Whether a row's event counts; None: all do.
    fn counted<'e>(&self, events: &'e Rows) -> Option<impl Fn(usize) -> bool + use<'e>> {
        if self.rules.qualifying.is_empty() {
            return None;
        }
        let is_named = |text: Option<&str>| text.is_some_and(|text| self.rules.qualifying.iter().any(|q| q == text));
        let named: Vec<bool> = events.texts(NAMES).map_or(Vec::new(), |events| events.texts().map(is_named).collect());
        let keys = events.texts(NAMES).map(|events| &events.keys);
        Some(move |row: usize| keys.is_some_and(|keys| named.get(keys[row] as usize) == Some(&true)))
    }

    /// Remembers which of the qualifying events the rows have.
    fn see(&mut self, events: &Rows) {
        let Some(events) = events.texts(NAMES).filter(|_| self.seen.contains(&false)) else { return };
        let mut used = vec![false; events.texts().count()];
        events.keys.iter().filter(|key| **key != MISSING).for_each(|key| used[*key as usize] = true);
        for (text, _) in events.texts().zip(used).filter(|(_, is_used)| *is_used) {
            if let Some(at) = self.rules.qualifying.iter().position(|name| Some(name.as_str()) == text) {
                self.seen[at] = true;
            }
        }
    }

    /// The days by month, and whether a rule may be broken: then the checks of rows say which and where.
    pub fn end(self) -> Days {
        Days { months: self.months.end(), seen: self.seen, is_suspect: self.is_suspect }
    }
}

/// The days of some row groups by month.
#[derive(Default)]
pub struct Days {
    months: Months<OfUsers>,
    seen: Vec<bool>,
    is_suspect: bool,
}

impl Days {
    /// None yet.
    pub fn of(rules: &Rules) -> Self {
        Days { seen: vec![false; rules.qualifying.len()], ..Days::default() }
    }

    pub fn add(&mut self, other: Days) {
        self.months.add(other.months);
        self.is_suspect |= other.is_suspect;
        self.seen.resize(self.seen.len().max(other.seen.len()), false);
        self.seen.iter_mut().zip(other.seen).for_each(|(seen, other)| *seen |= other);
    }

    /// Whether a row may break a rule, or an event that is asked for never happened.
    pub fn is_suspect(&self) -> bool {
        self.is_suspect || self.seen.contains(&false)
    }

    /// CUSTOMER, USER (null: none), AT, DAYS and IS_SHARED, as `usage::per_user` has them, and CUSTOMER, AT and DAYS, of all users of
    /// a customer. Both by month, then in order.
    pub fn frames(self) -> Result<(DataFrame, DataFrame)> {
        let frames = self.months.each(|month, list| Ok((of_users(month, list)?, of_customers(month, list)?)))?;
        let (users, customers): (Vec<_>, Vec<_>) = frames.into_iter().unzip();
        Ok((stacked(users)?, stacked(customers)?))
    }
}

fn of_users(month: i32, list: &[(Pair, u32)]) -> PolarsResult<DataFrame> {
    let user = |at: Option<usize>| list.get(at?).map(|((user, _), _)| *user);
    let is_shared = |at: usize| {
        let own = user(Some(at)).filter(|user| *user != NOBODY);
        own.is_some() && (own == user(at.checked_sub(1)) || own == user(at.checked_add(1)))
    };
    // those of nobody are the last
    let named = list.partition_point(|((user, _), _)| *user != NOBODY);
    let mut users = UInt32Chunked::from_vec(USER.into(), list[..named].iter().map(|((user, _), _)| *user).collect());
    users.append(&UInt32Chunked::full_null(USER.into(), list.len() - named))?;
    DataFrame::new(
        list.len(),
        vec![
            UInt32Chunked::from_vec(CUSTOMER.into(), list.iter().map(|((_, customer), _)| *customer).collect())
                .into_column(),
            users.rechunk().into_owned().into_column(),
            Int32Chunked::full(AT.into(), month, list.len()).into_column(),
            UInt32Chunked::from_vec(DAYS.into(), list.iter().map(|(_, days)| *days).collect()).into_column(),
            BooleanChunked::from_iter_values(IS_SHARED.into(), (0..list.len()).map(is_shared)).into_column(),
        ],
    )
}

fn of_customers(month: i32, list: &[(Pair, u32)]) -> PolarsResult<DataFrame> {
    let mut bits: Vec<u32> = Vec::new();
    list.iter().for_each(|((_, customer), days)| *slot(&mut bits, *customer, 0) |= days);
    let seen = (0..).zip(bits).filter(|(_, days)| *days != 0);
    let (customers, days): (Vec<u32>, Vec<u32>) = seen.unzip();
    DataFrame::new(
        customers.len(),
        vec![
            Int32Chunked::full(AT.into(), month, customers.len()).into_column(),
            UInt32Chunked::from_vec(CUSTOMER.into(), customers).into_column(),
            UInt32Chunked::from_vec(DAYS.into(), days).into_column(),
        ],
    )
}

fn numbers(coded: &Coded, ids: &Ids) -> Vec<u32> {
    ids.numbers(coded.texts())
}

fn number(numbers: &[u32], key: u32) -> u32 {
    numbers.get(key as usize).copied().unwrap_or(NOBODY)
}
