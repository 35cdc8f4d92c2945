//! `where`: a SQL boolean over a source's own columns as a Polars expression, three-valued like SQL.

mod like;
mod value;

use sqlparser::ast::{self, BinaryOperator as Op, UnaryOperator};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use crate::error::{Error, Result};
use polars::prelude::{DataType, Expr};
use value::{Type, Value};

/// A parsed `where`.
#[derive(Debug, Clone)]
pub struct Filter {
    text: String,
    sql: ast::Expr,
}

/// Finds a source column by name (exactly as written, or unquoted): its expression and type.
pub type Lookup<'a> = &'a dyn Fn(&str, bool) -> Option<(Expr, DataType)>;

impl Filter {
    /// Errors: `Kind::Job` if the text is not one SQL expression.
    pub fn parse(text: &str) -> Result<Filter> {
        let wrong = |why: String| Error::job(format!("where = \"{text}\" is not a SQL expression: {why}"));
        let mut parser =
            Parser::new(&GenericDialect {}).try_with_sql(text).map_err(|error| wrong(error.to_string()))?;
        let sql = parser.parse_expr().map_err(|error| wrong(error.to_string()))?;
        match parser.peek_token().token {
            Token::EOF => Ok(Filter { text: text.to_string(), sql }),
            token => Err(wrong(format!("`{token}` is left over"))),
        }
    }

    /// The names it uses, each with whether it was written without quotes.
    pub fn names(&self) -> Vec<(String, bool)> {
        let seen = std::cell::RefCell::new(Vec::new());
        let record = |name: &str, is_unquoted: bool| {
            seen.borrow_mut().push((name.to_string(), is_unquoted));
            Some((polars::prelude::lit(polars::prelude::NULL), DataType::Null))
        };
        // what else is wrong with it shows once the types are known
        drop(value_of(&self.sql, &record));
        seen.into_inner()
    }

    /// The filter over columns of these types.
    ///
    /// Errors: `Kind::Job` naming what is not supported or does not fit the types.
    pub fn translate(&self, lookup: Lookup) -> Result<Expr> {
        let value = value_of(&self.sql, lookup).map_err(|error| self.explain(error))?;
        match value.kind {
            Type::Bool | Type::Null => Ok(value.into_bool()),
            other => Err(self.explain(Error::job(format!("it is {other}, not true or false")))),
        }
    }

    fn explain(&self, mut error: Error) -> Error {
        error.message = format!("where = \"{}\": {}", self.text, error.message);
        error
    }
}

fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::job(format!("`{what}` is not supported")).hint(
        "where knows AND, OR, NOT, comparisons, IS NULL, IS TRUE, IN, BETWEEN, LIKE, + - * /, LOWER, UPPER, COALESCE, \
         CAST, DATE '…' and TIMESTAMP '…'",
    )
}

fn value_of(sql: &ast::Expr, lookup: Lookup) -> Result<Value> {
    use ast::Expr as E;
    let of = |inner: &ast::Expr| value_of(inner, lookup);
    Ok(match sql {
        E::Nested(inner) => of(inner)?,
        E::Identifier(name) => column(name, lookup)?,
        E::Value(literal) => self::literal(&literal.value)?,
        E::TypedString(typed) => typed_string(typed)?,
        E::IsNull(inner) => Value::bool(of(inner)?.expr.is_null()),
        E::IsNotNull(inner) => Value::bool(of(inner)?.expr.is_not_null()),
        E::IsTrue(inner) => Value::bool(truth(of(inner)?)?.fill_null(false)),
        E::IsNotTrue(inner) => Value::bool(truth(of(inner)?)?.fill_null(false).not()),
        E::IsFalse(inner) => Value::bool(truth(of(inner)?)?.not().fill_null(false)),
        E::IsNotFalse(inner) => Value::bool(truth(of(inner)?)?.fill_null(true)),
        E::UnaryOp { op: UnaryOperator::Not, expr } => Value::bool(truth(of(expr)?)?.not()),
        E::UnaryOp { op: UnaryOperator::Minus, expr } => of(expr)?.negated()?,
        E::UnaryOp { op: UnaryOperator::Plus, expr } => of(expr)?,
        E::BinaryOp { left, op, right } => binary(of(left)?, op, of(right)?)?,
        E::InList { expr, list, negated } => in_list(&of(expr)?, list, *negated, lookup)?,
        E::Between { expr, negated, low, high } => {
            let value = of(expr)?;
            let above = value.clone().compare(&Op::GtEq, of(low)?)?;
            let below = value.compare(&Op::LtEq, of(high)?)?;
            negate_if(*negated, above.and(below))
        }
        E::Like { negated, any: false, expr, pattern, escape_char } => {
            let escape = escape_char.as_ref().map(|escape| of(escape)).transpose()?;
            negate_if(*negated, like::like(of(expr)?, &of(pattern)?, escape.as_ref())?)
        }
        E::Cast { kind: ast::CastKind::Cast | ast::CastKind::DoubleColon, expr, data_type, .. } => {
            of(expr)?.cast(cast_type(data_type)?)?
        }
        E::Function(function) => call(function, lookup)?,
        other => return Err(unsupported(other)),
    })
}

fn column(name: &ast::Ident, lookup: Lookup) -> Result<Value> {
    let found = lookup(&name.value, name.quote_style.is_none());
    let (expr, dtype) = found.ok_or_else(|| Error::job(format!("there is no column `{}`", name.value)))?;
    Value::column(expr, &dtype).ok_or_else(|| Error::job(format!("the column `{}` is {dtype}", name.value)))
}

fn literal(value: &ast::Value) -> Result<Value> {
    match value {
        ast::Value::Number(digits, _) => Value::number(digits).ok_or_else(|| unsupported(digits)),
        ast::Value::SingleQuotedString(text) => Ok(Value::text(text)),
        ast::Value::Boolean(flag) => Ok(Value::bool(polars::prelude::lit(*flag))),
        ast::Value::Null => Ok(Value::null()),
        other => Err(unsupported(other)),
    }
}

fn typed_string(typed: &ast::TypedString) -> Result<Value> {
    let ast::Value::SingleQuotedString(text) = &typed.value.value else { return Err(unsupported(typed)) };
    Value::text(text).cast_literal(cast_type(&typed.data_type)?)
}

fn cast_type(data_type: &ast::DataType) -> Result<Type> {
    use ast::DataType as D;
    Ok(match data_type {
        D::Date => Type::Date,
        D::Timestamp(..) | D::Datetime(..) => Type::Timestamp,
        D::Varchar(_) | D::Text | D::String(_) | D::CharacterVarying(_) | D::Char(_) => Type::Text,
        D::Int(_) | D::Integer(_) | D::BigInt(_) | D::SmallInt(_) => Type::Int,
        D::Double(_) | D::DoublePrecision | D::Real | D::Float(_) => Type::Float,
        D::Boolean | D::Bool => Type::Bool,
        other => return Err(unsupported(other)),
    })
}

fn truth(value: Value) -> Result<Expr> {
    match value.kind {
        Type::Bool | Type::Null => Ok(value.into_bool()),
        other => Err(Error::job(format!("{other} stands where true or false is needed"))),
    }
}

fn binary(left: Value, op: &Op, right: Value) -> Result<Value> {
    match op {
        Op::And => Ok(Value::bool(truth(left)?.and(truth(right)?))),
        Op::Or => Ok(Value::bool(truth(left)?.or(truth(right)?))),
        Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => Ok(Value::bool(left.compare(op, right)?)),
        Op::Plus | Op::Minus | Op::Multiply | Op::Divide => left.arithmetic(op, right),
        other => Err(unsupported(other)),
    }
}

fn in_list(value: &Value, list: &[ast::Expr], negated: bool, lookup: Lookup) -> Result<Value> {
    let mut found = polars::prelude::lit(false);
    for item in list {
        found = found.or(value.clone().compare(&Op::Eq, value_of(item, lookup)?)?);
    }
    Ok(negate_if(negated, found))
}

fn negate_if(negated: bool, truth: Expr) -> Value {
    Value::bool(if negated { truth.not() } else { truth })
}

fn call(function: &ast::Function, lookup: Lookup) -> Result<Value> {
    let ast::FunctionArguments::List(list) = &function.args else { return Err(unsupported(function)) };
    let mut arguments = Vec::with_capacity(list.args.len());
    for argument in &list.args {
        let ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) = argument else {
            return Err(unsupported(function));
        };
        arguments.push(value_of(expr, lookup)?);
    }
    let name = function.name.to_string().to_lowercase();
    match (name.as_str(), arguments.as_slice()) {
        ("lower", [value]) => value.clone().map_text(str::to_lowercase),
        ("upper", [value]) => value.clone().map_text(str::to_uppercase),
        ("coalesce", [first, rest @ ..]) => rest.iter().try_fold(first.clone(), |a, b| a.or_else(b.clone())),
        _ => Err(unsupported(function)),
    }
}
