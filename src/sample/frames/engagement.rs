//! What customers do, answer and ask.

use polars::prelude::*;

use super::super::rows::{Survey, Ticket, UsageEvent};
use super::{Layout, integers, own_name, text};
use crate::error::Result;
use crate::tables::{Input, inputs};

impl Layout<'_> {
    pub fn usage(&self, rows: &[UsageEvent]) -> Result<DataFrame> {
        let name = |column| own_name(Input::UsageEvents, column);
        let columns = vec![
            self.ids(name(&inputs::CUSTOMER_ID), "cus", rows.iter().map(|row| Some(row.customer_id))),
            self.stamps(name(&inputs::OCCURRED_AT), rows.iter().map(|row| Some(row.occurred_at))),
            self.ids(name(&inputs::USER_ID), "usr", rows.iter().map(|row| row.user_id)),
            text(name(&inputs::EVENT), rows.iter().map(|row| row.event)),
        ];
        Ok(DataFrame::new(rows.len(), columns)?)
    }

    pub fn surveys(&self, rows: &[Survey]) -> Result<DataFrame> {
        let name = |column| own_name(Input::Surveys, column);
        let columns = vec![
            self.ids(name(&inputs::RESPONSE_ID), "ans", rows.iter().map(|row| Some(row.response_id))),
            self.ids(name(&inputs::CUSTOMER_ID), "cus", rows.iter().map(|row| Some(row.customer_id))),
            self.ids(name(&inputs::RESPONDENT_ID), "usr", rows.iter().map(|row| row.respondent_id)),
            self.stamps(name(&inputs::ANSWERED_AT), rows.iter().map(|row| Some(row.answered_at))),
            text(name(&inputs::SURVEY_KIND), rows.iter().map(|row| Some(row.kind))),
            integers(name(&inputs::SCORE), rows.iter().map(|row| row.score)),
            integers(name(&inputs::SCALE_MAX), rows.iter().map(|row| row.scale_max)),
        ];
        Ok(DataFrame::new(rows.len(), columns)?)
    }

    pub fn tickets(&self, rows: &[Ticket]) -> Result<DataFrame> {
        let name = |column| own_name(Input::SupportTickets, column);
        let escalated = rows.iter().map(|row| row.is_escalated).collect::<BooleanChunked>();
        let columns = vec![
            self.ids(name(&inputs::TICKET_ID), "tic", rows.iter().map(|row| Some(row.ticket_id))),
            self.ids(name(&inputs::CUSTOMER_ID), "cus", rows.iter().map(|row| Some(row.customer_id))),
            self.stamps(name(&inputs::OPENED_AT), rows.iter().map(|row| Some(row.opened_at))),
            self.stamps(name(&inputs::CLOSED_AT), rows.iter().map(|row| row.closed_at)),
            escalated.with_name(name(&inputs::ESCALATED).into()).into_column(),
        ];
        Ok(DataFrame::new(rows.len(), columns)?)
    }
}
