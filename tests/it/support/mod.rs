//! What several test modules share.

pub mod bless;
pub mod source;
pub mod table_csv;
pub mod tool;
