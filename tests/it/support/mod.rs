//! What several test modules share.

pub mod bless;
pub mod export;
pub mod source;
pub mod table_csv;
