//! Spans of one customer -> change points: one row per change of its level, never one per month.
//!
//! A level that changes at month m changes the month's close at m, its open at m + 1 and the level "twelve closes ago" at
//! m + 12. Three deltas per change, one sort, one running sum. A row is valid from `at` until `until`; where it spans
//! several months, nothing happens in them.

use super::histories::{REPORTING, Span};

/// How many closes back `then` looks.
pub const THEN_MONTHS: i32 = 12;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Level {
    pub unit: u32,
    pub at: i32,
    pub until: i32,
    pub open: i64,
    pub close: i64,
    pub then: i64,
    /// A span had an instant in the month that its close may not show.
    pub is_touched: bool,
}

/// What to weigh a span by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighing {
    /// 1, whatever the currency; the unit is that of the reporting currency.
    Customers,
    /// Native ticks.
    Money,
}

/// Rows of one customer by unit and month, in `levels`. `marks` are spans that weigh nothing but at whose ends a row must begin,
/// because the customer's plan may change there.
pub fn levels(spans: &[Span], marks: &[Span], weighing: Weighing, levels: &mut Vec<Level>) {
    levels.clear();
    let mut event = |unit: u32, at: i32, [open, close, then]: [i64; 3], is_touched: bool| {
        levels.push(Level { unit, at, until: i32::MAX, open, close, then, is_touched });
    };
    for span in spans {
        let (unit, weight) = match weighing {
            Weighing::Customers => (REPORTING, 1),
            Weighing::Money => (span.unit, span.weight),
        };
        // A span inside one month never reaches a close: its deltas cancel, but the rows mark the month and end it.
        for (at, weight, is_touched) in [(span.from, weight, true), (span.to, -weight, span.is_ending_inside)] {
            event(unit, at, [0, weight, 0], is_touched);
            event(unit, at + 1, [weight, 0, 0], false);
            event(unit, at + THEN_MONTHS, [0, 0, weight], false);
        }
    }
    for mark in marks {
        [mark.from, mark.from + 1, mark.to, mark.to + 1].into_iter().for_each(|at| event(REPORTING, at, [0; 3], false));
    }
    accumulate(levels);
}

/// Deltas -> rows. Every unit's deltas add up to zero, since every span ends: the sums need no reset between units.
fn accumulate(levels: &mut Vec<Level>) {
    levels.sort_unstable_by_key(|level| (level.unit, level.at));
    if levels.is_empty() {
        return;
    }
    let mut kept = 0;
    for next in 1..levels.len() {
        let level = levels[next];
        let last = &mut levels[kept];
        if (last.unit, last.at) == (level.unit, level.at) {
            last.open += level.open;
            last.close += level.close;
            last.then += level.then;
            last.is_touched |= level.is_touched;
        } else {
            if last.unit == level.unit {
                last.until = level.at;
            }
            kept += 1;
            levels[kept] = level;
        }
    }
    levels.truncate(kept + 1);
    for next in 1..levels.len() {
        let before = levels[next - 1];
        levels[next].open += before.open;
        levels[next].close += before.close;
        levels[next].then += before.then;
    }
}
