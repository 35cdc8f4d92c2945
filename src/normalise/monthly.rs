//! Values of customers by month: scores look at all customers of a few months together, never at one customer's whole life.

use std::collections::BTreeMap;

use crate::month::{Month, MonthRange};

/// (customer, value) by month, in the order of customers; one may have several in a month, or none.
#[derive(Debug, Clone, Default)]
pub struct Monthly(BTreeMap<Month, Vec<(u32, i64)>>);

impl Monthly {
    /// Of rows in any order; it is the quicker the more of a month stand together.
    pub fn of(rows: impl Iterator<Item = (Month, u32, i64)>) -> Self {
        let mut months: BTreeMap<Month, Vec<(u32, i64)>> = BTreeMap::new();
        let mut rows = rows.peekable();
        while let Some((month, customer, value)) = rows.next() {
            let of_month = months.entry(month).or_default();
            of_month.push((customer, value));
            while let Some((_, customer, value)) = rows.next_if(|(other, _, _)| *other == month) {
                of_month.push((customer, value));
            }
        }
        months.values_mut().for_each(|of_month| of_month.sort_unstable());
        Monthly(months)
    }

    /// Of each customer the sum over the months; customers are in order.
    pub fn sums(&self, customers: &[u32], months: MonthRange) -> Vec<i64> {
        self.sums_where(customers, months, |_, _| true)
    }

    /// The same over those months of a customer that count.
    pub fn sums_where(&self, customers: &[u32], months: MonthRange, counts: impl Fn(u32, Month) -> bool) -> Vec<i64> {
        let mut sums = vec![0; customers.len()];
        for month in months.iter() {
            let mut rows = self.0.get(&month).map_or(&[][..], Vec::as_slice);
            for (sum, customer) in sums.iter_mut().zip(customers) {
                // both are in order, and most customers are in both
                while let Some(((other, value), rest)) = rows.split_first().filter(|((other, _), _)| other <= customer)
                {
                    *sum += if other == customer && counts(*customer, month) { *value } else { 0 };
                    rows = rest;
                }
            }
        }
        sums
    }
}
