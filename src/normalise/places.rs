//! Where a customer stood in a month: its plan, whether it paid, its fixed segments. Found by the customer's number in
//! dense arrays; as joins, the same question took longer than reading the inputs.

use std::collections::HashMap;
use std::sync::Arc;

use polars::prelude::*;

use super::grid::Segments;
use super::members::{dimension_column, fixed_dimensions, has_plan};
use super::per_customer::PerCustomer;
use crate::error::Result;
use crate::job::Job;
use crate::tables::inputs::PLAN;
use crate::tables::model::{AT, COHORT, CUSTOMER, IS_COVERED, PLACE};

/// Fixed segments of every customer, as positions in the spine.
#[derive(Debug, Clone)]
pub struct FixedSegments {
    positions: Vec<u32>,
    /// Of a customer that is not known.
    unknown: Vec<u32>,
}

impl FixedSegments {
    /// From the frame of `members::dimensions`, if there is one; `customers` have numbers.
    pub fn read(job: &Job, frame: Option<&DataFrame>, customers: usize, segments: &Segments) -> Result<Self> {
        let dimensions: Vec<&String> = fixed_dimensions(job).collect();
        let unknown: Vec<u32> = dimensions.iter().map(|d| segments.unknown(d)).collect::<Result<_>>()?;
        let mut positions = unknown.repeat(customers);
        let Some(frame) = frame else { return Ok(FixedSegments { positions, unknown }) };
        let ids = frame.column(CUSTOMER)?.u32()?;
        for (at, dimension) in dimensions.iter().enumerate() {
            let values = segments.of_values(frame.column(&dimension_column(dimension))?, dimension)?;
            for (id, value) in ids.iter().zip(values) {
                let slot = id.and_then(|id| positions.get_mut(id as usize * dimensions.len() + at));
                slot.into_iter().for_each(|slot| *slot = value);
            }
        }
        Ok(FixedSegments { positions, unknown })
    }

    pub fn of(&self, customer: u32) -> &[u32] {
        let first = customer as usize * self.unknown.len();
        self.positions.get(first..first + self.unknown.len()).unwrap_or(&self.unknown)
    }
}

/// From a month until the customer's next row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub at: i32,
    /// Whether it paid at any instant of each of the months.
    pub is_any: bool,
    /// Where its plan stands in the spine.
    pub plan: u32,
}

/// The month a customer was first active in, by `definitions.active`, and the plan it began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct First {
    pub month: i32,
    pub plan: u32,
}

/// Everything that `placed` looks up. All segments of a customer at once, its plan among them, are one number: a place.
pub struct Places {
    fixed: FixedSegments,
    stretches: PerCustomer<Stretch>,
    firsts: Vec<Option<First>>,
    /// The distinct lists of fixed segments, and which of them each customer has; the last one is that of unknown customers.
    lists: Vec<Vec<u32>>,
    list_of: Vec<u32>,
    /// Where the plans begin in the spine, how many there are, and which is `(unknown)`; 0, 1, 0 where they are no dimension.
    plans: (u32, u32, u32),
    /// Column and, by position in the spine, value of every dimension.
    dimensions: Vec<String>,
    segments: Segments,
}

impl Places {
    pub fn new(
        job: &Job,
        fixed: FixedSegments,
        stretches: PerCustomer<Stretch>,
        firsts: Vec<Option<First>>,
        segments: &Segments,
    ) -> Result<Self> {
        let mut numbers: HashMap<&[u32], u32> = HashMap::new();
        let mut lists: Vec<Vec<u32>> = Vec::new();
        let mut number = |list| {
            *numbers.entry(list).or_insert_with(|| {
                lists.push(list.to_vec());
                lists.len() as u32 - 1
            })
        };
        let mut list_of: Vec<u32> = (0..firsts.len() as u32).map(|customer| number(fixed.of(customer))).collect();
        list_of.push(number(&fixed.unknown));
        let mut dimensions: Vec<String> = fixed_dimensions(job).map(|dimension| dimension_column(dimension)).collect();
        let mut plans = (0, 1, 0);
        if has_plan(job) {
            dimensions.push(dimension_column(PLAN.name));
            let all = (0..segments.len() as u32).filter(|at| segments.list[*at as usize].dimension == PLAN.name);
            plans = (all.clone().min().unwrap_or(0), all.count() as u32, segments.unknown(PLAN.name)?);
        }
        Ok(Places { fixed, stretches, firsts, lists, list_of, plans, dimensions, segments: segments.clone() })
    }

    pub fn fixed(&self) -> &FixedSegments {
        &self.fixed
    }
    pub fn first(&self, customer: u32) -> Option<&First> {
        self.firsts.get(customer as usize)?.as_ref()
    }

    /// The last row at or before the month.
    fn stretch(&self, customer: Option<u32>, at: Option<i32>) -> Option<&Stretch> {
        let (rows, at) = (self.stretches.of(customer?), at?);
        rows[..rows.partition_point(|row| row.at <= at)].last()
    }
    fn place(&self, customer: Option<u32>, plan: Option<u32>) -> u64 {
        let list = customer.and_then(|customer| self.list_of.get(customer as usize)).or(self.list_of.last());
        let (first, count, unknown) = self.plans;
        u64::from(*list.unwrap_or(&0)) * u64::from(count) + u64::from(plan.unwrap_or(unknown) - first)
    }
    /// The value of a dimension at a place.
    fn value(&self, place: u64, dimension: usize) -> &str {
        let (first, count, _) = self.plans;
        let list = &self.lists[(place / u64::from(count)) as usize];
        let position = list.get(dimension).copied().unwrap_or(first + (place % u64::from(count)) as u32);
        &self.segments.list[position as usize].segment
    }
}

/// Adds to rows of (CUSTOMER, AT) their PLACE, with the plan of that month (the last one before it where the customer did not pay,
/// `(unknown)` where it never had), and IS_COVERED: whether it paid at any instant of the month.
pub fn placed(rows: LazyFrame, places: &Arc<Places>) -> LazyFrame {
    let looked_up = |name: &'static str, dtype: DataType, look_up: fn(&Places, &[Column]) -> PolarsResult<Column>| {
        let places = places.clone();
        let look_up = move |columns: &mut [Column]| Ok(look_up(&places, columns)?.with_name(name.into()));
        let field = move |_: &Schema, _: &[Field]| Ok(Field::new(name.into(), dtype.clone()));
        col(CUSTOMER).map_many(look_up, &[col(AT)], field).alias(name)
    };
    let covered = |places: &Places, columns: &[Column]| {
        let rows = columns[0].u32()?.iter().zip(columns[1].i32()?.iter());
        let covered = rows.map(|(customer, at)| Some(places.stretch(customer, at).is_some_and(|row| row.is_any)));
        Ok(covered.collect::<BooleanChunked>().into_column())
    };
    let place = |places: &Places, columns: &[Column]| {
        let rows = columns[0].u32()?.iter().zip(columns[1].i32()?.iter());
        let plan = |customer, at| places.stretch(customer, at).map(|row| row.plan);
        let place = rows.map(|(customer, at)| Some(places.place(customer, plan(customer, at))));
        Ok(place.collect::<UInt64Chunked>().into_column())
    };
    rows.with_columns([looked_up(IS_COVERED, DataType::Boolean, covered), looked_up(PLACE, DataType::UInt64, place)])
}

/// Rows of CUSTOMERs ever active, with their COHORT and, for PLACE, where they began.
pub fn placed_by_cohort(rows: LazyFrame, places: &Arc<Places>) -> LazyFrame {
    let (of_cohort, of_place) = (places.clone(), places.clone());
    let cohort = move |customers: Column| {
        let first = |customer: Option<u32>| of_cohort.first(customer?).map(|first| first.month);
        Ok(customers.u32()?.iter().map(first).collect::<Int32Chunked>().with_name(COHORT.into()).into_column())
    };
    let place = move |customers: Column| {
        let plan = |customer: Option<u32>| of_place.first(customer?).map(|first| first.plan);
        let place = |customer| Some(of_place.place(customer, plan(customer)));
        Ok(customers.u32()?.iter().map(place).collect::<UInt64Chunked>().with_name(PLACE.into()).into_column())
    };
    rows.with_columns([
        col(CUSTOMER).map(cohort, |_, _| Ok(Field::new(COHORT.into(), DataType::Int32))).alias(COHORT),
        col(CUSTOMER).map(place, |_, _| Ok(Field::new(PLACE.into(), DataType::UInt64))).alias(PLACE),
    ])
    .filter(col(COHORT).is_not_null())
}

/// `dimension_column` of every dimension at a PLACE, as text.
pub fn named(places: &Arc<Places>) -> Vec<Expr> {
    let of_dimension = |(dimension, name): (usize, &String)| {
        let (places, name, of_field) = (places.clone(), PlSmallStr::from_str(name), PlSmallStr::from_str(name));
        let column = name.clone();
        let value = move |rows: Column| {
            let value = |place: Option<u64>| place.map(|place| places.value(place, dimension));
            Ok(rows.u64()?.iter().map(value).collect::<StringChunked>().with_name(name.clone()).into_column())
        };
        let field = move |_: &Schema, _: &Field| Ok(Field::new(of_field.clone(), DataType::String));
        col(PLACE).map(value, field).alias(column)
    };
    places.dimensions.iter().enumerate().map(of_dimension).collect()
}
