//! Rules for rows of usage events, surveys and support tickets.

use polars::prelude::*;

use super::rows::Rules;
use super::{Check, Found, label, violation};
use crate::job::Job;
use crate::month::{Calendar, Micros, Month};
use crate::snapshot::Source;
use crate::tables::inputs::{
    ANSWERED_AT, CLOSED_AT, CSAT_DEFAULT_SCALE, CSAT_KIND, CSAT_SCALES, EVENT, NPS_KIND, NPS_SCALE, OCCURRED_AT,
    OPENED_AT, SCALE_MAX, SCORE, SURVEY_KIND,
};
use crate::tables::{Input, InputColumn};
use crate::violation::Severity;

/// Nothing was recorded before this: an earlier time comes from a clock that was never set.
const EARLIEST_YEAR: i16 = 1990;

/// The first instant at which anything can have happened.
pub fn earliest(calendar: &Calendar) -> Micros {
    calendar.start(Month::new(EARLIEST_YEAR, 1))
}

impl Rules<'_> {
    pub fn usage(&mut self, calendar: &Calendar) {
        self.happened(&OCCURRED_AT, calendar);
    }

    pub fn surveys(&mut self, calendar: &Calendar) {
        self.happened(&ANSWERED_AT, calendar);
        let is = |kind: &str| col(SURVEY_KIND.name).eq(lit(kind));
        let message =
            format!("{} is neither {NPS_KIND} nor {CSAT_KIND}", label(self.job, self.input, SURVEY_KIND.name));
        self.add(&SURVEY_KIND, "unknown_kind", message, is(NPS_KIND).or(is(CSAT_KIND)).not());
        let among =
            |scales: &[i64]| scales.iter().fold(lit(false), |any, scale| any.or(col(SCALE_MAX.name).eq(lit(*scale))));
        let is_unknown = is(NPS_KIND)
            .and(among(&[NPS_SCALE]).not())
            .or(is(CSAT_KIND).and(among(&CSAT_SCALES).not()))
            .and(col(SCALE_MAX.name).is_not_null());
        let scales = label(self.job, self.input, SCALE_MAX.name);
        let message = format!("{scales} is not 10 for {NPS_KIND}, or none of 3, 5, 7, 10 for {CSAT_KIND}");
        self.add(&SCALE_MAX, "unknown_scale", message, is_unknown);
        let scale = col(SCALE_MAX.name).fill_null(lit(CSAT_DEFAULT_SCALE));
        let score = || col(SCORE.name);
        let is_off_nps = score().lt(lit(0)).or(score().gt(lit(NPS_SCALE)));
        let is_off_csat = score().lt(lit(1)).or(score().gt(scale));
        let message = format!("{} is off its scale", label(self.job, self.input, SCORE.name));
        self.add(&SCORE, "off_scale", message, is(NPS_KIND).and(is_off_nps).or(is(CSAT_KIND).and(is_off_csat)));
    }

    pub fn tickets(&mut self, calendar: &Calendar) {
        self.happened(&OPENED_AT, calendar);
        if self.has(&OPENED_AT) {
            let message = "`closed_at` is before `opened_at`".to_string();
            self.add(&CLOSED_AT, "closed_before_opened", message, col(CLOSED_AT.name).lt(col(OPENED_AT.name)));
        }
    }

    /// When a row happened: neither before there was anything, nor (a warning: the row does not exist yet) after the
    /// as-of day.
    fn happened(&mut self, column: &InputColumn, calendar: &Calendar) {
        let name = label(self.job, self.input, column.name);
        let earliest = earliest(calendar);
        let at = || col(column.name);
        let message = format!("{name} is before {EARLIEST_YEAR}: the clock it comes from was not set");
        self.add(column, "implausible_time", message, at().lt(lit(earliest)));
        let message = format!(
            "{name} is after the as-of day {}: the row does not exist yet and is in no number",
            calendar.as_of()
        );
        let count = self.rules.len();
        self.add(column, "after_as_of", message, at().gt_eq(lit(calendar.as_of_close())));
        self.rules.iter_mut().skip(count).for_each(|rule| rule.severity = Severity::Warning);
    }
}

/// Events that `definitions.qualifying_events` names and no row holds: as likely misspelt as not yet seen, and usage would
/// silently be less than it is.
pub fn unseen_events(job: &Job, source: &Source) -> Option<Check> {
    let named = job.definitions.qualifying_events.clone();
    if named.is_empty() || !source.present.contains(EVENT.name) {
        return None;
    }
    let is_named = named.iter().fold(lit(false), |any, event| any.or(col(EVENT.name).eq(lit(event.as_str()))));
    let frame = source.frame.clone().filter(is_named).group_by([col(EVENT.name)]).agg([]);
    let message =
        format!("no row has this {} of definitions.qualifying_events", label(job, Input::UsageEvents, EVENT.name));
    let read = move |seen: &DataFrame| {
        let seen = seen.column(EVENT.name)?.str()?.clone();
        let unseen: Vec<String> =
            named.iter().filter(|event| !seen.iter().any(|seen| seen == Some(event.as_str()))).cloned().collect();
        if unseen.is_empty() {
            return Ok(Vec::new());
        }
        let mut violation = violation(Input::UsageEvents, EVENT.name, "unseen_event", message.clone(), 0);
        violation.severity = Severity::Warning;
        violation.samples = unseen;
        Ok(vec![Found { violation, samples: None }])
    };
    Some(Check { frame, read: Box::new(read) })
}
