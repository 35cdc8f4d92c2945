//! Every amount in another currency needs a rate on or before its day.

use polars::prelude::*;

use super::rows::{is_excluded, unscaled};
use super::{Check, Found, first_three, keys, violation};
use crate::job::Job;
use crate::month::{Calendar, Days, Micros, Month, date_of, days_of};
use crate::snapshot::{Source, Sources, map};
use crate::tables::inputs::{
    AMOUNT, COST_AMOUNT, CURRENCY, ENDED_AT, INCURRED_ON, MRR, PAID_AMOUNT, PAID_AT, RATE_CURRENCY, RATE_DATE,
    SNAPSHOT_DATE, STARTED_AT, STATUS, TRIAL_ENDED_AT, TRIALING, UNPAID_STATUSES,
};
use crate::tables::{Input, InputColumn};

/// The day on or before which a row needs a rate.
const NEEDED: &str = "needed";
/// The first day its currency has one.
const FIRST: &str = "first";
const ROWS: &str = "rows";

/// Currencies whose rows need a rate that is not there; one violation each.
pub fn check(job: &Job, input: Input, source: &Source, sources: &Sources, calendar: &Calendar) -> Option<Check> {
    let rows = needing(job, input, source, calendar)?;
    let currency = CURRENCY.name;
    let rows = rows.filter(col(currency).is_not_null().and(col(currency).neq(lit(job.currency.as_str()))));
    let counted = rows
        .clone()
        .group_by([col(currency), col(NEEDED)])
        .agg([len().cast(DataType::Int64).alias(ROWS)])
        .join(first_rates(sources, calendar), [col(currency)], [col(currency)], JoinArgs::new(JoinType::Left))
        .filter(col(FIRST).is_null().or(col(NEEDED).lt(col(FIRST))))
        .group_by([col(currency)])
        .agg([col(ROWS).sum(), col(NEEDED).min(), col(FIRST).min()])
        .sort([currency], SortMultipleOptions::default());
    let key: Vec<&'static InputColumn> = keys::of(job.table(input));
    let key: Vec<&'static InputColumn> = key.into_iter().filter(|c| source.present.contains(c.name)).collect();
    let read = move |answer: &DataFrame| {
        let series = |name: &str| answer.column(name).map(|column| column.as_materialized_series().clone());
        let (codes, counts) = (series(currency)?, series(ROWS)?);
        let (needed, first) = (series(NEEDED)?, series(FIRST)?);
        let mut found = Vec::new();
        for row in 0..answer.height() {
            let code = codes.str()?.get(row).unwrap_or_default().to_string();
            let count = counts.i64()?.get(row).unwrap_or(0);
            let (needed, first) = (needed.i32()?.get(row).unwrap_or_default(), first.i32()?.get(row));
            let violation =
                violation(input, currency, "missing_rate", message(input, &code, needed, first), count as u64);
            let mut offending = rows.clone().filter(col(currency).eq(lit(code)));
            if let Some(first) = first {
                offending = offending.filter(col(NEEDED).lt(lit(first)));
            }
            found.push(Found { violation, samples: Some(first_three(offending, keys::text(&key))) });
        }
        Ok(found)
    };
    Some(Check { frame: counted, read: Box::new(read) })
}

fn message(input: Input, code: &str, needed: Days, first: Option<Days>) -> String {
    let table = input.name();
    let day = keys::day_text(needed);
    let known = match first {
        Some(first) => format!("its first rate is of {}", keys::day_text(first)),
        None => "it has none".to_string(),
    };
    format!(
        "no rate for currency `{code}` on or before {day} ({known}); add it to inputs.fx_rates, or exclude the rows \
         with inputs.{table}.where"
    )
}

/// The first day each currency has a rate that is known at the as-of day.
fn first_rates(sources: &Sources, calendar: &Calendar) -> LazyFrame {
    let columns = [RATE_CURRENCY.name, RATE_DATE.name];
    let usable = |source: &&Source| columns.iter().all(|name| source.present.contains(*name));
    let Some(rates) = sources.get(&Input::FxRates).filter(usable) else {
        let currency = Column::new_empty(CURRENCY.name.into(), &DataType::String);
        let first = Column::new_empty(FIRST.into(), &DataType::Int32);
        return DataFrame::new(0, vec![currency, first]).unwrap_or_default().lazy();
    };
    rates
        .frame
        .clone()
        .filter(col(RATE_DATE.name).lt_eq(lit(days_of(calendar.as_of()))))
        .group_by([col(RATE_CURRENCY.name)])
        .agg([col(RATE_DATE.name).min().alias(FIRST)])
        .select([col(RATE_CURRENCY.name).alias(CURRENCY.name), col(FIRST)])
}

/// The rows whose amount is converted, with the day their rate is of: MRR at the last day of the month, everything else
/// on its own day. Rows that are in no number need none.
fn needing(job: &Job, input: Input, source: &Source, calendar: &Calendar) -> Option<LazyFrame> {
    let has = |column: &InputColumn| source.present.contains(column.name);
    let (amount, day) = match input {
        Input::Subscriptions if has(&MRR) => (&MRR, subscription_day(job, source, calendar)?),
        Input::Subscriptions => (&AMOUNT, subscription_day(job, source, calendar)?),
        Input::Invoices if has(&PAID_AT) => (&PAID_AMOUNT, day_of(col(PAID_AT.name), calendar)),
        Input::RetentionCosts if has(&INCURRED_ON) => (&COST_AMOUNT, col(INCURRED_ON.name)),
        _ => return None,
    };
    if !has(amount) || !has(&CURRENCY) {
        return None;
    }
    let mut rows = source.frame.clone().filter(is_excluded(job, input, source).not());
    if input == Input::Invoices && has(&STATUS) {
        let is_unpaid = UNPAID_STATUSES.iter().map(|status| col(STATUS.name).eq(lit(*status)));
        rows = rows.filter(is_unpaid.fold(lit(false), Expr::or).fill_null(false).not());
    }
    let as_of = days_of(calendar.as_of());
    Some(
        rows.filter(unscaled(amount).neq(lit(0)))
            .with_columns([day.alias(NEEDED)])
            .filter(col(NEEDED).is_not_null().and(col(NEEDED).lt_eq(lit(as_of)))),
    )
}

/// The last day of the first month in which a subscription row pays; null if it never does.
fn subscription_day(job: &Job, source: &Source, calendar: &Calendar) -> Option<Expr> {
    let has = |column: &InputColumn| source.present.contains(column.name);
    let input = job.inputs.get(&Input::Subscriptions)?;
    let calendar = calendar.clone();
    if input.is_snapshots {
        let needed = map(col(SNAPSHOT_DATE.name), DataType::Int32, move |series| {
            let month_end = |day: Days| days_of(calendar.last_day(Month::of(date_of(day))));
            Ok(series.i32()?.iter().map(|day| day.map(month_end)).collect::<Int32Chunked>().into_series())
        });
        return has(&SNAPSHOT_DATE).then_some(needed);
    }
    if !has(&STARTED_AT) {
        return None;
    }
    let history = input.history_from.map_or(Micros::MIN, |date| calendar.day_start(days_of(date)));
    let others = [col(TRIAL_ENDED_AT.name), col(ENDED_AT.name), col(STATUS.name)];
    Some(col(STARTED_AT.name).map_many(
        move |columns| {
            let series: Vec<&Series> = columns.iter().map(|column| column.as_materialized_series()).collect();
            let (starts, trials) = (series[0].i64()?, series[1].i64()?);
            let (ends, statuses) = (series[2].i64()?, series[3].str()?);
            let rows = starts.iter().zip(trials.iter()).zip(ends.iter()).zip(statuses.iter());
            let days = rows.map(|(((start, trial), end), status)| {
                let paid = first_paid(start?, trial, end, status, history, calendar.as_of_close())?;
                Some(days_of(calendar.last_day(calendar.month_of(paid))))
            });
            Ok(days.collect::<Int32Chunked>().with_name(NEEDED.into()).into_column())
        },
        &others,
        |_, _| Ok(Field::new(NEEDED.into(), DataType::Int32)),
    ))
}

/// The first instant of a period that is paid and counted in some number.
fn first_paid(
    start: Micros,
    trial: Option<Micros>,
    end: Option<Micros>,
    status: Option<&str>,
    history: Micros,
    close: Micros,
) -> Option<Micros> {
    if trial.is_none() && status == Some(TRIALING) {
        return None;
    }
    let paid = start.max(trial.unwrap_or(start));
    let counted = paid.max(history);
    (paid < close && end.is_none_or(|end| end > counted)).then_some(counted)
}

fn day_of(instant: Expr, calendar: &Calendar) -> Expr {
    let calendar = calendar.clone();
    map(instant, DataType::Int32, move |series| {
        let days = series.i64()?.iter().map(|t| t.map(|t| calendar.day_of(t)));
        Ok(days.collect::<Int32Chunked>().into_series())
    })
}
