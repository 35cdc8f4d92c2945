//! Cost lines that name no segment, split over the segments of each dimension.

use std::collections::BTreeMap;

use super::grid::Segments;
use super::model::Model;
use super::spans::UNKNOWN;
use crate::job::Allocation;
use crate::models::allocation::largest_remainder;
use crate::month::Month;
use crate::tables::model::TICKETS;
use crate::tables::outputs::{CLOSING_CUSTOMERS, CLOSING_MRR, OPENING_CUSTOMERS, OPENING_MRR};

/// Ticks of one segment, month and category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    pub direct: i64,
    pub allocated: i64,
}

/// Costs by (segment, month number) and category.
pub type Costs = BTreeMap<(usize, i32), BTreeMap<String, Cost>>;

/// Sums direct lines and allocates the others per month, category and sign by largest remainder over the month's opening
/// plus closing customers (or MRR, or its tickets); where the dimension is empty they go to `(unknown)`.
/// Source: design page, section 5.
pub fn allocate(model: &Model) -> Costs {
    let mut costs = Costs::new();
    for (dimension, sums) in &model.costs {
        let positions = of_dimension(&model.segments, dimension);
        for sum in sums {
            let mut add = |segment: usize, direct: i64, allocated: i64| {
                let cost = costs.entry((segment, sum.month)).or_default().entry(sum.category.clone()).or_default();
                cost.direct += direct;
                cost.allocated += allocated;
            };
            if let Some(segment) = sum.segment {
                add(segment, sum.ticks, 0);
                continue;
            }
            let bases: Vec<i64> = positions.iter().map(|segment| base(model, *segment, Month(sum.month))).collect();
            match largest_remainder(sum.ticks, &bases) {
                Some(parts) => positions.iter().zip(parts).for_each(|(segment, part)| add(*segment, 0, part)),
                None => {
                    if let Some(unknown) = model.segments.position(dimension, UNKNOWN) {
                        add(unknown, 0, sum.ticks);
                    }
                }
            }
        }
    }
    costs
}

fn of_dimension(segments: &Segments, dimension: &str) -> Vec<usize> {
    (0..segments.len()).filter(|at| segments.list[*at].dimension == dimension).collect()
}

fn base(model: &Model, segment: usize, month: Month) -> i64 {
    match model.allocation {
        Allocation::Customers => {
            model.customers.get(segment, month, OPENING_CUSTOMERS.name)
                + model.customers.get(segment, month, CLOSING_CUSTOMERS.name)
        }
        Allocation::Tickets => model.tickets.get(segment, month, TICKETS),
        Allocation::Mrr => {
            model.money.get(segment, month, OPENING_MRR.name) + model.money.get(segment, month, CLOSING_MRR.name)
        }
    }
}
