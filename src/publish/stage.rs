//! Result frames become Parquet files beside the table, where no reader looks until a commit names them.

use std::cmp::Ordering;
use std::ops::Range;

use bytes::Bytes;
use delta_kernel::KernelResult;
use delta_kernel::arrow::array::StructArray;
use delta_kernel::expressions::ColumnName;
use delta_kernel::parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use delta_kernel::schema::SchemaRef;
use delta_kernel_default_engine::stats::FileStatsAccumulator;
use polars::prelude::*;

use super::{Computed, delta, sha256, table_uri};
use crate::error::{Error, Result};
use crate::money;
use crate::month::{Month, MonthRange};
use crate::storage::Storage;
use crate::tables::outputs::MONTH;
use crate::tables::{Column as Declared, Kind, Table as DeclaredTable};

/// Rows of one file at most; a month with more gets several.
const FILE_ROWS: usize = 1_000_000;
const ROW_GROUP_ROWS: usize = 262_144;
/// Columns whose range goes into the log, as Delta's own default.
const STATISTICS_COLUMNS: usize = 32;

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

/// Writes a partitioned table's files. The same frame always gives the same bytes; names carry the run id, because a
/// version may not remove and add one path.
///
/// Errors: `Kind::Internal` if the frame breaks the declaration: columns, types, months, order, uniqueness, nulls.
pub fn stage(
    storage: &Storage,
    output: &str,
    computed: &Computed,
    months: MonthRange,
    run_id: &str,
) -> Result<StagedTable> {
    let table = computed.table;
    let frame = checked(table, &computed.frame)?;
    let mut files = Vec::new();
    for (month, rows) in months_of(table, &frame, months)? {
        let parts = rows.len().div_ceil(FILE_ROWS);
        for part in 0..parts {
            let start = rows.start + part * FILE_ROWS;
            let length = FILE_ROWS.min(rows.end - start);
            let bytes = encode(table, &frame.slice(start as i64, length))?;
            let suffix = if parts > 1 { format!("-{part:05}") } else { String::new() };
            let hash = sha256(&bytes);
            let path = format!("{}/{}-{run_id}{suffix}.parquet", delta::month_directory(month), &hash[..16]);
            files.push(put(storage, output, table, Some(month), path, bytes)?);
        }
    }
    Ok(StagedTable { table, files })
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
        .with_statistics(StatisticsOptions::default())
        .with_row_group_size(Some(ROW_GROUP_ROWS))
        .finish(&mut frame)?;
    Ok(bytes.into())
}

/// Puts an encoded file beside its table and reads its statistics back from the bytes.
pub fn put(
    storage: &Storage,
    output: &str,
    table: &'static DeclaredTable,
    month: Option<Month>,
    path: String,
    bytes: Bytes,
) -> Result<StagedFile> {
    let (statistics, rows) = statistics(table, bytes.clone()).map_err(|error| {
        Error::internal(format!("a file of `{}` could not be read back", table.name)).because(error)
    })?;
    let uri = format!("{}/{path}", table_uri(output, table.name));
    let (size, sha256) = (bytes.len() as u64, sha256(&bytes));
    storage.put(&uri, bytes)?;
    let stored = storage.head(&uri)?;
    if stored.bytes != size {
        return Err(Error::io(format!("`{uri}` has {} bytes after {size} were written", stored.bytes)));
    }
    Ok(StagedFile { month, path, rows, bytes: size, sha256, modified_ms: stored.modified_ms, statistics })
}

fn statistics(table: &DeclaredTable, bytes: Bytes) -> KernelResult<(StructArray, u64)> {
    let schema: SchemaRef = delta::data_schema(table)?;
    let columns: Vec<ColumnName> =
        schema.fields().take(STATISTICS_COLUMNS).map(|field| ColumnName::new([field.name()])).collect();
    // Polars' own types (string views) are of no use to the log
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options)?.build()?;
    let mut accumulator = FileStatsAccumulator::new(&columns, &schema);
    let mut rows = 0;
    for batch in reader {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        accumulator.merge(&batch)?;
    }
    let statistics = accumulator.finish()?;
    Ok((statistics.ok_or_else(|| delta_kernel::KernelError::generic("the file has no rows"))?, rows))
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
