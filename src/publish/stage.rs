//! Result frames become Parquet files beside the table, where no reader looks until a commit names them.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use delta_kernel::arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StructArray};
use delta_kernel::expressions::ColumnName;
use delta_kernel::parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use delta_kernel::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use delta_kernel::schema::SchemaRef;
use delta_kernel::{KernelError, KernelResult};
use delta_kernel_default_engine::stats::FileStatsAccumulator;
use polars::prelude::*;

use super::{delta, sha256, table_uri};
use crate::error::{Error, Result};
use crate::money;
use crate::month::{Month, MonthRange};
use crate::storage::Storage;
use crate::tables::outputs::MONTH;
use crate::tables::{Column as Declared, Kind, Table as DeclaredTable};

/// Rows of one file at most; a month with more gets several.
const FILE_ROWS: usize = 1_000_000;
const ROW_GROUP_ROWS: usize = 262_144;
/// Holds the dictionary keys of a whole row group: Polars counts the nulls of a dictionary's column once for every page.
const PAGE_BYTES: usize = 16 << 20;
/// Columns whose range goes into the log, as Delta's own default.
const STATISTICS_COLUMNS: usize = 32;
/// What the log calls a file's counts (Delta protocol, "Per-file Statistics").
const NUM_RECORDS: &str = "numRecords";
const NULL_COUNT: &str = "nullCount";

/// A data file on storage that no log names yet.
#[derive(Debug, Clone)]
pub struct StagedFile {
    /// None where the table is not partitioned.
    pub month: Option<Month>,
    /// Relative to the table.
    pub path: String,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
    pub modified_ms: i64,
    /// Row count and column ranges as the log wants them, made from the encoded bytes.
    pub statistics: StructArray,
}

/// The files of one table, by month, then in row order.
#[derive(Debug, Clone)]
pub struct StagedTable {
    pub table: &'static DeclaredTable,
    pub files: Vec<StagedFile>,
}

/// The rows of one file to be.
pub struct Part {
    pub month: Month,
    /// Its place among the files of the month.
    pub number: usize,
    /// The month has others.
    is_one_of_several: bool,
    pub rows: DataFrame,
}

impl Part {
    /// Where it goes, relative to the table.
    pub fn path(&self, run_id: &str, sha256: &str) -> String {
        let suffix = if self.is_one_of_several { format!("-{:05}", self.number) } else { String::new() };
        format!("{}/{}-{run_id}{suffix}.parquet", delta::month_directory(self.month), &sha256[..16])
    }
}

/// The files that the rows of a partitioned table make, by month, then in row order.
///
/// Errors: `Kind::Internal` if the frame breaks the declaration: columns, types, months, order, uniqueness, nulls.
pub fn parts(table: &DeclaredTable, frame: &DataFrame, months: MonthRange) -> Result<Vec<Part>> {
    let frame = checked(table, frame)?;
    let mut parts = Vec::new();
    for (month, rows) in months_of(table, &frame, months)? {
        let count = rows.len().div_ceil(FILE_ROWS);
        for number in 0..count {
            let start = rows.start + number * FILE_ROWS;
            let rows = frame.slice(start as i64, FILE_ROWS.min(rows.end - start));
            parts.push(Part { month, number, is_one_of_several: count > 1, rows });
        }
    }
    Ok(parts)
}

/// Encodes a frame in a table's published types, without the partition column.
pub fn encode(table: &DeclaredTable, frame: &DataFrame) -> Result<Bytes> {
    let columns = table.columns().filter(|column| column.name != MONTH.name);
    let columns = columns.map(|column| published(column, frame)).collect::<Result<Vec<_>>>()?;
    let mut frame = DataFrame::new(frame.height(), columns)?;
    // row groups follow the layout of chunks
    frame.rechunk_mut();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .with_data_page_size(Some(PAGE_BYTES))
        .with_statistics(StatisticsOptions::default())
        .with_row_group_size(Some(ROW_GROUP_ROWS))
        .finish(&mut frame)?;
    Ok(bytes.into())
}

/// Puts an encoded file beside its table, at the path made of its SHA-256, and reads its statistics back from the bytes.
pub fn put(
    storage: &Storage,
    output: &str,
    table: &'static DeclaredTable,
    month: Option<Month>,
    bytes: Bytes,
    path: impl FnOnce(&str) -> String,
) -> Result<StagedFile> {
    let (statistics, rows) = statistics(table, &bytes).map_err(|error| {
        Error::internal(format!("a file of `{}` could not be read back", table.name)).because(error)
    })?;
    let (size, sha256) = (bytes.len() as u64, sha256(&bytes));
    let path = path(&sha256);
    let uri = format!("{}/{path}", table_uri(output, table.name));
    storage.put(&uri, bytes)?;
    let stored = storage.head(&uri)?;
    if stored.bytes != size {
        return Err(Error::io(format!("`{uri}` has {} bytes after {size} were written", stored.bytes)));
    }
    Ok(StagedFile { month, path, rows, bytes: size, sha256, modified_ms: stored.modified_ms, statistics })
}

/// Row count and column ranges of a file as the log wants them, from its footer: the ranges of its row groups stand in for
/// their rows, and the counts are put right afterwards.
fn statistics(table: &DeclaredTable, bytes: &Bytes) -> KernelResult<(StructArray, u64)> {
    let schema: SchemaRef = delta::data_schema(table)?;
    let columns: Vec<ColumnName> =
        schema.fields().take(STATISTICS_COLUMNS).map(|field| ColumnName::new([field.name()])).collect();
    // Polars' own types (string views) are of no use to the log
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let file = ArrowReaderMetadata::load(bytes, options)?;
    let groups = file.metadata().row_groups();
    let (mut lows, mut highs, mut nulls) = (Vec::new(), Vec::new(), BTreeMap::new());
    for field in file.schema().fields() {
        let of_groups = StatisticsConverter::try_new(field.name(), file.schema(), file.parquet_schema())?;
        lows.push(of_groups.row_group_mins(groups)?);
        highs.push(of_groups.row_group_maxes(groups)?);
        let missing = of_groups.row_group_null_counts(groups)?.iter().flatten().sum::<u64>();
        nulls.insert(field.name().as_str(), missing as i64);
    }
    let mut accumulator = FileStatsAccumulator::new(&columns, &schema);
    for ends in [lows, highs] {
        accumulator.merge(&RecordBatch::try_new(file.schema().clone(), ends)?)?;
    }
    let Some(statistics) = accumulator.finish()? else { return Err(KernelError::generic("the file has no rows")) };
    let rows: i64 = groups.iter().map(|group| group.num_rows()).sum();
    let count = |value: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![value])) };
    let (fields, mut arrays, _) = statistics.into_parts();
    for (field, array) in fields.iter().zip(&mut arrays) {
        match (field.name().as_str(), array.as_struct_opt()) {
            (NUM_RECORDS, _) => *array = count(rows),
            (NULL_COUNT, Some(counts)) => {
                let (fields, _, _) = counts.clone().into_parts();
                let counts = fields.iter().map(|field| count(nulls.get(field.name().as_str()).copied().unwrap_or(0)));
                *array = Arc::new(StructArray::try_new(fields.clone(), counts.collect(), None)?);
            }
            _ => {}
        }
    }
    Ok((StructArray::try_new(fields, arrays, None)?, rows as u64))
}

/// Money as `Decimal(18, 4)`: the ticks are its digits already, a cast would multiply them.
fn published(column: &Declared, frame: &DataFrame) -> Result<Column> {
    let values = frame.column(column.name)?;
    if column.kind != Kind::Money {
        return Ok(values.clone());
    }
    let digits = values.as_materialized_series().cast(&DataType::Int128)?;
    Ok(digits.i128()?.clone().into_decimal(18, money::SCALE)?.into_series().into_column())
}

/// The frame with the declared columns in the declared order, once nothing contradicts the declaration.
fn checked(table: &DeclaredTable, frame: &DataFrame) -> Result<DataFrame> {
    let broken = |column: &Declared, why: String| {
        Error::internal(format!("computed table `{}`, column `{}`: {why}", table.name, column.name))
    };
    if frame.width() != table.columns().count() {
        return Err(Error::internal(format!("computed table `{}` has {} columns", table.name, frame.width())));
    }
    let mut frame = frame.select(table.columns().map(|column| column.name))?;
    frame.rechunk_mut();
    for column in table.columns() {
        let values = frame.column(column.name)?;
        if *values.dtype() != data_type(column) {
            return Err(broken(column, format!("is {}, not {}", values.dtype(), data_type(column))));
        }
        if !column.is_nullable && values.null_count() > 0 {
            return Err(broken(column, format!("{} nulls", values.null_count())));
        }
        if column.kind == Kind::Ratio && values.f64()?.iter().flatten().any(|value| !value.is_finite()) {
            return Err(broken(column, "a value is not a finite number".into()));
        }
    }
    if let Some(row) = first_out_of_order(table, &frame)? {
        return Err(Error::internal(format!(
            "computed table `{}` is not sorted by its grain, or repeats it, at row {row}",
            table.name
        )));
    }
    Ok(frame)
}

/// The type of a column inside the program.
pub fn data_type(column: &Declared) -> DataType {
    match column.kind {
        Kind::Month => DataType::Date,
        Kind::Count | Kind::Money => DataType::Int64,
        Kind::Ratio => DataType::Float64,
        Kind::Text => DataType::String,
        Kind::Flag => DataType::Boolean,
    }
}

/// The first row whose grain is not greater than the row's before it.
fn first_out_of_order(table: &DeclaredTable, frame: &DataFrame) -> Result<Option<usize>> {
    let mut order = vec![Ordering::Equal; frame.height().saturating_sub(1)];
    for column in table.grain {
        let values = frame.column(column.name)?;
        match column.kind {
            Kind::Month => refine(&mut order, values.to_physical_repr().i32()?.iter()),
            Kind::Count | Kind::Money => refine(&mut order, values.i64()?.iter()),
            Kind::Text => refine(&mut order, values.str()?.iter()),
            Kind::Flag => refine(&mut order, values.bool()?.iter()),
            Kind::Ratio => return Err(Error::internal(format!("`{}` cannot be part of a grain", column.name))),
        }
    }
    Ok(order.iter().position(|order| *order != Ordering::Less).map(|row| row + 1))
}

/// Compares each value with the one before it where the columns before were equal.
fn refine<T: Ord>(order: &mut [Ordering], mut values: impl Iterator<Item = T>) {
    let Some(mut before) = values.next() else { return };
    for (order, value) in order.iter_mut().zip(values) {
        *order = order.then_with(|| before.cmp(&value));
        before = value;
    }
}

/// The rows of each month of a frame sorted by month.
fn months_of(table: &DeclaredTable, frame: &DataFrame, months: MonthRange) -> Result<Vec<(Month, Range<usize>)>> {
    let column = frame.column(MONTH.name)?.to_physical_repr();
    let days: Vec<i32> = column.i32()?.iter().flatten().collect();
    let mut found = 0;
    let mut ranges = Vec::new();
    for month in months.iter() {
        let start = days.partition_point(|&day| day < month.days());
        let end = days.partition_point(|&day| day <= month.days());
        found += end - start;
        if start < end {
            ranges.push((month, start..end));
        }
    }
    if found != days.len() {
        return Err(Error::internal(format!("computed table `{}` has rows outside {months}", table.name)));
    }
    Ok(ranges)
}
