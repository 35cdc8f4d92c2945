//! What a run proves about its own output before anybody can read it: the table `checks`.
//!
//! Each law is checked per month. `ok`: it held somewhere it could have failed; `vacuous`: it saw nothing that could have
//! broken it; `restated`: the published past differs from what the same month is now; `broken`: a bug, nothing is published.

mod customers;
mod experience;
mod forecast;

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::metrics::rows::{Row, frame};
use crate::money::format_ticks;
use crate::month::{Month, MonthRange};
use crate::normalise::group::ALL;
use crate::publish::Computed;
use crate::tables::outputs::*;
use crate::tables::{Column as Declared, Kind, Table};

pub use customers::Rows;

const OK: &str = "ok";
const VACUOUS: &str = "vacuous";
pub const RESTATED: &str = "restated";
const BROKEN: &str = "broken";

/// How one law fared in one month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tally {
    rows: i64,
    /// Rows in which the law could have failed.
    telling: i64,
    broken: i64,
    difference: i64,
}

impl Tally {
    fn see(&mut self, difference: i64, is_telling: bool) {
        self.rows += 1;
        self.telling += i64::from(is_telling);
        self.broken += i64::from(difference != 0);
        if difference.abs() > self.difference.abs() {
            self.difference = difference;
        }
    }
    fn status(&self) -> &'static str {
        match self {
            Tally { broken: 1.., .. } => BROKEN,
            Tally { telling: 0, .. } => VACUOUS,
            _ => OK,
        }
    }
}

/// A computed frame read cell by cell.
struct Cells<'a> {
    frame: &'a DataFrame,
}

impl<'a> Cells<'a> {
    fn of(computed: &'a [Computed], table: &Table) -> Option<Self> {
        computed.iter().find(|c| c.table.name == table.name).map(|c| Cells { frame: &c.frame })
    }
    fn int(&self, column: &Declared, row: usize) -> Option<i64> {
        let column = self.frame.column(column.name).ok()?.as_materialized_series();
        column.i64().ok().and_then(|values| values.get(row))
    }
    fn text(&self, column: &Declared, row: usize) -> &str {
        let column = self.frame.column(column.name).ok().and_then(|c| c.str().ok());
        column.and_then(|values| values.get(row)).unwrap_or_default()
    }
    fn month(&self, column: &Declared, row: usize) -> Option<Month> {
        let days =
            self.frame.column(column.name).ok()?.as_materialized_series().to_physical_repr().i32().ok()?.get(row)?;
        Some(Month::of(crate::month::date_of(days)))
    }
    fn rows(&self) -> std::ops::Range<usize> {
        0..self.frame.height()
    }
}

type Tallies = BTreeMap<(Month, &'static str, &'static str), Tally>;

/// What was published before, to reconcile with: closings of `all` in the month before the run and in months that were final.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    pub closing_customers: BTreeMap<Month, i64>,
    /// In ticks.
    pub closing_mrr: BTreeMap<Month, i64>,
}

/// The `checks` table of a run, one row per month, table and law. `published` is what readers see before the run.
///
/// `rows` is what was seen of the tables with a row per customer, which need not be among the computed ones.
///
/// Errors: `Kind::Internal` if a law is broken.
pub fn prove(computed: &[Computed], rows: &Rows, months: MonthRange, published: &Published) -> Result<Computed> {
    let mut tallies = Tallies::new();
    if let Some(churn) = Cells::of(computed, &CHURN_TABLE) {
        movements(&churn, &mut tallies);
        within(&churn, &CHURN_TABLE, "churned_within_opening", &CHURNED_CUSTOMERS, &OPENING_CUSTOMERS, &mut tallies);
        continuity(&churn, &CHURN_TABLE, &OPENING_CUSTOMERS, &CLOSING_CUSTOMERS, &mut tallies);
    }
    if let Some(mrr) = Cells::of(computed, &MRR_TABLE) {
        money_movements(&mrr, &mut tallies);
        continuity(&mrr, &MRR_TABLE, &OPENING_MRR, &CLOSING_MRR, &mut tallies);
    }
    if let Some(cohorts) = Cells::of(computed, &COHORTS_TABLE) {
        for (law, part, whole) in [
            ("active_within_cohort", &ACTIVE_CUSTOMERS, &COHORT_CUSTOMERS),
            ("churned_within_at_risk", &COHORT_CHURNED_CUSTOMERS, &AT_RISK_CUSTOMERS),
            ("first_losses_within_at_risk", &FIRST_LOSS_CUSTOMERS, &FIRST_LOSS_AT_RISK),
        ] {
            within(&cohorts, &COHORTS_TABLE, law, part, whole, &mut tallies);
        }
        if let Some(churn) = Cells::of(computed, &CHURN_TABLE) {
            cohorts_against_churn(&cohorts, &churn, &mut tallies);
        }
    }
    if let Some(crc) = Cells::of(computed, &CRC_TABLE) {
        let columns = [&DIRECT_COST, &ALLOCATED_COST, &RETENTION_COST];
        identity(&crc, &CRC_TABLE, "direct_and_allocated", &columns, &[1, 1, -1], &mut tallies);
    }
    customers::prove(computed, rows, &mut tallies);
    experience::prove(computed, &mut tallies);
    forecast::laws(computed, &mut tallies);
    computed.iter().for_each(|computed| segments_sum(computed, &mut tallies));
    let mut rows: Vec<Row> =
        tallies.iter().map(|((month, table, law), tally)| row(*month, table, law, tally)).collect();
    // Tables are in the order in which they rest on one another: the first that is wrong is where to look.
    let place = |name: &str| TABLES.iter().position(|table| table.name == name);
    let broken = tallies.iter().filter(|(_, tally)| tally.status() == BROKEN);
    if let Some(((month, table, law), tally)) = broken.min_by_key(|((month, table, _), _)| (place(table), *month)) {
        return Err(Error::internal(format!(
            "`{table}` of {month} breaks its law `{law}` in {} of {} rows (largest difference {}); nothing was published",
            tally.broken, tally.rows, tally.difference
        ))
        .hint("this is a bug in tenure: please report it with the output of `tenure verify`"));
    }
    let known = [
        (&CHURN_TABLE, &OPENING_CUSTOMERS, &CLOSING_CUSTOMERS, &published.closing_customers),
        (&MRR_TABLE, &OPENING_MRR, &CLOSING_MRR, &published.closing_mrr),
    ];
    for (table, opening, closing, published) in known {
        rows.extend(reconcile(computed, table, opening, published, months.first));
        rows.extend(final_months(computed, table, closing, published));
    }
    let frame = crate::execute::collect_all(vec![frame(&CHECKS_TABLE, rows)])?.remove(0);
    Ok(Computed { table: &CHECKS_TABLE, frame })
}

fn row(month: Month, table: &str, law: &str, tally: &Tally) -> Row {
    Row::new()
        .with(&MONTH, month)
        .with(&CHECKED_TABLE, table)
        .with(&CHECK, law)
        .with(&STATUS, tally.status())
        .with(&CHECKED_ROWS, tally.rows)
        .with(&BROKEN_ROWS, tally.broken)
}

/// opening + new + reactivated - churned = closing.
fn movements(cells: &Cells, tallies: &mut Tallies) {
    let columns = [&OPENING_CUSTOMERS, &NEW_CUSTOMERS, &REACTIVATED_CUSTOMERS, &CHURNED_CUSTOMERS, &CLOSING_CUSTOMERS];
    identity(cells, &CHURN_TABLE, "movements_close", &columns, &[1, 1, 1, -1, -1], tallies);
}

/// opening + new + expansion + reactivation - contraction - churned + fx = closing.
fn money_movements(cells: &Cells, tallies: &mut Tallies) {
    let columns = [
        &OPENING_MRR,
        &NEW_MRR,
        &EXPANSION_MRR,
        &REACTIVATION_MRR,
        &CONTRACTION_MRR,
        &CHURNED_MRR,
        &FX_MRR,
        &CLOSING_MRR,
    ];
    identity(cells, &MRR_TABLE, "movements_close", &columns, &[1, 1, 1, 1, -1, -1, 1, -1], tallies);
}

/// The signed columns of a row sum to zero.
fn identity(
    cells: &Cells,
    table: &Table,
    law: &'static str,
    columns: &[&Declared],
    signs: &[i64],
    tallies: &mut Tallies,
) {
    for at in cells.rows() {
        let values: Option<Vec<i64>> = columns.iter().map(|column| cells.int(column, at)).collect();
        if let (Some(values), Some(month)) = (values, cells.month(&MONTH, at)) {
            let sum: i64 = values.iter().zip(signs).map(|(value, sign)| value * sign).sum();
            tallies.entry((month, table.name, law)).or_default().see(sum, values.iter().any(|value| *value != 0));
        }
    }
}

/// A numerator never exceeds its denominator.
fn within(cells: &Cells, table: &Table, law: &'static str, part: &Declared, whole: &Declared, tallies: &mut Tallies) {
    for at in cells.rows() {
        if let (Some(part), Some(whole), Some(month)) =
            (cells.int(part, at), cells.int(whole, at), cells.month(&MONTH, at))
        {
            tallies.entry((month, table.name, law)).or_default().see((part - whole).max(0), part > 0);
        }
    }
}

/// The opening of a month is the closing of the one before, in the `all` rows.
fn continuity(cells: &Cells, table: &Table, opening: &Declared, closing: &Declared, tallies: &mut Tallies) {
    let all = || cells.rows().filter(|at| cells.text(&DIMENSION, *at) == ALL);
    let closings: BTreeMap<Month, i64> =
        all().filter_map(|at| Some((cells.month(&MONTH, at)?, cells.int(closing, at)?))).collect();
    for at in all() {
        let (Some(month), Some(opening)) = (cells.month(&MONTH, at), cells.int(opening, at)) else { continue };
        if let Some(before) = closings.get(&month.plus(-1)) {
            let tally = tallies.entry((month, table.name, "opening_is_previous_closing")).or_default();
            tally.see(opening - before, opening != 0 || *before != 0);
        }
    }
}

/// Cohorts of every dimension but `plan` sum to the customers of `churn`.
fn cohorts_against_churn(cohorts: &Cells, churn: &Cells, tallies: &mut Tallies) {
    let pairs = [
        (&ACTIVE_CUSTOMERS, &CLOSING_CUSTOMERS),
        (&COHORT_CHURNED_CUSTOMERS, &CHURNED_CUSTOMERS),
        (&COHORT_NEW_AND_CHURNED_CUSTOMERS, &NEW_AND_CHURNED_CUSTOMERS),
        (&AT_RISK_CUSTOMERS, &OPENING_CUSTOMERS),
    ];
    let mut sums: BTreeMap<(Month, &str, &str), [i64; 4]> = BTreeMap::new();
    for at in cohorts.rows() {
        let Some(month) = cohorts.month(&MONTH, at) else { continue };
        let key = (month, cohorts.text(&DIMENSION, at), cohorts.text(&SEGMENT, at));
        let sum = sums.entry(key).or_default();
        pairs.iter().zip(sum).for_each(|((column, _), sum)| *sum += cohorts.int(column, at).unwrap_or(0));
    }
    for at in churn.rows().filter(|at| churn.text(&DIMENSION, *at) != crate::tables::inputs::PLAN.name) {
        let Some(month) = churn.month(&MONTH, at) else { continue };
        let sum = sums.get(&(month, churn.text(&DIMENSION, at), churn.text(&SEGMENT, at))).copied().unwrap_or_default();
        let tally = tallies.entry((month, COHORTS_TABLE.name, "cohorts_sum_to_churn")).or_default();
        for ((_, column), sum) in pairs.iter().zip(sum) {
            if let Some(count) = churn.int(column, at) {
                tally.see(count - sum, count != 0);
            }
        }
    }
}

/// Additive columns sum over the segments of a dimension to the `all` row with the same remaining grain.
fn segments_sum(computed: &Computed, tallies: &mut Tallies) {
    let table = computed.table;
    let additive: Vec<&Declared> = table.columns().filter(|column| column.is_additive).collect();
    if additive.is_empty() || !table.grain.iter().any(|column| column.name == SEGMENT.name) {
        return;
    }
    let cells = Cells { frame: &computed.frame };
    let rest: Vec<&Declared> =
        table.grain.iter().copied().filter(|c| c.name != DIMENSION.name && c.name != SEGMENT.name).collect();
    let key = |at: usize| -> Vec<String> {
        rest.iter()
            .map(|column| match column.kind {
                Kind::Text => cells.text(column, at).to_string(),
                Kind::Month => cells.month(column, at).map(|month| month.to_string()).unwrap_or_default(),
                _ => cells.int(column, at).map(|value| value.to_string()).unwrap_or_default(),
            })
            .collect()
    };
    let mut totals: BTreeMap<Vec<String>, Vec<Option<i64>>> = BTreeMap::new();
    let mut sums: BTreeMap<(Vec<String>, String), (Month, Vec<i64>)> = BTreeMap::new();
    for at in cells.rows() {
        let values: Vec<Option<i64>> = additive.iter().map(|column| cells.int(column, at)).collect();
        let Some(month) = cells.month(&MONTH, at) else { continue };
        let dimension = cells.text(&DIMENSION, at);
        if dimension == ALL {
            totals.insert(key(at), values);
            continue;
        }
        let (_, sum) = sums.entry((key(at), dimension.to_string())).or_insert_with(|| (month, vec![0; additive.len()]));
        sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value.unwrap_or(0));
    }
    for ((key, _), (month, sum)) in &sums {
        let Some(total) = totals.get(key) else { continue };
        let tally = tallies.entry((*month, table.name, "segments_sum_to_all")).or_default();
        for (total, sum) in total.iter().zip(sum) {
            if let Some(total) = total {
                tally.see(total - sum, *total != 0);
            }
        }
    }
}

/// The first computed opening against the last published closing.
fn reconcile(
    computed: &[Computed],
    table: &'static Table,
    opening: &Declared,
    published: &BTreeMap<Month, i64>,
    first: Month,
) -> Option<Row> {
    let cells = Cells::of(computed, table)?;
    let at = cells.rows().find(|at| cells.month(&MONTH, *at) == Some(first) && cells.text(&DIMENSION, *at) == ALL)?;
    let difference = cells.int(opening, at)? - published.get(&first.plus(-1))?;
    Some(compared(first, table, "opening_is_published_closing", opening.kind, difference))
}

/// Closings of final months that are no longer what was published. No row where they are: the same run again, whose months are
/// published then, gives the same bytes.
fn final_months(
    computed: &[Computed],
    table: &'static Table,
    closing: &Declared,
    published: &BTreeMap<Month, i64>,
) -> Vec<Row> {
    let Some(cells) = Cells::of(computed, table) else { return Vec::new() };
    let changed = cells.rows().filter(|at| cells.text(&DIMENSION, *at) == ALL).filter_map(|at| {
        let month = cells.month(&MONTH, at)?;
        let difference = cells.int(closing, at)? - published.get(&month)?;
        (difference != 0).then(|| compared(month, table, "final_closing_is_published", closing.kind, difference))
    });
    changed.collect()
}

fn compared(month: Month, table: &'static Table, law: &str, kind: Kind, difference: i64) -> Row {
    let shown = if kind == Kind::Money { format_ticks(difference) } else { difference.to_string() };
    let row = Row::new()
        .with(&MONTH, month)
        .with(&CHECKED_TABLE, table.name)
        .with(&CHECK, law)
        .with(&CHECKED_ROWS, 1)
        .with(&BROKEN_ROWS, i64::from(difference != 0));
    if difference == 0 {
        return row.with(&STATUS, OK);
    }
    let hint = "the past changed after it was published: `tenure backfill --from` an earlier month";
    row.with(&STATUS, RESTATED).with(&DIFFERENCE, shown.as_str()).with(&HINT, hint)
}
