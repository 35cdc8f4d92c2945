//! The one test binary: another would link Polars again.

mod nasty;
mod sample;
