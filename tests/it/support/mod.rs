//! What several test modules share.

pub mod bless;
pub mod export;
pub mod figures;
pub mod opened;
pub mod publish;
pub mod python;
pub mod seaweed;
pub mod source;
pub mod table_csv;
pub mod tool;
