//! One test binary: every other one would link Polars again.

// A test may stop at the first thing that is wrong, and reads where its tools are from the environment.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

mod deny;
mod deploy;
mod golden;
mod job;
mod nasty;
mod sample;
mod snapshot;
mod support;
mod tidy;
