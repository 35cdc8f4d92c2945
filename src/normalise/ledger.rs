//! Invoices -> what every customer paid by month: what `revenue::per_customer` and `revenue::bad_payments` say as plans, summed in
//! `open_months`. Those plans stay its oracle (tests/it/ledger.rs) and read every source that is not plain.

use std::sync::Arc;

use polars::prelude::*;

use super::fx::Rates;
use super::open_months::{List, Months, OpenMonths, Slots, slot};
use super::union::stacked;
use crate::error::{Error, Result};
use crate::ids::{Ids, NOBODY, hash_of};
use crate::money;
use crate::month::{Calendar, LocalDay};
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
    /// A payment could not be added: the sum is larger than can be.
    is_partial: bool,
}

/// Payments of one month by customer.
#[derive(Default)]
struct OfCustomers(Vec<Payments>);

impl Slots for OfCustomers {
    type Key = u32;
    type Sum = Payments;

    fn sum(paid: &mut Payments, other: Payments) {
        let sums = (paid.revenue.checked_add(other.revenue), paid.refunds.checked_add(other.refunds));
        let (Some(revenue), Some(refunds)) = sums else {
            paid.is_partial = true;
            return;
        };
        *paid = Payments {
            revenue,
            refunds,
            purchases: paid.purchases + other.purchases,
            is_any: paid.is_any || other.is_any,
            is_partial: paid.is_partial || other.is_partial,
        };
    }

    fn add(&mut self, customer: u32, paid: Payments) -> bool {
        Self::sum(slot(&mut self.0, customer, Payments::default()), paid);
        true
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn list(self) -> List<Self> {
        (0..).zip(self.0).filter(|(_, paid)| paid.is_any).collect()
    }
}

/// The invoices of some row groups.
pub struct Ledger<'a> {
    rules: &'a Rules,
    ids: &'a Ids,
    months: OpenMonths<OfCustomers>,
    found: Paid,
}

/// What customers paid, by month.
#[derive(Default)]
pub struct Paid {
    months: Months<OfCustomers>,
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
        Ledger { rules, ids, months: OpenMonths::default(), found: Paid::default() }
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
        let mut rows: Vec<(i32, u32, Payments)> = Vec::with_capacity(invoices.count);
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
            let paid = Payments { revenue, refunds, purchases, is_any: true, is_partial: false };
            rows.push((day.month.0, customer, paid));
        }
        self.months.add(&rows);
    }

    pub fn end(self) -> Paid {
        let mut found = self.found;
        found.months = self.months.end();
        found.is_partial |= found.months.any(|paid| paid.is_partial);
        found.bad.sort_unstable();
        found.bad.dedup();
        found
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
        self.months.add(other.months);
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
        let paid = self.months.each(of_customers)?;
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

fn of_customers(month: i32, list: &[(u32, Payments)]) -> Result<DataFrame> {
    if list.iter().any(|(_, paid)| paid.is_partial) {
        return Err(Error::data("what a customer paid in a month does not fit 64 bits of ticks"));
    }
    let column = |name: &str, value: fn(&Payments) -> i64| {
        Int64Chunked::from_vec(name.into(), list.iter().map(|(_, paid)| value(paid)).collect()).into_column()
    };
    let columns = vec![
        UInt32Chunked::from_vec(CUSTOMER.into(), list.iter().map(|(customer, _)| *customer).collect()).into_column(),
        Int32Chunked::full(AT.into(), month, list.len()).into_column(),
        column(REVENUE.name, |paid| paid.revenue),
        column(REFUNDS.name, |paid| paid.refunds),
        column(NET, |paid| paid.revenue - paid.refunds),
        column(PURCHASES, |paid| paid.purchases),
    ];
    Ok(DataFrame::new(list.len(), columns)?)
}
