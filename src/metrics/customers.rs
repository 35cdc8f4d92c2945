//! The customers of one month, and what is kept of them: tables of customers are made month by month, a few at a time.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::health_backtest::{self, MONTHS_AHEAD, Outcomes};
use super::health_summary::{self, Sums};
use super::scores::Scores;
use super::tiers::Tiers;
use super::tiers_summary::{self, Counts};
use crate::month::{Month, MonthRange};
use crate::normalise::Model;

/// Who pays at the close of a month, and what is known of them.
pub struct Customers {
    pub month: Month,
    pub scores: Scores,
    tiers: OnceCell<Tiers>,
}

impl Customers {
    pub fn of(model: &Model, month: Month) -> Self {
        Customers { month, scores: Scores::of(model, month), tiers: OnceCell::new() }
    }
    pub fn tiers(&self, model: &Model) -> &Tiers {
        self.tiers.get_or_init(|| Tiers::of(model, self.month, &self.scores))
    }
}

/// What other tables need of the customers of a month.
pub struct Summary {
    /// By the position of the segment in the spine, where the month is asked.
    pub health: Vec<Sums>,
    pub tiers: Vec<Counts>,
    /// Where a month that is asked judges the scores of this one.
    pub outcomes: Option<Outcomes>,
}

impl Summary {
    /// For tables of `months`.
    pub fn of(model: &Model, customers: &Customers, months: MonthRange) -> Self {
        let is_asked = months.contains(customers.month);
        let is_judged = is_judged(model, customers.month, months);
        Summary {
            health: if is_asked { health_summary::sums(model, customers) } else { Vec::new() },
            tiers: if is_asked { tiers_summary::counts(model, customers) } else { Vec::new() },
            outcomes: is_judged.then(|| health_backtest::outcomes(model, customers)),
        }
    }
}

pub type Summaries = BTreeMap<Month, Summary>;

/// The months whose customers the tables of `months` are made of: themselves, and those whose scores they judge.
pub fn months_of_customers(model: &Model, months: MonthRange) -> Vec<Month> {
    let before = MonthRange { first: months.first.plus(-2 * MONTHS_AHEAD), last: months.first.plus(-1) };
    before.iter().filter(|month| is_judged(model, *month, months)).chain(months.iter()).collect()
}

/// A backtest looks at the scores of one step before it, and one step earlier. Nothing is known before the first month.
fn is_judged(model: &Model, month: Month, months: MonthRange) -> bool {
    let is_known = model.first.is_some_and(|first| first <= month);
    is_known && [1, 2].iter().any(|steps| months.contains(month.plus(steps * MONTHS_AHEAD)))
}
