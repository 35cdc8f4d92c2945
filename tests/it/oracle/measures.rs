//! What is summed per segment, from rows of the timelines.

use polars::prelude::*;

use tenure::normalise::group::count_if;
use tenure::normalise::map::int;
use tenure::tables::model::{
    AT, COHORT, OPEN_MRR_NOW, RETAINED, THEN_CUSTOMERS, THEN_MRR, THEN_MRR_KEPT, THEN_MRR_NOW, THEN_RETAINED,
};
use tenure::tables::outputs::{
    ACTIVE_CUSTOMERS, AT_RISK_CUSTOMERS, CHURNED_CUSTOMERS, CHURNED_MRR, CLOSING_CUSTOMERS, CLOSING_MRR,
    CONTRACTION_MRR, EXPANSION_MRR, NEW_AND_CHURNED_CUSTOMERS, NEW_CUSTOMERS, NEW_MRR, OPENING_CUSTOMERS, OPENING_MRR,
    REACTIVATED_CUSTOMERS, REACTIVATION_MRR,
};

use super::columns::{CLOSE, IS_ANY, IS_CLOSE, IS_OPEN, IS_THEN, OPEN, OPEN_BEFORE, THEN};

fn is_new() -> Expr {
    col(IS_OPEN).not().and(col(IS_CLOSE)).and(col(COHORT).eq(col(AT)))
}
fn is_returning() -> Expr {
    col(IS_OPEN).not().and(col(IS_CLOSE)).and(col(COHORT).lt(col(AT)))
}
fn is_churned() -> Expr {
    col(IS_OPEN).and(col(IS_CLOSE).not())
}
fn is_staying() -> Expr {
    col(IS_OPEN).and(col(IS_CLOSE))
}
fn is_new_and_churned() -> Expr {
    col(IS_ANY).and(col(IS_OPEN).not()).and(col(IS_CLOSE).not()).and(col(COHORT).eq(col(AT)))
}

pub fn customer_measures() -> Vec<(&'static str, Expr)> {
    vec![
        (OPENING_CUSTOMERS.name, count_if(col(IS_OPEN))),
        (NEW_CUSTOMERS.name, count_if(is_new())),
        (REACTIVATED_CUSTOMERS.name, count_if(is_returning())),
        (CHURNED_CUSTOMERS.name, count_if(is_churned())),
        (NEW_AND_CHURNED_CUSTOMERS.name, count_if(is_new_and_churned())),
        (CLOSING_CUSTOMERS.name, count_if(col(IS_CLOSE))),
        (RETAINED, count_if(is_staying())),
        (THEN_CUSTOMERS, count_if(col(IS_THEN))),
        (THEN_RETAINED, count_if(col(IS_THEN).and(col(IS_CLOSE)))),
    ]
}

pub fn cohort_measures() -> Vec<(&'static str, Expr)> {
    vec![
        (AT_RISK_CUSTOMERS.name, count_if(col(IS_OPEN))),
        (ACTIVE_CUSTOMERS.name, count_if(col(IS_CLOSE))),
        (CHURNED_CUSTOMERS.name, count_if(is_churned())),
        (NEW_AND_CHURNED_CUSTOMERS.name, count_if(is_new_and_churned())),
    ]
}

/// Movements at this month's rate; OPENING_MRR is the previous close at its own.
pub fn money_measures() -> Vec<(&'static str, Expr)> {
    let (open, close, then) = (col(OPEN), col(CLOSE), col(THEN));
    let rise = close.clone() - open.clone();
    let fall = open.clone() - close.clone();
    let kept = when(then.clone().lt(close.clone())).then(then.clone()).otherwise(close.clone());
    vec![
        (OPENING_MRR.name, col(OPEN_BEFORE).sum()),
        (OPEN_MRR_NOW, open.clone().sum()),
        (NEW_MRR.name, sum_if(is_new(), close.clone())),
        (REACTIVATION_MRR.name, sum_if(is_returning(), close.clone())),
        (EXPANSION_MRR.name, sum_if(is_staying().and(close.clone().gt(open.clone())), rise)),
        (CONTRACTION_MRR.name, sum_if(is_staying().and(close.clone().lt(open.clone())), fall)),
        (CHURNED_MRR.name, sum_if(is_churned(), open)),
        (CLOSING_MRR.name, close.clone().sum()),
        (THEN_MRR, then.sum()),
        (THEN_MRR_KEPT, kept.sum()),
        (THEN_MRR_NOW, sum_if(col(IS_THEN), close)),
    ]
}

fn sum_if(condition: Expr, value: Expr) -> Expr {
    when(condition).then(value).otherwise(int(0)).sum()
}
