//! A way around Polars, which converts the types of all columns of a file and panics on a few (Float16, Interval): such
//! a file is read here and written again in memory with the wanted columns only.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask, parquet_to_arrow_schema_by_columns};
use polars::prelude::ScanSources;

use super::SourceFile;
use super::footer::{Footer, is_supported, schema};
use crate::error::{Error, Result};
use crate::storage::Storage;

/// True if the file has a column that only this module can step over.
pub fn is_needed(footer: &Footer) -> bool {
    !footer.schema.iter_values().all(|field| is_supported(field.dtype()))
}

/// The file's wanted columns as Parquet in memory, with their types.
pub fn rewrite(
    storage: &Storage,
    file: &SourceFile,
    footer: &Footer,
    wanted: &BTreeSet<&str>,
) -> Result<(ScanSources, Footer)> {
    let refused = |why: String| Error::data(format!("{} cannot be read: {why}", file.uri));
    let bytes: Bytes = match copy(storage.get(&file.uri)?, wanted) {
        Ok(bytes) => bytes.into(),
        Err(error) => return Err(refused(error.to_string())),
    };
    let footer = Footer { schema: schema(&bytes).map_err(refused)?, ..footer.clone() };
    Ok((ScanSources::Buffers(Arc::from([bytes.to_vec().into()])), footer))
}

fn copy(bytes: Bytes, wanted: &BTreeSet<&str>) -> parquet::errors::Result<Vec<u8>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes)?;
    let fields = builder.parquet_schema().root_schema().get_fields().iter().enumerate();
    let roots: Vec<usize> = fields.filter(|(_, field)| wanted.contains(field.name())).map(|(index, _)| index).collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    let metadata = builder.metadata().file_metadata();
    let schema =
        parquet_to_arrow_schema_by_columns(metadata.schema_descr(), mask.clone(), metadata.key_value_metadata())?;
    let mut out = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut out, Arc::new(schema), None)?;
    for batch in builder.with_projection(mask).build()? {
        writer.write(&batch.map_err(|error| parquet::errors::ParquetError::ArrowError(error.to_string()))?)?;
    }
    writer.close()?;
    Ok(out)
}
