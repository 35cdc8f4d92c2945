//! Parquet footers: what a file says about itself, read before anything is scanned.

use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use polars::prelude::{ArrowDataType, ArrowSchema, ParquetReader, SerReader};

use super::SourceFile;
use crate::error::{Error, Result};
use crate::parallel::{in_parallel, workers};
use crate::storage::Storage;

/// What the scan needs to know of a file.
#[derive(Debug, Clone)]
pub struct Footer {
    /// Column types, as the scan will see them.
    pub schema: Arc<ArrowSchema>,
    /// Rows, as the file claims.
    pub rows: u64,
    pub metadata: Arc<ParquetMetaData>,
    /// The file itself, where it is small and far away.
    pub whole: Option<Bytes>,
}

/// First read of the end of a file; most footers fit.
const TAIL: u64 = 64 * 1024;
/// The magic twice and the length of the footer.
const SMALLEST: u64 = 12;
/// Ends of files that are asked for together.
const FILES: usize = 512;
/// Bytes of files in buckets that are kept because their ends were all there is of them: asking once is enough.
const KEPT: usize = 128 << 20;

/// Reads all footers, in parallel, in the order of the files. `is_kept`: files in buckets may be kept if they are small.
///
/// Errors: `Kind::Data` naming the files that are not whole Parquet files and why; storage errors as they come.
pub fn read(storage: &Storage, files: &[&SourceFile], is_kept: bool) -> Result<Vec<Footer>> {
    let mut footers = Vec::with_capacity(files.len());
    let mut kept = 0;
    for files in files.chunks(FILES) {
        let asked = files.iter().filter(|file| file.bytes >= SMALLEST).map(|file| (file.uri.as_str(), tail_of(file)));
        let mut tails = storage.get_ranges(&asked.collect::<Vec<_>>())?.into_iter();
        let mut tail = |file: &&SourceFile| if file.bytes >= SMALLEST { tails.next() } else { None };
        let tails: Vec<(&SourceFile, Bytes)> =
            files.iter().map(|file| (*file, tail(file).unwrap_or_default())).collect();
        // every file that is refused is to be named: a refusal does not end the reading
        let read = |(file, tail): &(&SourceFile, Bytes)| Ok(read_one(storage, file, tail.clone()));
        for (footer, (file, tail)) in in_parallel(&tails, workers(), read)?.into_iter().zip(tails) {
            let is_whole = is_kept && tail.len() as u64 == file.bytes && Storage::is_remote(&file.uri);
            let whole = Some(tail).filter(|tail| is_whole && kept + tail.len() <= KEPT);
            kept += whole.as_ref().map_or(0, Bytes::len);
            footers.push(footer.map(|footer| Footer { whole, ..footer }));
        }
    }
    all_or_problems(footers)
}

fn tail_of(file: &SourceFile) -> Range<u64> {
    file.bytes.saturating_sub(TAIL)..file.bytes
}

/// The footers, or one error with every file that was refused.
fn all_or_problems(results: Vec<Result<Footer>>) -> Result<Vec<Footer>> {
    let mut footers = Vec::with_capacity(results.len());
    let mut problems = Vec::new();
    for result in results {
        match result {
            Ok(footer) => footers.push(footer),
            Err(error) if error.kind == crate::error::Kind::Data => problems.push(error.message),
            Err(error) => return Err(error),
        }
    }
    if problems.is_empty() {
        return Ok(footers);
    }
    let more = problems.len().saturating_sub(3);
    problems.truncate(3);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    Err(Error::data(format!("{}{more}", problems.join("; "))).hint("export these files again, or leave them out"))
}

/// `tail` is `tail_of` the file.
fn read_one(storage: &Storage, file: &SourceFile, mut tail: Bytes) -> Result<Footer> {
    let refused = |why: String| Error::data(format!("{} cannot be read: {why}", file.uri));
    if file.bytes == 0 {
        return Err(refused("it is empty".to_string()));
    }
    if file.bytes < SMALLEST {
        return Err(refused(format!("it is truncated: {} bytes are too few for a Parquet file", file.bytes)));
    }
    let mut start = tail_of(file).start;
    let metadata = loop {
        let mut reader = ParquetMetaDataReader::new();
        match reader.try_parse_sized(&tail, file.bytes) {
            Ok(()) => break reader.finish().map_err(|error| refused(plain(&error)))?,
            Err(ParquetError::NeedMoreData(needed)) if needed as u64 > tail.len() as u64 && start > 0 => {
                start = file.bytes.saturating_sub(needed as u64);
                tail = storage.get_range(&file.uri, start..file.bytes)?;
            }
            Err(error) => return Err(refused(reason(storage, file, &tail, &error)?)),
        }
    };
    if chunk_end(&metadata) > file.bytes {
        return Err(refused("it is truncated: its footer names data beyond its end".to_string()));
    }
    let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
    Ok(Footer { schema: schema(&tail).map_err(refused)?, rows, metadata: Arc::new(metadata), whole: None })
}

/// The end of the last column chunk.
fn chunk_end(metadata: &ParquetMetaData) -> u64 {
    let groups = metadata.row_groups().iter();
    let ends = groups.flat_map(|group| group.columns()).map(|column| {
        let (start, length) = column.byte_range();
        start.saturating_add(length)
    });
    ends.max().unwrap_or(0)
}

/// The types as Polars reads them from the same bytes, so that the scan's schema always agrees with the file's.
pub fn schema(tail: &[u8]) -> std::result::Result<Arc<ArrowSchema>, String> {
    // only the end of a file is looked at; the magic in front makes it long enough
    let mut file = b"PAR1PAR1PAR1".to_vec();
    file.extend_from_slice(tail);
    ParquetReader::new(Cursor::new(file)).schema().map_err(|error| error.to_string())
}

fn reason(storage: &Storage, file: &SourceFile, tail: &Bytes, error: &ParquetError) -> Result<String> {
    if tail.ends_with(b"PARE") {
        return Ok("it is encrypted".to_string());
    }
    if tail.ends_with(b"PAR1") {
        return Ok(format!("its footer is damaged ({})", plain(error)));
    }
    let head = storage.get_range(&file.uri, 0..file.bytes.min(4))?;
    Ok(if head.as_ref() == b"PAR1" {
        "it is truncated: it begins as a Parquet file and ends before the footer".to_string()
    } else {
        "it is not a Parquet file".to_string()
    })
}

fn plain(error: &ParquetError) -> String {
    error.to_string().replace("Parquet error: ", "")
}

/// Types that Polars takes. It converts every column of a file, wanted or not, and panics on the others.
pub fn is_supported(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as A;
    match dtype {
        A::Null | A::Boolean | A::Int8 | A::Int16 | A::Int32 | A::Int64 => true,
        A::UInt8 | A::UInt16 | A::UInt32 | A::UInt64 | A::Float32 | A::Float64 => true,
        A::Date32 | A::Date64 | A::Time32(_) | A::Time64(_) | A::Timestamp(..) | A::Duration(_) => true,
        A::Binary | A::LargeBinary | A::BinaryView | A::FixedSizeBinary(_) => true,
        A::Utf8 | A::LargeUtf8 | A::Utf8View => true,
        A::Decimal(precision, _) => *precision <= 38,
        A::List(field) | A::LargeList(field) | A::FixedSizeList(field, _) | A::Map(field, _) => {
            is_supported(field.dtype())
        }
        A::Struct(fields) => fields.iter().all(|field| is_supported(field.dtype())),
        A::Dictionary(_, values, _) => is_supported(values),
        _ => false,
    }
}
