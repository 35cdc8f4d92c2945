//! Usage events as they lie in Parquet, one row group at a time: by far the most rows of a business, most of whose texts
//! repeat. Their dictionaries are handed on as such, so that an id is looked up once per row group and not once per row;
//! Polars would make a text of every row.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, TimestampMicrosecondType, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use bytes::{Buf, Bytes, buf::Reader};
use delta_kernel::arrow::datatypes::{DataType as Arrow, Field, Schema, TimeUnit as Unit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{LogicalType, TimeUnit as ParquetUnit};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;
use polars::prelude::{DataType, TimeUnit};

use super::footer::Footer;
use super::schema::{self, Found, Wanted};
use super::{SourceFile, rewrite};
use crate::error::{Error, Result};
use crate::month::Micros;
use crate::storage::Storage;
use crate::tables::inputs::{CUSTOMER_ID, EVENT, OCCURRED_AT, USER_ID};

/// Row groups fetched at once by each thread.
const FETCHED: usize = 16;

/// Files all of which have these columns as plain text and time, so that they can be read without Polars.
#[derive(Clone)]
pub struct EventFiles {
    files: Vec<(SourceFile, Arc<ParquetMetaData>)>,
    /// Source columns: customer, time; user and event where there are such.
    columns: [Option<String>; 4],
}

/// One row group of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    file: usize,
    row_group: usize,
    pub rows: usize,
}

/// A text column: the texts of a row group and which of them each row has.
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

/// The rows of a row group.
pub struct Events {
    pub customers: Coded,
    pub at: Vec<Option<Micros>>,
    pub users: Option<Coded>,
    pub events: Option<Coded>,
}

impl EventFiles {
    /// None if a column must be converted, comes from a path, or differs between files.
    pub(super) fn new(wanted: &[Wanted], files: &[(&SourceFile, &Footer)]) -> Option<Self> {
        let column = |name: &str, is_plain: fn(&DataType) -> bool| -> Option<Option<String>> {
            let source = wanted.iter().find(|column| column.canonical == name)?.source.as_str();
            let found = |(file, footer): &(&SourceFile, &Footer)| match schema::find(source, file, footer) {
                Found::Column => schema::dtype(source, footer).is_some_and(|dtype| is_plain(&dtype)).then_some(true),
                Found::Missing => Some(false),
                Found::Partition => None,
            };
            let mut found = files.iter().map(found);
            let first = found.next()??;
            found.all(|other| other == Some(first)).then(|| first.then(|| source.to_string()))
        };
        if files.iter().any(|(_, footer)| rewrite::is_needed(footer)) {
            return None;
        }
        let columns = [
            column(CUSTOMER_ID.name, is_text)?,
            column(OCCURRED_AT.name, is_time)?,
            column(USER_ID.name, is_text)?,
            column(EVENT.name, is_text)?,
        ];
        if columns[0].is_none() || columns[1].is_none() {
            return None;
        }
        let files = files.iter().map(|(file, footer)| ((*file).clone(), footer.metadata.clone())).collect();
        Some(EventFiles { files, columns })
    }

    /// Row groups that may hold an event at or after `from`, or a row that breaks a rule by itself: one without customer or
    /// time, or from before `earliest`. In the order of the files.
    pub fn parts(&self, from: Micros, earliest: Micros) -> Vec<Part> {
        let mut parts = Vec::new();
        for (file, (_, metadata)) in self.files.iter().enumerate() {
            for (row_group, group) in metadata.row_groups().iter().enumerate() {
                if !self.is_over(group, from, earliest) {
                    parts.push(Part { file, row_group, rows: group.num_rows() as usize });
                }
            }
        }
        parts
    }

    fn is_over(&self, group: &RowGroupMetaData, from: Micros, earliest: Micros) -> bool {
        let [customer, at] = [0, 1].map(|at: usize| self.columns[at].as_deref().and_then(|name| chunk(group, name)));
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
    pub fn read(&self, storage: &Storage, parts: &[Part], mut take: impl FnMut(&Events)) -> Result<()> {
        let mut opened: Option<(usize, ArrowReaderMetadata)> = None;
        for window in parts.chunks(FETCHED) {
            let ranges: Vec<_> = window.iter().map(|part| (self.uri(*part), self.range(*part))).collect();
            for (part, bytes) in window.iter().zip(storage.get_ranges(&ranges)?) {
                let refused = |why: String| Error::data(format!("{} cannot be read: {why}", self.uri(*part)));
                let metadata = match &opened {
                    Some((file, metadata)) if *file == part.file => metadata.clone(),
                    _ => self.open(part.file).map_err(|error| refused(error.to_string()))?,
                };
                opened = Some((part.file, metadata.clone()));
                let chunk = Chunk { start: self.range(*part).start, bytes };
                let events = self.decode(metadata, *part, chunk).map_err(|error| refused(error.to_string()))?;
                events.iter().for_each(&mut take);
            }
        }
        Ok(())
    }

    fn uri(&self, part: Part) -> &str {
        &self.files[part.file].0.uri
    }

    /// Bytes from the first to the last wanted column chunk.
    fn range(&self, part: Part) -> Range<u64> {
        let group = self.files[part.file].1.row_group(part.row_group);
        let chunks = self.columns.iter().flatten().filter_map(|name| chunk(group, name));
        let ranges = chunks.map(|index| group.column(index).byte_range());
        ranges.map(|(start, length)| start..start + length).reduce(cover).unwrap_or(0..0)
    }

    fn open(&self, file: usize) -> parquet::errors::Result<ArrowReaderMetadata> {
        // what writers add about their own types is of no use here
        let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = &self.files[file].1;
        let found = ArrowReaderMetadata::try_new(metadata.clone(), plain.clone())?;
        let is_coded = |field: &Field| self.columns.iter().flatten().any(|name| name == field.name());
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
        chunk: Chunk,
    ) -> std::result::Result<Vec<Events>, Box<dyn std::error::Error>> {
        let roots = metadata.parquet_schema().root_schema().get_fields().iter().enumerate();
        let is_wanted = |name: &str| self.columns.iter().flatten().any(|column| column == name);
        let roots: Vec<usize> = roots.filter(|(_, field)| is_wanted(field.name())).map(|(index, _)| index).collect();
        let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(chunk, metadata)
            .with_row_groups(vec![part.row_group])
            .with_projection(mask)
            .with_batch_size(part.rows.max(1))
            .build()?;
        let mut events = Vec::new();
        for batch in reader {
            events.push(self.events(&batch?)?);
        }
        Ok(events)
    }

    fn events(&self, batch: &RecordBatch) -> std::result::Result<Events, String> {
        let column = |at: usize| self.columns[at].as_deref().and_then(|name| batch.column_by_name(name));
        let text = |at: usize| column(at).map(coded).transpose();
        Ok(Events {
            customers: text(0)?.ok_or("it has no customers")?,
            at: column(1).ok_or("it has no times").map(instants)??,
            users: text(2)?,
            events: text(3)?,
        })
    }
}

fn is_text(dtype: &DataType) -> bool {
    *dtype == DataType::String
}
/// Milliseconds may overflow when they become microseconds.
fn is_time(dtype: &DataType) -> bool {
    matches!(dtype, DataType::Datetime(TimeUnit::Microseconds | TimeUnit::Nanoseconds, _))
}

fn cover(a: Range<u64>, b: Range<u64>) -> Range<u64> {
    a.start.min(b.start)..a.end.max(b.end)
}

/// Where a column of the top level stands among the leaves.
fn chunk(group: &RowGroupMetaData, name: &str) -> Option<usize> {
    group.columns().iter().position(|column| column.column_path().parts() == [name])
}

fn coded(column: &ArrayRef) -> std::result::Result<Coded, String> {
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

/// The bytes of a file from `start` on, as many as are needed.
struct Chunk {
    start: u64,
    bytes: Bytes,
}

impl Length for Chunk {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl Chunk {
    fn slice(&self, range: Range<u64>) -> parquet::errors::Result<Bytes> {
        let outside = || parquet::errors::ParquetError::EOF("a column chunk names bytes outside itself".to_string());
        let at = |at: u64| at.checked_sub(self.start).filter(|at| *at <= self.bytes.len() as u64).ok_or_else(outside);
        let (start, end) = (at(range.start)?, at(range.end)?);
        Ok(self.bytes.slice(start as usize..end as usize))
    }
}

impl ChunkReader for Chunk {
    type T = Reader<Bytes>;
    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(self.slice(start..self.len())?.reader())
    }
    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        self.slice(start..start + length as u64)
    }
}
