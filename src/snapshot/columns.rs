//! Columns of row groups as plain vectors, without Polars: `plain` reads them, `normalise` sums them.

use delta_kernel::arrow::array::{Array, ArrayRef, AsArray};
use delta_kernel::arrow::datatypes::{
    DataType as Arrow, Decimal128Type, Float64Type, Int32Type, Int64Type, TimeUnit as Unit, TimestampMicrosecondType,
    TimestampNanosecondType,
};
use polars::prelude::{DataType, TimeUnit};

use super::convert::{from_float, is_fallible};
use crate::month::Micros;
use crate::tables::{InputColumn, InputKind};

/// A text column: the texts of a row group, each once or as often as it stands there, and which of them each row has.
pub struct Coded {
    texts: ArrayRef,
    /// `MISSING`: null.
    pub keys: Vec<u32>,
}

pub const MISSING: u32 = u32::MAX;

impl Coded {
    pub fn texts(&self) -> impl Iterator<Item = Option<&str>> {
        self.texts.as_string::<i32>().iter()
    }
}

/// Values of a column, row by row.
pub enum Values {
    Texts(Coded),
    Times(Vec<Option<Micros>>),
    Wholes(Vec<Option<i64>>),
    /// As canonical amounts; None also where there is no finite number, or one of too many digits.
    Amounts(Vec<Option<i128>>),
}

/// The rows of a row group: columns in the order of their declaration; None: there is no such column.
pub struct Rows {
    pub count: usize,
    pub columns: Vec<Option<Values>>,
}

impl Rows {
    pub fn values(&self, at: usize) -> Option<&Values> {
        self.columns.get(at)?.as_ref()
    }
    pub fn texts(&self, at: usize) -> Option<&Coded> {
        if let Values::Texts(coded) = self.values(at)? { Some(coded) } else { None }
    }
    pub fn times(&self, at: usize) -> &[Option<Micros>] {
        if let Some(Values::Times(times)) = self.values(at) { times } else { &[] }
    }
    pub fn amounts(&self, at: usize) -> &[Option<i128>] {
        if let Some(Values::Amounts(amounts)) = self.values(at) { amounts } else { &[] }
    }
}

/// How the values of a column lie in the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    Time,
    /// Integers that need no text, since they are only compared.
    Whole,
    /// Decimals, and what makes them canonical amounts.
    Decimal(i128),
    Float,
}

impl Shape {
    /// None: the values must be converted by a plan.
    pub fn of(column: &InputColumn, is_compared: bool, dtype: &DataType) -> Option<Self> {
        match (column.kind, dtype) {
            (InputKind::Id | InputKind::Text, DataType::String) => Some(Shape::Text),
            (InputKind::Id, DataType::Int64) if is_compared => Some(Shape::Whole),
            // milliseconds may overflow when they become microseconds
            (InputKind::Instant, DataType::Datetime(TimeUnit::Microseconds | TimeUnit::Nanoseconds, _)) => {
                Some(Shape::Time)
            }
            (InputKind::Amount, DataType::Float64) => Some(Shape::Float),
            (InputKind::Amount, DataType::Decimal(_, scale)) if !is_fallible(dtype, InputKind::Amount) => {
                let factor = crate::money::INPUT_SCALE.checked_sub(*scale as u32)?;
                Some(Shape::Decimal(10_i128.pow(factor)))
            }
            _ => None,
        }
    }

    /// Whether the file itself gives arrays of this shape: what its writer noted of other types is not looked at.
    pub fn is_of(&self, dtype: &Arrow) -> bool {
        match self {
            Shape::Text => dtype == &Arrow::Utf8,
            Shape::Time => matches!(dtype, Arrow::Timestamp(Unit::Microsecond | Unit::Nanosecond, _)),
            Shape::Whole => dtype == &Arrow::Int64,
            Shape::Decimal(_) => matches!(dtype, Arrow::Decimal128(..)),
            Shape::Float => dtype == &Arrow::Float64,
        }
    }

    /// The values of an array of this shape; None if it is of another.
    pub fn values(&self, array: &ArrayRef) -> std::result::Result<Option<Values>, String> {
        Ok(match self {
            Shape::Text => Some(Values::Texts(coded(array)?)),
            Shape::Time => Some(Values::Times(instants(array)?)),
            Shape::Whole => array.as_primitive_opt::<Int64Type>().map(|array| Values::Wholes(array.iter().collect())),
            Shape::Decimal(factor) => array
                .as_primitive_opt::<Decimal128Type>()
                .map(|array| Values::Amounts(array.iter().map(|value| value?.checked_mul(*factor)).collect())),
            Shape::Float => array.as_primitive_opt::<Float64Type>().map(|array| {
                Values::Amounts(array.iter().map(|value| from_float(value.filter(|v| v.is_finite())?)).collect())
            }),
        })
    }
}

fn coded(column: &ArrayRef) -> std::result::Result<Coded, String> {
    if let Some(texts) = column.as_string_opt::<i32>() {
        let key = |row: usize| if texts.is_null(row) { MISSING } else { row as u32 };
        return Ok(Coded { texts: column.clone(), keys: (0..texts.len()).map(key).collect() });
    }
    let coded = column.as_dictionary_opt::<Int32Type>().ok_or("a text column is no text")?;
    let keys = coded.keys().iter().map(|key| key.map_or(MISSING, |key| key as u32)).collect();
    if coded.values().as_string_opt::<i32>().is_none() {
        return Err("a text column is no text".to_string());
    }
    Ok(Coded { texts: coded.values().clone(), keys })
}

/// Microseconds; finer ones are floored.
fn instants(column: &ArrayRef) -> std::result::Result<Vec<Option<Micros>>, String> {
    match column.data_type() {
        Arrow::Timestamp(Unit::Microsecond, _) => {
            Ok(column.as_primitive::<TimestampMicrosecondType>().iter().collect())
        }
        Arrow::Timestamp(Unit::Nanosecond, _) => {
            let nanos = column.as_primitive::<TimestampNanosecondType>().iter();
            Ok(nanos.map(|at| at.map(|at| at.div_euclid(1000))).collect())
        }
        other => Err(format!("its times are {other}")),
    }
}
