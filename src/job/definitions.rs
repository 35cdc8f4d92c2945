//! `[definitions]`, `[nps]` and `[health.weights]`: what a job decides about the meaning of its numbers.

use std::collections::BTreeMap;

use super::InputSource;
use super::section::Section;
use crate::error::Result;
use crate::tables::Input;

/// What makes a customer active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Active {
    Paying,
    Entitled,
    /// An invoice in the month: businesses without subscriptions.
    Purchases,
}

/// By what unnamed cost lines are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocation {
    Customers,
    Mrr,
    Tickets,
}

/// What the parts of a health score weigh; they need not sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    pub usage: f64,
    pub survey: f64,
    pub support: f64,
    pub commercial: f64,
    pub tenure: f64,
}

impl Weights {
    /// In the order in which scores sum them.
    pub fn list(&self) -> [f64; 5] {
        [self.usage, self.survey, self.support, self.commercial, self.tenure]
    }
}

#[derive(Debug, Clone)]
pub struct Definitions {
    pub active: Active,
    pub exclude_statuses: Vec<String>,
    pub allocation: Allocation,
    /// The events that count as usage; empty: all.
    pub qualifying_events: Vec<String>,
    /// Seed of whatever is drawn at random; nothing is yet.
    pub seed: u64,
    /// The best NPS score that is still a detractor's.
    pub detractor_max: i64,
    pub weights: Weights,
}

pub fn read(top: &Section, inputs: &BTreeMap<Input, InputSource>) -> Result<Definitions> {
    let has_subscriptions = inputs.contains_key(&Input::Subscriptions);
    let usual = if has_subscriptions { Active::Paying } else { Active::Purchases };
    let mut definitions = Definitions {
        active: usual,
        exclude_statuses: Vec::new(),
        allocation: Allocation::Customers,
        qualifying_events: Vec::new(),
        seed: 1,
        detractor_max: detractor_max(top)?,
        weights: weights(top)?,
    };
    let Some(section) = top.section("definitions")? else { return Ok(definitions) };
    section.allow(&["active", "exclude_statuses", "allocation", "qualifying_events", "seed"])?;
    if section.string("active")?.is_some() {
        definitions.active = active(&section, has_subscriptions)?;
    }
    definitions.allocation = match section.choice("allocation", &["customers", "mrr", "tickets"])? {
        "mrr" => Allocation::Mrr,
        "tickets" => Allocation::Tickets,
        _ => Allocation::Customers,
    };
    if definitions.allocation == Allocation::Tickets && !inputs.contains_key(&Input::SupportTickets) {
        let error =
            section.wrong("allocation", "`definitions.allocation` = \"tickets\" needs [inputs.support_tickets]");
        return Err(error.hint("say where the tickets are, or allocate by \"customers\" or \"mrr\""));
    }
    if definitions.allocation == Allocation::Mrr && !has_subscriptions {
        let error = section.wrong("allocation", "`definitions.allocation` = \"mrr\" needs [inputs.subscriptions]");
        return Err(error.hint("without subscriptions there is no MRR: allocate by \"customers\" or \"tickets\""));
    }
    definitions.exclude_statuses = section.strings("exclude_statuses")?.unwrap_or_default();
    definitions.qualifying_events = section.strings("qualifying_events")?.unwrap_or_default();
    if let Some(seed) = section.integer("seed")? {
        definitions.seed = u64::try_from(seed)
            .map_err(|_| section.wrong("seed", format!("`definitions.seed` is {seed}")).hint("write 0 or more"))?;
    }
    Ok(definitions)
}

fn active(section: &Section, has_subscriptions: bool) -> Result<Active> {
    let active = match section.choice("active", &["paying", "entitled", "purchases"])? {
        "entitled" => Active::Entitled,
        "purchases" => Active::Purchases,
        _ => Active::Paying,
    };
    match (active, has_subscriptions) {
        (Active::Purchases, true) => Err(section
            .wrong("active", "`definitions.active` = \"purchases\" is for businesses without subscriptions")
            .hint("remove [inputs.subscriptions], or count \"paying\" customers")),
        (Active::Paying | Active::Entitled, false) => Err(section
            .wrong("active", "without [inputs.subscriptions], customers can only be active by \"purchases\"")
            .hint("add [inputs.subscriptions], or remove `active`")),
        _ => Ok(active),
    }
}

fn detractor_max(top: &Section) -> Result<i64> {
    let Some(section) = top.section("nps")? else { return Ok(6) };
    section.allow(&["detractor_max"])?;
    let value = section.integer("detractor_max")?.unwrap_or(6);
    if !(0..=8).contains(&value) {
        let error = section.wrong("detractor_max", format!("`nps.detractor_max` is {value}"));
        return Err(error.hint("write 6 (the standard), 5, or another score below the promoters' 9"));
    }
    Ok(value)
}

fn weights(top: &Section) -> Result<Weights> {
    let mut weights = Weights { usage: 0.35, survey: 0.20, support: 0.20, commercial: 0.15, tenure: 0.10 };
    let Some(health) = top.section("health")? else { return Ok(weights) };
    health.allow(&["weights"])?;
    let Some(section) = health.section("weights")? else { return Ok(weights) };
    section.allow(&["usage", "survey", "support", "commercial", "tenure"])?;
    for (key, weight) in [
        ("usage", &mut weights.usage),
        ("survey", &mut weights.survey),
        ("support", &mut weights.support),
        ("commercial", &mut weights.commercial),
        ("tenure", &mut weights.tenure),
    ] {
        let Some(value) = section.number(key)? else { continue };
        if !(0.0..=1e6).contains(&value) {
            return Err(section.wrong(key, format!("`health.weights.{key}` is {value}")).hint("write 0 or more"));
        }
        *weight = value;
    }
    if weights.list().iter().sum::<f64>() <= 0.0 {
        let error = health.wrong("weights", "every weight of `health.weights` is 0");
        return Err(error.hint("give one of usage, survey, support, commercial, tenure a weight above 0"));
    }
    Ok(weights)
}
