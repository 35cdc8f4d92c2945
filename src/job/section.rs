//! One table of the job file, read key by key, so that every error can name its line.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, Result};

/// A TOML table with the way to it, e.g. `inputs.subscriptions`; empty at the top.
pub struct Section<'a> {
    text: &'a str,
    path: String,
    table: &'a DeTable<'a>,
    span: Range<usize>,
}

impl<'a> Section<'a> {
    pub fn top(text: &'a str, table: &'a DeTable<'a>) -> Self {
        Section { text, path: String::new(), table, span: 0..0 }
    }

    /// Fails at the first key that is not in `known`, naming the nearest one that is.
    pub fn allow(&self, known: &[&str]) -> Result<()> {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let place = if self.path.is_empty() { String::new() } else { format!(" in [{}]", self.path) };
                let error = self.at(key.span(), format!("unknown key `{name}`{place}"));
                return Err(error.hint(nearest_hint(name, known.iter().copied())));
            }
        }
        Ok(())
    }

    pub fn section(&self, key: &str) -> Result<Option<Section<'a>>> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let table = value.get_ref().as_table().ok_or_else(|| self.expected(key, "a table", value))?;
        Ok(Some(Section { text: self.text, path: self.full(key), table, span: value.span() }))
    }

    pub fn string(&self, key: &str) -> Result<Option<String>> {
        self.read(key, "a string", |value| value.as_str().map(str::to_string))
    }

    pub fn bool(&self, key: &str) -> Result<Option<bool>> {
        self.read(key, "true or false", DeValue::as_bool)
    }

    pub fn integer(&self, key: &str) -> Result<Option<i64>> {
        self.read(key, "an integer", |value| {
            let integer = value.as_integer()?;
            i64::from_str_radix(integer.as_str(), integer.radix()).ok()
        })
    }

    /// An integer or a float.
    pub fn number(&self, key: &str) -> Result<Option<f64>> {
        self.read(key, "a number", |value| match value {
            DeValue::Float(float) => float.as_str().parse().ok(),
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|whole| whole as f64)
            }
            _ => None,
        })
    }

    /// A day, as a TOML date or a string.
    pub fn date(&self, key: &str) -> Result<Option<Date>> {
        self.read(key, "a date such as \"2024-01-31\"", |value| match value {
            DeValue::String(text) => text.parse().ok(),
            DeValue::Datetime(date) => date.to_string().parse().ok(),
            _ => None,
        })
    }

    pub fn strings(&self, key: &str) -> Result<Option<Vec<String>>> {
        self.read(key, "a list of strings", |value| {
            value.as_array()?.iter().map(|item| item.get_ref().as_str().map(str::to_string)).collect()
        })
    }

    /// A table whose values are all strings.
    pub fn string_map(&self, key: &str) -> Result<Option<BTreeMap<String, String>>> {
        self.read(key, "a table of strings", |value| {
            let entries = value.as_table()?.iter();
            entries.map(|(k, v)| Some((k.get_ref().to_string(), v.get_ref().as_str()?.to_string()))).collect()
        })
    }

    /// One of a few words; the first is the default.
    pub fn choice(&self, key: &str, words: &[&'static str]) -> Result<&'static str> {
        let Some(given) = self.string(key)? else { return Ok(words[0]) };
        words.iter().copied().find(|word| *word == given).ok_or_else(|| {
            let error = self.wrong(key, format!("`{}` is `{given}`", self.full(key)));
            error.hint(format!("write one of {}", quoted(words.iter().copied())))
        })
    }

    /// The value of a key that must be there.
    pub fn required<T>(&self, key: &str, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| {
            let place = if self.path.is_empty() { "the job file".to_string() } else { format!("[{}]", self.path) };
            let message = format!("{place} has no `{key}`");
            if self.path.is_empty() { Error::job(message) } else { self.at(self.span.clone(), message) }
        })
    }

    /// An error about the value of `key`, with its line.
    pub fn wrong(&self, key: &str, message: impl Into<String>) -> Error {
        let span = self.table.get(key).map_or(self.span.clone(), Spanned::span);
        self.at(span, message.into())
    }

    /// `inputs.subscriptions.uri` for `uri`.
    pub fn full(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_string() } else { format!("{}.{key}", self.path) }
    }

    fn read<T>(&self, key: &str, expected: &str, get: impl FnOnce(&DeValue<'a>) -> Option<T>) -> Result<Option<T>> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        get(value.get_ref()).map(Some).ok_or_else(|| self.expected(key, expected, value))
    }

    fn expected(&self, key: &str, expected: &str, found: &Spanned<DeValue<'_>>) -> Error {
        let found_type = found.get_ref().type_str();
        self.at(found.span(), format!("`{}` must be {expected}, not this {found_type}", self.full(key)))
    }

    fn at(&self, span: Range<usize>, message: String) -> Error {
        Error::job(format!("line {}: {message}", line_of(self.text, span.start)))
    }
}

/// The line, from 1, that contains the byte.
pub fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|&b| b == b'\n').count() + 1
}

/// "did you mean …" if something is near, else the whole list.
pub fn nearest_hint<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", quoted(known)),
    }
}

/// The known name most like `name`, if it is alike at all.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = name.to_lowercase();
    known
        .map(|candidate| (strsim::jaro_winkler(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
