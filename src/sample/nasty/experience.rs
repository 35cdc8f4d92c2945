//! Usage, surveys and tickets at their edges: ties within a second, people without a name, blanks, many scales, events
//! of customers nobody knows, and columns that are not there.

use super::super::frames::Stamps;
use super::super::random::Random;
use super::super::rows::{Survey, Tables, Ticket, UsageEvent};
use super::chooser::Chooser;
use super::ledgers::any_customer;
use crate::month::Micros;
use crate::tables::inputs::{
    CLOSED_AT, CSAT_DEFAULT_SCALE, CSAT_KIND, CSAT_SCALES, ESCALATED, EVENT, NPS_KIND, NPS_SCALE, RESPONDENT_ID,
    SCALE_MAX, USER_ID,
};
use crate::tables::{Input, InputColumn};

const EVENTS: [Option<&str>; 6] =
    [Some("report"), Some("report"), Some("login"), Some("Report"), Some("ünïcode"), None];
const QUALIFYING: &[(&[&str], u64)] =
    &[(&[], 8), (&["report"], 3), (&["login", "report"], 2), (&["ünïcode", "Report"], 1), (&["never"], 1)];
const STAMPS: [Stamps; 6] = [Stamps::Micros, Stamps::Micros, Stamps::Zoned, Stamps::Millis, Stamps::Nanos, Stamps::Iso];
const WEIGHTS: [[f64; 5]; 4] =
    [[1.0, 1.0, 1.0, 1.0, 1.0], [0.0, 0.5, 0.5, 0.0, 1.5], [0.0, 0.0, 0.0, 1.0, 0.0], [0.6, 0.1, 0.1, 0.1, 0.1]];

/// Which of these inputs a business has, how it exports them, and what its job says of them.
#[derive(Debug, Clone)]
pub struct Experience {
    pub has_usage: bool,
    pub has_surveys: bool,
    pub has_tickets: bool,
    pub stamps: Stamps,
    /// Optional columns that the export lacks.
    pub omitted: Vec<(Input, &'static InputColumn)>,
    pub qualifying_events: &'static [&'static str],
    pub detractor_max: Option<i64>,
    /// Of usage, survey, support, commercial, tenure.
    pub weights: Option<[f64; 5]>,
}

impl Experience {
    pub fn new(random: &mut Random) -> Self {
        let qualifying_events = random.weighted(QUALIFYING);
        let optional: [(Input, &'static InputColumn, f64); 6] = [
            (Input::UsageEvents, &USER_ID, 0.2),
            (Input::UsageEvents, &EVENT, if qualifying_events.is_empty() { 0.2 } else { 0.0 }),
            (Input::Surveys, &RESPONDENT_ID, 0.2),
            (Input::Surveys, &SCALE_MAX, 0.2),
            (Input::SupportTickets, &CLOSED_AT, 0.2),
            (Input::SupportTickets, &ESCALATED, 0.4),
        ];
        let omitted = optional.into_iter().filter(|(_, _, chance)| random.chance(*chance));
        Experience {
            omitted: omitted.map(|(input, column, _)| (input, column)).collect(),
            has_usage: random.chance(0.75),
            has_surveys: random.chance(0.75),
            has_tickets: random.chance(0.75),
            stamps: random.pick(&STAMPS),
            qualifying_events,
            detractor_max: random.pick(&[None, None, Some(5), Some(0), Some(8)]),
            weights: if random.chance(0.3) { Some(random.pick(&WEIGHTS)) } else { None },
        }
    }

    pub fn lacks(&self, input: Input, column: &InputColumn) -> bool {
        self.omitted.iter().any(|(table, lacking)| *table == input && lacking.name == column.name)
    }

    /// Appends the rows of every input the business has.
    pub fn live(&self, customers: u64, chooser: &mut Chooser, tables: &mut Tables) {
        if self.has_usage {
            usage(customers, chooser, &mut tables.usage);
        }
        if self.has_surveys {
            surveys(customers, self.lacks(Input::Surveys, &SCALE_MAX), chooser, &mut tables.surveys);
        }
        if self.has_tickets {
            tickets(customers, chooser, &mut tables.tickets);
        }
    }
}

/// An instant, sometimes the previous row's or one within the same second, sometimes of long ago.
fn instant(previous: Option<Micros>, chooser: &mut Chooser) -> Micros {
    match previous {
        Some(at) if chooser.random.chance(0.15) => chooser.within_second(at),
        _ if chooser.random.chance(0.03) => chooser.calendar.start(chooser.range().first.plus(-30)),
        _ => chooser.instant(),
    }
}

fn usage(customers: u64, chooser: &mut Chooser, rows: &mut Vec<UsageEvent>) {
    for _ in 0..chooser.random.below(8 * customers + 4) {
        let customer_id = any_customer(customers, chooser);
        let occurred_at = instant(rows.last().map(|row| row.occurred_at), chooser);
        // one person under two customers, too
        let user_id = chooser.random.pick(&[None, Some(7), Some(customer_id * 10), Some(customer_id * 10 + 1)]);
        rows.push(UsageEvent { customer_id, occurred_at, user_id, event: chooser.random.pick(&EVENTS) });
    }
}

fn surveys(customers: u64, is_scale_usual: bool, chooser: &mut Chooser, rows: &mut Vec<Survey>) {
    for number in 0..chooser.random.below(6 * customers + 4) {
        let mut customer_id = any_customer(customers, chooser);
        let mut respondent_id = chooser.random.pick(&[None, None, Some(1), Some(customer_id * 10)]);
        let mut answered_at = instant(None, chooser);
        let kind = chooser.random.pick(&[NPS_KIND, CSAT_KIND]);
        if let Some(row) = rows.last().filter(|_| chooser.random.chance(0.4)) {
            // the same person again, often at the same time
            (customer_id, respondent_id) = (row.customer_id, row.respondent_id);
            if chooser.random.chance(0.6) {
                answered_at = chooser.within_second(row.answered_at);
            }
        }
        let scale_max = match kind {
            _ if is_scale_usual || chooser.random.chance(0.3) => None,
            NPS_KIND => Some(NPS_SCALE),
            _ => Some(chooser.random.pick(&CSAT_SCALES)),
        };
        let score = match kind {
            NPS_KIND => chooser.random.pick(&[0, 1, 5, 5, 6, 6, 7, 8, 8, 9, 9, 10, 10]),
            _ => chooser.random.between(1, scale_max.unwrap_or(CSAT_DEFAULT_SCALE)),
        };
        rows.push(Survey {
            response_id: number + 1,
            customer_id,
            respondent_id,
            answered_at,
            kind,
            score: if chooser.random.chance(0.1) { None } else { Some(score) },
            scale_max,
        });
    }
}

fn tickets(customers: u64, chooser: &mut Chooser, rows: &mut Vec<Ticket>) {
    for number in 0..chooser.random.below(4 * customers + 3) {
        let opened_at = instant(rows.last().map(|row| row.opened_at), chooser);
        let closed_at = match chooser.random.below(4) {
            0 => None,
            1 => Some(opened_at),
            _ => Some(chooser.instant().max(opened_at)),
        };
        rows.push(Ticket {
            ticket_id: number + 1,
            customer_id: any_customer(customers, chooser),
            opened_at,
            closed_at,
            is_escalated: chooser.random.pick(&[Some(true), Some(false), None]),
        });
    }
}
