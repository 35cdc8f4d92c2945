//! The frames of usage, surveys and tickets: read with the other inputs, then placed in segments.

use std::sync::Arc;

use polars::prelude::*;

use super::group::combined;
use super::places::{Places, placed};
use super::plans::{Collected, Context, Frame, Plans, lazy};
use super::{surveys, tickets, usage};
use crate::tables::Input;
use crate::tables::model::{AT, TICKETS};

/// Per customer and month, straight from the inputs. Usage may have been read without a plan.
pub fn extract(context: &Context, frames: &Collected) -> Plans {
    let Context { job, sources, calendar, ids, users, .. } = context;
    let mut plans = Plans::new();
    if let Some(events) = sources.get(&Input::UsageEvents)
        && !frames.contains_key(&Frame::UserDays)
    {
        plans.push((Frame::UserDays, usage::per_user(job, events, calendar, ids, users)));
    }
    if let Some(responses) = sources.get(&Input::Surveys) {
        plans.push((Frame::Answers, surveys::answers(responses, calendar, ids)));
    }
    if let Some(opened) = sources.get(&Input::SupportTickets) {
        plans.push((Frame::Tickets, tickets::per_customer(opened, calendar, ids)));
    }
    plans
}

/// Users' days summed to their customers', and counted.
pub fn levels(context: &Context, frames: &Collected) -> Plans {
    let summed = || lazy(frames, Frame::UserDays).map(usage::per_customer);
    let days = lazy(frames, Frame::CustomerDays).or_else(summed);
    days.map(|days| (Frame::ActiveDays, usage::measured(days, &context.calendar))).into_iter().collect()
}

/// Sums by segment and month.
pub fn aggregates(context: &Context, frames: &Collected, places: &Arc<Places>) -> Plans {
    let job = context.job;
    let placed = |frame: Frame| lazy(frames, frame).map(|rows| placed(rows, places));
    let mut plans = Plans::new();
    if let Some(days) = placed(Frame::ActiveDays) {
        plans.push((Frame::Usage, usage::customers(&days, places)));
    }
    if let Some(days) = placed(Frame::UserDays) {
        plans.push((Frame::Users, usage::users(&days, places)));
        plans.push((Frame::SharedUsers, usage::shared_users_by_segment(job, days, places)));
    }
    if let Some(answers) = placed(Frame::Answers) {
        plans.push((Frame::Nps, surveys::nps(job, &answers, places)));
        plans.push((Frame::Csat, surveys::csat(&answers, places)));
    }
    if let Some(opened) = placed(Frame::Tickets) {
        let sums = combined(&opened, places, &[AT], &[(TICKETS, col(TICKETS).sum())]);
        plans.push((Frame::TicketSums, sums));
    }
    plans
}
