//! Where a customer stood in a month: its plan, whether it paid, its fixed segments. Found by the customer's number in
//! dense arrays; as joins, the same question took longer than reading the inputs.

use std::collections::HashMap;
use std::sync::Arc;

use polars::prelude::*;

use super::members::{dimension_column, fixed_dimensions};
use super::per_customer::PerCustomer;
use super::spans::UNKNOWN;
use crate::error::Result;
use crate::job::Job;
use crate::tables::inputs::PLAN;
use crate::tables::model::{AT, CUSTOMER, IS_ANY, IS_COVERED};

/// Texts of which there are few, by code; code 0 is `(unknown)`.
struct Codes {
    texts: Vec<String>,
    codes: HashMap<String, u32>,
}

impl Codes {
    fn new() -> Self {
        Codes { texts: vec![UNKNOWN.to_string()], codes: HashMap::from([(UNKNOWN.to_string(), 0)]) }
    }
    fn code(&mut self, text: Option<&str>) -> u32 {
        let Some(text) = text else { return 0 };
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        let code = self.texts.len() as u32;
        self.texts.push(text.to_string());
        self.codes.insert(text.to_string(), code);
        code
    }
    fn text(&self, code: Option<u32>) -> &str {
        &self.texts[code.unwrap_or(0) as usize]
    }
}

/// From a month until the customer's next row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    at: i32,
    is_any: bool,
    plan: u32,
}

/// Everything that `placed` looks up.
pub struct Places {
    stretches: PerCustomer<Stretch>,
    plans: Codes,
    /// Column, values, and the code of each customer.
    fixed: Vec<(String, Codes, Vec<u32>)>,
}

impl Places {
    /// From the timeline of paying customers and the fixed segments, as far as there are such; `customers` have numbers.
    pub fn new(
        job: &Job,
        paying: Option<&DataFrame>,
        dimensions: Option<&DataFrame>,
        customers: usize,
    ) -> Result<Self> {
        let mut plans = Codes::new();
        let mut rows = Vec::new();
        if let Some(paying) = paying {
            let (ids, at) = (paying.column(CUSTOMER)?.u32()?, paying.column(AT)?.i32()?);
            let (is_any, plan) = (paying.column(IS_ANY)?.bool()?, paying.column(PLAN.name)?.str()?);
            rows.reserve(paying.height());
            for (((id, at), is_any), plan) in ids.iter().zip(at.iter()).zip(is_any.iter()).zip(plan.iter()) {
                if let (Some(id), Some(at)) = (id, at) {
                    rows.push((id, Stretch { at, is_any: is_any == Some(true), plan: plans.code(plan) }));
                }
            }
        }
        rows.sort_unstable();
        let mut fixed = Vec::new();
        for dimension in fixed_dimensions(job) {
            let (mut codes, mut of_customers) = (Codes::new(), vec![0; customers]);
            if let Some(frame) = dimensions {
                let values = frame.column(&dimension_column(dimension))?.str()?;
                for (id, value) in frame.column(CUSTOMER)?.u32()?.iter().zip(values.iter()) {
                    if let Some(of_customer) = id.and_then(|id| of_customers.get_mut(id as usize)) {
                        *of_customer = codes.code(value);
                    }
                }
            }
            fixed.push((dimension_column(dimension), codes, of_customers));
        }
        Ok(Places { stretches: PerCustomer::of_sorted(customers, rows), plans, fixed })
    }

    /// The last row at or before the month.
    fn stretch(&self, customer: Option<u32>, at: Option<i32>) -> Option<&Stretch> {
        let (rows, at) = (self.stretches.of(customer?), at?);
        rows[..rows.partition_point(|row| row.at <= at)].last()
    }
}

/// Adds to rows of (CUSTOMER, AT) the PLAN of that month (the last one before it where the customer did not pay, `(unknown)`
/// where it never had), IS_COVERED: whether it paid at any instant of the month, and its fixed segments.
pub fn placed(rows: LazyFrame, places: &Arc<Places>) -> LazyFrame {
    let mut columns = vec![covered(places.clone()), plan(places.clone())];
    columns.extend((0..places.fixed.len()).map(|dimension| fixed(places.clone(), dimension)));
    rows.with_columns(columns)
}

fn plan(places: Arc<Places>) -> Expr {
    let plan = move |columns: &mut [Column]| {
        let (customers, months) = (columns[0].u32()?.clone(), columns[1].i32()?.clone());
        let rows = customers.iter().zip(months.iter());
        let plans = rows.map(|(customer, at)| Some(places.plans.text(places.stretch(customer, at).map(|s| s.plan))));
        Ok(plans.collect::<StringChunked>().with_name(PLAN.name.into()).into_column())
    };
    let field = |_: &Schema, _: &[Field]| Ok(Field::new(PLAN.name.into(), DataType::String));
    col(CUSTOMER).map_many(plan, &[col(AT)], field).alias(PLAN.name)
}

fn covered(places: Arc<Places>) -> Expr {
    let covered = move |columns: &mut [Column]| {
        let (customers, months) = (columns[0].u32()?.clone(), columns[1].i32()?.clone());
        let rows = customers.iter().zip(months.iter());
        let covered = rows.map(|(customer, at)| Some(places.stretch(customer, at).is_some_and(|row| row.is_any)));
        Ok(covered.collect::<BooleanChunked>().with_name(IS_COVERED.into()).into_column())
    };
    let field = |_: &Schema, _: &[Field]| Ok(Field::new(IS_COVERED.into(), DataType::Boolean));
    col(CUSTOMER).map_many(covered, &[col(AT)], field).alias(IS_COVERED)
}

fn fixed(places: Arc<Places>, dimension: usize) -> Expr {
    let column = places.fixed[dimension].0.clone();
    let (name, of_field) = (column.clone(), column.clone());
    let value = move |customers: Column| {
        let (_, codes, of_customers) = &places.fixed[dimension];
        let code = |customer: Option<u32>| of_customers.get(customer? as usize).copied();
        let values: StringChunked = customers.u32()?.iter().map(|customer| Some(codes.text(code(customer)))).collect();
        Ok(values.with_name(name.as_str().into()).into_column())
    };
    let field = move |_: &Schema, _: &Field| Ok(Field::new(of_field.as_str().into(), DataType::String));
    col(CUSTOMER).map(value, field).alias(column)
}
