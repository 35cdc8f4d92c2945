//! Plain statistics on aggregated counts. No Polars, no I/O.

pub mod allocation;
pub mod interval;
pub mod quantile;
pub mod survival;
