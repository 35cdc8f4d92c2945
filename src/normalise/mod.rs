//! Canonical inputs -> the compact model the metrics are computed from.
//!
//! `plans` describes the frames of each phase lazily, `sweep` walks over the customers between two of them, and `Model::read`
//! turns what both give into dense arrays of integers. Nothing here collects.

pub mod active_days;
pub mod allocated;
pub mod costs;
pub mod experience;
pub mod fx;
pub mod grid;
pub mod group;
pub mod histories;
pub mod ledger;
pub mod levels;
pub mod map;
pub mod measures;
pub mod members;
pub mod model;
pub mod monthly;
pub mod open_months;
pub mod panel;
pub mod per_customer;
pub mod places;
pub mod plans;
pub mod purchases;
pub mod ranking;
pub mod revenue;
pub mod spans;
pub mod surveys;
pub mod sweep;
pub mod swept;
pub mod tickets;
pub mod union;
pub mod usage;
pub mod valued;

pub use fx::Rates;
pub use grid::{Grid, Segment, Segments};
pub use model::Model;
pub use plans::{Collected, Context, Frame};
