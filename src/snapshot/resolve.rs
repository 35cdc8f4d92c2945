//! From a job's URIs to the exact files of a run.

use jiff::civil::Date;

use super::pattern::{Pattern, parse_date};
use super::{Snapshot, SourceFile};
use crate::error::{Error, Result};
use crate::job::{InputSource, Job, LATEST};
use crate::parallel::in_parallel;
use crate::storage::{ObjectInfo, Storage};
use crate::tables::Input;
use crate::tables::inputs::SNAPSHOT_DATE;

/// What Hive writes for a null partition value.
pub const HIVE_NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Lists the files behind every URI as of a day; `{latest}` is the newest date at or before it. A pattern that names a
/// directory means every `.parquet` file below it. Files are sorted by URI.
///
/// Errors: `Kind::Data` if nothing matches, storage errors as they come.
pub fn resolve(job: &Job, storage: &Storage, as_of: Date) -> Result<Snapshot> {
    let inputs: Vec<(&Input, &InputSource)> = job.inputs.iter().collect();
    let resolved = |(input, source): &(&Input, &InputSource)| {
        Ok((input.name().to_string(), resolve_input(job, **input, source, storage, as_of)?))
    };
    // listing is waiting
    let files = in_parallel(&inputs, inputs.len(), resolved)?;
    Ok(Snapshot { files: files.into_iter().collect() })
}

fn resolve_input(
    job: &Job,
    input: Input,
    source: &InputSource,
    storage: &Storage,
    as_of: Date,
) -> Result<Vec<SourceFile>> {
    let pattern = Pattern::new(&source.uri);
    let listed = list(&pattern, storage)?;
    let mut fitting: Vec<(Option<Date>, ObjectInfo)> =
        listed.into_iter().filter_map(|object| Some((pattern.fit(&object.uri)?.date, object))).collect();
    if fitting.is_empty() {
        return Err(Error::data(format!("no file matches {} ({})", source.uri, input.name()))
            .hint("check the path; a directory stands for every .parquet file below it"));
    }
    if source.uri.contains(LATEST) {
        fitting = newest(fitting, as_of, source)?;
    }
    let mut files: Vec<SourceFile> = fitting.into_iter().map(|(_, object)| pinned(object)).collect();
    if source.is_snapshots {
        let column = job.source_column(input, SNAPSHOT_DATE.name);
        files = dated(files, column, as_of);
        if files.is_empty() {
            return Err(Error::data(format!("{} has no snapshot at or before {as_of}", source.uri)));
        }
    }
    files.sort_by(|a, b| a.uri.cmp(&b.uri));
    Ok(files)
}

/// What lies below the pattern's fixed part. A pattern that is one plain path is tried as a directory before its
/// siblings are listed.
fn list(pattern: &Pattern, storage: &Storage) -> Result<Vec<ObjectInfo>> {
    if let Some(directory) = pattern.plain() {
        let listed = storage.list(&directory)?;
        if !listed.is_empty() {
            return Ok(listed);
        }
    }
    storage.list(&pattern.prefix)
}

/// The files of the newest date at or before `as_of`.
fn newest(
    fitting: Vec<(Option<Date>, ObjectInfo)>,
    as_of: Date,
    source: &InputSource,
) -> Result<Vec<(Option<Date>, ObjectInfo)>> {
    let newest = fitting.iter().filter_map(|(date, _)| *date).filter(|date| *date <= as_of).max();
    if newest.is_none() {
        let earliest = fitting.iter().filter_map(|(date, _)| *date).min();
        let earliest = earliest.map(|date| format!("; the earliest is of {date}")).unwrap_or_default();
        return Err(Error::data(format!("{} has no snapshot at or before {as_of}{earliest}", source.uri))
            .hint("give a later --as-of"));
    }
    Ok(fitting.into_iter().filter(|(date, _)| *date == newest).collect())
}

/// The files whose partition date is not after `as_of`; files without one stay. Partitions `year=`, `month=`, `day=`
/// stand for the column where it is no partition itself.
fn dated(files: Vec<SourceFile>, column: &str, as_of: Date) -> Vec<SourceFile> {
    files
        .into_iter()
        .filter_map(|mut file| {
            if file.partition(column).is_none() {
                let part = |name: &str| file.partition(name).and_then(|value| value.parse::<i16>().ok());
                if let (Some(year), Some(month), Some(day)) = (part("year"), part("month"), part("day")) {
                    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
                    file.partitions.push((column.to_string(), date.to_string()));
                }
            }
            let date = file.partition(column).and_then(|value| parse_date(value.get(..10).unwrap_or(value)));
            date.is_none_or(|date| date <= as_of).then_some(file)
        })
        .collect()
}

fn pinned(object: ObjectInfo) -> SourceFile {
    let partitions = partitions(&object.uri);
    SourceFile { uri: object.uri, bytes: object.bytes, etag: object.etag, partitions }
}

/// `name=value` directories of the whole path, outermost first, percent-decoded.
fn partitions(uri: &str) -> Vec<(String, String)> {
    let path = uri.split_once("://").map_or(uri, |(_, path)| path);
    let Some((directories, _file)) = path.rsplit_once('/') else { return Vec::new() };
    let pairs = directories.split('/').filter_map(|part| part.split_once('='));
    pairs.filter(|(name, _)| !name.is_empty()).map(|(name, value)| (decode(name), decode(value))).collect()
}

/// Percent-decoding; what is not a valid escape stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| byte == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(value) = escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(value);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_string())
}
