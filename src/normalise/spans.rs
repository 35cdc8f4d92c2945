//! Subscriptions -> spans: stretches of time in which one subscription pays (or is active) at one price.

use std::sync::Arc;

use polars::prelude::*;

use super::plans::Activity;
use super::union::union;

use super::map;
use crate::ids::{Ids, number};
use crate::job::Job;
use crate::month::Calendar;
use crate::snapshot::Source;
use crate::tables::{Input, inputs, model};

/// Segment of a value that is null or not known.
pub const UNKNOWN: &str = "(unknown)";
/// When the row began, as against when it began to pay.
const STARTED: &str = "started";
const IS_TRIALING: &str = "is_trialing";

/// `column` is one of `values`; false where it is null.
pub fn is_one_of(column: Expr, values: &[impl AsRef<str>]) -> Expr {
    let hit = values.iter().fold(lit(false), |any, value| any.or(column.clone().eq(lit(value.as_ref()))));
    hit.fill_null(lit(false))
}

/// Monthly native ticks of a row: the given `mrr`, else computed from the price.
pub fn monthly(source: &Source) -> Expr {
    if source.present.contains(inputs::MRR.name) {
        return map::ticks(col(inputs::MRR.name));
    }
    map::monthly_ticks(
        col(inputs::AMOUNT.name),
        col(inputs::QUANTITY.name),
        col(inputs::DISCOUNT.name),
        col(inputs::INTERVAL.name),
        col(inputs::INTERVAL_COUNT.name),
    )
}

/// What every span has, whatever the shape: customer, subscription, plan, unit (currency), weight (native ticks), from,
/// to (months) and start, end (instants; months for snapshots).
fn common(job: &Job, source: &Source, ids: &Arc<Ids>) -> Vec<Expr> {
    vec![
        number(col(inputs::CUSTOMER_ID.name), ids).alias(model::CUSTOMER),
        col(inputs::SUBSCRIPTION_ID.name).alias(model::SUBSCRIPTION),
        col(inputs::PLAN.name).fill_null(lit(UNKNOWN)).alias(inputs::PLAN.name),
        col(inputs::CURRENCY.name).fill_null(lit(job.currency.clone())).alias(model::UNIT),
        monthly(source).fill_null(map::int(0)).alias(model::WEIGHT),
    ]
}

/// Spans of one kind of activity.
///
/// `Activity::Paying`: `[max(started_at, trial_ended_at), ended_at)` with more than zero ticks. `Activity::Entitled`: any
/// running subscription. Rows that start at or after T do not exist, ends at or after T are null.
/// Source: design page, section 0.
pub fn spans(job: &Job, source: &Source, calendar: &Arc<Calendar>, ids: &Arc<Ids>, active: Activity) -> LazyFrame {
    let is_snapshots = job.inputs.get(&Input::Subscriptions).is_some_and(|input| input.is_snapshots);
    let rows =
        source.frame.clone().filter(is_one_of(col(inputs::STATUS.name), &job.definitions.exclude_statuses).not());
    let common = common(job, source, ids);
    let spans = if is_snapshots {
        snapshot_spans(source, common, rows, calendar, active)
    } else {
        period_spans(common, rows, calendar, active)
    };
    match active {
        Activity::Paying => spans.filter(col(model::WEIGHT).gt(map::int(0))),
        Activity::Entitled => spans,
    }
}

fn is_trialing() -> Expr {
    col(inputs::STATUS.name).eq(lit(inputs::TRIALING)).fill_null(lit(false))
}

fn period_spans(common: Vec<Expr>, rows: LazyFrame, calendar: &Arc<Calendar>, active: Activity) -> LazyFrame {
    let close = lit(calendar.as_of_close());
    let never = map::int(i64::MAX);
    let started = col(inputs::STARTED_AT.name);
    let trial = col(inputs::TRIAL_ENDED_AT.name);
    let pay_start = when(trial.clone().is_null())
        .then(when(is_trialing()).then(never.clone()).otherwise(started.clone()))
        .when(trial.clone().gt_eq(close.clone()))
        .then(never.clone())
        .when(trial.clone().gt(started.clone()))
        .then(trial)
        .otherwise(started.clone());
    let ended = col(inputs::ENDED_AT.name);
    let end = when(ended.clone().lt(close.clone())).then(ended).otherwise(never);
    let horizon = calendar.as_of_month().next().0;
    let mut columns = common;
    columns.extend([started.clone().alias(STARTED), pay_start.alias(model::START), end.alias(model::END)]);
    let rows = rows.filter(started.lt(close)).select(columns);
    let paying = rows.clone().drop(cols([STARTED]));
    let spans = match active {
        Activity::Paying => paying,
        // What is not paid for yet has no MRR: a trial is a span of its own, followed by the paying one.
        Activity::Entitled => {
            let trial_end =
                when(col(model::START).lt(col(model::END))).then(col(model::START)).otherwise(col(model::END));
            let trials = rows
                .with_columns([
                    col(STARTED).alias(model::START),
                    trial_end.alias(model::END),
                    map::int(0).alias(model::WEIGHT),
                ])
                .drop(cols([STARTED]));
            union(vec![paying, trials])
        }
    };
    spans.filter(col(model::START).lt(col(model::END))).with_columns([
        map::month_of(col(model::START), calendar).alias(model::FROM),
        when(col(model::END).eq(map::int(i64::MAX)))
            .then(lit(horizon))
            .otherwise(map::month_of(col(model::END), calendar))
            .alias(model::TO),
        map::is_inside_month(col(model::END), calendar).alias(model::IS_ENDING_INSIDE),
    ])
}

/// The last snapshot of a month is its close: every row of it is a span of that one month.
fn snapshot_spans(
    source: &Source,
    common: Vec<Expr>,
    rows: LazyFrame,
    calendar: &Arc<Calendar>,
    active: Activity,
) -> LazyFrame {
    let as_of = crate::month::days_of(calendar.as_of());
    let day = col(inputs::SNAPSHOT_DATE.name);
    let dated = source
        .frame
        .clone()
        .select([day.clone()])
        .filter(day.clone().lt_eq(lit(as_of)))
        .with_column(map::month_of_day(day.clone()).alias(model::FROM))
        .group_by([col(model::FROM)])
        .agg([day.clone().max()]);
    let mut columns = common;
    columns.extend([day.clone(), is_trialing().alias(IS_TRIALING)]);
    let rows = match active {
        Activity::Paying => rows.filter(is_trialing().not()).select(columns),
        Activity::Entitled => rows
            .select(columns)
            .with_column(when(col(IS_TRIALING)).then(map::int(0)).otherwise(col(model::WEIGHT)).alias(model::WEIGHT)),
    };
    rows.drop(cols([IS_TRIALING])).join(dated, [day.clone()], [day], JoinArgs::new(JoinType::Inner)).with_columns([
        (col(model::FROM) + lit(1)).alias(model::TO),
        col(model::FROM).cast(DataType::Int64).alias(model::START),
        (col(model::FROM) + lit(1)).cast(DataType::Int64).alias(model::END),
        // Between two snapshots nothing is known: a customer of the earlier one counts as paying in the month.
        lit(1).alias(model::IS_ENDING_INSIDE),
    ])
}
