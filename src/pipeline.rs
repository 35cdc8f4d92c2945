//! The stages of a run, in order, and nothing else.

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::job::Job;
use crate::month::MonthRange;
use crate::publish::Computed;
use crate::storage::Storage;

/// STUB of the branch `tooling`: replaced at the merge.
pub fn compute(
    _job: &Job,
    _storage: &Storage,
    _as_of: Date,
    _months: MonthRange,
    _tables: Option<&[String]>,
) -> Result<Vec<Computed>> {
    Err(Error::internal("not merged yet"))
}
