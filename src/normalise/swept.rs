//! What a walk over customers finds: sums, and what is looked up of single customers later.

use std::collections::BTreeMap;

use super::grid::Grid;
use super::model::Cohort;
use super::panel::{PaidLevel, Stay};
use super::places::{First, Stretch};
use crate::month::MonthRange;

/// A customer's number stands before what is its own; customers are in order.
#[derive(Debug, Default)]
pub struct Swept {
    /// By `definitions.active`, in the order of `measures::CUSTOMERS`.
    pub customers: Grid,
    pub paying: Grid,
    pub money: Grid,
    /// By segment and month of the first activity.
    pub cohorts: BTreeMap<(usize, i32), CohortSums>,
    /// Of every customer with a number.
    pub firsts: Vec<Option<First>>,
    pub stretches: Vec<(u32, Stretch)>,
    pub walked: Walked,
}

/// What `Panel` holds of single customers.
#[derive(Debug, Default)]
pub struct Walked {
    pub stays: Vec<(u32, Stay)>,
    pub levels: Vec<(u32, PaidLevel)>,
}

impl Swept {
    /// Adds the customers that follow.
    pub fn add(&mut self, next: Swept) {
        self.customers.merge(&next.customers);
        self.paying.merge(&next.paying);
        self.money.merge(&next.money);
        for (key, cohort) in next.cohorts {
            match self.cohorts.get_mut(&key) {
                Some(mine) => mine.merge(cohort),
                None => drop(self.cohorts.insert(key, cohort)),
            }
        }
        self.firsts.extend(next.firsts);
        self.stretches.extend(next.stretches);
        self.walked.stays.extend(next.walked.stays);
        self.walked.levels.extend(next.walked.levels);
    }
    /// Runs -> months, once all customers are in.
    pub fn end(&mut self) {
        [&mut self.customers, &mut self.paying, &mut self.money].into_iter().for_each(Grid::accumulate);
    }
}

/// A cohort of one segment.
#[derive(Debug, Clone)]
pub struct CohortSums {
    pub customers: i64,
    pub base_mrr: i64,
    /// By the month of the first loss.
    pub losses: BTreeMap<i32, i64>,
    month: i32,
    asked: MonthRange,
    /// Changes of the four counts and of MRR, from `month` to the one after the last asked.
    runs: Vec<[i64; 5]>,
}

impl CohortSums {
    pub fn new(month: i32, asked: MonthRange) -> Self {
        let months = (asked.last.0 - month + 2).max(0) as usize;
        CohortSums { customers: 0, base_mrr: 0, losses: BTreeMap::new(), month, asked, runs: vec![[0; 5]; months] }
    }
    fn add(&mut self, at: i32, until: i32, change: impl Fn(&mut [i64; 5], i64)) {
        let (at, until) = (at.max(self.month), until.min(self.asked.last.0 + 1));
        if at < until {
            change(&mut self.runs[(at - self.month) as usize], 1);
            change(&mut self.runs[(until - self.month) as usize], -1);
        }
    }
    pub fn add_counts(&mut self, at: i32, until: i32, counts: &[i64; 4]) {
        self.add(at, until, |sums, sign| sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += sign * count));
    }
    /// In asked months only.
    pub fn add_mrr(&mut self, at: i32, until: i32, ticks: i64) {
        self.add(at.max(self.asked.first.0), until, |sums, sign| sums[4] += sign * ticks);
    }
    fn merge(&mut self, other: Self) {
        self.customers += other.customers;
        self.base_mrr += other.base_mrr;
        other.losses.into_iter().for_each(|(month, losses)| *self.losses.entry(month).or_default() += losses);
        for (mine, theirs) in self.runs.iter_mut().zip(other.runs) {
            mine.iter_mut().zip(theirs).for_each(|(sum, value)| *sum += value);
        }
    }
    /// Revenue is not known to it.
    pub fn end(self) -> Cohort {
        let mut cohort =
            Cohort { customers: self.customers, losses: self.losses, base_mrr: self.base_mrr, ..Cohort::default() };
        let mut sums = [0; 5];
        for (month, changes) in (self.month..=self.asked.last.0).zip(self.runs) {
            sums.iter_mut().zip(changes).for_each(|(sum, change)| *sum += change);
            let [at_risk, active, churned, unseen, mrr] = sums;
            cohort.counts.insert(month, [at_risk, active, churned, unseen]);
            if month >= self.asked.first.0 {
                cohort.mrr.insert(month, mrr);
            }
        }
        cohort
    }
}
