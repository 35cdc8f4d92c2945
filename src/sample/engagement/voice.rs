//! Surveys and support tickets.

use super::super::clock::{DAY, HOUR};
use super::super::random::Random;
use super::super::rows::{Survey, Tables, Ticket};
use super::Spell;
use super::usage::user_id;
use crate::month::Micros;
use crate::tables::inputs::{CSAT_DEFAULT_SCALE, CSAT_KIND, NPS_KIND, NPS_SCALE};

const SECOND: Micros = 1_000_000;
/// Share of the people asked for their NPS who answer.
const NPS_ANSWERS: f64 = 0.35;
const CSAT_ANSWERS: f64 = 0.4;
/// Answers without a score, and answers given again some days later.
const BLANKS: f64 = 0.04;
const SECOND_THOUGHTS: f64 = 0.03;
const MOST_RESPONDENTS: u64 = 3;
/// Tickets of an average customer per week.
const TICKETS: f64 = 0.035;

/// One customer's voice.
struct Voice<'a> {
    random: Random,
    responses: u64,
    tickets: u64,
    /// The end of the data.
    end: Micros,
    /// Its only user answers without a name.
    is_nameless: bool,
    tables: &'a mut Tables,
}

/// Appends the surveys and tickets of one customer, given its stretches of service.
pub fn speak(seed: u64, spells: &[Spell], end: Micros, tables: &mut Tables) {
    let Some(first) = spells.first() else { return };
    let mut random = Random::new(seed, 5, first.customer_id);
    let is_nameless = first.users == 1 && random.chance(0.3);
    let mut voice = Voice { random, responses: 0, tickets: 0, end, is_nameless, tables };
    for spell in spells {
        voice.ask_quarterly(spell);
        voice.open_tickets(spell);
    }
}

impl Voice<'_> {
    fn ask_quarterly(&mut self, spell: &Spell) {
        let last = spell.ended_at.unwrap_or(self.end).min(self.end);
        let mut at = spell.started_at + self.random.between(45, 100) * DAY;
        while at < last {
            for user in 0..spell.users.min(MOST_RESPONDENTS) {
                if self.random.chance(NPS_ANSWERS) {
                    let answered_at = at + self.random.between(0, 14 * DAY / SECOND) * SECOND;
                    self.answer(spell, user, answered_at, NPS_KIND, false);
                }
            }
            at += self.random.between(82, 100) * DAY;
        }
    }

    /// Week by week: more from big and unhappy customers.
    fn open_tickets(&mut self, spell: &Spell) {
        let last = spell.ended_at.unwrap_or(self.end).min(self.end);
        let mut week = spell.started_at;
        while week < last {
            let opened_at = week + self.random.between(0, 6) * DAY + self.random.between(7, 18) * HOUR;
            let size = 0.7 + 0.1 * spell.users as f64;
            let trouble = 1.7 - 1.4 * spell.mood(opened_at) + 1.5 * spell.strain(opened_at);
            if self.random.chance(TICKETS * size * trouble) && opened_at < last {
                self.ticket(spell, opened_at);
            }
            week += 7 * DAY;
        }
    }

    fn ticket(&mut self, spell: &Spell, opened_at: Micros) {
        // most are closed soon: the smaller of two draws
        let hours = self.random.between(1, 240).min(self.random.between(1, 240));
        let closed_at = opened_at + hours * HOUR + self.random.between(0, 3_599) * SECOND;
        let is_escalated = self.random.chance(0.03 + 0.12 * (1.0 - spell.mood(opened_at)));
        self.tables.tickets.push(Ticket {
            ticket_id: spell.customer_id * 10_000 + self.tickets,
            customer_id: spell.customer_id,
            opened_at,
            closed_at: Some(closed_at).filter(|&at| at < self.end),
            is_escalated: Some(is_escalated),
        });
        self.tickets += 1;
        if self.random.chance(CSAT_ANSWERS) {
            let user = self.random.below(spell.users);
            let answered_at = closed_at + self.random.between(1, 72) * HOUR;
            self.answer(spell, user, answered_at, CSAT_KIND, is_escalated);
        }
    }

    /// One answer, unless the data ends before it; some are changed some days later.
    fn answer(&mut self, spell: &Spell, user: u64, at: Micros, kind: &'static str, is_escalated: bool) {
        let respondent_id = if self.is_nameless { None } else { Some(user_id(spell.customer_id, user)) };
        let mut answered_at = at;
        loop {
            if answered_at >= self.end {
                return;
            }
            let (score, scale) = self.score(spell.mood(answered_at), kind, is_escalated);
            self.tables.surveys.push(Survey {
                response_id: spell.customer_id * 10_000 + self.responses,
                customer_id: spell.customer_id,
                respondent_id,
                answered_at,
                kind,
                score: if self.random.chance(BLANKS) { None } else { Some(score) },
                scale_max: Some(scale),
            });
            self.responses += 1;
            if !self.random.chance(SECOND_THOUGHTS) {
                return;
            }
            answered_at += self.random.between(1, 5) * DAY;
        }
    }

    /// A score and its scale.
    fn score(&mut self, mood: f64, kind: &'static str, is_escalated: bool) -> (i64, i64) {
        if kind == NPS_KIND {
            let score = 4.5 + 6.0 * mood + self.random.between(-2, 2) as f64;
            return (((score + 0.5) as i64).clamp(0, NPS_SCALE), NPS_SCALE);
        }
        let lost = if is_escalated { 1.2 } else { 0.0 };
        let score = 2.6 + 3.0 * mood - lost + self.random.between(-1, 1) as f64;
        (((score + 0.5) as i64).clamp(1, CSAT_DEFAULT_SCALE), CSAT_DEFAULT_SCALE)
    }
}
