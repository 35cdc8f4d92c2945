//! The independent check: the same tables through `sql/` in DuckDB, compared cell by cell.

pub mod compare;
