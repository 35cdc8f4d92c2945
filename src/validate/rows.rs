//! Rules that one row breaks by itself.

use polars::prelude::*;

use super::{Check, Found, first_three, keys, label, violation};
use crate::job::Job;
use crate::money;
use crate::month::Calendar;
use crate::snapshot::{NOT_FINITE, Source, UNPARSEABLE, fault_name, raw_name};
use crate::tables::inputs::{
    AMOUNT, CATEGORY, DISCOUNT, ENDED_AT, INTERVAL, INTERVAL_COUNT, MRR, QUANTITY, RATE, STARTED_AT, STATUS,
    TRIAL_ENDED_AT, TRIALING,
};
use crate::tables::{Input, InputColumn, InputKind};
use crate::violation::Severity;

/// One rule over one column of one input.
pub struct Rule {
    pub severity: Severity,
    column: String,
    rule: &'static str,
    message: String,
    /// Which rows break it; null counts as no.
    broken: Expr,
    /// Shown behind the key of a sample.
    shown: Option<Expr>,
}

/// Amounts beyond this many major units are refused, so that sums of ticks stay far from the end of their range.
const LARGEST: i128 = 10_i128.pow(13);
/// The same as a canonical amount.
pub const LARGEST_AMOUNT: i128 = LARGEST * money::INPUT_UNIT;
/// Rates are `Decimal(18, 8)`.
const LARGEST_RATE: i128 = 10_i128.pow(10);

/// All row rules of an input as one question: how many rows break each.
pub fn check(job: &Job, input: Input, source: &Source, calendar: &Calendar) -> Option<Check> {
    let rules = rules(job, input, source, calendar);
    if rules.is_empty() {
        return None;
    }
    let count = |(index, rule): (usize, &Rule)| broken(rule).cast(DataType::Int64).sum().alias(index.to_string());
    let counts: Vec<Expr> = rules.iter().enumerate().map(count).collect();
    let rows = source.checked.clone();
    let key = keys::of(job.table(input));
    let key: Vec<&'static InputColumn> = key.into_iter().filter(|c| source.present.contains(c.name)).collect();
    let frame = rows.clone().select(counts);
    let read = move |counts: &DataFrame| {
        let mut found = Vec::new();
        for (rule, count) in rules.iter().zip(counts.columns()) {
            let count = count.as_materialized_series().i64()?.get(0).unwrap_or(0);
            if count == 0 {
                continue;
            }
            let mut violation = violation(input, &rule.column, rule.rule, &rule.message, count as u64);
            violation.severity = rule.severity;
            let sample = match &rule.shown {
                Some(shown) => keys::joined(&[keys::text(&key), shown.clone()], ": "),
                None => keys::text(&key),
            };
            let samples = first_three(rows.clone().filter(broken(rule)), sample);
            found.push(Found { violation, samples: Some(samples) });
        }
        Ok(found)
    };
    Some(Check { frame, read: Box::new(read) })
}

fn broken(rule: &Rule) -> Expr {
    rule.broken.clone().fill_null(false)
}

/// Rows whose status the job excludes: no rule but their own applies to them.
pub fn is_excluded(job: &Job, input: Input, source: &Source) -> Expr {
    let statuses = &job.definitions.exclude_statuses;
    if input != Input::Subscriptions || statuses.is_empty() || !source.present.contains(STATUS.name) {
        return lit(false);
    }
    let is_one = statuses.iter().map(|status| col(STATUS.name).eq(lit(status.as_str())));
    is_one.fold(lit(false), Expr::or).fill_null(false)
}

fn rules(job: &Job, input: Input, source: &Source, calendar: &Calendar) -> Vec<Rule> {
    let excluded = is_excluded(job, input, source);
    let mut rules = Rules { job, input, source, rules: Vec::new() };
    rules.unreadable();
    for column in job.table(input).columns.iter().filter(|column| column.is_key) {
        rules.null(column, lit(true));
    }
    rules.too_large();
    match input {
        Input::Subscriptions => {
            rules.price();
            rules.times();
        }
        Input::RetentionCosts => {
            let message = "`all` is reserved: it is the sum of all categories".to_string();
            rules.add(&CATEGORY, "reserved_category", message, col(CATEGORY.name).eq(lit("all")));
        }
        Input::FxRates => rules.not_positive(&RATE),
        Input::UsageEvents => rules.usage(calendar),
        Input::Surveys => rules.surveys(calendar),
        Input::SupportTickets => rules.tickets(calendar),
        Input::Customers | Input::Invoices => {}
    }
    let mut rules = rules.rules;
    for rule in rules.iter_mut().filter(|rule| rule.severity == Severity::Error) {
        rule.broken = rule.broken.clone().and(excluded.clone().not());
    }
    rules
}

pub struct Rules<'a> {
    pub job: &'a Job,
    pub input: Input,
    source: &'a Source,
    pub rules: Vec<Rule>,
}

impl Rules<'_> {
    pub fn has(&self, column: &InputColumn) -> bool {
        self.source.present.contains(column.name)
    }

    /// Adds a rule if the source has the column.
    pub fn add(&mut self, column: &InputColumn, rule: &'static str, message: String, broken: Expr) {
        if self.has(column) {
            let shown = (column.kind != InputKind::Id).then(|| keys::column_text(column));
            let column = column.name.to_string();
            self.rules.push(Rule { severity: Severity::Error, column, rule, message, broken, shown });
        }
    }

    fn unreadable(&mut self) {
        for name in &self.source.fallible {
            let label = label(self.job, self.input, name);
            let cases = [
                ("unparseable", UNPARSEABLE, format!("{label} holds values that cannot be read as its type")),
                ("not_finite", NOT_FINITE, format!("{label} holds NaN or infinity")),
            ];
            for (rule, fault, message) in cases {
                let broken = col(fault_name(name)).eq(lit(fault));
                let (column, shown) = (name.clone(), Some(col(raw_name(name))));
                self.rules.push(Rule { severity: Severity::Error, column, rule, message, broken, shown });
            }
        }
    }

    /// A null that was null in the source, in rows where the column is needed.
    fn null(&mut self, column: &'static InputColumn, needed: Expr) {
        let mut broken = col(column.name).is_null().and(needed);
        if self.source.fallible.contains(column.name) {
            broken = broken.and(col(fault_name(column.name)).eq(lit(0)));
        }
        let message = format!("{} is null", label(self.job, self.input, column.name));
        if self.has(column) {
            let (name, severity) = (column.name.to_string(), Severity::Error);
            self.rules.push(Rule { severity, column: name, rule: "null_value", message, broken, shown: None });
        }
    }

    fn negative(&mut self, column: &'static InputColumn) {
        let message = format!("{} is negative", label(self.job, self.input, column.name));
        self.add(column, "negative_amount", message, unscaled(column).lt(lit(0)));
    }

    fn not_positive(&mut self, column: &'static InputColumn) {
        let message = format!("{} is not above zero", label(self.job, self.input, column.name));
        let value = if column.kind == InputKind::Amount { unscaled(column) } else { col(column.name) };
        self.add(column, "not_positive", message, value.lt_eq(lit(0)));
    }

    fn too_large(&mut self) {
        for column in self.job.table(self.input).columns.iter().filter(|column| column.kind == InputKind::Amount) {
            let largest = if column.name == RATE.name { LARGEST_RATE } else { LARGEST };
            let message = format!("{} is {largest} or more", label(self.job, self.input, column.name));
            let limit = lit(Scalar::from(largest * money::INPUT_UNIT));
            let value = unscaled(column);
            let broken = value.clone().gt_eq(limit.clone()).or((lit(Scalar::from(0_i128)) - value).gt_eq(limit));
            self.add(column, "too_large", message, broken);
        }
    }

    fn price(&mut self) {
        // a trial that has not converted never pays
        let mut pays = lit(true);
        if self.has(&STATUS) {
            let is_trial = col(STATUS.name).eq(lit(TRIALING)).fill_null(false);
            let converted = if self.has(&TRIAL_ENDED_AT) { col(TRIAL_ENDED_AT.name).is_not_null() } else { lit(false) };
            pays = is_trial.not().or(converted);
        }
        if self.has(&MRR) {
            self.null(&MRR, pays);
            self.negative(&MRR);
            return;
        }
        self.null(&AMOUNT, pays.clone());
        self.null(&INTERVAL, pays);
        self.negative(&AMOUNT);
        self.negative(&QUANTITY); // none is a subscription on hold
        self.not_positive(&INTERVAL_COUNT);
        let message =
            format!("{} is none of day, week, month, quarter, year", label(self.job, self.input, INTERVAL.name));
        self.add(&INTERVAL, "unknown_interval", message, is_unknown_interval());
        if self.has(&AMOUNT) {
            let message = "the discount is larger than amount x quantity: the monthly amount is negative".to_string();
            self.add(&DISCOUNT, "negative_amount", message, is_overdiscounted());
        }
    }

    fn times(&mut self) {
        if self.has(&STARTED_AT) {
            let message = "`ended_at` is before `started_at`".to_string();
            self.add(&ENDED_AT, "ended_before_started", message, col(ENDED_AT.name).lt(col(STARTED_AT.name)));
        }
        if self.has(&ENDED_AT) && !self.job.definitions.exclude_statuses.is_empty() {
            let excluded = is_excluded(self.job, self.input, self.source);
            let message = "an excluded status has an `ended_at`: it looks as if it had been active, and is in no month";
            let broken = excluded.and(col(ENDED_AT.name).is_not_null());
            self.add(&STATUS, "excluded_row_ended", message.to_string(), broken);
            if let Some(rule) = self.rules.last_mut().filter(|rule| rule.rule == "excluded_row_ended") {
                rule.severity = Severity::Warning;
            }
        }
    }
}

/// An amount as its unscaled integer: comparing that is exact and needs no casts.
pub fn unscaled(column: &InputColumn) -> Expr {
    col(column.name).map(
        |column| Ok(column.as_materialized_series().decimal()?.physical().clone().into_column()),
        |_, field| Ok(Field::new(field.name().clone(), DataType::Int128)),
    )
}

fn is_unknown_interval() -> Expr {
    flag(col(INTERVAL.name), &[], |columns| {
        let texts = columns[0].as_materialized_series().str()?;
        Ok(texts.iter().map(|text| text.map(|text| money::monthly_factor(text).is_none())).collect())
    })
}

fn is_overdiscounted() -> Expr {
    let others = [unscaled(&QUANTITY), unscaled(&DISCOUNT)];
    flag(unscaled(&AMOUNT), &others, |columns| {
        let series: Vec<&Series> = columns.iter().map(|column| column.as_materialized_series()).collect();
        let (amount, quantity, discount) = (series[0].i128()?, series[1].i128()?, series[2].i128()?);
        let rows = amount.iter().zip(quantity.iter()).zip(discount.iter());
        let is_negative = rows.map(|((amount, quantity), discount)| {
            let (amount, discount) = (amount?, discount?);
            let gross = amount.checked_mul(quantity.unwrap_or(money::INPUT_UNIT))?;
            // a negative price or quantity has its own rule
            Some(gross >= 0 && gross < discount.checked_mul(money::INPUT_UNIT)?)
        });
        Ok(is_negative.collect())
    })
}

fn flag<F>(first: Expr, others: &[Expr], f: F) -> Expr
where
    F: Fn(&mut [Column]) -> PolarsResult<BooleanChunked> + 'static + Send + Sync,
{
    first.map_many(
        move |columns| Ok(f(columns)?.with_name(columns[0].name().clone()).into_column()),
        others,
        |_, fields| Ok(Field::new(fields[0].name().clone(), DataType::Boolean)),
    )
}
