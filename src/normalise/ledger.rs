//! Invoices -> what every customer paid by month: what `revenue::per_customer` and `revenue::bad_payments` say as plans, as loops
//! over dense arrays. Those plans stay its oracle (tests/it/ledger.rs) and read every source that is not plain.
//!
//! Exports are in the order of time, so few months are open at once: each has an array by customer, which becomes a list when
//! the month is over. Rows that leap between many months go to a map instead.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;

use super::fx::Rates;
use super::union::stacked;
use crate::error::{Error, Result};
use crate::ids::{Ids, NOBODY, hash_of};
use crate::money;
use crate::month::{Calendar, LocalDay};
use crate::parallel::{in_parallel, workers};
use crate::snapshot::{Coded, MISSING, Rows, Values};
use crate::tables::inputs::{FAILED_STATUSES, UNPAID_STATUSES};
use crate::tables::model::{AT, CUSTOMER, NET, PURCHASES};
use crate::tables::outputs::{REFUNDS, REVENUE};

/// Where the columns of invoices stand in `Rows`.
const KEYS: usize = 0;
const CUSTOMERS: usize = 1;
const TIMES: usize = 2;
const AMOUNTS: usize = 3;
const CURRENCIES: usize = 4;
const STATUSES: usize = 5;
/// A row group with more months than this is taken row by row.
const OPEN: usize = 3;
/// A month with fewer than one row for so many customers is not worth an array.
const CUSTOMERS_PER_ROW: usize = 64;
/// So many of those, and no month gets one any more.
const WASTED: usize = 16;

/// How invoices are read, and what makes a row suspect.
pub struct Rules {
    pub calendar: Arc<Calendar>,
    pub rates: Arc<Rates>,
    /// An amount from here on, or below its negative, breaks a rule.
    pub largest: i128,
    /// Numbers from here on are of customers that `customers` does not have, where there is such an input.
    pub known: Option<u32>,
}

/// What a customer paid in a month, in reporting ticks. An invoice over less than a tick is a purchase too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Payments {
    revenue: i64,
    refunds: i64,
    purchases: i64,
    is_any: bool,
}

impl Payments {
    /// False: the sum does not fit, and is not taken.
    #[must_use]
    fn add(&mut self, other: &Payments) -> bool {
        let sums = (self.revenue.checked_add(other.revenue), self.refunds.checked_add(other.refunds));
        let (Some(revenue), Some(refunds)) = sums else { return false };
        let purchases = self.purchases + other.purchases;
        *self = Payments { revenue, refunds, purchases, is_any: self.is_any || other.is_any };
        true
    }
}

/// The invoices of some row groups.
pub struct Ledger<'a> {
    rules: &'a Rules,
    ids: &'a Ids,
    open: BTreeMap<i32, Open>,
    leaps: HashMap<(i32, u32), Payments, FixedState>,
    /// Months that were opened for next to nothing: where files are not in the order of time.
    wasted: usize,
    found: Paid,
}

/// Payments of one month by customer, and how many there were.
#[derive(Default)]
struct Open {
    paid: Vec<Payments>,
    rows: usize,
}

/// What customers paid, by month.
#[derive(Default)]
pub struct Paid {
    /// By month, sorted by customer.
    lists: BTreeMap<i32, Vec<Vec<(u32, Payments)>>>,
    /// Months with a payment that failed or was given back.
    bad: Vec<(u32, i32)>,
    /// Hashes of the keys, or the keys themselves.
    keys: Vec<u64>,
    is_suspect: bool,
    /// A payment could not be added: it or the sum is larger than can be.
    is_partial: bool,
}

/// What a text of a row group means: by its code.
struct Meaning<T>(Vec<T>, T);

impl<T: Copy> Meaning<T> {
    fn new(coded: Option<&Coded>, of_none: T, of: impl Fn(&str) -> T) -> Self {
        let meaning = |coded: &Coded| coded.texts().map(|text| text.map_or(of_none, &of)).collect();
        Meaning(coded.map_or(Vec::new(), meaning), of_none)
    }
    fn at(&self, coded: Option<&Coded>, row: usize) -> T {
        let key = coded.map_or(MISSING, |coded| coded.keys[row]);
        self.0.get(key as usize).copied().unwrap_or(self.1)
    }
}

impl<'a> Ledger<'a> {
    pub fn new(rules: &'a Rules, ids: &'a Ids) -> Self {
        Ledger { rules, ids, open: BTreeMap::new(), leaps: HashMap::default(), wasted: 0, found: Paid::default() }
    }

    /// Adds the rows of a row group.
    pub fn add(&mut self, invoices: &Rows) {
        let Some(of_customers) = invoices.texts(CUSTOMERS) else { return };
        let (times, amounts) = (invoices.times(TIMES), invoices.amounts(AMOUNTS));
        let customers = self.ids.numbers(of_customers.texts());
        let keys = keys(invoices);
        let statuses = invoices.texts(STATUSES);
        let is_unpaid = Meaning::new(statuses, false, |status| UNPAID_STATUSES.contains(&status));
        let is_failed = Meaning::new(statuses, false, |status| FAILED_STATUSES.contains(&status));
        let currencies = invoices.texts(CURRENCIES);
        let rates = &self.rules.rates;
        let reporting = rates.reporting();
        // None: the reporting currency
        let rate_of = Meaning::new(currencies, None, |currency| (currency != reporting).then(|| rates.of(currency)));
        let close = self.rules.calendar.as_of_close();
        let mut last: Option<LocalDay> = None;
        // customer, month
        let mut rows: Vec<(u32, i32, Payments)> = Vec::with_capacity(invoices.count);
        for row in 0..invoices.count {
            let customer = customers.get(of_customers.keys[row] as usize).copied().unwrap_or(NOBODY);
            let (Some(at), Some(amount), Some(key)) = (times[row], amounts[row], keys[row]) else {
                self.found.is_suspect = true;
                continue;
            };
            let is_known = self.rules.known.is_none_or(|known| customer < known);
            let is_too_large = amount >= self.rules.largest || amount <= -self.rules.largest;
            if customer == NOBODY || !is_known || is_too_large {
                self.found.is_suspect = true;
            }
            if customer == NOBODY || is_too_large || at >= close {
                self.found.is_partial |= is_too_large;
                continue;
            }
            self.found.keys.push(key);
            let day = self.rules.calendar.local_day(at, last);
            last = Some(day);
            let is_unpaid = is_unpaid.at(statuses, row);
            if is_failed.at(statuses, row) || amount < 0 && !is_unpaid {
                self.found.bad.push((customer, day.month.0));
            }
            if is_unpaid || amount == 0 {
                continue;
            }
            let rate = rate_of.at(currencies, row).map(|rates| Rates::on(rates, day.day));
            let Some(ticks) = ticks(amount, rate) else {
                self.found.is_suspect = true;
                self.found.is_partial = true;
                continue;
            };
            let (revenue, refunds) = if amount > 0 { (ticks, 0) } else { (0, -ticks) };
            let purchases = i64::from(amount > 0);
            rows.push((customer, day.month.0, Payments { revenue, refunds, purchases, is_any: true }));
        }
        self.place(&rows);
    }

    fn place(&mut self, rows: &[(u32, i32, Payments)]) {
        let mut months: Vec<i32> = rows.chunk_by(|a, b| a.1 == b.1).map(|of_month| of_month[0].1).collect();
        months.sort_unstable();
        months.dedup();
        if months.len() > OPEN || self.wasted > WASTED {
            for (customer, month, paid) in rows {
                let is_added = self.leaps.entry((*month, *customer)).or_default().add(paid);
                self.found.is_partial |= !is_added;
            }
            return;
        }
        // what this row group does not touch is over
        let over: Vec<i32> = self.open.keys().filter(|month| !months.contains(month)).copied().collect();
        over.into_iter().for_each(|month| self.finish(month));
        for of_month in rows.chunk_by(|a, b| a.1 == b.1) {
            let open = self.open.entry(of_month[0].1).or_default();
            open.rows += of_month.len();
            for (customer, _, paid) in of_month {
                let at = *customer as usize;
                if open.paid.len() <= at {
                    // not one by one: ids are new for a while
                    open.paid.resize((at + 1).max(open.paid.len() * 5 / 4), Payments::default());
                }
                self.found.is_partial |= !open.paid[at].add(paid);
            }
        }
    }

    fn finish(&mut self, month: i32) {
        let Some(open) = self.open.remove(&month) else { return };
        self.wasted += usize::from(open.rows < open.paid.len() / CUSTOMERS_PER_ROW);
        let list = (0..).zip(open.paid).filter(|(_, paid)| paid.is_any).collect();
        self.found.lists.entry(month).or_default().push(list);
    }

    pub fn end(mut self) -> Paid {
        let open: Vec<i32> = self.open.keys().copied().collect();
        open.into_iter().for_each(|month| self.finish(month));
        let mut leaps: Vec<((i32, u32), Payments)> = self.leaps.drain().collect();
        leaps.sort_unstable_by_key(|(key, _)| *key);
        for of_month in leaps.chunk_by(|((a, _), _), ((b, _), _)| a == b) {
            let list = of_month.iter().map(|((_, customer), paid)| (*customer, *paid)).collect();
            self.found.lists.entry(of_month[0].0.0).or_default().push(list);
        }
        self.found.bad.sort_unstable();
        self.found.bad.dedup();
        self.found
    }
}

/// Of the keys what is equal where they are; None where there is none.
fn keys(invoices: &Rows) -> Vec<Option<u64>> {
    match invoices.values(KEYS) {
        Some(Values::Texts(coded)) => {
            let hashes: Vec<Option<u64>> =
                coded.texts().map(|text| text.map(|text| hash_of(text.as_bytes()))).collect();
            coded.keys.iter().map(|key| hashes.get(*key as usize).copied().flatten()).collect()
        }
        Some(Values::Wholes(keys)) => keys.iter().map(|key| key.map(i64::cast_unsigned)).collect(),
        _ => vec![None; invoices.count],
    }
}

/// In the reporting currency. `rate`: None where that is the amount's; None within where there is none.
fn ticks(amount: i128, rate: Option<Option<i128>>) -> Option<i64> {
    let ticks = money::to_ticks(amount)?;
    match rate {
        None => Some(ticks),
        Some(rate) => money::convert(ticks, rate?),
    }
}

impl Paid {
    pub fn add(&mut self, other: Paid) {
        for (month, lists) in other.lists {
            self.lists.entry(month).or_default().extend(lists);
        }
        self.bad.extend(other.bad);
        self.keys.extend(other.keys);
        self.is_suspect |= other.is_suspect;
        self.is_partial |= other.is_partial;
    }

    /// Whether a row may break a rule by itself.
    pub fn is_suspect(&self) -> bool {
        self.is_suspect
    }

    /// Whether there are sums at all: else the plans say what is wrong.
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Of the keys what is equal where they are, once.
    pub fn take_keys(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.keys)
    }

    /// CUSTOMER, AT, REVENUE, REFUNDS, NET and PURCHASES, as `revenue::per_customer` has them, and CUSTOMER and AT, as
    /// `revenue::bad_payments` has them.
    ///
    /// Errors: `Kind::Data` for sums that are not whole.
    pub fn frames(mut self) -> Result<(DataFrame, DataFrame)> {
        let mut months: Vec<_> = self.lists.into_iter().collect();
        if months.is_empty() {
            months.push((0, Vec::new()));
        }
        let paid = in_parallel(&months, workers(), |(month, lists)| of_customers(*month, lists))?;
        self.bad.sort_unstable();
        self.bad.dedup();
        let (customers, months): (Vec<u32>, Vec<i32>) = self.bad.into_iter().unzip();
        let bad = vec![
            UInt32Chunked::from_vec(CUSTOMER.into(), customers).into_column(),
            Int32Chunked::from_vec(AT.into(), months).into_column(),
        ];
        Ok((stacked(paid)?, DataFrame::new_infer_height(bad)?))
    }
}

/// Sums of each customer in order.
fn of_customers(month: i32, lists: &[Vec<(u32, Payments)>]) -> Result<DataFrame> {
    let mut list = lists.concat();
    // lists are sorted: the stable sort merges them
    list.sort_by_key(|(customer, _)| *customer);
    let (mut customers, mut sums) = (Vec::with_capacity(list.len()), Vec::with_capacity(list.len()));
    for of_customer in list.chunk_by(|(a, _), (b, _)| a == b) {
        let mut sum = Payments::default();
        if !of_customer.iter().all(|(_, paid)| sum.add(paid)) {
            return Err(Error::data("what a customer paid in a month does not fit 64 bits of ticks"));
        }
        customers.push(of_customer[0].0);
        sums.push(sum);
    }
    let column = |name: &str, value: fn(&Payments) -> i64| {
        Int64Chunked::from_vec(name.into(), sums.iter().map(value).collect()).into_column()
    };
    let columns = vec![
        UInt32Chunked::from_vec(CUSTOMER.into(), customers).into_column(),
        Int32Chunked::full(AT.into(), month, sums.len()).into_column(),
        column(REVENUE.name, |sum| sum.revenue),
        column(REFUNDS.name, |sum| sum.refunds),
        column(NET, |sum| sum.revenue - sum.refunds),
        column(PURCHASES, |sum| sum.purchases),
    ];
    Ok(DataFrame::new(sums.len(), columns)?)
}
