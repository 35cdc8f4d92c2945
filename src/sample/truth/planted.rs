//! What was planted: the hazards of each plan, and the lifetime they mean for new customers.

use serde::Serialize;

use super::super::catalogue::{ADDON, EARLY_LEAVERS, ENTERPRISE, FREE, Plan, STARTER, TEAM};
use super::Truth;

/// Planted behaviour of one plan: monthly churn of each customer ~ Beta(alpha, beta).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlantedHazard {
    pub plan: &'static str,
    pub alpha: usize,
    pub beta: usize,
    pub mean_monthly_churn: f64,
}

/// The terms under which customers first paid, and how many did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewCustomers {
    pub plan: &'static str,
    /// Months between renewals.
    pub interval_months: usize,
    pub customers: u64,
}

/// What the mean new customer is expected to pay for, returns after a first loss left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlantedLifetime {
    pub horizon_months: usize,
    /// Expected number of monthly payments among the first `horizon_months`, undiscounted.
    pub lifetime_months: f64,
}

const HORIZONS: [usize; 4] = [12, 24, 36, 60];

/// The hazards every sample is planted with.
pub fn hazards() -> Vec<PlantedHazard> {
    let hazard = |plan: &Plan| PlantedHazard {
        plan: plan.name,
        alpha: plan.alpha,
        beta: plan.beta,
        mean_monthly_churn: plan.alpha as f64 / (plan.alpha + plan.beta) as f64,
    };
    [FREE, STARTER, TEAM, ENTERPRISE, ADDON].iter().map(hazard).collect()
}

/// The probability that a new customer of a plan is never lost by the close of age `age`; 1 at age 0, where losses count
/// as those of the first renewal.
///
/// At age k `k / n` renewals have been faced, each survived with `(1 - p)^n`; the mean of `(1 - p)^m` under
/// Beta(alpha, beta) is the product of `(beta + j) / (alpha + beta + j)` over j < m. Of those billed monthly some ask
/// for their money back within days.
pub fn survival(plan: &Plan, interval_months: usize, age: usize) -> f64 {
    let faced = age / interval_months * interval_months;
    let has_early_leavers = interval_months == 1 && age > 0;
    let stays = if has_early_leavers { 1.0 - EARLY_LEAVERS } else { 1.0 };
    let (alpha, beta) = (plan.alpha as f64, plan.beta as f64);
    (0..faced).fold(stays, |product, j| product * (beta + j as f64) / (alpha + beta + j as f64))
}

impl Truth {
    /// By plan and interval; the planted mix, as it turned out.
    pub fn new_customers(&self) -> Vec<NewCustomers> {
        let terms = self.new_by_terms.iter();
        terms.map(|(&(plan, interval_months), &customers)| NewCustomers { plan, interval_months, customers }).collect()
    }

    /// S(0), S(1), … S(`last_age`): `survival` averaged over the new customers.
    pub fn planted_survival(&self, last_age: usize) -> Vec<f64> {
        let all: u64 = self.new_by_terms.values().sum();
        let share = |age: usize| {
            let expected = |terms: &NewCustomers| {
                let plan = [STARTER, TEAM, ENTERPRISE, ADDON].into_iter().find(|plan| plan.name == terms.plan);
                plan.map_or(0.0, |plan| terms.customers as f64 * survival(&plan, terms.interval_months, age))
            };
            self.new_customers().iter().map(expected).sum::<f64>() / all.max(1) as f64
        };
        (0..=last_age).map(share).collect()
    }

    pub fn planted_lifetimes(&self) -> Vec<PlantedLifetime> {
        let survival = self.planted_survival(HORIZONS[HORIZONS.len() - 1]);
        let sum = |horizon_months: usize| PlantedLifetime {
            horizon_months,
            lifetime_months: survival[..horizon_months].iter().sum(),
        };
        HORIZONS.map(sum).to_vec()
    }
}
