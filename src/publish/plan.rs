//! What a publication would replace, for people to read before it happens. Pure.

use std::fmt;

use super::delta::LiveFile;
use crate::month::MonthRange;

/// What publishing would do to every table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub months: MonthRange,
    pub tables: Vec<TablePlan>,
}

/// What it would do to one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePlan {
    pub table: &'static str,
    /// None: the table would be created.
    pub version: Option<u64>,
    /// The files of the months, which the commit would take out of the table (they stay on storage).
    pub replaced: Vec<LiveFile>,
}

impl TablePlan {
    pub fn bytes(&self) -> u64 {
        self.replaced.iter().map(|file| file.bytes).sum()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "months {} ({})", self.months, self.months.count())?;
        for table in &self.tables {
            match table.version {
                None => writeln!(f, "{}: new table", table.table)?,
                Some(version) => writeln!(
                    f,
                    "{}: version {version} -> {}, replaces {} files, {} bytes",
                    table.table,
                    version + 1,
                    table.replaced.len(),
                    table.bytes()
                )?,
            }
            for file in &table.replaced {
                writeln!(f, "  {} ({} bytes)", file.path, file.bytes)?;
            }
        }
        Ok(())
    }
}
