//! Usage events -> days of activity, one bit per day of a month: what `usage::per_user` says as a plan, as loops over
//! dense arrays. That plan stays its oracle (tests/it/usage.rs) and reads every source that is not plain text and time.
//!
//! Exports are in the order of time, so few months are open at once: each has an array of bits by user, which becomes a
//! sorted list when the month is over. Rows that leap between many months go to a map instead. Memory is bounded by
//! users x months, never by events.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;

use super::union::stacked;
use crate::error::Result;
use crate::ids::{Ids, NOBODY};
use crate::month::{Calendar, LocalDay, Micros, date_of};
use crate::parallel::{in_parallel, workers};
use crate::snapshot::{Coded, MISSING, Rows};
use crate::tables::model::{AT, CUSTOMER, DAYS, IS_SHARED, USER};

/// A row group with more months than this is taken row by row.
const OPEN: usize = 3;

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
struct Open {
    /// (customer, bits); no bits: not seen.
    users: Vec<(u32, u32)>,
    /// Bits by customer, of events without a user.
    nobody: Vec<u32>,
}

/// The days of some row groups.
pub struct ActiveDays<'a> {
    rules: &'a Rules,
    ids: &'a Ids,
    users: &'a Ids,
    open: BTreeMap<i32, Open>,
    /// By month, sorted: user, customer, bits.
    lists: BTreeMap<i32, Vec<Vec<(Pair, u32)>>>,
    leaps: HashMap<(i32, Pair), u32, FixedState>,
    /// Which of the qualifying events were seen.
    seen: Vec<bool>,
    /// Whether any row may break a rule.
    is_suspect: bool,
}

impl<'a> ActiveDays<'a> {
    pub fn new(rules: &'a Rules, ids: &'a Ids, users: &'a Ids) -> Self {
        ActiveDays {
            rules,
            ids,
            users,
            open: BTreeMap::new(),
            lists: BTreeMap::new(),
            leaps: HashMap::default(),
            seen: vec![false; rules.qualifying.len()],
            is_suspect: false,
        }
    }

    /// Adds the rows of a row group.
    pub fn add(&mut self, events: &Rows) {
        let Some(of_customers) = events.texts(CUSTOMERS) else { return };
        let customers = numbers(of_customers, self.ids);
        let users = events.texts(USERS).map(|users| numbers(users, self.users));
        let counted = self.counted(events);
        let (mut day, mut bit): (Option<LocalDay>, u32) = (None, 0);
        // customer, user, month, bit
        let mut rows: Vec<(u32, u32, i32, u32)> = Vec::with_capacity(events.count);
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
            rows.push((customer, user, of.month.0, bit));
        }
        drop(counted);
        self.see(events);
        self.place(&rows);
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

    fn place(&mut self, rows: &[(u32, u32, i32, u32)]) {
        let mut months: Vec<i32> = Vec::new();
        for (_, _, month, _) in rows {
            if months.last() != Some(month) {
                months.push(*month);
            }
        }
        months.sort_unstable();
        months.dedup();
        if months.len() > OPEN {
            for (customer, user, month, bit) in rows {
                *self.leaps.entry((*month, (*user, *customer))).or_default() |= bit;
            }
            return;
        }
        // what this row group does not touch is over
        let over: Vec<i32> = self.open.keys().filter(|month| !months.contains(month)).copied().collect();
        over.into_iter().for_each(|month| self.finish(month));
        for month in months {
            let open = self.open.entry(month).or_default();
            for (customer, user, _, bit) in rows.iter().filter(|(_, _, of, _)| *of == month) {
                if *user == NOBODY {
                    *slot(&mut open.nobody, *customer, 0) |= bit;
                    continue;
                }
                let (owner, bits) = slot(&mut open.users, *user, (NOBODY, 0));
                if *owner == NOBODY {
                    *owner = *customer;
                }
                if owner == customer {
                    *bits |= bit;
                } else {
                    *self.leaps.entry((month, (*user, *customer))).or_default() |= bit;
                }
            }
        }
    }

    fn finish(&mut self, month: i32) {
        let Some(open) = self.open.remove(&month) else { return };
        let users = open.users.into_iter().zip(0..).filter(|((_, bits), _)| *bits != 0);
        let mut list: Vec<(Pair, u32)> = users.map(|((customer, bits), user)| ((user, customer), bits)).collect();
        let nobody = open.nobody.into_iter().zip(0..).filter(|(bits, _)| *bits != 0);
        list.extend(nobody.map(|(bits, customer)| ((NOBODY, customer), bits)));
        self.lists.entry(month).or_default().push(list);
    }

    fn finish_all(&mut self) {
        let open: Vec<i32> = self.open.keys().copied().collect();
        open.into_iter().for_each(|month| self.finish(month));
        let mut leaps: Vec<((i32, Pair), u32)> = self.leaps.drain().collect();
        leaps.sort_unstable();
        for of_month in leaps.chunk_by(|((a, _), _), ((b, _), _)| a == b) {
            let list = of_month.iter().map(|((_, pair), bits)| (*pair, *bits)).collect();
            self.lists.entry(of_month[0].0.0).or_default().push(list);
        }
    }

    /// The days by month, and whether a rule may be broken: then the checks of rows say which and where.
    pub fn end(mut self) -> Days {
        self.finish_all();
        Days { lists: self.lists, seen: self.seen, is_suspect: self.is_suspect }
    }
}

/// The days of some row groups by month, as lists sorted by user and customer.
#[derive(Default)]
pub struct Days {
    lists: BTreeMap<i32, Vec<Vec<(Pair, u32)>>>,
    seen: Vec<bool>,
    is_suspect: bool,
}

impl Days {
    /// None yet.
    pub fn of(rules: &Rules) -> Self {
        Days { seen: vec![false; rules.qualifying.len()], ..Days::default() }
    }

    pub fn add(&mut self, other: Days) {
        for (month, lists) in other.lists {
            self.lists.entry(month).or_default().extend(lists);
        }
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
        let mut months: Vec<_> = self.lists.into_iter().collect();
        if months.is_empty() {
            months.push((0, Vec::new()));
        }
        let frames = in_parallel(&months, workers(), |(month, lists)| {
            let of_month = merged(lists);
            Ok((of_users(*month, &of_month)?, of_customers(*month, &of_month)?))
        })?;
        let (users, customers): (Vec<_>, Vec<_>) = frames.into_iter().unzip();
        Ok((stacked(users)?, stacked(customers)?))
    }
}

/// The days of each pair once, in order.
fn merged(lists: &[Vec<(Pair, u32)>]) -> Cow<'_, [(Pair, u32)]> {
    // of one share it is in order, and each pair once
    if let [list] = lists {
        return Cow::Borrowed(list);
    }
    let mut all = lists.concat();
    // lists are sorted: the stable sort merges them
    all.sort();
    all.dedup_by(|(pair, days), (before, all)| {
        let is_same = pair == before;
        *all |= if is_same { *days } else { 0 };
        is_same
    });
    Cow::Owned(all)
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

fn slot<T: Clone>(of: &mut Vec<T>, number: u32, empty: T) -> &mut T {
    let at = number as usize;
    if of.len() <= at {
        // not one by one: ids are new for a while
        of.resize((at + 1).max(of.len() * 5 / 4), empty);
    }
    &mut of[at]
}
