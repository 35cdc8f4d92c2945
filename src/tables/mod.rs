//! Every column and table, declared once. Schema checks, DDL, the catalogue, documentation and tests are made from
//! these declarations; nothing else writes a column name.

pub mod cell;
pub mod column;
pub mod experience;
pub mod inputs;
pub mod model;
pub mod outlook;
pub mod outputs;
pub mod render;
pub mod runs;

pub use cell::Cell;
pub use column::{Column, Kind, Table, Unit};
pub use inputs::{Input, InputColumn, InputKind, InputTable};
