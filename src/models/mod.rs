//! Plain statistics on aggregated counts. No Polars, no I/O.
//!
//! Retention models: `counts` is what they see, `sbg` and `bdw` fit a `curve` to it with `optimise`, `lifetime` adds
//! the curve up. Forecasts: `projection` ages a base and its `flow`, money follows `drift`, `calibration` learns how wide
//! intervals must be. Nothing here returns NaN, infinity or a probability outside [0, 1], whatever it is given.

pub mod allocation;
pub mod bdw;
pub mod calibration;
pub mod counts;
pub mod curve;
pub mod drift;
pub mod flow;
pub mod health;
pub mod interval;
pub mod lifetime;
pub mod observed;
pub mod optimise;
pub mod projection;
pub mod quantile;
pub mod ranking;
pub mod sbg;
pub mod special;
pub mod survival;
