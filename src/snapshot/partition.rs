//! Columns that are only in the path: `name=value` directories.

use std::collections::HashMap;

use polars::prelude::*;

use super::SourceFile;
use super::convert::map;
use super::footer::Footer;
use super::pattern::parse_date;
use super::resolve::HIVE_NULL;
use crate::month::days_of;

/// The column a scan writes each row's file into; only while partitions are read from it.
pub const FILE: &str = "tenure: file";

/// What Polars calls the file: a plain path on local disk.
pub fn scan_path(uri: &str) -> &str {
    uri.strip_prefix("file://").unwrap_or(uri)
}

/// The value of a partition as it is written in the path, looked up by the file each row came from.
pub fn text(name: &str, files: &[(&SourceFile, &Footer)]) -> Expr {
    if let [(file, _)] = files {
        return value(file, name).map_or_else(|| lit(NULL).cast(DataType::String), lit);
    }
    let values: HashMap<String, Option<String>> = files
        .iter()
        .map(|(file, _)| (scan_path(&file.uri).to_string(), value(file, name).map(str::to_string)))
        .collect();
    map(col(FILE), DataType::String, move |paths| {
        let mut last: (&str, Option<&str>) = ("", None);
        let texts = paths.str()?.iter().map(|path| {
            let path = path?;
            if path != last.0 {
                last = (path, values.get(path).and_then(Option::as_deref));
            }
            last.1
        });
        Ok(texts.collect::<StringChunked>().into_series())
    })
}

/// The partition as a `where` sees it: an integer or a date if every file's value is one, as other engines guess.
pub fn typed(text: Expr, name: &str, files: &[(&SourceFile, &Footer)]) -> (Expr, DataType) {
    let all = |is: fn(&str) -> bool| files.iter().filter_map(|(file, _)| value(file, name)).all(is);
    if all(|value| value.parse::<i64>().is_ok()) {
        let integers = map(text, DataType::Int64, |series| {
            let values = series.str()?.iter().map(|value| value?.parse().ok());
            Ok(values.collect::<Int64Chunked>().into_series())
        });
        return (integers, DataType::Int64);
    }
    if all(|value| value.len() == 10 && parse_date(value).is_some()) {
        let dates = map(text, DataType::Date, |series| {
            let values = series.str()?.iter().map(|value| parse_date(value?).map(days_of));
            Ok(values.collect::<Int32Chunked>().into_date().into_series())
        });
        return (dates, DataType::Date);
    }
    (text, DataType::String)
}

fn value<'f>(file: &'f SourceFile, name: &str) -> Option<&'f str> {
    file.partition(name).filter(|value| *value != HIVE_NULL)
}
