//! Lazy canonical frames over exactly the files of a snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use polars::io::HiveOptions;
use polars::prelude::*;

use super::convert::{convert, dtype_of, map, next_midnight};
use super::footer::{self, Footer};
use super::resolve::HIVE_NULL;
use super::schema::{self, Found, Wanted};
use super::{Snapshot, Source, SourceFile, Sources};
use crate::error::{Error, Result};
use crate::job::{InputSource, Job};
use crate::month::Calendar;
use crate::storage::Storage;
use crate::tables::Input;
use crate::tables::inputs::ENDED_AT;
use crate::validate::Violation;

/// The column a scan writes each row's file into; only while partitions are read from it.
const FILE: &str = "tenure: file";

/// Canonical lazy frames over exactly those files, and every schema violation found in their footers. A column with a
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
        let footers = footer::read(storage, &files)?;
        let files: Vec<(&SourceFile, &Footer)> = files.into_iter().zip(&footers).collect();
        let wanted = schema::wanted(job, input);
        let (present, found) = schema::check(input, &wanted, &files, &calendar);
        violations.extend(found);
        let reader = Reader { input, source: input_source, storage, wanted, present, calendar: calendar.clone() };
        sources.insert(input, reader.source(&files)?);
    }
    Ok((sources, violations))
}

/// Builds the frame of one input.
struct Reader<'a> {
    input: Input,
    source: &'a InputSource,
    storage: &'a Storage,
    wanted: Vec<Wanted>,
    present: BTreeSet<String>,
    calendar: Arc<Calendar>,
}

impl Reader<'_> {
    fn source(self, files: &[(&SourceFile, &Footer)]) -> Result<Source> {
        // one scan per signature: all its files have the same columns in the same types
        let mut groups: BTreeMap<String, Vec<(&SourceFile, &Footer)>> = BTreeMap::new();
        for &(file, footer) in files {
            groups.entry(self.signature(file, footer)).or_default().push((file, footer));
        }
        let mut frames = Vec::with_capacity(groups.len());
        for group in groups.values() {
            frames.push(self.group(group)?);
        }
        let checked = concat(frames, UnionArgs { parallel: true, rechunk: false, ..Default::default() })?;
        let frame =
            checked.clone().select(self.wanted.iter().map(|column| col(column.canonical.as_str())).collect::<Vec<_>>());
        Ok(Source { frame, present: self.present })
    }

    fn signature(&self, file: &SourceFile, footer: &Footer) -> String {
        let columns = self.wanted.iter().map(|column| match schema::find(&column.source, file, footer) {
            Found::Column => format!("{:?}", footer.schema.get(column.source.as_str()).map(|field| &field.dtype)),
            other => format!("{other:?}"),
        });
        columns.collect::<Vec<_>>().join("|")
    }

    /// The canonical frame of files that share a signature.
    fn group(&self, files: &[(&SourceFile, &Footer)]) -> Result<LazyFrame> {
        let Some((file, footer)) = files.first() else {
            return Err(Error::internal(format!("{} has no files", self.input.name())));
        };
        let rows = self.scan(files)?;
        let columns = self.wanted.iter().map(|column| {
            let converted = self.canonical(column, file, footer, files);
            converted.alias(column.canonical.as_str())
        });
        Ok(rows.select(columns.collect::<Vec<_>>()))
    }

    fn canonical(&self, column: &Wanted, file: &SourceFile, footer: &Footer, files: &[(&SourceFile, &Footer)]) -> Expr {
        let missing = || lit(NULL).cast(dtype_of(column.kind));
        if !self.present.contains(&column.canonical) {
            return missing();
        }
        let (value, from) = match schema::find(&column.source, file, footer) {
            Found::Column => (col(column.source.as_str()), schema::dtype(&column.source, footer)),
            Found::Partition => (partition(&column.source, files), Some(DataType::String)),
            Found::Missing => (lit(NULL), None),
        };
        let converted =
            from.and_then(|from| convert(value, &from, column.kind, &self.calendar)).unwrap_or_else(missing);
        let is_end = column.canonical == ENDED_AT.name && self.source.is_end_inclusive;
        if is_end { next_midnight(converted, &self.calendar) } else { converted }
    }

    /// A scan of exactly these files and the columns wanted of them.
    fn scan(&self, files: &[(&SourceFile, &Footer)]) -> Result<LazyFrame> {
        let (first, footer) = files[0];
        let mut columns = Schema::default();
        let mut is_partitioned = false;
        for column in self.wanted.iter().filter(|column| self.present.contains(&column.canonical)) {
            match schema::find(&column.source, first, footer) {
                Found::Column => {
                    if let Some(dtype) = schema::dtype(&column.source, footer) {
                        columns.with_column(column.source.as_str().into(), dtype);
                    }
                }
                Found::Partition => is_partitioned = true,
                Found::Missing => {}
            }
        }
        let args = UnifiedScanArgs {
            cloud_options: self.storage.polars_options(&first.uri)?,
            hive_options: HiveOptions::new_disabled(),
            glob: false,
            extra_columns_policy: ExtraColumnsPolicy::Ignore,
            include_file_paths: is_partitioned.then(|| FILE.into()),
            ..Default::default()
        };
        let options = ParquetOptions { schema: Some(Arc::new(columns)), ..Default::default() };
        let paths = files.iter().map(|(file, _)| PlRefPath::new(scan_path(&file.uri))).collect();
        Ok(LazyFrame::from(DslBuilder::scan_parquet(ScanSources::Paths(paths), options, args)?.build()))
    }
}

/// What Polars calls the file: a plain path on local disk.
fn scan_path(uri: &str) -> &str {
    uri.strip_prefix("file://").unwrap_or(uri)
}

/// The value of a hive partition, looked up by the file each row came from.
fn partition(name: &str, files: &[(&SourceFile, &Footer)]) -> Expr {
    let values = files.iter().map(|(file, _)| {
        let value = file.partition(name).filter(|value| *value != HIVE_NULL);
        (scan_path(&file.uri).to_string(), value.map(str::to_string))
    });
    let values: HashMap<String, Option<String>> = values.collect();
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
