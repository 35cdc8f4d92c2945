//! What `normalise::sweep` does, as lazy plans: change points of all customers grouped, sorted, joined and grouped again. Slower, and
//! nearer to how one would say it in SQL.

mod columns;
mod measures;
mod plan;
mod timeline;

use std::collections::BTreeMap;

use polars::prelude::*;
use tenure::execute::collect_all;
use tenure::job::Job;
use tenure::normalise::group::{by_segment, count_if};
use tenure::normalise::members::{dimension_column, fixed_dimensions, has_plan};
use tenure::normalise::plans::{Activity, Collected, Context, Frame, lazy};
use tenure::normalise::spans::UNKNOWN;
use tenure::tables::inputs::PLAN;
use tenure::tables::model::{AT, COHORT, CUSTOMER, FROM, MEMBERS, PAYING_ANY, PAYING_CLOSE, UNIT};
use tenure::tables::outputs::{ACTIVE_MRR, COHORT_MRR, DIMENSION, SEGMENT};

use columns::{CLOSE, COHORT_PLAN, IS_ANY, IS_CLOSE, OPEN, UNTIL, last_day};
use measures::{cohort_measures, customer_measures, money_measures};
use tenure::normalise::map;

/// Dimension, segment, cohort (0: of all), month (0: of all), what.
pub type Key = (String, String, i32, i32, String);
/// Without zeros.
pub type Sums = BTreeMap<Key, i64>;
/// Customer, month, plan, MRR at open and close: months at whose close it paid.
pub type Single = (u32, i32, String, i64, i64);

fn collected(frame: LazyFrame) -> DataFrame {
    collect_all(vec![frame]).unwrap().remove(0)
}

fn join(rows: LazyFrame, other: &LazyFrame, how: JoinType) -> LazyFrame {
    rows.join(other.clone(), [col(CUSTOMER)], [col(CUSTOMER)], JoinArgs::new(how))
}

/// Cuts runs to the months of [first, last] and drops those outside it.
fn clamped(rows: LazyFrame, first: i32, last: i32) -> LazyFrame {
    rows.filter(col(AT).lt_eq(lit(last)).and(col(UNTIL).gt(lit(first)))).with_columns([
        when(col(AT).lt(lit(first))).then(lit(first)).otherwise(col(AT)).alias(AT),
        when(col(UNTIL).gt(lit(last + 1))).then(lit(last + 1)).otherwise(col(UNTIL)).alias(UNTIL),
    ])
}

/// First month, first plan and fixed segments of every customer ever active.
fn members(context: &Context, frames: &Collected, spans: &LazyFrame) -> LazyFrame {
    let Context { job, rates, calendar, .. } = context;
    let first = spans.clone().group_by([col(CUSTOMER)]).agg([col(FROM).min().alias(COHORT)]);
    let first = if has_plan(job) {
        join(first, &plan::first_plans(spans, rates, calendar), JoinType::Left)
    } else {
        first.with_column(lit(UNKNOWN).alias(COHORT_PLAN))
    };
    let unknown: Vec<Expr> = fixed_dimensions(job).map(|d| lit(UNKNOWN).alias(dimension_column(d))).collect();
    let Some(dimensions) = lazy(frames, Frame::Dimensions).filter(|_| !unknown.is_empty()) else {
        return first.with_columns(unknown);
    };
    let filled: Vec<Expr> = fixed_dimensions(job).map(|d| col(dimension_column(d)).fill_null(lit(UNKNOWN))).collect();
    join(first, &dimensions, JoinType::Left).with_columns(filled)
}

/// Adds the runs of a frame of sums to `sums`.
fn add(sums: &mut Sums, last: i32, frame: &DataFrame) {
    let text = |name: &str| frame.column(name).unwrap().str().unwrap().clone();
    let month = |name: &str, row: usize| frame.column(name).ok().and_then(|column| column.i32().unwrap().get(row));
    let (dimensions, segments) = (text(DIMENSION.name), text(SEGMENT.name));
    for column in frame.columns().iter().filter(|column| column.dtype() == &DataType::Int64) {
        let values = column.i64().unwrap();
        for row in 0..frame.height() {
            let value = values.get(row).unwrap_or(0);
            let from = month(AT, row).unwrap_or(0);
            let until = month(UNTIL, row).map_or(from + 1, |until| until.min(last + 1));
            for at in from..until {
                let names = [&dimensions, &segments].map(|texts| texts.get(row).unwrap().to_string());
                let [dimension, segment] = names;
                let key = (dimension, segment, month(COHORT, row).unwrap_or(0), at, column.name().to_string());
                *sums.entry(key).or_default() += value;
            }
        }
    }
}

/// Everything the sweep sums, and the customers it leaves for `Panel`.
pub fn sums(context: &Context, frames: &Collected) -> (Sums, Vec<Single>) {
    let Context { job, calendar, rates, asked, .. } = context;
    let (first, last) = (asked.first.0, asked.last.0);
    let paying = lazy(frames, Frame::Spans(Activity::Paying)).unwrap();
    let entitled = lazy(frames, Frame::Spans(Activity::Entitled));
    let counted = entitled.clone().unwrap_or(paying.clone());
    let marks = |unit| entitled.clone().map(|marks| (marks, unit));
    let timeline = |rows: LazyFrame, spans: &LazyFrame| {
        let rows = match has_plan(job) {
            true => plan::with_plan(rows, &counted, rates, calendar),
            false => rows.with_column(lit(UNKNOWN).alias(PLAN.name)),
        };
        collected(join(rows, &members(context, frames, spans), JoinType::Inner)).lazy()
    };
    let window = context.money_window();
    let customers = collected(timeline::levels(timeline::counted(counted.clone()), None)).lazy();
    let customers = timeline(timeline::of_customers(customers), &counted);
    let payers = collected(timeline::levels(timeline::counted(paying.clone()), marks(""))).lazy();
    let payers = timeline(timeline::of_customers(payers), &paying);
    let native = collected(timeline::levels(paying.clone(), marks(rates.reporting()))).lazy();
    let money = timeline::of_money(native.clone(), paying.clone(), window, rates, calendar);
    let money = timeline(collected(money).lazy(), &paying);

    let cohorts = collected(members(context, frames, &counted)).lazy();
    let loss = when(col(IS_CLOSE).not()).then(col(AT)).otherwise(lit(NULL).cast(DataType::Int32)).min();
    let losses = customers.clone().group_by([col(CUSTOMER)]).agg([loss.alias(AT)]);
    let losses = join(cohorts.clone(), &losses, JoinType::Left);
    let is_over = col(AT).is_not_null().and(col(AT).lt_eq(lit(calendar.as_of_month().0)));
    let amounts = money.clone().select([col(CUSTOMER), col(AT), col(UNTIL), col(CLOSE)]);
    let amounts = join(clamped(amounts, first, last), &cohorts, JoinType::Inner);
    let base = join(native, &cohorts, JoinType::Inner).filter(col(AT).eq(col(COHORT)));
    let base = base.with_column(map::convert(col(CLOSE), col(UNIT), last_day(col(AT), calendar), rates).alias(CLOSE));

    let until_last = |rows: &LazyFrame| clamped(rows.clone(), i32::MIN, last);
    let (runs, cohort_runs) = ([AT, UNTIL], [COHORT, AT, UNTIL]);
    let members = [(MEMBERS, len().cast(DataType::Int64))];
    let losing = [(LOSSES, len().cast(DataType::Int64))];
    let of_paying = [(PAYING_ANY, count_if(col(IS_ANY))), (PAYING_CLOSE, count_if(col(IS_CLOSE)))];
    let by = |rows: &LazyFrame, plan: &str, keys: &[&str], measures: &[(&str, Expr)]| {
        let rows = rows.clone().with_column(col(plan).alias(dimension_column(PLAN.name)));
        collected(by_segment(job, &rows, keys, measures))
    };
    let of_cohort: Vec<(String, Expr)> =
        cohort_measures().into_iter().map(|(name, sum)| (format!("{COHORT} {name}"), sum)).collect();
    let of_cohort: Vec<(&str, Expr)> = of_cohort.iter().map(|(name, sum)| (name.as_str(), sum.clone())).collect();
    let mut sums = Sums::new();
    for frame in [
        by(&until_last(&customers), PLAN.name, &runs, &customer_measures()),
        by(&until_last(&payers), PLAN.name, &runs, &of_paying),
        by(&clamped(money.clone(), window.first.0, last), PLAN.name, &runs, &money_measures()),
        by(&until_last(&customers), COHORT_PLAN, &cohort_runs, &of_cohort),
        by(&cohorts, COHORT_PLAN, &[COHORT], &members),
        by(&losses.filter(is_over), COHORT_PLAN, &[COHORT, AT], &losing),
        by(&amounts, COHORT_PLAN, &cohort_runs, &[(ACTIVE_MRR.name, col(CLOSE).sum())]),
        by(&base, COHORT_PLAN, &[COHORT], &[(COHORT_MRR.name, col(CLOSE).sum())]),
    ] {
        add(&mut sums, last, &frame);
    }
    sums.retain(|_, value| *value != 0);
    (sums, singles(job, last, payers, money))
}

/// Members by the month of their first loss.
pub const LOSSES: &str = "losses";

/// Of every customer that paid at a close, month by month.
fn singles(job: &Job, last: i32, payers: LazyFrame, money: LazyFrame) -> Vec<Single> {
    let plans = by_month(payers, last, |frame, row| {
        frame.column(PLAN.name).unwrap().str().unwrap().get(row).map(str::to_string)
    });
    let value = |frame: &DataFrame, name: &str, row| frame.column(name).unwrap().i64().unwrap().get(row);
    let amounts = by_month(money, last, |frame, row| Some((value(frame, OPEN, row)?, value(frame, CLOSE, row)?)));
    let single = |((customer, month), plan): ((u32, i32), String)| {
        let (open, close) = amounts.get(&(customer, month)).copied().unwrap_or_default();
        (customer, month, if has_plan(job) { plan } else { String::new() }, open, close)
    };
    plans.into_iter().map(single).collect()
}

fn by_month<T: Clone>(
    rows: LazyFrame,
    last: i32,
    read: impl Fn(&DataFrame, usize) -> Option<T>,
) -> BTreeMap<(u32, i32), T> {
    let frame = collected(rows.filter(col(IS_CLOSE)));
    let (ids, at) = (frame.column(CUSTOMER).unwrap().u32().unwrap(), frame.column(AT).unwrap().i32().unwrap());
    let until = frame.column(UNTIL).unwrap().i32().unwrap();
    let mut found = BTreeMap::new();
    for row in 0..frame.height() {
        for month in at.get(row).unwrap()..until.get(row).unwrap().min(last + 1) {
            let before = found.insert((ids.get(row).unwrap(), month), read(&frame, row).unwrap());
            assert!(before.is_none(), "two rows of one month");
        }
    }
    found
}
