//! A customer base some months ahead: who is left of it, and of those who join.

use super::flow::{AHEAD, Flow, IRREGULARITY};

/// A base and what is known of its losses.
#[derive(Debug, Clone)]
pub struct Base<'a> {
    /// Customers by age, in months since they were won.
    pub ages: &'a [f64],
    /// Probability of leaving at ages 1, 2, …, for those who reached it; later ages leave like the last.
    pub hazards: &'a [f64],
    /// Part of the customers who come over from other segments each month, net.
    pub moving: f64,
    /// What the level of the hazards rests on: losses, and customer-months at risk.
    pub losses: f64,
    pub at_risk: f64,
    /// Months that were observed.
    pub months: f64,
}

/// The base at one close ahead.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ahead {
    pub customers: f64,
    /// In the month that closes.
    pub lost: f64,
    pub won: f64,
    /// Of `customers`.
    pub variance: f64,
}

/// Losses that the level of the hazards is drawn towards expectation by.
pub const LEVEL_WEIGHT: f64 = 20.0;
/// A loss and a new customer that did not happen, half of each (Jeffreys' prior): none seen is not none ever.
const UNSEEN: f64 = 0.5;

/// Customers of one age who leave together.
struct Group {
    customers: f64,
    age: usize,
    /// Part of them still there.
    share: f64,
}

/// Expectation and variance at the closes ahead. A month's losses come from those there at its open; who is won in a month
/// is there at its close.
pub fn project(base: &Base, flow: &Flow) -> [Ahead; AHEAD] {
    let group = |(age, customers): (usize, &f64)| Group { customers: *customers, age, share: 1.0 };
    let mut present: Vec<Group> = base.ages.iter().enumerate().map(group).filter(|g| g.customers > 0.0).collect();
    let mut won: Vec<Group> = Vec::new();
    let (mut lost_so_far, mut exposed) = (0.0, 0.0);
    let hazard = |age: usize| base.hazards.get(age - 1).or(base.hazards.last()).copied().unwrap_or(0.0);
    std::array::from_fn(|month| {
        let mut lost = 0.0;
        for group in present.iter_mut().chain(&mut won) {
            group.age += 1;
            let (there, leaving) = (group.customers * group.share, hazard(group.age));
            lost += there * leaving;
            exposed += there;
            group.share *= (1.0 - leaving) * (1.0 + base.moving);
        }
        lost_so_far += lost;
        won.push(Group { customers: flow.ahead[month], age: 0, share: 1.0 });
        let customers = present.iter().chain(&won).map(|group| group.customers * group.share).sum();
        let stay_or_leave: f64 =
            present.iter().map(|g| g.customers * g.share.min(1.0) * (1.0 - g.share.min(1.0))).sum();
        let level = lost_so_far * lost_so_far / (base.losses + LEVEL_WEIGHT);
        let unseen = if base.at_risk > 0.0 { UNSEEN * (exposed / base.at_risk).powi(2) } else { 0.0 };
        let nobody_came = UNSEEN * (month + 1) as f64 / base.months.max(1.0);
        let variance = stay_or_leave + level + unseen + nobody_came + variance_of_won(&won, flow);
        Ahead { customers, lost, won: flow.ahead[month], variance }
    })
}

/// How many came, whether they stayed, and how wrong the expectation of their number may be.
fn variance_of_won(won: &[Group], flow: &Flow) -> f64 {
    let noise = |group: &Group| {
        let share = group.share.min(1.0);
        let came = flow.dispersion * share * (1.0 + IRREGULARITY * group.customers);
        group.customers * share * (came + 1.0 - share)
    };
    let left: Vec<f64> = won.iter().map(|group| group.customers * group.share).collect();
    let pair = |i: usize| left.iter().zip(&flow.covariance[i]).map(|(left, covariance)| left * covariance).sum::<f64>();
    won.iter().map(noise).sum::<f64>() + left.iter().enumerate().map(|(i, left)| left * pair(i)).sum::<f64>().max(0.0)
}
