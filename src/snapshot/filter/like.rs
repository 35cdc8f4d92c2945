//! LIKE: `%` for any text, `_` for one character.

use polars::prelude::*;

use super::value::{Type, Value};
use crate::error::{Error, Result};
use crate::snapshot::convert::map;

/// `value LIKE pattern [ESCAPE escape]`; the pattern must be a literal.
pub fn like(value: Value, pattern: &Value, escape: Option<&Value>) -> Result<Expr> {
    let wrong = |what: &str| Error::job(format!("LIKE needs {what}"));
    if value.kind == Type::Null || pattern.kind == Type::Null {
        return Ok(Value::null().into_bool());
    }
    if value.kind != Type::Text {
        return Err(wrong("text on its left").hint("write CAST(… AS VARCHAR)"));
    }
    let pattern = pattern.literal.as_deref().ok_or_else(|| wrong("a quoted pattern"))?;
    let escape = match escape.map(|escape| escape.literal.as_deref().unwrap_or_default().chars().collect::<Vec<_>>()) {
        None => None,
        Some(chars) if chars.len() == 1 => chars.first().copied(),
        Some(_) => return Err(wrong("one character after ESCAPE")),
    };
    let pattern = steps(pattern, escape);
    Ok(map(value.expr, DataType::Boolean, move |series| {
        let matches = series.str()?.iter().map(|text| text.map(|text| is_like(&pattern, text)));
        Ok(matches.collect::<BooleanChunked>().into_series())
    }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    One(char),
    AnyOne,
    Any,
}

fn steps(pattern: &str, escape: Option<char>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        steps.push(match character {
            c if Some(c) == escape => Step::One(rest.next().unwrap_or(c)),
            '%' => Step::Any,
            '_' => Step::AnyOne,
            c => Step::One(c),
        });
    }
    steps
}

/// Greedy matching with one point to come back to: linear for patterns with one `%`, never exponential.
fn is_like(steps: &[Step], text: &str) -> bool {
    let (mut at, mut rest) = (0, text.chars());
    let mut retry: Option<(usize, std::str::Chars)> = None;
    loop {
        let before = rest.clone();
        match (steps.get(at), rest.next()) {
            (Some(Step::Any), _) => {
                rest = before;
                at += 1;
                retry = Some((at, rest.clone()));
            }
            (Some(Step::AnyOne), Some(_)) => at += 1,
            (Some(Step::One(wanted)), Some(found)) if *wanted == found => at += 1,
            (None, None) => return true,
            _ => {
                let Some((step, from)) = retry.as_mut() else { return false };
                if from.next().is_none() {
                    return false;
                }
                (at, rest) = (*step, from.clone());
            }
        }
    }
}
