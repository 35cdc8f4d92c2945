//! Which file is damaged, once a query over many has failed: the engine does not say.

use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Snapshot, SourceFile};
use crate::error::{Error, Kind, Result};
use crate::storage::Storage;

/// The error of a query over the files; `Kind::Data` and the name of the file if one of them cannot be decoded. Reads them
/// whole, one after the other.
pub fn explained(storage: &Storage, snapshot: &Snapshot, error: Error) -> Error {
    // damage is an error of the engine's, or a panic of it
    if error.kind != Kind::Internal {
        return error;
    }
    let refused = |file: &SourceFile, why: String| {
        Error::data(format!("{} cannot be read: {why}", file.uri)).hint("export this file again, or leave it out")
    };
    let damage = snapshot.files.values().flatten().find_map(|file| Some((file, damage(storage, file).ok()??)));
    damage.map_or(error, |(file, why)| refused(file, why))
}

/// Why a file cannot be decoded. Errors: storage's.
fn damage(storage: &Storage, file: &SourceFile) -> Result<Option<String>> {
    Ok(decode(storage.get(&file.uri)?).err().map(|error| error.to_string()))
}

fn decode(bytes: Bytes) -> std::result::Result<(), Box<dyn std::error::Error>> {
    for batch in ParquetRecordBatchReaderBuilder::try_new(bytes)?.build()? {
        batch?;
    }
    Ok(())
}
