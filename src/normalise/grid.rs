//! Collected aggregates as dense arrays: segment x month x measure, integers only.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use polars::prelude::*;

use super::group::ALL;
use super::spans::UNKNOWN;
use crate::error::{Error, Result};
use crate::job::Job;
use crate::month::Month;
use crate::tables::model::AT;
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
    /// The spine: `all`, then every declared dimension with its values and `(unknown)`, sorted.
    pub fn read(job: &Job, frame: Option<&DataFrame>) -> Result<Segments> {
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for dimension in &job.dimensions {
            values.entry(dimension.clone()).or_default().insert(UNKNOWN.to_string());
        }
        if let Some(frame) = frame {
            let (dimension, segment) =
                (frame.column(DIMENSION.name)?.str()?.clone(), frame.column(SEGMENT.name)?.str()?.clone());
            for row in 0..frame.height() {
                if let (Some(dimension), Some(segment)) = (dimension.get(row), segment.get(row)) {
                    values.entry(dimension.to_string()).or_default().insert(segment.to_string());
                }
            }
        }
        let mut list = vec![Segment { dimension: ALL.to_string(), segment: ALL.to_string() }];
        for dimension in &job.dimensions {
            for segment in values.remove(dimension).unwrap_or_default() {
                list.push(Segment { dimension: dimension.clone(), segment });
            }
        }
        Ok(Segments::new(list))
    }
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
    /// Where the values of a column stand among those of its dimension; null is `(unknown)`.
    pub fn of_values(&self, values: &Column, dimension: &str) -> Result<Vec<u32>> {
        let list = self.list.iter().zip(0..).filter(|(segment, _)| segment.dimension == dimension);
        let known: HashMap<&str, u32> = list.map(|(segment, at)| (segment.segment.as_str(), at)).collect();
        let position = |value: Option<&str>| {
            let value = value.unwrap_or(UNKNOWN);
            let missing = || Error::internal(format!("segment `{value}` of `{dimension}` is not in the spine"));
            known.get(value).copied().ok_or_else(missing)
        };
        values.str()?.iter().map(position).collect()
    }
    /// Where `(unknown)` stands among the values of a dimension.
    pub fn unknown(&self, dimension: &str) -> Result<u32> {
        let missing = || Error::internal(format!("`{dimension}` is not in the spine"));
        self.position(dimension, UNKNOWN).map(|at| at as u32).ok_or_else(missing)
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
    let values = column.i64()?;
    Ok(if values.has_nulls() {
        values.iter().map(|value| value.unwrap_or(0)).collect()
    } else {
        values.into_no_null_iter().collect()
    })
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

    /// Zeros, to be added to run by run; they are read after `accumulate`.
    pub fn of_runs(segments: usize, first: i32, last: i32, names: &[&'static str]) -> Self {
        // where the runs of the last month end
        Grid::empty(segments, first, last + 1, names)
    }

    /// Adds values, one per name, to every month of [from, until).
    pub fn add_run(&mut self, segment: usize, from: i32, until: i32, values: &[i64]) {
        let end = self.first + self.months as i32 - 1;
        let (from, until) = (from.max(self.first), until.min(end));
        if from >= until {
            return;
        }
        for (month, sign) in [(from, 1), (until, -1)] {
            if let Some(offset) = self.offset(segment, month) {
                let sums = &mut self.values[offset..offset + values.len()];
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += sign * value);
            }
        }
    }

    /// Adds the sums of a grid of the same shape.
    pub fn merge(&mut self, other: &Grid) {
        self.values.iter_mut().zip(&other.values).for_each(|(sum, value)| *sum += value);
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

    /// The months it has sums of.
    pub fn months(&self) -> impl Iterator<Item = Month> + Clone + use<> {
        (self.first..self.first + self.months as i32).map(Month)
    }

    /// Runs -> months, once.
    pub fn accumulate(&mut self) {
        let width = self.names.len();
        for months in self.values.chunks_mut((self.months * width).max(1)) {
            (width..months.len()).for_each(|here| months[here] += months[here - width]);
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
