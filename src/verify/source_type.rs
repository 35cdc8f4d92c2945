//! What a Parquet file holds, read from its footer with the `parquet` crate: independent of the scan it checks.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use parquet::basic::{ConvertedType, LogicalType, Type as PhysicalType};
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::schema::types::ColumnDescriptor;

use crate::error::{Error, Result};

/// As much of a column's type as deciding its conversion needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceType {
    Text,
    Bytes,
    Integer,
    Single,
    Double,
    Decimal,
    Boolean,
    Date,
    Timestamp,
    /// Only nulls.
    Null,
    Other,
}

/// The flat columns of a file.
pub fn read(path: &Path) -> Result<BTreeMap<String, SourceType>> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::io(format!("reading {} failed", path.display())).because(error)
    };
    let file = File::open(path).map_err(|error| failed(error.into()))?;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|error| failed(error.into()))?;
    let schema = metadata.file_metadata().schema_descr();
    let flat = schema.columns().iter().filter(|column| column.path().parts().len() == 1);
    Ok(flat.map(|column| (column.name().to_string(), type_of(column))).collect())
}

fn type_of(column: &ColumnDescriptor) -> SourceType {
    if column.max_rep_level() > 0 {
        return SourceType::Other;
    }
    if let Some(logical) = column.logical_type_ref() {
        match logical {
            LogicalType::String | LogicalType::Enum | LogicalType::Json => return SourceType::Text,
            LogicalType::Decimal { .. } => return SourceType::Decimal,
            LogicalType::Date => return SourceType::Date,
            LogicalType::Timestamp { .. } => return SourceType::Timestamp,
            LogicalType::Integer { .. } => return SourceType::Integer,
            LogicalType::Unknown => return SourceType::Null,
            LogicalType::Float16 => return SourceType::Single,
            _ => return SourceType::Other,
        }
    }
    match column.converted_type() {
        ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => SourceType::Text,
        ConvertedType::DECIMAL => SourceType::Decimal,
        ConvertedType::DATE => SourceType::Date,
        ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS => SourceType::Timestamp,
        _ => match column.physical_type() {
            PhysicalType::BOOLEAN => SourceType::Boolean,
            PhysicalType::INT32 | PhysicalType::INT64 => SourceType::Integer,
            PhysicalType::INT96 => SourceType::Timestamp,
            PhysicalType::FLOAT => SourceType::Single,
            PhysicalType::DOUBLE => SourceType::Double,
            PhysicalType::BYTE_ARRAY => SourceType::Bytes,
            PhysicalType::FIXED_LEN_BYTE_ARRAY => SourceType::Other,
        },
    }
}
