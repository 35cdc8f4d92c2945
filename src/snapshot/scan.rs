//! Lazy canonical frames over exactly the files of a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::io::HiveOptions;
use polars::prelude::*;

use super::convert::{convert, dtype_of, is_fallible, map, next_midnight, uuids};
use super::filter::Filter;
use super::footer::{self, Footer};
use super::freshness;
use super::partition::{self, FILE, scan_path};
use super::plain::{PLAIN, PlainFiles};
use super::schema::{self, Found, Wanted};
use super::{Snapshot, Source, SourceFile, Sources, fault_name, raw_name, rewrite};
use crate::error::{Error, Result};
use crate::job::{InputSource, Job};
use crate::month::Calendar;
use crate::storage::Storage;
use crate::tables::Input;
use crate::tables::inputs::ENDED_AT;
use crate::violation::Violation;

/// A value of a fault column: nothing wrong, not readable as the column's kind, a float that is no number.
const FAULTS: [i32; 3] = [0, super::UNPARSEABLE, super::NOT_FINITE];

/// Canonical lazy frames over exactly those files, and every violation found in their footers and names. A column with a
/// violation is not `present`, and null in the frame.
///
/// Errors: `Kind::Data` for files that are not whole Parquet files, `Kind::Job` for a `where` that cannot be used,
/// storage errors as they come.
pub fn scan(
    job: &Job,
    storage: &Storage,
    snapshot: &Snapshot,
    calendar: &Calendar,
) -> Result<(Sources, Vec<Violation>)> {
    let calendar = Arc::new(calendar.clone());
    let mut sources = Sources::new();
    let mut violations = Vec::new();
    for (&input, input_source) in &job.inputs {
        let files = snapshot.files.get(input.name()).map(Vec::as_slice).unwrap_or_default();
        let files: Vec<&SourceFile> = files.iter().collect();
        let footers = footer::read(storage, &files, PLAIN.contains(&input))?;
        let files: Files = files.into_iter().zip(&footers).collect();
        violations.extend(freshness::suspicions(input, input_source, &files, calendar.as_of()));
        let wanted = schema::wanted(job, input);
        let (present, found) = schema::check(input, &wanted, &files, &calendar);
        violations.extend(found);
        let filter = input_source.filter.as_deref().map(Filter::parse).transpose()?;
        let (filter_columns, found) = schema::filter_columns(input, filter.as_ref(), &files)?;
        // with a column missing somewhere the filter cannot be applied; the violation stops the run
        let filter = filter.filter(|_| found.is_empty());
        violations.extend(found);
        let calendar = calendar.clone();
        let reader = Reader { input, source: input_source, storage, wanted, present, calendar, filter, filter_columns };
        sources.insert(input, reader.source(&files)?);
    }
    Ok((sources, violations))
}

type Files<'f> = Vec<(&'f SourceFile, &'f Footer)>;

/// Builds the frame of one input.
struct Reader<'a> {
    input: Input,
    source: &'a InputSource,
    storage: &'a Storage,
    wanted: Vec<Wanted>,
    present: BTreeSet<String>,
    calendar: Arc<Calendar>,
    filter: Option<Filter>,
    /// Name as the filter writes it -> the source's.
    filter_columns: BTreeMap<String, String>,
}

/// Files that offer every column in the same way and type: one scan.
struct Group<'a> {
    files: Files<'a>,
    rows: LazyFrame,
    footer: Footer,
}

impl Reader<'_> {
    fn source(self, files: &Files) -> Result<Source> {
        let mut signatures: BTreeMap<String, Files> = BTreeMap::new();
        for &(file, footer) in files {
            signatures.entry(self.signature(file, footer)).or_default().push((file, footer));
        }
        let groups = signatures.into_values().map(|files| self.group(files)).collect::<Result<Vec<_>>>()?;
        let fallible: BTreeSet<String> = groups.iter().flat_map(|group| self.fallible(group)).collect();
        let frames = groups.iter().map(|group| self.checked(group, &fallible, files)).collect::<Result<Vec<_>>>()?;
        let checked = concat(frames, UnionArgs { parallel: true, rechunk: false, ..Default::default() })?;
        let columns: Vec<Expr> = self.wanted.iter().map(|column| col(column.canonical.as_str())).collect();
        let rows = files.iter().map(|(_, footer)| footer.rows).sum();
        let plain = if self.filter.is_none() { PlainFiles::new(self.input, &self.wanted, files) } else { None };
        let frame = checked.clone().select(columns);
        Ok(Source { frame, present: self.present, checked, fallible, plain, rows })
    }

    /// The source columns a scan must deliver.
    fn used(&self) -> BTreeSet<&str> {
        let present = self.wanted.iter().filter(|column| self.present.contains(&column.canonical));
        let filtered = self.filter_columns.values().filter(|_| self.filter.is_some());
        present.map(|column| column.source.as_str()).chain(filtered.map(String::as_str)).collect()
    }

    fn signature(&self, file: &SourceFile, footer: &Footer) -> String {
        if rewrite::is_needed(footer) {
            return format!("alone {}", file.uri);
        }
        let columns = self.used().into_iter().map(|name| match schema::find(name, file, footer) {
            Found::Column if schema::is_uuid(name, footer) => "uuid".to_string(),
            Found::Column => format!("{:?}", footer.schema.get(name).map(|field| &field.dtype)),
            other => format!("{other:?}"),
        });
        columns.collect::<Vec<_>>().join("|")
    }

    fn group<'f>(&self, files: Files<'f>) -> Result<Group<'f>> {
        let Some(&(file, footer)) = files.first() else {
            return Err(Error::internal(format!("{} has no files", self.input.name())));
        };
        let used = self.used();
        let (sources, footer) = if rewrite::is_needed(footer) {
            rewrite::rewrite(self.storage, file, footer, &used)?
        } else {
            let paths = files.iter().map(|(file, _)| PlRefPath::new(scan_path(&file.uri))).collect();
            (ScanSources::Paths(paths), footer.clone())
        };
        let columns = used.iter().filter_map(|name| Some(((*name).into(), schema::dtype(name, &footer)?)));
        let options = ParquetOptions { schema: Some(Arc::new(columns.collect())), ..Default::default() };
        // a file alone has its partitions as constants
        let is_partitioned = files.len() > 1 && used.iter().any(|name| !footer.schema.contains(name));
        let args = UnifiedScanArgs {
            cloud_options: self.storage.polars_options(&file.uri)?,
            hive_options: HiveOptions::new_disabled(),
            glob: false,
            extra_columns_policy: ExtraColumnsPolicy::Ignore,
            include_file_paths: is_partitioned.then(|| FILE.into()),
            ..Default::default()
        };
        let rows = LazyFrame::from(DslBuilder::scan_parquet(sources, options, args)?.build());
        Ok(Group { files, rows, footer })
    }

    /// A source column of a group and its type; None if its files have none.
    fn value(&self, name: &str, group: &Group) -> Option<(Expr, DataType)> {
        let &(file, footer) = group.files.first()?;
        match schema::find(name, file, &group.footer) {
            Found::Column if schema::is_uuid(name, footer) => Some((uuids(col(name)), DataType::String)),
            Found::Column => Some((col(name), schema::dtype(name, &group.footer)?)),
            Found::Partition => Some((partition::text(name, &group.files), DataType::String)),
            Found::Missing => None,
        }
    }

    fn fallible(&self, group: &Group) -> Vec<String> {
        let present = self.wanted.iter().filter(|column| self.present.contains(&column.canonical));
        let fallible = present.filter(|column| {
            self.value(&column.source, group).is_some_and(|(_, from)| is_fallible(&from, column.kind))
        });
        fallible.map(|column| column.canonical.clone()).collect()
    }

    /// Every canonical column, and for each that may hold unreadable values its fault and its text as found.
    fn checked(&self, group: &Group, fallible: &BTreeSet<String>, all: &Files) -> Result<LazyFrame> {
        let mut rows = group.rows.clone();
        if let Some(filter) = &self.filter {
            let lookup = |name: &str, _| {
                let name = self.filter_columns.get(name)?;
                let (value, from) = self.value(name, group)?;
                Some(if group.footer.schema.contains(name) {
                    (value, from)
                } else {
                    partition::typed(value, name, all)
                })
            };
            rows = rows.filter(filter.translate(&lookup)?);
        }
        let mut columns = Vec::new();
        let mut faults = Vec::new();
        for column in &self.wanted {
            let name = column.canonical.as_str();
            let found = self.present.contains(name).then(|| self.value(&column.source, group)).flatten();
            let converted = found.clone().and_then(|(raw, from)| convert(raw, &from, column.kind, &self.calendar));
            let is_end = name == ENDED_AT.name && self.source.is_end_inclusive;
            let converted = converted.unwrap_or_else(|| lit(NULL).cast(dtype_of(column.kind)));
            let converted = if is_end { next_midnight(converted, &self.calendar) } else { converted };
            columns.push(converted.alias(name));
            if !fallible.contains(name) {
                continue;
            }
            let (raw, from) = found.unwrap_or((lit(NULL), DataType::Null));
            columns.push(raw.alias(raw_name(name)));
            faults.push(fault(name, &from).alias(fault_name(name)));
            faults.push(text(col(raw_name(name)), &from).alias(raw_name(name)));
        }
        Ok(rows.select(columns).with_columns(faults))
    }
}

/// What is wrong with a converted value, beside the value it came from.
fn fault(name: &str, from: &DataType) -> Expr {
    let [fine, unparseable, not_finite] = FAULTS;
    let raw = || col(raw_name(name));
    let kind = if from.is_float() {
        when(raw().is_finite()).then(lit(unparseable)).otherwise(lit(not_finite))
    } else {
        lit(unparseable)
    };
    when(raw().is_not_null().and(col(name).is_null())).then(kind).otherwise(lit(fine)).cast(DataType::Int32)
}

/// A source value as text, for samples.
fn text(raw: Expr, from: &DataType) -> Expr {
    if matches!(from, DataType::Date | DataType::Datetime(..)) {
        return map(raw, DataType::String, |series| series.to_physical_repr().cast(&DataType::String));
    }
    if *from == DataType::Binary {
        return map(raw, DataType::String, |series| {
            let texts = series.binary()?.iter().map(|bytes| bytes.map(String::from_utf8_lossy));
            Ok(texts.collect::<StringChunked>().into_series())
        });
    }
    raw.cast(DataType::String)
}
