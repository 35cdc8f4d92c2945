//! Collected aggregates as dense arrays: segment x month x measure, integers only.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::month::Month;
use crate::tables::model::{AT, UNTIL};
use crate::tables::outputs::{DIMENSION, SEGMENT};

/// A dimension and one of its values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    pub dimension: String,
    pub segment: String,
}

/// Where each (dimension, segment) stands in the spine.
#[derive(Debug, Clone, Default)]
pub struct Segments {
    pub list: Vec<Segment>,
    index: BTreeMap<(String, String), usize>,
}

impl Segments {
    pub fn new(list: Vec<Segment>) -> Self {
        let index = list.iter().enumerate().map(|(at, s)| ((s.dimension.clone(), s.segment.clone()), at)).collect();
        Segments { list, index }
    }
    pub fn position(&self, dimension: &str, segment: &str) -> Option<usize> {
        self.index.get(&(dimension.to_string(), segment.to_string())).copied()
    }
    pub fn len(&self) -> usize {
        self.list.len()
    }
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// Spine position of every row of a frame with DIMENSION and SEGMENT.
    pub fn of_rows(&self, frame: &DataFrame) -> Result<Vec<usize>> {
        let dimension = frame.column(DIMENSION.name)?.str()?.clone();
        let segment = frame.column(SEGMENT.name)?.str()?.clone();
        (0..frame.height())
            .map(|row| {
                let (dimension, segment) =
                    (dimension.get(row).unwrap_or_default(), segment.get(row).unwrap_or_default());
                self.position(dimension, segment)
                    .ok_or_else(|| Error::internal(format!("segment `{segment}` of `{dimension}` is not in the spine")))
            })
            .collect()
    }
}

/// An Int64 column without nulls.
pub fn integers(frame: &DataFrame, name: &str) -> Result<Vec<i64>> {
    let column = frame.column(name)?.cast(&DataType::Int64)?;
    Ok(column.i64()?.iter().map(|value| value.unwrap_or(0)).collect())
}

/// Sums per segment and month; zero outside its months.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    first: i32,
    months: usize,
    names: Vec<&'static str>,
    values: Vec<i64>,
}

impl Grid {
    fn empty(segments: usize, first: i32, last: i32, names: &[&'static str]) -> Self {
        let months = (last - first + 1).max(0) as usize;
        Grid { first, months, names: names.to_vec(), values: vec![0; segments * months * names.len()] }
    }

    fn offset(&self, segment: usize, month: i32) -> Option<usize> {
        let month = usize::try_from(month - self.first).ok().filter(|m| *m < self.months)?;
        Some((segment * self.months + month) * self.names.len())
    }

    /// From rows valid from AT until UNTIL: a value counts in every month of its run.
    pub fn of_runs(
        frame: &DataFrame,
        segments: &Segments,
        first: i32,
        last: i32,
        names: &[&'static str],
    ) -> Result<Self> {
        let mut grid = Grid::empty(segments.len(), first, last + 1, names);
        let at = segments.of_rows(frame)?;
        let (from, until) = (integers(frame, AT)?, integers(frame, UNTIL)?);
        for (measure, name) in names.iter().enumerate() {
            for (row, value) in integers(frame, name)?.into_iter().enumerate() {
                let begin = (from[row] as i32).max(first);
                let end = (until[row].min(i64::from(last) + 1)) as i32;
                if value == 0 || begin >= end {
                    continue;
                }
                for (month, delta) in [(begin, value), (end, -value)] {
                    if let Some(offset) = grid.offset(at[row], month) {
                        grid.values[offset + measure] += delta;
                    }
                }
            }
        }
        grid.accumulate(segments.len());
        Ok(grid)
    }

    /// From rows of one month each, from `first` or the earliest of them.
    pub fn of_months(
        frame: &DataFrame,
        segments: &Segments,
        first: i32,
        last: i32,
        names: &[&'static str],
    ) -> Result<Self> {
        let at = segments.of_rows(frame)?;
        let months = integers(frame, AT)?;
        let first = months.iter().min().map_or(first, |earliest| first.min(*earliest as i32));
        let mut grid = Grid::empty(segments.len(), first, last, names);
        for (measure, name) in names.iter().enumerate() {
            for (row, value) in integers(frame, name)?.into_iter().enumerate() {
                if let Some(offset) = grid.offset(at[row], months[row] as i32) {
                    grid.values[offset + measure] += value;
                }
            }
        }
        Ok(grid)
    }

    fn accumulate(&mut self, segments: usize) {
        let width = self.names.len();
        for segment in 0..segments {
            for month in 1..self.months {
                let here = (segment * self.months + month) * width;
                for measure in 0..width {
                    self.values[here + measure] += self.values[here + measure - width];
                }
            }
        }
    }

    pub fn get(&self, segment: usize, month: Month, name: &str) -> i64 {
        let measure = self.names.iter().position(|n| *n == name);
        match (self.offset(segment, month.0), measure) {
            (Some(offset), Some(measure)) => self.values[offset + measure],
            _ => 0,
        }
    }
}
