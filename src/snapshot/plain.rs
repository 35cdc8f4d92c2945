//! Usage events and invoices as they lie in Parquet, one row group at a time: by far the most rows of a business, most of
//! whose texts repeat. Their dictionaries are handed on as such, so that an id is looked up once per row group and not once
//! per row; Polars would make a text of every row.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes, buf::Reader};
use delta_kernel::arrow::array::RecordBatch;
use delta_kernel::arrow::datatypes::{DataType as Arrow, Field, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_schema};
use parquet::basic::{LogicalType, TimeUnit as ParquetUnit};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;

use super::columns::{Rows, Shape, Values};
use super::footer::Footer;
use super::schema::{self, Found, Wanted};
use super::{SourceFile, rewrite};
use crate::error::{Error, Result};
use crate::month::Micros;
use crate::storage::Storage;
use crate::tables::{Input, InputColumn};

/// Row groups that each thread fetches at once, and about how many bytes of them: memory must not follow the size of files.
const FETCHED: usize = 32;
const FETCHED_BYTES: u64 = 32 * 1024 * 1024;
/// Rows that are decoded at once: what is made of them takes some 200 bytes each.
const BATCH_ROWS: usize = 1 << 20;
/// Bytes that are read along, not skipped, between two wanted column chunks: a request costs more.
const GAP: u64 = 64 * 1024;

/// Files all of which have certain columns as plain texts, times and amounts, so that they can be read without Polars.
#[derive(Clone)]
pub struct PlainFiles {
    files: Vec<PlainFile>,
    /// Source columns in the order of their declaration; None: there is no such column.
    columns: Vec<Option<(String, Shape)>>,
}

/// Inputs of which there may be very many rows.
pub const PLAIN: [Input; 2] = [Input::UsageEvents, Input::Invoices];

#[derive(Clone)]
struct PlainFile {
    uri: String,
    metadata: Arc<ParquetMetaData>,
    /// What there is of it already.
    whole: Option<Bytes>,
}

/// One row group of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    file: usize,
    row_group: usize,
    pub rows: usize,
}

impl PlainFiles {
    /// None if a column must be converted, comes from a path, or differs between files.
    pub(super) fn new(input: Input, wanted: &[Wanted], files: &[(&SourceFile, &Footer)]) -> Option<Self> {
        if !PLAIN.contains(&input) || files.iter().any(|(_, footer)| rewrite::is_needed(footer)) {
            return None;
        }
        let table = input.table();
        let column = |column: &&'static InputColumn| -> Option<Option<(String, Shape)>> {
            let is_compared = table.key.iter().any(|key| key.name == column.name);
            let source = wanted.iter().find(|wanted| wanted.canonical == column.name)?.source.as_str();
            let found = |(file, footer): &(&SourceFile, &Footer)| match schema::find(source, file, footer) {
                Found::Column => Some(Some(Shape::of(column, is_compared, &schema::dtype(source, footer)?)?)),
                Found::Missing if column.is_key => None,
                Found::Missing => Some(None),
                Found::Partition => None,
            };
            let mut found = files.iter().map(found);
            let first = found.next()??;
            found.all(|other| other == Some(first)).then(|| first.map(|shape| (source.to_string(), shape)))
        };
        let columns: Vec<Option<(String, Shape)>> = table.columns.iter().map(column).collect::<Option<_>>()?;
        let is_readable = |(_, footer): &(&SourceFile, &Footer)| {
            let found = parquet_to_arrow_schema(footer.metadata.file_metadata().schema_descr(), None);
            let is_so = |(name, shape): &(String, Shape)| {
                found
                    .as_ref()
                    .is_ok_and(|found| found.field_with_name(name).is_ok_and(|field| shape.is_of(field.data_type())))
            };
            columns.iter().flatten().all(is_so)
        };
        if !files.iter().all(is_readable) {
            return None;
        }
        let plain = |(file, footer): &(&SourceFile, &Footer)| PlainFile {
            uri: file.uri.clone(),
            metadata: footer.metadata.clone(),
            whole: footer.whole.clone(),
        };
        let files = files.iter().map(plain).collect();
        Some(PlainFiles { files, columns })
    }

    /// Whether every request takes its time.
    pub fn is_remote(&self) -> bool {
        self.files.first().is_some_and(|file| Storage::is_remote(&file.uri))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().flatten().map(|(name, _)| name.as_str())
    }

    /// All row groups, in the order of the files.
    pub fn all_parts(&self) -> Vec<Part> {
        self.parts_but(|_| false)
    }

    /// Row groups of usage that may hold an event at or after `from`, or a row that breaks a rule by itself: one without customer or
    /// time, or from before `earliest`. In the order of the files.
    pub fn parts(&self, from: Micros, earliest: Micros) -> Vec<Part> {
        self.parts_but(|group| self.is_over(group, from, earliest))
    }

    fn parts_but(&self, is_left_out: impl Fn(&RowGroupMetaData) -> bool) -> Vec<Part> {
        let mut parts = Vec::new();
        for (file, PlainFile { metadata, .. }) in self.files.iter().enumerate() {
            for (row_group, group) in metadata.row_groups().iter().enumerate().filter(|(_, g)| !is_left_out(g)) {
                parts.push(Part { file, row_group, rows: group.num_rows() as usize });
            }
        }
        parts
    }

    fn is_over(&self, group: &RowGroupMetaData, from: Micros, earliest: Micros) -> bool {
        let [customer, at] = [0, 1].map(|at: usize| self.columns[at].as_ref().and_then(|(name, _)| chunk(group, name)));
        let (Some(customer), Some(at)) = (customer, at) else { return false };
        let known = |index: usize| group.column(index).statistics();
        let has_nulls = |index: usize| known(index).and_then(Statistics::null_count_opt) != Some(0);
        let is_nanos = matches!(
            group.column(at).column_descr().logical_type_ref(),
            Some(LogicalType::Timestamp(time)) if time.unit == ParquetUnit::NANOS
        );
        let micros = |value: i64| if is_nanos { value.div_euclid(1000) } else { value };
        let Some(Statistics::Int64(range)) = known(at) else { return false };
        let (Some(first), Some(last)) = (range.min_opt(), range.max_opt()) else { return false };
        !has_nulls(customer) && !has_nulls(at) && micros(*last) < from && micros(*first) >= earliest
    }

    /// Reads the parts and hands each to `take`, in order.
    pub fn read(&self, storage: &Storage, parts: &[Part], mut take: impl FnMut(&Rows)) -> Result<()> {
        let mut opened: Option<(usize, ArrowReaderMetadata)> = None;
        let mut rest = parts;
        while !rest.is_empty() {
            let (window, later) = rest.split_at(self.fetched(rest));
            rest = later;
            let ranges: Vec<Vec<Range<u64>>> = window.iter().map(|part| self.ranges(*part)).collect();
            let is_there = |part: &Part| self.files[part.file].whole.is_some();
            let asked = window.iter().zip(&ranges).filter(|(part, _)| !is_there(part));
            let asked = asked.flat_map(|(part, ranges)| ranges.iter().map(|range| (self.uri(*part), range.clone())));
            let mut bytes = storage.get_ranges(&asked.collect::<Vec<_>>())?.into_iter();
            for (part, ranges) in window.iter().zip(ranges) {
                let refused = |why: String| Error::data(format!("{} cannot be read: {why}", self.uri(*part)));
                let metadata = match &opened {
                    Some((file, metadata)) if *file == part.file => metadata.clone(),
                    _ => self.open(part.file).map_err(|error| refused(error.to_string()))?,
                };
                opened = Some((part.file, metadata.clone()));
                let chunks = match &self.files[part.file].whole {
                    Some(whole) => Chunks(vec![(0, whole.clone())]),
                    None => Chunks(ranges.iter().map(|range| range.start).zip(bytes.by_ref()).collect()),
                };
                self.decode(metadata, *part, chunks, &mut take).map_err(|error| refused(error.to_string()))?;
            }
        }
        Ok(())
    }

    fn uri(&self, part: Part) -> &str {
        &self.files[part.file].uri
    }

    /// How many of the parts are fetched together; at least one.
    fn fetched(&self, parts: &[Part]) -> usize {
        let mut bytes = 0;
        let is_enough = |part: &Part| {
            bytes += self.ranges(*part).iter().map(|range| range.end - range.start).sum::<u64>();
            bytes >= FETCHED_BYTES
        };
        parts.iter().take(FETCHED).position(is_enough).map_or(parts.len().min(FETCHED), |last| last + 1)
    }

    /// The bytes of the wanted column chunks, in order.
    fn ranges(&self, part: Part) -> Vec<Range<u64>> {
        let group = self.files[part.file].metadata.row_group(part.row_group);
        let chunks = self.names().filter_map(|name| chunk(group, name));
        let ranges = chunks.map(|index| group.column(index).byte_range());
        let mut ranges: Vec<_> = ranges.map(|(start, length)| start..start.saturating_add(length)).collect();
        ranges.sort_unstable_by_key(|range| range.start);
        let mut together: Vec<Range<u64>> = Vec::new();
        for range in ranges {
            match together.last_mut().filter(|last| range.start <= last.end.saturating_add(GAP)) {
                Some(last) => last.end = last.end.max(range.end),
                None => together.push(range),
            }
        }
        together
    }

    fn open(&self, file: usize) -> parquet::errors::Result<ArrowReaderMetadata> {
        // what writers add about their own types is of no use here
        let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = &self.files[file].metadata;
        let found = ArrowReaderMetadata::try_new(metadata.clone(), plain.clone())?;
        // a writer that found a column to repeat little left out the dictionary: making one would hash every row
        let has_dictionary = |name: &str| {
            let has = |group: &RowGroupMetaData| {
                chunk(group, name).is_some_and(|at| group.column(at).dictionary_page_offset().is_some())
            };
            metadata.row_groups().iter().any(has)
        };
        let is_coded = |field: &Field| self.names().any(|name| name == field.name()) && has_dictionary(field.name());
        let coded = |field: &Arc<Field>| {
            if field.data_type() == &Arrow::Utf8 && is_coded(field) {
                let dtype = Arrow::Dictionary(Box::new(Arrow::Int32), Box::new(Arrow::Utf8));
                return Arc::new(field.as_ref().clone().with_data_type(dtype));
            }
            field.clone()
        };
        let fields: Vec<_> = found.schema().fields().iter().map(coded).collect();
        ArrowReaderMetadata::try_new(metadata.clone(), plain.with_schema(Arc::new(Schema::new(fields))))
    }

    fn decode(
        &self,
        metadata: ArrowReaderMetadata,
        part: Part,
        chunks: Chunks,
        take: &mut impl FnMut(&Rows),
    ) -> std::result::Result<(), Box<dyn std::error::Error>> {
        let roots = metadata.parquet_schema().root_schema().get_fields().iter().enumerate();
        let is_wanted = |name: &str| self.names().any(|column| column == name);
        let roots: Vec<usize> = roots.filter(|(_, field)| is_wanted(field.name())).map(|(index, _)| index).collect();
        let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, metadata)
            .with_row_groups(vec![part.row_group])
            .with_projection(mask)
            .with_batch_size(part.rows.clamp(1, BATCH_ROWS))
            .build()?;
        for batch in reader {
            take(&self.rows(&batch?)?);
        }
        Ok(())
    }

    fn rows(&self, batch: &RecordBatch) -> std::result::Result<Rows, String> {
        let column = |column: &Option<(String, Shape)>| -> std::result::Result<Option<Values>, String> {
            let Some((name, shape)) = column else { return Ok(None) };
            let array = batch.column_by_name(name).ok_or_else(|| format!("it has no column `{name}`"))?;
            let values = shape.values(array)?;
            Ok(Some(values.ok_or_else(|| format!("`{name}` is {}", array.data_type()))?))
        };
        let columns = self.columns.iter().map(column).collect::<std::result::Result<_, _>>()?;
        Ok(Rows { count: batch.num_rows(), columns })
    }
}

/// Where a column of the top level stands among the leaves.
fn chunk(group: &RowGroupMetaData, name: &str) -> Option<usize> {
    group.columns().iter().position(|column| column.column_path().parts() == [name])
}

/// Pieces of a file by where they start.
struct Chunks(Vec<(u64, Bytes)>);

impl Chunks {
    /// What is there from `start` on.
    fn from(&self, start: u64) -> parquet::errors::Result<Bytes> {
        let holds = |(from, bytes): &&(u64, Bytes)| *from <= start && start - from <= bytes.len() as u64;
        let outside = || parquet::errors::ParquetError::EOF("a column chunk names bytes outside itself".to_string());
        let (from, bytes) = self.0.iter().rfind(holds).ok_or_else(outside)?;
        Ok(bytes.slice((start - from) as usize..))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.last().map_or(0, |(start, bytes)| start + bytes.len() as u64)
    }
}

impl ChunkReader for Chunks {
    type T = Reader<Bytes>;
    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(self.from(start)?.reader())
    }
    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let bytes = self.from(start)?;
        let short = || parquet::errors::ParquetError::EOF("a column chunk ends before its pages do".to_string());
        (length <= bytes.len()).then(|| bytes.slice(..length)).ok_or_else(short)
    }
}
