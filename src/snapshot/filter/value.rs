//! Typed SQL values: what may be compared with what, and how both sides become one type.

use std::fmt;

use polars::prelude::*;
use sqlparser::ast::BinaryOperator as Op;

use crate::error::{Error, Result};
use crate::snapshot::convert::{MICROS_PER_DAY, as_text, map, micros, parse_naive};
use crate::snapshot::pattern::parse_date;

/// The type of a value. Dates are Int64 days and timestamps Int64 microseconds (UTC) in the expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Null,
    Bool,
    Int,
    /// With its scale.
    Decimal(usize),
    Float,
    Text,
    Date,
    Timestamp,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Null => "NULL",
            Type::Bool => "a boolean",
            Type::Int | Type::Decimal(_) | Type::Float => "a number",
            Type::Text => "text",
            Type::Date => "a date",
            Type::Timestamp => "a timestamp",
        })
    }
}

#[derive(Debug, Clone)]
pub struct Value {
    pub expr: Expr,
    pub kind: Type,
    /// The text of a quoted literal: it takes the type of what it is compared with.
    pub literal: Option<String>,
}

impl Value {
    fn new(expr: Expr, kind: Type) -> Value {
        Value { expr, kind, literal: None }
    }
    pub fn null() -> Value {
        Value::new(lit(NULL), Type::Null)
    }
    pub fn bool(expr: Expr) -> Value {
        Value::new(expr, Type::Bool)
    }
    pub fn text(text: &str) -> Value {
        Value { expr: lit(text), kind: Type::Text, literal: Some(text.to_string()) }
    }

    /// A numeric literal: an integer, an exact decimal, or a float if it has an exponent.
    pub fn number(digits: &str) -> Option<Value> {
        if let Ok(whole) = digits.parse::<i64>() {
            return Some(Value::new(lit(whole), Type::Int));
        }
        let scale = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let unscaled = digits.replacen('.', "", 1);
        if scale <= 18 && unscaled.len() <= 37 && unscaled.bytes().all(|b| b.is_ascii_digit()) {
            let value = AnyValue::Decimal(unscaled.parse().ok()?, 38, scale);
            let scalar = Scalar::new(DataType::Decimal(38, scale), value);
            return Some(Value::new(lit(scalar), Type::Decimal(scale)));
        }
        digits.parse::<f64>().ok().map(|float| Value::new(lit(float), Type::Float))
    }

    /// A source column; None for nested and other types that cannot be compared.
    pub fn column(expr: Expr, dtype: &DataType) -> Option<Value> {
        Some(match dtype {
            DataType::Null => Value::null(),
            DataType::Boolean => Value::new(expr, Type::Bool),
            DataType::Float32 | DataType::Float64 => Value::new(expr.cast(DataType::Float64), Type::Float),
            DataType::Decimal(_, scale) => Value::new(expr.cast(DataType::Decimal(38, *scale)), Type::Decimal(*scale)),
            DataType::String => Value::new(expr, Type::Text),
            DataType::Categorical(..) | DataType::Enum(..) | DataType::Binary => {
                Value::new(as_text(expr, dtype), Type::Text)
            }
            DataType::Date => Value::new(expr.cast(DataType::Int32).cast(DataType::Int64), Type::Date),
            DataType::Datetime(unit, _) => Value::new(micros(expr, *unit), Type::Timestamp),
            other if other.is_integer() => Value::new(expr.cast(DataType::Int64), Type::Int),
            _ => return None,
        })
    }

    pub fn into_bool(self) -> Expr {
        if self.kind == Type::Null { lit(NULL).cast(DataType::Boolean) } else { self.expr }
    }

    /// Errors: the two types cannot be compared.
    pub fn compare(self, op: &Op, other: Value) -> Result<Expr> {
        let (left, right, kind) = self.unified(other)?;
        if kind == Type::Null {
            return Ok(Value::null().into_bool());
        }
        Ok(match op {
            Op::Eq => left.eq(right),
            Op::NotEq => left.neq(right),
            Op::Lt => left.lt(right),
            Op::LtEq => left.lt_eq(right),
            Op::Gt => left.gt(right),
            _ => left.gt_eq(right),
        })
    }

    /// `+ - *` keep integers, everything else is computed in floats; `/` is always a float division, by zero NULL.
    pub fn arithmetic(self, op: &Op, other: Value) -> Result<Value> {
        if self.kind == Type::Null || other.kind == Type::Null {
            return Ok(Value::null());
        }
        let is_int = self.kind == Type::Int && other.kind == Type::Int && *op != Op::Divide;
        let kind = if is_int { Type::Int } else { Type::Float };
        let (left, right) = (self.numeric(kind)?, other.numeric(kind)?);
        let expr = match op {
            Op::Plus => left + right,
            Op::Minus => left - right,
            Op::Multiply => left * right,
            _ => left / when(right.clone().neq(lit(0.0))).then(right).otherwise(lit(NULL)),
        };
        Ok(Value::new(expr, kind))
    }

    pub fn negated(self) -> Result<Value> {
        match self.kind {
            Type::Null => Ok(self),
            Type::Int => Ok(Value::new(lit(0_i64) - self.expr, Type::Int)),
            Type::Decimal(scale) => {
                let zero = Scalar::new(DataType::Decimal(38, scale), AnyValue::Decimal(0, 38, scale));
                Ok(Value::new(lit(zero) - self.expr, Type::Decimal(scale)))
            }
            Type::Float => Ok(Value::new(lit(0.0) - self.expr, Type::Float)),
            other => Err(Error::job(format!("{other} cannot be negated"))),
        }
    }

    pub fn map_text(self, f: impl Fn(&str) -> String + 'static + Send + Sync) -> Result<Value> {
        match self.kind {
            Type::Null => Ok(self),
            Type::Text => {
                let literal = self.literal.as_deref().map(&f);
                let expr = map(self.expr, DataType::String, move |series| {
                    let texts = series.str()?.iter().map(|text| text.map(&f));
                    Ok(texts.collect::<StringChunked>().into_series())
                });
                Ok(Value { expr, kind: Type::Text, literal })
            }
            other => Err(Error::job(format!("LOWER and UPPER need text, not {other}"))),
        }
    }

    /// COALESCE of two.
    pub fn or_else(self, other: Value) -> Result<Value> {
        let (left, right, kind) = self.unified(other)?;
        Ok(Value::new(left.fill_null(right), kind))
    }

    /// A quoted literal as another type; errors if its text does not read as that.
    pub fn cast_literal(self, to: Type) -> Result<Value> {
        let text = self.literal.clone().unwrap_or_default();
        let trimmed = text.trim();
        let value = match to {
            Type::Text | Type::Null => Some(self),
            Type::Bool => trimmed.to_lowercase().parse().ok().map(|flag: bool| Value::bool(lit(flag))),
            Type::Int | Type::Decimal(_) | Type::Float => match trimmed.strip_prefix('-') {
                Some(digits) => Value::number(digits).map(Value::negated).transpose()?,
                None => Value::number(trimmed),
            },
            Type::Date => days(trimmed).map(|days| Value::new(lit(days), Type::Date)),
            Type::Timestamp => instant(trimmed).map(|micros| Value::new(lit(micros), Type::Timestamp)),
        };
        value.ok_or_else(|| Error::job(format!("'{text}' is not {to}")))
    }

    /// CAST; text that does not read as the type becomes NULL.
    pub fn cast(self, to: Type) -> Result<Value> {
        if self.kind == to || self.kind == Type::Null {
            return Ok(self);
        }
        if self.literal.is_some() {
            return self.cast_literal(to);
        }
        let text = |f: fn(&str) -> Option<i64>| {
            map(self.expr.clone(), DataType::Int64, move |series| {
                let values = series.str()?.iter().map(|text| f(text?.trim()));
                Ok(values.collect::<Int64Chunked>().into_series())
            })
        };
        let expr = match (self.kind, to) {
            (Type::Text, Type::Date) => text(days),
            (Type::Text, Type::Timestamp) => text(instant),
            (Type::Text, Type::Int) => text(|text| text.parse().ok()),
            (Type::Text, Type::Float) => self.expr.cast(DataType::Float64),
            (Type::Int | Type::Decimal(_), Type::Float) => self.expr.cast(DataType::Float64),
            (Type::Int | Type::Bool, Type::Text) => self.expr.cast(DataType::String),
            (Type::Date, Type::Timestamp) => self.expr * lit(MICROS_PER_DAY),
            (Type::Timestamp, Type::Date) => map(self.expr, DataType::Int64, |series| {
                let days = series.i64()?.iter().map(|t| t.map(|t| t.div_euclid(MICROS_PER_DAY)));
                Ok(days.collect::<Int64Chunked>().into_series())
            }),
            (from, to) => return Err(Error::job(format!("CAST of {from} to {to} is not supported"))),
        };
        Ok(Value::new(expr, to))
    }

    /// Both sides in one type.
    fn unified(self, other: Value) -> Result<(Expr, Expr, Type)> {
        if self.kind == Type::Null || other.kind == Type::Null {
            let kind = if self.kind == Type::Null { other.kind } else { self.kind };
            // a comparison with NULL is NULL whatever the other side is
            return Ok((self.expr, other.expr, kind));
        }
        let (left, right) = match (&self.literal, &other.literal) {
            (None, Some(_)) => (self.clone(), other.cast_literal(self.kind)?),
            (Some(_), None) => (self.cast_literal(other.kind)?, other),
            _ => (self, other),
        };
        use Type as T;
        let kind = match (left.kind, right.kind) {
            (a, b) if a == b => a,
            (T::Date, T::Timestamp) | (T::Timestamp, T::Date) => T::Timestamp,
            (T::Float, b) if b.is_number() => T::Float,
            (a, T::Float) if a.is_number() => T::Float,
            (T::Int, T::Decimal(scale)) | (T::Decimal(scale), T::Int) => T::Decimal(scale),
            (T::Decimal(a), T::Decimal(b)) => T::Decimal(a.max(b)),
            (a, b) => {
                return Err(Error::job(format!("{a} is compared with {b}")).hint("write CAST(… AS …) on one side"));
            }
        };
        Ok((left.into_type(kind)?, right.into_type(kind)?, kind))
    }

    fn into_type(self, kind: Type) -> Result<Expr> {
        match kind {
            _ if kind == self.kind => Ok(self.expr),
            Type::Timestamp => Ok(self.cast(Type::Timestamp)?.expr),
            Type::Decimal(scale) => Ok(self.expr.cast(DataType::Decimal(38, scale))),
            _ => self.numeric(kind),
        }
    }

    fn numeric(self, kind: Type) -> Result<Expr> {
        if !self.kind.is_number() {
            return Err(Error::job(format!("{} stands where a number is needed", self.kind)));
        }
        Ok(if kind == Type::Float { self.expr.cast(DataType::Float64) } else { self.expr })
    }
}

impl Type {
    fn is_number(self) -> bool {
        matches!(self, Type::Int | Type::Decimal(_) | Type::Float)
    }
}

fn days(text: &str) -> Option<i64> {
    let date = parse_date(text).or_else(|| parse_date(text.get(..10)?))?;
    Some(i64::from(crate::month::days_of(date)))
}

/// An ISO timestamp, without a zone as UTC; a date alone is its midnight in UTC.
fn instant(text: &str) -> Option<i64> {
    if let Some(date) = parse_date(text) {
        return Some(i64::from(crate::month::days_of(date)) * MICROS_PER_DAY);
    }
    match text.parse::<jiff::Timestamp>() {
        Ok(instant) => i64::try_from(instant.as_nanosecond().div_euclid(1000)).ok(),
        Err(_) => parse_naive(text),
    }
}
