//! What is known of every customer paying at the close of a month, and the health scores made of it.

use super::cohorts::is_left_truncated;
use super::pool::Pool;
use crate::models::health::{self, COMPONENTS, Health};
use crate::month::{Month, MonthRange, days_of};
use crate::normalise::Model;
use crate::normalise::monthly::Monthly;

/// Months that tickets, payments, costs and contraction are looked for in: this one and the two before it.
const RECENT: i32 = 2;
/// Months before this one that usage is compared with.
const USUAL: i32 = 3;

/// Customers paying at the close of a month in the order of their ids; everything else is in the same order.
pub struct Scores {
    pub customers: Vec<u32>,
    /// Active days of the month; None without the input.
    pub active_days: Option<Vec<i64>>,
    /// Pooled hazard at the age of the next month; None where the age is not known.
    pub hazards: Vec<Option<f64>>,
    /// Usage, survey, support, commercial, tenure.
    pub components: Vec<[Option<f64>; COMPONENTS]>,
    pub health: Vec<Health>,
}

impl Scores {
    /// Uses nothing after the close of the month. Source: design page, section 9.
    pub fn of(model: &Model, month: Month) -> Self {
        let panel = &model.panel;
        let customers = if model.is_before_history(month) { Vec::new() } else { panel.paying(month) };
        let recent = MonthRange { first: month.plus(-RECENT), last: month };
        let sums = |of: &Monthly, months| of.sums(&customers, months);
        let active_days = panel.active_days.as_ref().map(|days| sums(days, MonthRange { first: month, last: month }));
        let usage = panel.active_days.as_ref().zip(active_days.as_ref()).and_then(|(all, days)| {
            let usual = MonthRange { first: month.plus(-USUAL), last: month.plus(-1) };
            let before = all.sums_where(&customers, usual, |customer, month| month >= panel.cohort(customer));
            let months = customers.iter().map(|at| i64::from(month.0 - usual.first.max(panel.cohort(*at)).0));
            let before: Vec<(i64, i64)> = before.into_iter().zip(months).collect();
            // Where nobody did anything in all these months nothing is known of usage: it is missing, not low.
            let is_known = days.iter().zip(&before).any(|(days, (before, _))| days + before > 0);
            let trends =
                || days.iter().zip(&before).map(|(days, (before, months))| health::trend(*days, *before, *months));
            is_known.then(|| health::usage(days, &trends().collect::<Vec<_>>()))
        });
        let tickets = panel.tickets.as_ref().map(|tickets| sums(tickets, recent));
        let burdens = panel.costs.as_ref().zip(panel.revenue.as_ref()).map(|(costs, revenue)| {
            let burden = |(costs, revenue): (i64, i64)| (revenue > 0).then(|| costs as f64 / revenue as f64);
            sums(costs, recent).into_iter().zip(sums(revenue, recent)).map(burden).collect::<Vec<_>>()
        });
        let bad_payments = sums(&panel.bad_payments, recent);
        let support = health::support(tickets.as_deref(), burdens.as_deref(), customers.len());
        let last_day = days_of(model.calendar.last_day(month));
        let hazards = hazards(model, &customers, month);
        let component = |at: usize| {
            let customer = customers[at];
            let answers = panel.answers(customer, month).map(|answer| (last_day - answer.day, answer.score));
            let (is_bad, is_falling) = (bad_payments[at] > 0, panel.has_contraction(customer, recent));
            [
                usage.as_ref().map(|usage| usage[at]),
                health::survey(answers),
                support[at],
                Some(health::commercial(is_bad, is_falling)),
                hazards[at].map(health::tenure),
            ]
        };
        let components: Vec<_> = (0..customers.len()).map(component).collect();
        let health = components.iter().map(|components| health::health(&panel.weights, components)).collect();
        Scores { customers, active_days, hazards, components, health }
    }
}

/// Hazards of all customers' pool at each one's next age, at the last one observed well enough if that is beyond it. The
/// first cohort of snapshots has no age.
fn hazards(model: &Model, customers: &[u32], month: Month) -> Vec<Option<f64>> {
    let pool = Pool::of(model, 0, month);
    let Some(last) = pool.last_age().filter(|last| *last >= 1) else { return vec![None; customers.len()] };
    let by_age: Vec<Option<f64>> =
        pool.ages().iter().map(|(at_risk, losses)| (*at_risk > 0).then(|| *losses as f64 / *at_risk as f64)).collect();
    let hazard = |customer: &u32| {
        let cohort = model.panel.cohort(*customer);
        let age = usize::try_from(month.0 - cohort.0 + 1).ok()?;
        if model.is_snapshots && is_left_truncated(model, cohort) { None } else { by_age[age.min(last)] }
    };
    customers.iter().map(hazard).collect()
}
